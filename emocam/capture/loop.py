"""The capture loop: read, analyse and record every frame, and offer the newest result to whoever listens."""

import logging
import queue
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from pathlib import Path

from emocam.addresses import shown_address, without_secrets
from emocam.baseline import NeutralRefused
from emocam.capture.background import start_beside
from emocam.capture.events import (
    SINCE_OPENED,
    SINCE_RECORD,
    SINCE_STOP,
    Crashed,
    Event,
    FinderProblem,
    ModelFailed,
    ModelOpened,
    RecordingStopped,
    Shown,
    SourceEnded,
    SourceFailed,
    SourceLost,
    SourceNotice,
    SourceOpened,
)
from emocam.capture.listeners import Listeners
from emocam.capture.playback import Ended, Failed, Opened, Playback, Step
from emocam.capture.recording import Recording
from emocam.capture.spreadsheets import write_in_own_process
from emocam.clock import steady_s
from emocam.engine.classification import Classifier, open_classifier
from emocam.engine.model_file import ModelFileError, resolve_model
from emocam.engine.pipeline import Pipeline
from emocam.latest import Latest
from emocam.messages import Frame, FrameResult, Gap
from emocam.sessions.recorder import SessionRecorder, default_parent
from emocam.sessions.statistics import SharesSoFar
from emocam.settings import Settings
from emocam.sources import Source, open_source

log = logging.getLogger(__name__)

RATE_WINDOW_S = 2.0
STAYS_S = 0.3  # a picture that stays for longer shows changed settings at once, not with the next one
LOADED_WITHIN_S = 1.0  # a network takes 0.3 s, or some seconds with Keras; after that it is left behind


@dataclass(frozen=True, slots=True)
class Engine:
    """What a capture loop runs on; a test puts its own in place.

    open_model: takes the text of Settings.model and raises ModelFileError. write_spreadsheet: takes the folder of a
    session that has ended, on a thread of its own, and raises SpreadsheetError.
    """

    open_source: Callable[[str | None], Source] = open_source
    open_model: Callable[[str], Classifier] = lambda text: open_classifier(resolve_model(text))
    make_pipeline: Callable[[], Pipeline] = Pipeline
    sessions_folder: Callable[[], Path] = default_parent
    write_spreadsheet: Callable[[Path], None] = write_in_own_process
    clock: Callable[[], float] = steady_s


class CaptureLoop:
    """Owns source, pipeline and recording; any thread sends it commands and Settings, one thread runs it.

    Every command returns at once, and is obeyed between two frames.
    """

    def __init__(self, settings: Settings, *, engine: Engine | None = None) -> None:
        """Begin with neither source nor network; `run` loads the network of the settings."""
        self._engine = engine or Engine()
        self._listeners = Listeners()
        self._newest_settings: Latest[Settings] = Latest()
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._is_stopping = False
        self._settings = settings
        self._current_model: str | None = None  # of the classifier in use
        self._classifier: Classifier | None = None
        self._loading: tuple[str, Future[Classifier]] | None = None
        self._playback = Playback(self._engine.open_source, clock=self._engine.clock)
        self._finder_problem: str | None = None  # that was told last
        self._notice: str | None = None  # the same of the source
        self._recording = Recording(
            self._listeners.tell,
            call_later=self._commands.put,
            write_spreadsheet=self._engine.write_spreadsheet,
            clock=self._engine.clock,
        )
        self._is_recording_awaited = False  # a recording begins with the next frame that a network answers
        self._shown: FrameResult | None = None  # the current source's newest
        self._shares, self._shares_since = SharesSoFar(), SINCE_OPENED
        self._times_s: deque[float] = deque()
        self._last_rate = 0.0
        self._title, self._is_live, self._is_lost, self._is_absence_noted = "", True, False, False

    @property
    def elapsed_s(self) -> float:
        """Seconds of the session being recorded; 0 without one. Any thread may ask."""
        return self._recording.elapsed_s

    def listen(
        self,
        *,
        on_result: Callable[[], None] = lambda: None,
        on_event: Callable[[Event], None] = lambda event: None,
    ) -> Latest[Shown]:
        """Return a slot that holds the newest result until it is taken; each listener has its own.

        on_result: called when the slot was empty and holds something now. on_event: called with each event. Both are
        called on the loop's thread, and only to hand on: to a queue, a signal, another thread. One that raises is
        dropped. Any thread may call this.
        """
        return self._listeners.add(on_result, on_event)

    def forget(self, results: Latest[Shown]) -> None:
        """Drop the listener that has this slot; any thread may call this."""
        self._listeners.drop(results)

    def use_settings(self, settings: Settings) -> None:
        """Analyse the next frame under these settings; another network is loaded meanwhile."""
        self._newest_settings.put(settings)
        self._commands.put(self._take_settings)

    def open(self, source: str | None, *, loops: bool = False) -> None:
        """Close the current source and open another; None is the first camera."""
        self._commands.put(lambda: self._open(source, loops=loops))

    def replay(self) -> None:
        """Play the current source from its start, or try to open it again."""
        self._commands.put(self._playback.replay)

    def set_paused(self, is_paused: bool) -> None:
        """Stop analysing until further notice."""
        self._commands.put(lambda: self._set_paused(is_paused))

    def start_recording(self, *, waits: bool = False) -> None:
        """Record a session from the next frame on; the answer is an event.

        waits: where no picture comes now, or no network is there, begin with the first frame that a network answers.
        """
        self._commands.put(lambda: self._start_recording(waits=waits))

    def stop_recording(self) -> None:
        """End the session and write its statistics, or wait for none any more; the answers are events.

        One comes at once, and one when the session's spreadsheet is there.
        """
        self._commands.put(self._stop_recording)

    def add_marker(self, start_s: float, end_s: float, name: str) -> None:
        """Name a moment or span of the session, in seconds since Record."""
        self._commands.put(lambda: self._record(lambda recorder: recorder.add_marker(start_s, end_s, name)))

    def set_neutral(self, face: int | None = None) -> None:
        """Take the next two seconds of a face, or of all in sight, as its neutral baseline.

        The answers are events: NeutralBegun at once, and for each face NeutralSet or NeutralRefused after that time on
        the source's clock; NeutralRefused at once where nothing can be taken.
        """
        self._commands.put(lambda: self._set_neutral(face))

    def clear_neutral(self, face: int | None = None) -> None:
        """Drop the baseline of a face, or of all; NeutralCleared says whose, where there was one."""
        self._commands.put(lambda: self._clear_neutral(face))

    def stop(self) -> None:
        """Ask `run` to return; what is being recorded is completed first."""
        self._commands.put(self._note_stop)

    def run(self) -> None:
        """Work until `stop` is called, or something fails that should not; may be called again after that."""
        self._is_stopping = False
        try:
            self._work()
        except Exception as error:  # whoever listens lives on and is told
            log.exception("the capture loop ended")
            self._listeners.tell(Crashed(without_secrets(f"{type(error).__name__}: {error}")))
        finally:
            self._playback.close()
            self._stop_recording()
            self._leave_loading()

    def _work(self) -> None:
        self._pipeline = self._engine.make_pipeline()
        if self._classifier is not None:
            self._pipeline.use_classifier(self._classifier)
        else:
            self._load_model(self._settings.model)
        while not self._is_stopping:
            self._obey_commands(self._playback.wait_s)
            self._finish_loading()
            step = self._playback.step()
            if step is not None:
                self._handle(step)
        self._obey_commands(0)  # a marker that was named just before the end

    def _note_stop(self) -> None:
        self._is_stopping = True

    def _obey_commands(self, wait_s: float) -> None:
        """Obey what was asked, after waiting up to `wait_s` for something to be asked."""
        try:
            command = self._commands.get(timeout=wait_s) if wait_s > 0 else self._commands.get_nowait()
            while True:
                command()
                command = self._commands.get_nowait()
        except queue.Empty:
            return

    def _take_settings(self) -> None:
        settings = self._newest_settings.take()
        if settings is None:
            return
        before, self._settings = self._settings, settings
        wanted = self._loading[0] if self._loading else self._current_model
        if settings.model != wanted:
            self._load_model(settings.model)
        if self._classifier is not None:
            self._use_classifier(self._classifier.judging_like(settings.judges_like))
        self._show_again(searches=settings.faces_found_by != before.faces_found_by)

    def _load_model(self, text: str) -> None:
        self._loading = text, start_beside(lambda: self._engine.open_model(text), name="load network")

    def _leave_loading(self) -> None:
        """Wait for a network on its way: a process that ends while HDF5 reads crashes, or hangs in HDF5's lock."""
        if self._loading is not None:
            wait([self._loading[1]], LOADED_WITHIN_S)

    def _finish_loading(self) -> None:
        """Switch to a network once it is whole; a failure leaves the one in use."""
        if self._loading is None or not self._loading[1].done():
            return
        (text, future), self._loading = self._loading, None
        try:
            classifier = future.result()
        except ModelFileError as error:
            self._listeners.tell(ModelFailed(text, str(error)))
            return
        except BaseException as error:  # whatever a library raised, a recording goes on with the network in use
            log.exception("a network could not be opened")
            self._listeners.tell(ModelFailed(text, f"It cannot be opened ({type(error).__name__}). Choose another."))
            return
        self._current_model = text
        self._use_classifier(classifier.judging_like(self._settings.judges_like))
        self._show_again()

    def _use_classifier(self, classifier: Classifier) -> None:
        """Use a network, or another of its answers, from now on."""
        if classifier is self._classifier:
            return
        self._classifier = classifier
        self._pipeline.use_classifier(classifier)
        self._tell_of_baselines()
        self._record(lambda recorder: recorder.change_model(classifier.model))
        self._listeners.tell(ModelOpened(self._current_model or self._settings.model, classifier.model))

    def _set_paused(self, is_paused: bool) -> None:
        self._times_s.clear()
        self._playback.set_paused(is_paused)

    def _open(self, source: str | None, *, loops: bool) -> None:
        self._is_lost = self._is_absence_noted = False
        self._shown = None
        self._times_s.clear()
        self._cancel_neutral("The source was changed within the two seconds.")
        self._title = shown_address(source) if source else "the first camera"
        self._playback.open(source, loops=loops)

    def _handle(self, step: Step) -> None:
        match step:
            case Frame():
                self._analyze(step)
            case Gap():
                self._note_gap(step)
            case Opened():
                self._note_opened(step)
            case Failed(reason, retries):
                self._listeners.tell(SourceFailed(reason, retries))
            case Ended(title, problem):
                self._cancel_neutral("The film ended within the two seconds.")
                if self._shown is not None and self._is_outdated(self._shown):
                    self._show_again()  # the last picture stays
                self._listeners.tell(SourceEnded(title, problem))

    def _analyze(self, frame: Frame) -> None:
        self._take_settings()  # the newest, though they came while the frame was awaited
        if self._is_recording_awaited and self._classifier is not None:
            self._start_recording()
        result = self._conclude(frame)
        self._tell_finder_problem()
        self._tell_notice()
        self._tell_of_baselines()
        self._is_lost = False
        self._record(lambda recorder: recorder.record(result))
        self._shares.add(result)
        self._last_rate = self._rate()
        self._offer(result)

    def _set_neutral(self, face: int | None) -> None:
        if self._classifier is None:
            refused = NeutralRefused(face, "There is no network yet to look at faces.", "Wait until one is there.")
        elif not self._has_picture:
            refused = NeutralRefused(face, "No pictures come now.", "Open or play a source first.")
        elif self._playback.is_independent:
            refused = NeutralRefused(
                face, "Pictures that stand for themselves last no two seconds.", "Open a camera or a film."
            )
        else:
            self._pipeline.baselines.ask(face)
            return
        self._listeners.tell(refused)

    def _clear_neutral(self, face: int | None) -> None:
        self._pipeline.baselines.clear(face)
        self._tell_of_baselines()
        self._show_again()

    def _cancel_neutral(self, reason: str) -> None:
        self._pipeline.baselines.cancel(reason)
        self._tell_of_baselines()

    def _tell_of_baselines(self) -> None:
        for news in self._pipeline.baselines.take_news():
            self._listeners.tell(news)

    def _conclude(self, frame: Frame) -> FrameResult:
        """Return what a frame shows; the faces of a picture that is no part of a sequence end with it."""
        result = self._pipeline.analyze(frame, self._settings_in_use, is_alone=self._playback.is_independent)
        return self._pipeline.end_faces(result) if self._playback.is_independent else result

    @property
    def _settings_in_use(self) -> Settings:
        return replace(self._settings, model=self._current_model or self._settings.model)

    def _show_again(self, *, searches: bool = False) -> None:
        """Show what a picture that stays in view says under the present settings and network.

        searches: other finders look for its faces. What is recorded stays as it was.
        """
        if self._shown is None or not (self._playback.is_still or self._playback.wait_s > STAYS_S):
            return
        if searches and self._playback.is_independent:
            result = self._conclude(self._shown.frame)
        else:
            result = self._pipeline.answer_again(self._shown, self._settings_in_use)
        self._tell_of_baselines()
        self._shares.amend(result)
        self._offer(result)

    def _is_outdated(self, result: FrameResult) -> bool:
        """Tell whether other settings or another network are in use than those that concluded this."""
        labels = () if self._classifier is None else self._classifier.model.labels
        return result.settings != self._settings_in_use or result.model_labels != labels

    def _offer(self, result: FrameResult) -> None:
        self._shown = result
        shares = self._shares.shares()
        self._listeners.offer(Shown(result, self._last_rate, self._playback.dropped, shares, self._shares_since))

    def _tell_finder_problem(self) -> None:
        problem, told = self._pipeline.problem, self._finder_problem
        self._finder_problem = problem
        if problem is not None and problem != told:
            self._listeners.tell(FinderProblem(problem))

    def _tell_notice(self) -> None:
        notice = self._playback.notice
        if notice is not None and notice != self._notice:
            self._notice = notice
            self._listeners.tell(SourceNotice(notice))

    def _rate(self) -> float:
        """Return the frames analysed in a second, over the last two."""
        now_s = self._engine.clock()
        self._times_s.append(now_s)
        while now_s - self._times_s[0] > RATE_WINDOW_S:
            self._times_s.popleft()
        span_s = now_s - self._times_s[0]
        return (len(self._times_s) - 1) / span_s if span_s > 0 else 0.0

    def _note_opened(self, opened: Opened) -> None:
        self._pipeline.forget_faces()
        self._tell_of_baselines()
        self._is_lost = self._is_absence_noted = False
        self._title, self._is_live = opened.title, opened.is_live
        if opened.is_repeat:
            return
        self._notice = self._shown = None
        self._count_shares_anew(SINCE_OPENED)
        self._settings = replace(self._settings, source=opened.identity)
        played = self._playback.input
        self._record(lambda recorder: recorder.change_source(opened.title, is_live=opened.is_live, input=played))
        self._listeners.tell(SourceOpened(opened.title, opened.identity, opened.is_live))

    def _note_gap(self, gap: Gap) -> None:
        is_absent = not self._playback.is_open
        if is_absent and not self._is_absence_noted:
            self._is_absence_noted = True
            awaited = f"waiting for {self._title}"
            self._record(lambda recorder: recorder.change_source(awaited, is_awaited=True))
        self._record(lambda recorder: recorder.record_gap(gap))
        if not is_absent and not self._is_lost:
            self._is_lost = True
            self._listeners.tell(SourceLost(gap.reason))

    def _count_shares_anew(self, since: str) -> None:
        self._shares, self._shares_since = SharesSoFar(), since

    @property
    def _has_picture(self) -> bool:
        """Whether frames of the current source come, as far as the last one tells."""
        return self._shown is not None and self._playback.is_open and not (self._is_lost or self._playback.is_still)

    def _start_recording(self, *, waits: bool = False) -> None:
        if self._recording.is_going:
            return
        self._is_recording_awaited = waits and not (self._classifier is not None and self._has_picture)
        if self._is_recording_awaited:
            return
        if self._classifier is None:
            self._listeners.tell(RecordingStopped(None, "There is no network yet to record the predictions of."))
            return
        has_begun = self._recording.start(
            self._engine.sessions_folder(),
            model=self._classifier.model,
            settings=self._settings_in_use,
            source=self._title,
            is_live=self._is_live,
            input=self._playback.input if self._playback.is_open else None,
        )
        if has_begun:
            self._count_shares_anew(SINCE_RECORD)
            self._is_absence_noted = True  # the session begins with the current source, there or not

    def _record(self, write: Callable[[SessionRecorder], None]) -> None:
        """Write to the session, if there is one; a failure ends it, and the picture goes on."""
        problem = self._recording.write(write)
        if problem is not None:
            self._stop_recording(problem)

    def _stop_recording(self, problem: str | None = None) -> None:
        was_awaited, self._is_recording_awaited = self._is_recording_awaited, False
        if self._recording.is_going:
            self._count_shares_anew(SINCE_STOP)
            self._recording.stop(problem)
        elif was_awaited:
            self._listeners.tell(RecordingStopped(None, None))
