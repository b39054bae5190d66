"""The capture loop on a thread of Qt's, and its events as signals."""

from PySide6.QtCore import QObject, QThread, Signal

from emocam.baseline import NeutralBegun, NeutralCleared, NeutralRefused, NeutralSet
from emocam.capture.events import (
    Crashed,
    Event,
    FinderProblem,
    ModelFailed,
    ModelOpened,
    RecordingStarted,
    RecordingStopped,
    SourceEnded,
    SourceFailed,
    SourceLost,
    SourceNotice,
    SourceOpened,
    SpreadsheetWritten,
)
from emocam.capture.events import (
    Shown as Shown,
)
from emocam.capture.loop import CaptureLoop
from emocam.capture.loop import Engine as Engine
from emocam.settings import Settings


class CaptureThread(QThread):
    """Runs a capture loop and has its commands; what the loop tells arrives as signals, on the receiver's thread."""

    result_ready = Signal()  # `results` was empty and holds something now
    source_opened = Signal(str, str, bool)  # title, identity, is live
    source_failed = Signal(str, bool)  # reason, is tried again by itself
    source_lost = Signal(str)  # reason; the source looks for its camera by itself
    source_notice = Signal(str)  # what is worth knowing of it
    source_ended = Signal(str, str)  # title, problem or ""
    model_opened = Signal(str, object)  # text of Settings.model, its ModelFile
    model_failed = Signal(str, str)  # text of Settings.model, reason
    finder_problem = Signal(str)  # what could not be opened of what finds faces
    recording_started = Signal(str)  # folder
    recording_stopped = Signal(str, str)  # folder or "", problem or ""
    spreadsheet_written = Signal(str, str)  # folder, problem or ""
    neutral_begun = Signal(object)  # NeutralBegun: who should look neutral for two seconds
    neutral_set = Signal(object)  # NeutralSet: a face's baseline, and how steady it was
    neutral_refused = Signal(object)  # NeutralRefused: why a face has got none
    neutral_cleared = Signal(object)  # NeutralCleared: who has none any more
    crashed = Signal(str)

    def __init__(self, settings: Settings, *, engine: Engine | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = loop = CaptureLoop(settings, engine=engine)
        self.results = loop.listen(on_result=self.result_ready.emit, on_event=self._signal)
        self.use_settings, self.open, self.replay, self.set_paused = (
            loop.use_settings, loop.open, loop.replay, loop.set_paused
        )
        self.start_recording, self.stop_recording, self.add_marker = (
            loop.start_recording, loop.stop_recording, loop.add_marker
        )
        self.set_neutral, self.clear_neutral = loop.set_neutral, loop.clear_neutral
        self.stop = loop.stop  # wait for it with `wait`

    @property
    def elapsed_s(self) -> float:
        """Seconds of the session being recorded; 0 without one."""
        return self._loop.elapsed_s

    def run(self) -> None:
        self._loop.run()

    def _signal(self, event: Event) -> None:
        match event:
            case SourceOpened(title, identity, is_live):
                self.source_opened.emit(title, identity, is_live)
            case SourceFailed(reason, retries):
                self.source_failed.emit(reason, retries)
            case SourceLost(reason):
                self.source_lost.emit(reason)
            case SourceNotice(text):
                self.source_notice.emit(text)
            case SourceEnded(title, problem):
                self.source_ended.emit(title, problem or "")
            case ModelOpened(text, model):
                self.model_opened.emit(text, model)
            case ModelFailed(text, reason):
                self.model_failed.emit(text, reason)
            case FinderProblem(problem):
                self.finder_problem.emit(problem)
            case RecordingStarted(folder):
                self.recording_started.emit(str(folder))
            case RecordingStopped(folder, problem):
                self.recording_stopped.emit(str(folder or ""), problem or "")
            case SpreadsheetWritten(folder, problem):
                self.spreadsheet_written.emit(str(folder), problem or "")
            case NeutralBegun():
                self.neutral_begun.emit(event)
            case NeutralSet():
                self.neutral_set.emit(event)
            case NeutralRefused():
                self.neutral_refused.emit(event)
            case NeutralCleared():
                self.neutral_cleared.emit(event)
            case Crashed(problem):
                self.crashed.emit(problem)
