"""The command line: which command runs, with what, and what it answers when it cannot."""

import json
import shutil
import subprocess
import sys
from types import ModuleType

import h5py
import pytest

from emocam.__main__ import main
from emocam.commands import cameras, window
from emocam.resources import shipped_models
from emocam.settings import DEFAULT_MODEL
from emocam.sources import Camera

DESKTOP_CAMERA = Camera(name="Desk [camera]", identity="usb-1:2", index=0, backend=200)


@pytest.fixture
def opened(monkeypatch) -> list[dict]:
    """What the window was opened with, in place of a window."""
    calls: list[dict] = []
    app = ModuleType("emocam.gui.app")
    app.run_app = lambda **options: calls.append(options) or 0  # type: ignore[attr-defined, func-returns-value]
    monkeypatch.setitem(sys.modules, "emocam.gui.app", app)
    return calls


def test_without_a_command_the_window_opens(opened):
    assert main([]) == 0
    assert main(["--source", "0", "--model", "own.hdf5"]) == 0
    assert main(["--demo"]) == 0
    assert opened == [
        {"source": None, "model": None, "demo": False},
        {"source": "0", "model": "own.hdf5", "demo": False},
        {"source": None, "model": None, "demo": True},
    ]


@pytest.mark.parametrize(
    "arguments",
    [["--demo", "--source", "0"], ["--model", "own.hdf5", "analyze", "a.mp4", "--out", "x"], ["dance"], ["analyze"]],
)
def test_what_makes_no_sense_is_refused_with_status_2(arguments, opened, capsys):
    with pytest.raises(SystemExit) as refusal:
        main(arguments)
    assert refusal.value.code == 2
    assert "error:" in capsys.readouterr().err
    assert not opened


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert all(name in text for name in ("analyze", "benchmark", "cameras", "model", "--source", "--demo"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a desktop is always there")
def test_without_a_display_a_sentence_says_so(opened, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 1
    assert "graphical desktop" in capsys.readouterr().err
    assert not opened


def test_where_qt_cannot_be_loaded_a_sentence_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "emocam.gui.app", None)
    monkeypatch.setattr(window, "why_no_window", lambda: None)
    assert main([]) == 1
    assert "libegl1" in capsys.readouterr().err


def test_control_c_ends_a_command_without_a_traceback(monkeypatch, capsys):
    def interrupt() -> list[Camera]:
        raise KeyboardInterrupt

    monkeypatch.setattr(cameras, "list_cameras", interrupt)
    assert main(["cameras"]) == 130
    assert capsys.readouterr().err == "emocam: interrupted\n"


def test_cameras_are_listed_by_name_and_identity(monkeypatch, capsys):
    monkeypatch.setattr(cameras, "list_cameras", lambda: [DESKTOP_CAMERA])
    assert main(["cameras"]) == 0
    text = capsys.readouterr().out
    assert "Desk [camera]" in text
    assert "usb-1:2" in text


def test_cameras_as_json_are_json_and_nothing_else(monkeypatch, capsys):
    monkeypatch.setattr(cameras, "list_cameras", lambda: [DESKTOP_CAMERA])
    assert main(["cameras", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "Desk [camera]", "identity": "usb-1:2", "index": 0, "backend": 200}
    ]


def test_no_camera_is_an_answer_and_no_failure(monkeypatch, capsys):
    monkeypatch.setattr(cameras, "list_cameras", list)
    assert main(["cameras"]) == 0
    assert "No camera" in capsys.readouterr().out
    assert main(["cameras", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_model_says_what_it_was_made_for(capsys):
    assert main(["model", DEFAULT_MODEL]) == 0
    text = capsys.readouterr().out
    assert "happy" in text
    assert "48 × 48" in text
    assert "turned upright" in text
    assert main(["model", DEFAULT_MODEL, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["image_size_px"] == 48
    assert set(told["points_crop"]) == {"margin", "raised", "turned"}


def test_a_model_tells_the_terminal_nothing_to_obey(tmp_path, capsys):
    path = tmp_path / "own.hdf5"
    shutil.copy(shipped_models()[DEFAULT_MODEL], path)
    with h5py.File(path, "r+") as file:
        told = json.loads(file.attrs["emocam"])
        told |= {"dataset": "a\x1b[31mred\x9b2J\r", "me\u202etrics": {"\x07bell": ["\x1b]0;title\x07", 0.5]}}
        file.attrs["emocam"] = json.dumps(told)
    assert main(["model", str(path)]) == 0
    printed = capsys.readouterr().out
    assert all(line.isprintable() for line in printed.splitlines())
    assert "a\\x1b[31mred" in printed


def test_a_camera_s_name_tells_the_terminal_nothing_to_obey(monkeypatch, capsys):
    camera = Camera(name="Desk\x1b[2J", identity="usb-1:2:Desk\x1b[2J", index=0, backend=200)
    monkeypatch.setattr(cameras, "list_cameras", lambda: [camera])
    assert main(["cameras"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_file_that_is_no_model_is_refused_by_name(tmp_path, capsys):
    path = tmp_path / "notes.hdf5"
    path.write_text("no model")
    assert main(["model", str(path)]) == 1
    answer = capsys.readouterr()
    assert "notes.hdf5" in answer.err
    assert not answer.out


def test_the_package_runs_as_a_program():
    answer = subprocess.run([sys.executable, "-m", "emocam", "--version"], capture_output=True, text=True, timeout=60)
    assert (answer.returncode, answer.stdout) == (0, "Emocam 0.1.0\n")


@pytest.mark.parametrize(
    ("option", "text"), [("--every", "99"), ("--label-every", "0"), ("--every", "often"), ("--frames", "1.5")]
)
def test_a_number_that_cannot_be_is_refused_by_the_name_of_its_option(option, text, capsys):
    arguments = ["benchmark", "--source", "x.mp4"] if option == "--frames" else ["analyze", "x.mp4", "--out", "y"]
    with pytest.raises(SystemExit) as refusal:
        main([*arguments, option, text])
    assert refusal.value.code == 2
    message = capsys.readouterr().err
    assert f"argument {option}: expected a whole number from 1" in message
    assert f"got {text}" in message
