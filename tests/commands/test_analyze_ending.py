"""Signals end `emocam analyze` with a whole session that says so; what one input raises ends that input alone."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emocam.__main__ import main
from emocam.commands import analyze as analyze_module
from emocam.commands.ending import Ending, noticed_signals
from emocam.resources import asset_path
from tests.clips import FACE_FROM, demo_frames, write_clip

ROOT = Path(__file__).parents[2]
SMALL = "mini_xception_ferplus"


def description(folder: Path) -> dict:
    described: dict = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    return described


def rows(folder: Path) -> list[str]:
    return (folder / "faces.csv").read_text(encoding="utf-8").splitlines()[1:]


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_session_at_hand_in_order(name, tmp_path):
    demo = str(asset_path("demo.mp4"))
    command = [sys.executable, "-m", "emocam", "analyze", *[demo] * 40, "--out", str(tmp_path), "--every", "1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        session = tmp_path / "demo-2"
        while not (session / "faces.csv").exists() or len(rows(session)) < 5:
            assert running.poll() is None
        running.send_signal(getattr(signal, name))
        printed, messages = running.communicate(timeout=60)
    assert running.returncode == 128 + getattr(signal, name)
    assert messages == "emocam analyze: interrupted\n"
    *whole, last = sorted(tmp_path.iterdir(), key=lambda folder: (len(folder.name), folder.name))
    assert printed.count(" -> ") == len(whole) + 1
    assert not any(description(folder)["interrupted"] for folder in whole)
    described = description(last)
    assert described["interrupted"]
    assert described["end"] and not described["completed_afterwards"]
    assert described["frames_analysed"] == len({row.split(",")[0] for row in rows(last)})
    assert (last / "statistics.csv").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs SIGHUP")
def test_a_signal_that_was_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with noticed_signals() as ending:
            signal.raise_signal(signal.SIGHUP)
            assert not ending.is_asked_for
            signal.raise_signal(signal.SIGTERM)
            assert ending.exit_status == 128 + signal.SIGTERM
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_second_control_c_does_not_wait():
    before = signal.getsignal(signal.SIGINT)
    with noticed_signals() as ending:
        signal.raise_signal(signal.SIGINT)
        assert ending.is_asked_for
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupted_session_has_the_labels_that_were_due(tmp_path):
    clip = write_clip(tmp_path / "smile.mp4", demo_frames(FACE_FROM, 8))
    ending = Ending()

    def end_soon(done: int, total: int | None) -> None:
        if done == 3:
            ending.signal_number = signal.SIGTERM

    analysis = analyze_module.analyze(
        str(clip),
        out=tmp_path,
        classifier=analyze_module.open_classifier(analyze_module.resolve_model(SMALL)),
        settings=analyze_module.Settings(),
        ending=ending,
        on_progress=end_soon,
    )
    assert analysis.frames == 4
    assert "happy" in rows(analysis.folder)[-1]
    assert description(analysis.folder)["interrupted"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "This machine's memory is too small for it"),
        (ZeroDivisionError("by zero"), "It could not be analysed: ZeroDivisionError: by zero"),
    ],
)
@pytest.mark.parametrize("frame", [0, 2], ids=["at once", "amidst"])
def test_whatever_one_input_raises_the_next_is_analysed(error, words, frame, tmp_path, capsys, monkeypatch):
    first, second = (write_clip(tmp_path / f"{name}.mp4", demo_frames(FACE_FROM, 4)) for name in ("first", "second"))
    analyze = analyze_module.Pipeline.analyze

    def fail(self, given, settings, **options):
        if settings.source == str(first) and given.index == frame:
            raise error
        return analyze(self, given, settings, **options)

    monkeypatch.setattr(analyze_module.Pipeline, "analyze", fail)
    out = tmp_path / "out"
    assert main(["analyze", str(first), str(second), "--out", str(out), "--model", SMALL]) == 1
    messages = capsys.readouterr().err.splitlines()
    assert f"{first}: {words}" in messages[0]
    assert description(out / "second")["interrupted"] is False
    assert len(rows(out / "second")) == 4
    if frame:
        assert description(out / "first")["interrupted"]
        assert (out / "first" / "statistics.csv").exists()


@pytest.mark.parametrize("name", ["", "  ", "~nobody-of-that-name/x"])
def test_a_name_that_names_nothing_is_refused_with_a_sentence(name, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)  # which an empty name would mean
    write_clip(tmp_path / "smile.mp4", demo_frames(FACE_FROM, 2))
    assert main(["analyze", name, "--out", str(tmp_path / "out"), "--model", SMALL]) == 1
    (message,) = capsys.readouterr().err.splitlines()
    assert "Expected a file" in message or "Choose another file" in message
    assert not (tmp_path / "out").exists()
