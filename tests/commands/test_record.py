"""`emocam record`: a session without a window, whole however it ends."""

import argparse
import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emocam.__main__ import main
from emocam.commands.options import duration_s
from tests.clips import FACE_FROM, demo_frames, write_clip

ROOT = Path(__file__).parents[2]
SMALL = "mini_xception_ferplus"


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", demo_frames(FACE_FROM, 20))


def rows(folder: Path, name: str = "faces.csv") -> list[dict[str, str]]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def recorded(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


def test_a_file_is_recorded_whole_at_its_own_speed(clip, tmp_path, capsys):
    assert main(["record", "--source", str(clip), "--out", str(tmp_path / "out"), "--model", SMALL]) == 0
    folder = recorded(tmp_path / "out")
    assert [int(row["frame"]) for row in rows(folder)] == list(range(20))
    assert "happy" in {row["label"] for row in rows(folder)}
    described = json.loads((folder / "session.json").read_text())
    assert described["source"] == "clip.mp4"
    assert described["model"]["file"] == f"{SMALL}.hdf5"
    assert described["end"] and not described["source_changes"]
    assert capsys.readouterr().out == f"clip.mp4: 20 frames analysed, 0 dropped, 0:00:01 -> {folder}\n"


def test_the_demo_clip_is_recorded_for_as_long_as_asked(tmp_path):
    options = ["record", "--demo", "--for", "0.5s", "--out", str(tmp_path), "--model", SMALL, "--spectrum", "three"]
    assert main(options) == 0
    last = rows(recorded(tmp_path))[-1]
    assert 0.5 <= float(last["time_s"]) < 1.5
    assert last["spectrum"] == "three"


def test_faces_are_found_by_what_is_asked_for(clip, tmp_path):
    options = ["record", "--source", str(clip), "--out", str(tmp_path), "--model", SMALL, "--faces", "cascades"]
    assert main(options) == 0
    assert json.loads((recorded(tmp_path) / "session.json").read_text())["settings"]["faces_found_by"] == "cascades"


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGTERM")
@pytest.mark.parametrize(
    ("name", "length", "status"), [("SIGINT", [], 0), ("SIGTERM", [], 0), ("SIGHUP", ["--for", "1h"], 130)]
)
def test_a_signal_ends_a_recording_in_order(name, length, status, tmp_path):
    command = [sys.executable, "-m", "emocam", "record", "--demo", "--out", str(tmp_path), "--model", SMALL, *length]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as recording:
        assert recording.stderr is not None
        for line in recording.stderr:
            if "recording demo.mp4 into" in line:
                break
        while not list(tmp_path.glob("*/faces.csv")) or len(rows(recorded(tmp_path))) < 5:
            assert recording.poll() is None
        recording.send_signal(getattr(signal, name))
        printed, _ = recording.communicate(timeout=30)
    assert recording.returncode == status
    folder = recorded(tmp_path)
    assert str(folder) in printed
    described = json.loads((folder / "session.json").read_text())
    assert described["end"] and not described["completed_afterwards"]
    assert described["frames_analysed"] == len(rows(folder)) >= 5
    assert rows(folder, "statistics.csv") is not None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--source", "no_such_camera"], "no_such_camera is none of them"),
        (["--demo", "--model", "no_such_model"], "no_such_model"),
    ],
)
def test_what_cannot_be_opened_is_said_and_no_session_is_left(options, words, tmp_path, capsys):
    assert main(["record", *options, "--out", str(tmp_path / "out")]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_said(clip, tmp_path, capsys):
    (tmp_path / "taken").write_text("a file")
    assert main(["record", "--source", str(clip), "--out", str(tmp_path / "taken"), "--model", SMALL]) == 1
    assert "taken" in capsys.readouterr().err


def test_a_length_is_a_number_of_seconds_minutes_or_hours():
    lengths = ["90", "90s", "1.5min", "2m", "1h30m"]
    assert [duration_s(text) for text in lengths] == [90, 90, 90, 120, 5400]
    for wrong in ("", "0", "-5s", "soon", "1.2.3s", "5 parsecs", "nan"):
        with pytest.raises(argparse.ArgumentTypeError, match="expected a length"):
            duration_s(wrong)


def test_a_damaged_asset_is_named_and_the_recording_goes_on(clip, tmp_path, capsys, monkeypatch):
    damaged = tmp_path / "face_landmark.tflite"
    damaged.write_bytes(b"damaged")
    monkeypatch.setattr("emocam.engine.mesh.asset_path", lambda name: damaged)
    assert main(["record", "--source", str(clip), "--out", str(tmp_path / "out"), "--model", SMALL]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("emocam record: faces are found")]
    assert len(said) == 1
    assert str(damaged) in said[0]
    assert len(rows(recorded(tmp_path / "out"))) >= 20
