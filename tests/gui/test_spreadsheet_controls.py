"""The last session in a spreadsheet: opened when it is there, written first when it is not."""

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow

from emocam.gui import spreadsheet_controls
from emocam.gui.actions import Actions
from emocam.gui.live.status import Status
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.spreadsheet_controls import SpreadsheetControls
from emocam.gui.worker import CaptureThread
from emocam.sessions.spreadsheet import SpreadsheetError, write_spreadsheet
from emocam.settings import Settings
from tests.sessions.recordings import make_face, make_result, record_into


class Parts:
    """The controls in a window, and what they opened."""

    def __init__(self, sessions: Path, opened: list[Path]) -> None:
        self.window, self.worker = QMainWindow(), CaptureThread(Settings())
        self.actions, self.status, self.notices = Actions(self.window), Status(), NoticeBar(self.window)
        self.window.setStatusBar(self.status)
        self.sessions, self.opened = sessions, opened
        self.writes: list[Path] = []
        self.may_write = threading.Event()
        self.may_write.set()
        self.problem = ""
        self.controls = SpreadsheetControls(
            self.worker, self.actions, self.status, self.notices,
            sessions_folder=lambda: sessions, write=self._write, parent=self.window,
        )  # fmt: skip

    def _write(self, folder: Path) -> None:
        assert self.may_write.wait(20)
        self.writes.append(folder)
        if self.problem:
            raise SpreadsheetError(self.problem)
        write_spreadsheet(folder)

    def record(self, name: str = "2026-01-01") -> Path:
        folder = self.sessions / name
        with record_into(folder) as recorder:
            recorder.record(make_result(0, make_face(1, "happy", 0.5)))
        return folder


@pytest.fixture
def parts(tmp_path, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(spreadsheet_controls, "open_in_system", lambda path, notices: opened.append(path))
    parts = Parts(tmp_path / "sessions", opened)
    qtbot.addWidget(parts.window)
    parts.window.show()
    return parts


def test_without_a_session_it_says_so(parts):
    parts.actions.spreadsheet.trigger()
    assert "no session to open yet" in parts.notices.text
    assert not parts.opened


def test_after_stop_a_button_opens_what_was_written(parts):
    folder = parts.record()
    assert not parts.controls.button.isVisible()
    parts.worker.recording_started.emit(str(folder))
    parts.worker.recording_stopped.emit(str(folder), "")
    write_spreadsheet(folder)
    parts.worker.spreadsheet_written.emit(str(folder), "")
    assert parts.controls.button.isVisible() and not parts.opened
    parts.controls.button.click()
    assert parts.opened == [folder / "session.xlsx"]
    assert not parts.writes
    parts.worker.recording_started.emit(str(parts.sessions / "next"))
    assert not parts.controls.button.isVisible()


def test_what_is_still_being_written_opens_when_it_is_there(parts):
    folder = parts.record()
    parts.worker.recording_stopped.emit(str(folder), "")
    parts.actions.spreadsheet.trigger()
    assert "being written" in parts.status.currentMessage() and not parts.opened
    write_spreadsheet(folder)
    parts.worker.spreadsheet_written.emit(str(folder), "")
    assert parts.opened == [folder / "session.xlsx"]
    assert not parts.writes


def test_a_session_of_before_is_written_first_and_the_newest_is_taken(parts, qtbot):
    parts.record("2026-01-01")
    newest = parts.record("2026-01-02")
    (parts.sessions / "pictures").mkdir()
    parts.may_write.clear()
    parts.actions.spreadsheet.trigger()
    parts.actions.spreadsheet.trigger()
    assert not parts.opened
    parts.may_write.set()
    qtbot.waitUntil(lambda: parts.opened == [newest / "session.xlsx"])
    assert parts.writes == [newest]


def test_a_session_that_is_being_recorded_is_not_the_last_one(parts, qtbot):
    before = parts.record("2026-01-01")
    with record_into(parts.sessions / "2026-01-02"):
        parts.worker.recording_started.emit(str(parts.sessions / "2026-01-02"))
        parts.actions.spreadsheet.trigger()
        qtbot.waitUntil(lambda: parts.opened == [before / "session.xlsx"])


def test_what_cannot_be_written_is_told(parts, qtbot):
    parts.record()
    parts.problem = "The disk is full."
    parts.actions.spreadsheet.trigger()
    qtbot.waitUntil(lambda: parts.notices.text == "The disk is full.")
    assert not parts.opened


def test_what_the_worker_could_not_write_is_told_though_nobody_asked(parts):
    folder = parts.record()
    parts.worker.recording_stopped.emit(str(folder), "")
    parts.worker.spreadsheet_written.emit(str(folder), "The disk is full.")
    assert parts.notices.text == "The disk is full."
