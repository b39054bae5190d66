"""Recording from the window: start, stop, markers, and sessions that were cut off."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from emocam.capture.background import start_beside
from emocam.capture.spreadsheets import write_in_own_process
from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.advice import duration
from emocam.gui.dialogs import MarkerDialog
from emocam.gui.live.status import OPEN_FOLDER_TIP, Status
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.opening import open_in_system
from emocam.gui.worker import CaptureThread
from emocam.sessions.files import RecordingError
from emocam.sessions.recovery import complete_session, unfinished_sessions
from emocam.sessions.spreadsheet import SpreadsheetError

TICK_MS = 200


class SessionControls(QObject):
    """Keeps the record and marker actions, the clock and the status line in step with the recording."""

    recording_changed = Signal(bool)
    waiting_changed = Signal(bool)  # Record was pressed, and a session begins with the next picture
    ticked = Signal(float)  # seconds of the session so far

    def __init__(
        self,
        worker: CaptureThread,
        actions: Actions,
        status: Status,
        notices: NoticeBar,
        *,
        sessions_folder: Callable[[], Path],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window, self._worker, self._actions = parent, worker, actions
        self._has_network = False
        self._status, self._notices, self._sessions_folder = status, notices, sessions_folder
        self._folder: Path | None = None
        self._elapsed_s = 0.0
        self._is_asked = False  # to record, and has not begun
        self._awaited = ""  # what a recording would wait for, in words; empty while pictures come
        self._saved: tuple[Path, float] | None = None  # the last session, and how long it was
        self._marker: MarkerDialog | None = None
        self._call: Future[str | list[Path]] | None = None
        self._unfinished: list[Path] = []
        self._complete = QAction("Complete", self, toolTip="Write the statistics from the rows that were recorded")
        self._open_session = QAction("Open folder", self, toolTip=OPEN_FOLDER_TIP)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_elapsed)
        self._poll = QTimer(self, interval=TICK_MS)
        self._poll.timeout.connect(self._finish_call)
        declare = ActionDeclaration
        actions.declare(
            declare("sessions", "Open &sessions folder", "Ctrl+E",
                    "Show the folder with all recorded sessions", self._open_sessions),
            declare("record", "&Record", "Ctrl+R",
                    "Record a session: a CSV row for each face of each analysed frame", self.toggle),
            declare("marker", "Add &marker…", "M",
                    "Name this moment of the recording; the recording goes on meanwhile", self.ask_marker),
        )  # fmt: skip
        self._complete.triggered.connect(self._complete_unfinished)
        self._open_session.triggered.connect(status.ask_for_folder)
        status.folder_asked.connect(lambda folder: open_in_system(Path(folder), notices))
        worker.model_opened.connect(lambda: self.allow_recording(True))
        worker.model_failed.connect(self._note_no_model)
        worker.recording_started.connect(self._note_started)
        worker.recording_stopped.connect(self._note_stopped)
        actions.marker.setEnabled(False)
        self.allow_recording(False)

    @property
    def is_recording(self) -> bool:
        return self._folder is not None

    @property
    def is_waiting(self) -> bool:
        """Whether Record was pressed, and a session begins as soon as a picture comes."""
        return self._is_asked and bool(self._awaited)

    def allow_recording(self, is_ready: bool, *, tip: str = "Recording waits for the network to load") -> None:
        """Enable Record once there is a network; Stop is always possible. tip: says why there is none."""
        self._has_network = is_ready
        self._actions.record.setEnabled(is_ready or self.is_recording)
        if not self.is_recording and not self._is_asked:
            self._actions.describe("record", tip=None if is_ready else tip)

    def await_picture(self, awaited: str) -> None:
        """Take note of what a recording would wait for, as `the first picture`; empty while pictures come."""
        self._awaited = awaited
        if self._is_asked:
            self._show_waiting()

    def toggle(self) -> None:
        """Begin to record, at once or with the next picture that comes; or stop."""
        if self.is_recording or self._is_asked:
            self._elapsed_s = self._worker.elapsed_s
            self._worker.stop_recording()
        else:
            self._is_asked = True
            self._worker.start_recording(waits=True)
            self._show_waiting()

    def ask_marker(self) -> None:
        """Ask for the name of this moment, which is the one marked however long the answer takes."""
        if not self.is_recording or self._marker is not None:
            return
        moment_s = self._worker.elapsed_s
        self._marker = MarkerDialog(moment_s, self._window)
        self._marker.named.connect(lambda name, is_span: self._add_marker(moment_s, name, is_span))
        self._marker.finished.connect(self._forget_marker)
        self._marker.show()
        self._marker.activateWindow()

    def look_for_unfinished(self) -> None:
        """Look for sessions that were cut off, and offer to complete them; nothing waits for it."""
        self._start_call(lambda: list(unfinished_sessions(self._sessions_folder())), name="find sessions")

    def _add_marker(self, moment_s: float, name: str, is_span: bool) -> None:
        end_s = max(moment_s, self._worker.elapsed_s) if is_span else moment_s
        self._worker.add_marker(moment_s, end_s, name)
        self._status.note(f"Marker “{name}” at {duration(moment_s)}")

    def _forget_marker(self) -> None:
        self._marker = None

    def _note_no_model(self) -> None:
        if not self._has_network:
            self.allow_recording(False, tip="Recording needs a network, and none could be loaded")

    def _show_waiting(self) -> None:
        """Say what the recording waits for; for the few milliseconds in which it begins at once, nothing."""
        if self._awaited:
            words = f"Recording waits for {self._awaited}"
            self._actions.describe("record", text="&Cancel", tip=f"{words}. Press to record nothing")
            self._status.show_waiting(words)
        self.waiting_changed.emit(self.is_waiting)

    def _end_waiting(self) -> None:
        self._is_asked = False
        self._actions.describe("record")
        self.waiting_changed.emit(False)

    def _note_started(self, folder: str) -> None:
        self._end_waiting()
        self._folder, self._elapsed_s = Path(folder), 0.0
        self._actions.describe("record", text="&Stop", tip="Stop recording and write the statistics")
        self._actions.record.setEnabled(True)
        self._actions.marker.setEnabled(True)
        self._notices.hide()
        self._show_elapsed()
        self._tick.start()
        self.recording_changed.emit(True)

    def _note_stopped(self, folder: str, problem: str) -> None:
        self._tick.stop()
        was_recording, self._folder = self.is_recording, None
        self._end_waiting()
        self._actions.marker.setEnabled(False)
        if self._marker is not None:
            self._marker.reject()
        is_there = bool(folder) and Path(folder).is_dir()
        if folder:
            self._saved = (Path(folder), self._elapsed_s) if is_there else None
        if self._saved is not None:
            self._status.show_saved(*self._saved)
        else:
            self._status.forget_session()
        self.ticked.emit(0.0)
        if problem:
            what = "The recording has stopped" if was_recording else "The recording could not begin"
            self._notices.say(f"{what}. {problem}", [self._open_session] if is_there else [])
        if was_recording:
            self.recording_changed.emit(False)

    def _show_elapsed(self) -> None:
        if self._folder is None:
            return
        self._elapsed_s = self._worker.elapsed_s or self._elapsed_s
        self._status.show_recording(self._folder, self._elapsed_s)
        self.ticked.emit(self._elapsed_s)

    def _open_sessions(self) -> None:
        folder = self._sessions_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._notices.say(f"{folder} cannot be opened: {error}.")
            return
        open_in_system(folder, self._notices)

    def _start_call(self, call: Callable[[], str | list[Path]], *, name: str) -> None:
        self._call = start_beside(call, name=name)
        self._poll.start()

    def _finish_call(self) -> None:
        if self._call is None or not self._call.done():
            return
        self._poll.stop()
        call, self._call = self._call, None
        outcome = call.result()
        if isinstance(outcome, str):
            self._notices.say(outcome)
        elif outcome:
            self._unfinished = outcome
            count = "A recording was" if len(outcome) == 1 else f"{len(outcome)} recordings were"
            names = ", ".join(folder.name for folder in outcome[:3]) + (" …" if len(outcome) > 3 else "")
            text = f"{count} cut off ({names}). The rows are there; the statistics can be made from them."
            self._notices.say(text, [self._complete])

    def _complete_unfinished(self) -> None:
        folders = list(self._unfinished)
        self._start_call(lambda: _complete_all(folders), name="complete sessions")


def _complete_all(folders: list[Path]) -> str:
    """Complete each session, and return what to say about it."""
    problems = []
    for folder in folders:
        try:
            complete_session(folder)
        except RecordingError as error:
            problems.append(str(error))
    done = len(folders) - len(problems)
    start_beside(lambda: _write_spreadsheets(folders), name="write spreadsheets")
    words = f"{done} {'recording' if done == 1 else 'recordings'} completed."
    return " ".join([words, *problems])


def _write_spreadsheets(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(SpreadsheetError):  # it is written again, and what is wrong told, when it is to be opened
            write_in_own_process(folder)
