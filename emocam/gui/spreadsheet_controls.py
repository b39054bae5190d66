"""The last session as a spreadsheet: opened once it is written, and written first where it is not there."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QToolButton, QWidget

from emocam.capture.background import start_beside
from emocam.capture.spreadsheets import write_in_own_process
from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.live.status import Status
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.opening import open_in_system
from emocam.gui.worker import CaptureThread
from emocam.sessions.files import SPREADSHEET
from emocam.sessions.spreadsheet import SpreadsheetError, is_current, is_session

TICK_MS = 200
TIP = "Show the last session as a spreadsheet with charts, in the system's program for it"


class SpreadsheetControls(QObject):
    """Keeps the action and its button in step with the sessions that are recorded and written."""

    def __init__(
        self,
        worker: CaptureThread,
        actions: Actions,
        status: Status,
        notices: NoticeBar,
        *,
        sessions_folder: Callable[[], Path],
        write: Callable[[Path], None] = write_in_own_process,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._status, self._notices = status, notices
        self._sessions_folder, self._write = sessions_folder, write
        self._recorded: Path | None = None  # into which a session is being recorded
        self._last: Path | None = None
        self._being_written: set[Path] = set()
        self._awaited: Path | None = None  # to be opened once it is written
        self._writing: tuple[Path, Future[None]] | None = None
        self._poll = QTimer(self, interval=TICK_MS)
        self._poll.timeout.connect(self._finish_writing)
        actions.declare(
            ActionDeclaration("spreadsheet", "Open in a s&preadsheet", "Ctrl+Shift+E", TIP, self.open_last)
        )
        self.button = QToolButton()
        self.button.setDefaultAction(actions.spreadsheet)
        self.button.setAutoRaise(True)
        self.button.hide()
        status.addPermanentWidget(self.button)
        worker.recording_started.connect(self._note_started)
        worker.recording_stopped.connect(self._note_stopped)
        worker.spreadsheet_written.connect(self._note_written)

    def open_last(self) -> None:
        """Open the spreadsheet of the session that ended last, in this run of the program or in one before."""
        folder = self._last if self._last is not None and is_session(self._last) else self._newest()
        if folder is None:
            self._notices.say("There is no session to open yet. Record one; after Stop it opens in a spreadsheet.")
        elif folder not in self._being_written and is_current(folder):
            open_in_system(folder / SPREADSHEET, self._notices)
        else:
            self._awaited = folder
            self._status.note(f"The spreadsheet of {folder.name} is being written, and opens then")
            self._start_writing(folder)

    def _newest(self) -> Path | None:
        try:
            folders = sorted(self._sessions_folder().iterdir(), reverse=True)
        except OSError:
            return None
        return next((folder for folder in folders if folder != self._recorded and is_session(folder)), None)

    def _start_writing(self, folder: Path) -> None:
        if folder in self._being_written or self._writing is not None:
            return
        self._being_written.add(folder)
        self._writing = folder, start_beside(lambda: self._write(folder), name="write spreadsheet")
        self._poll.start()

    def _finish_writing(self) -> None:
        if self._writing is None or not self._writing[1].done():
            return
        self._poll.stop()
        (folder, writing), self._writing = self._writing, None
        try:
            writing.result()
        except SpreadsheetError as error:
            self._note_written(str(folder), str(error))
        else:
            self._note_written(str(folder), "")

    def _note_started(self, folder: str) -> None:
        self._recorded = Path(folder)
        self.button.hide()

    def _note_stopped(self, folder: str, problem: str) -> None:
        self._recorded = None
        if not folder or not is_session(Path(folder)):
            return
        self._last = Path(folder)
        self.button.show()
        if not problem:  # then the worker has it written
            self._being_written.add(self._last)

    def _note_written(self, folder: str, problem: str) -> None:
        written = Path(folder)
        self._being_written.discard(written)
        is_awaited = written == self._awaited
        if is_awaited:
            self._awaited = None
        if problem:
            self._notices.say(problem)
        elif is_awaited:
            open_in_system(written / SPREADSHEET, self._notices)
