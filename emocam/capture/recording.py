"""The recording of a capture loop: begun, written to, ended, and made a spreadsheet of, with an event for each."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from emocam.capture.background import start_beside
from emocam.capture.events import Event, RecordingStarted, RecordingStopped, SpreadsheetWritten
from emocam.sessions.description import RecordedModel
from emocam.sessions.files import RecordingError
from emocam.sessions.inputs import RecordedInput
from emocam.sessions.recorder import SessionRecorder, new_session_folder
from emocam.sessions.spreadsheet import SpreadsheetError
from emocam.settings import Settings


class Recording:
    """The session that is being recorded, if any; for the loop's thread, but for `elapsed_s`."""

    def __init__(
        self,
        tell: Callable[[Event], None],
        *,
        call_later: Callable[[Callable[[], None]], None],
        write_spreadsheet: Callable[[Path], None],
        clock: Callable[[], float],
    ) -> None:
        """Begin without one. tell: takes events. call_later: has a call made on the loop's thread."""
        self._tell, self._call_later = tell, call_later
        self._spreadsheet_of, self._clock = write_spreadsheet, clock
        self._recorder: SessionRecorder | None = None

    @property
    def is_going(self) -> bool:
        return self._recorder is not None

    @property
    def elapsed_s(self) -> float:
        """Seconds of the session; 0 without one. Any thread may ask."""
        recorder = self._recorder
        return recorder.elapsed_s if recorder is not None else 0.0

    def start(
        self,
        parent: Path,
        *,
        model: RecordedModel,
        settings: Settings,
        source: str,
        is_live: bool,
        input: RecordedInput | None,
    ) -> bool:
        """Begin a session in a new folder of this one, and tell whether it has begun.

        source: its title for people. input: the source, None while none is open.
        """
        try:
            folder = new_session_folder(parent, datetime.now())
            self._recorder = SessionRecorder(
                folder,
                model=model,
                settings=settings,
                source=source,
                is_live=is_live,
                input=input,
                is_awaited=input is None,
                clock=self._clock,
            )
        except RecordingError as error:
            self._tell(RecordingStopped(None, str(error)))
            return False
        self._tell(RecordingStarted(folder))
        return True

    def write(self, write: Callable[[SessionRecorder], None]) -> str | None:
        """Write to the session, if there is one; return why it must end, if that fails."""
        if self._recorder is None:
            return None
        try:
            write(self._recorder)
        except RecordingError as error:
            return str(error)
        return None

    def stop(self, problem: str | None = None) -> None:
        """End the session, if there is one, and have its spreadsheet written beside the loop."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        try:
            recorder.close()
        except RecordingError as error:
            problem = problem or str(error)
        self._tell(RecordingStopped(recorder.folder, problem))
        if problem is None:
            self._start_spreadsheet(recorder.folder)

    def _start_spreadsheet(self, folder: Path) -> None:
        writing = start_beside(lambda: self._spreadsheet_of(folder), name="write spreadsheet")
        writing.add_done_callback(lambda future: self._call_later(lambda: self._note_spreadsheet(folder, future)))

    def _note_spreadsheet(self, folder: Path, writing: Future[None]) -> None:
        error = writing.exception()
        if error is None:
            self._tell(SpreadsheetWritten(folder, None))
        elif isinstance(error, SpreadsheetError):
            self._tell(SpreadsheetWritten(folder, str(error)))
        else:
            reason = type(error).__name__
            problem = f"The spreadsheet of {folder} was not written ({reason}). Make it with emocam export."
            self._tell(SpreadsheetWritten(folder, problem))
