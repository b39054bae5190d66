"""Ctrl-C, and a system that shuts down, end the window at once, whatever it waits for; what is recorded is whole."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from emocam.resources import demo_clip
from tests.clips import FACE_FROM, demo_frames, write_clip

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals that one process sends another")
ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60

# The window as `emocam` opens it, brought into a state; then it says so and nothing of Python runs in it any more.
PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from emocam.commands.leaving import leave
from emocam.gui import app, source_controls

state, source = sys.argv[1:]
source_controls.NO_FACE_AFTER_S = 1e9

class Window(app.MainWindow):
    def start(self, source, *, is_demo=False):
        self.steps = list(STATES[state])
        self.timer = QTimer(self, interval=20)
        self.timer.timeout.connect(self.go_on)
        self.timer.start()
        self._worker.source_ended.connect(lambda *_: setattr(self, "has_ended", True))
        self._worker.source_failed.connect(lambda *_: setattr(self, "has_failed", True))
        # One that plays again and again: on a busy machine it could end before it is recorded.
        super().start(source, is_demo=state == "recording")

    has_ended = has_failed = False

    def go_on(self):
        if self.steps and self.steps[0](self):
            self.steps.pop(0)
        if not self.steps:
            self.timer.stop()
            print("ready", flush=True)
            if state == "dialog":
                QTimer.singleShot(0, self.sources.ask_stream)

def pause(window):
    window.actions_.pause.trigger()
    return True

def record(window):  # once: the same key stops it
    if window.actions_.record.isEnabled():
        window.actions_.record.trigger()
        return True
    return False

def has_rows(window):
    return window._worker.elapsed_s > 0.2

STATES = {
    "without a camera": [lambda window: window.has_failed],
    "at the end": [lambda window: window.has_ended],
    "paused": [lambda window: window.video.has_picture, pause],
    "recording": [lambda window: window.video.has_picture, record, has_rows, pause],
    "dialog": [lambda window: window.has_ended],
}
app.MainWindow = Window
leave(app.run_app(source=source))
"""


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", demo_frames(FACE_FROM, 3))


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("without a camera", "SIGINT"),
        ("without a camera", "SIGTERM"),
        ("without a camera", "SIGHUP"),
        ("at the end", "SIGINT"),
        ("at the end", "SIGHUP"),
        ("paused", "SIGTERM"),
        ("recording", "SIGHUP"),
        ("dialog", "SIGINT"),
    ],
)
def test_a_signal_ends_the_window_in_every_state(state, name, clip, tmp_path):
    source = {"without a camera": "no_such_camera", "paused": demo_clip(), "recording": demo_clip()}.get(state, clip)
    home = {variable: str(tmp_path) for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DOCUMENTS_DIR")}
    command = [sys.executable, "-c", PROGRAM, state, str(source)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **home, "QT_QPA_PLATFORM": "offscreen"}
    ) as window:
        watchdog = threading.Timer(READY_WITHIN_S, window.kill)
        watchdog.start()
        try:
            assert window.stdout is not None
            assert window.stdout.readline() == "ready\n"
            window.send_signal(getattr(signal, name))
            window.communicate(timeout=15)
        finally:
            watchdog.cancel()
            window.kill()
    assert window.returncode == 0
    sessions = [json.loads(path.read_text()) for path in tmp_path.rglob("session.json")]
    assert [described["completed_afterwards"] for described in sessions] == [False] * (state == "recording")
    assert all(described["end"] and described["frames_analysed"] for described in sessions)
