"""Play one source after another: opening beside, pacing files, looping, reopening what may come back."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from emocam.addresses import shown_address, without_secrets
from emocam.capture.background import start_beside
from emocam.capture.played_input import PlayedInput
from emocam.clock import steady_s
from emocam.messages import Frame, Gap
from emocam.sources import Source, SourceError

log = logging.getLogger(__name__)

RETRY_S = 3.0  # A camera that is plugged in again is found within a breath, without hammering its driver.
GAP_S = 1.0
READ_TIMEOUT_S = 0.1  # Short enough that a click is obeyed at once while a camera is silent.
IDLE_S = 0.25
LATE_S = 0.5  # Farther behind its time than this, a file goes on from now instead of racing.


@dataclass(frozen=True, slots=True)
class Opened:
    """A source has been opened; is_repeat: it is the next round of a loop."""

    title: str
    identity: str
    is_live: bool
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A source could not be opened; reason: sentences for people; retries: it is tried again by itself."""

    reason: str
    retries: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """A file or folder has been played to its end; problem: what was wrong with it, if anything."""

    title: str
    problem: str | None


Step = Frame | Gap | Opened | Failed | Ended


class Playback:
    """The source that is played now.

    `step` gives what happened next, or None; `wait_s` is how long nothing can happen, which is the time
    that the caller may spend waiting for commands.
    """

    def __init__(
        self, open_source: Callable[[str | None], Source], *, clock: Callable[[], float] = steady_s
    ) -> None:
        self._open_source = open_source
        self._clock = clock
        self._text: str | None = None
        self._loops = False
        self._source: Source | None = None
        self._input: PlayedInput | None = None
        self._opening: Future[Source] | None = None
        self._is_repeat = False
        self._frames_read = 0
        self._has_ended = False
        self._pending: Frame | None = None
        self._zero_s: float | None = None
        self._is_paused = False
        self._reason = ""
        self._retry_at_s: float | None = None
        self._absent_since_s = clock()
        self._gaps = 0

    @property
    def dropped(self) -> int:
        """Frames that the current source delivered and nobody could take in time."""
        return self._source.dropped if self._source is not None else 0

    @property
    def is_open(self) -> bool:
        return self._source is not None

    @property
    def input(self) -> PlayedInput | None:
        """The current source, or the one before while none is open, as a recording notes it down."""
        return self._input

    @property
    def is_still(self) -> bool:
        """No frame comes for now: the source is paused, or has been played to its end."""
        return self._is_paused or (self._source is not None and self._has_ended)

    @property
    def is_independent(self) -> bool:
        """The current source's pictures are no sequence: a face in one is no face of the next."""
        return self._source is not None and self._source.is_independent

    @property
    def notice(self) -> str | None:
        """What is worth knowing of a film's times; pictures have none."""
        if self._source is None or self._source.is_independent:
            return None
        return self._source.details.notice

    @property
    def wait_s(self) -> float:
        """Seconds during which `step` has nothing to give."""
        if self._source is None:
            return 0.02 if self._opening is not None else IDLE_S
        if self._source.is_live:
            return 0.0
        if self._has_ended or self._is_paused:
            return IDLE_S
        if self._pending is None or self._zero_s is None:
            return 0.0
        return max(0.0, self._zero_s + self._pending.time_s - self._clock())

    def open(self, text: str | None, *, loops: bool = False) -> None:
        """Close the current source and open another one beside the caller."""
        self._text, self._loops = text, loops
        self._reason = ""
        self._gaps, self._absent_since_s = 0, self._clock()
        self._start_opening(is_repeat=False)

    def replay(self) -> None:
        """Open the current source again, from its first frame."""
        self.open(self._text, loops=self._loops)

    def set_paused(self, is_paused: bool) -> None:
        """Hold a file where it is; a live source is read on, and its frames are passed over."""
        self._is_paused = is_paused
        self._zero_s = None

    def step(self) -> Step | None:
        """Return what happened next; None if nothing did yet."""
        if self._opening is not None and self._opening.done():
            return self._finish_opening()
        if self._source is None:
            return self._step_without_source()
        if self._has_ended:
            return None
        return self._step_live(self._source) if self._source.is_live else self._step_file(self._source)

    def close(self) -> None:
        """Close the current source, and the one on its way as soon as it arrives."""
        if self._opening is not None:
            self._opening.add_done_callback(_close_late)
            self._opening = None
        if self._source is not None:
            if self._input is not None:
                self._input.leave()
            self._source.close()
            self._source = None

    def _start_opening(self, *, is_repeat: bool) -> None:
        self.close()
        self._is_repeat = is_repeat
        self._retry_at_s = None
        text = self._text
        self._opening = start_beside(lambda: self._open_source(text), name="open source")

    def _finish_opening(self) -> Step | None:
        assert self._opening is not None
        opening, self._opening = self._opening, None
        try:
            self._source = opening.result()
        except SourceError as error:
            return self._fail(str(error))
        except BaseException as error:  # whatever a library raised, a recording goes on without this source
            log.exception("a source could not be opened")
            return self._fail(f"{self._shown_text} cannot be opened ({type(error).__name__}). Choose another source.")
        self._reason = ""
        self._has_ended, self._pending, self._zero_s, self._frames_read = False, None, None, 0
        source = self._source
        if self._is_repeat and self._input is not None:
            self._input.go_on(source)
        else:
            self._input = PlayedInput(source)
        return Opened(source.title, source.identity, source.is_live, self._is_repeat)

    def _fail(self, reason: str) -> Step | None:
        retries = not _is_file(self._text)  # a bad file stays bad
        self._retry_at_s = self._clock() + RETRY_S if retries else None
        reason = without_secrets(reason)  # goes into the session, too
        if reason == self._reason:
            return None
        self._reason = reason
        return Failed(reason, retries)

    @property
    def _shown_text(self) -> str:
        return "The first camera" if self._text is None else shown_address(self._text)

    def _step_without_source(self) -> Gap | None:
        now_s = self._clock()
        if self._retry_at_s is not None and now_s >= self._retry_at_s:
            self._start_opening(is_repeat=False)
        absent_s = now_s - self._absent_since_s
        if absent_s < (self._gaps + 1) * GAP_S:
            return None
        self._gaps = int(absent_s / GAP_S)  # after a sleep of hours one gap, not one for each second
        return Gap(self._gaps - 1, absent_s, self._reason or "the source is being opened")

    def _step_live(self, source: Source) -> Frame | Gap | None:
        item = source.read(READ_TIMEOUT_S)
        return None if self._is_paused and isinstance(item, Frame) else item

    def _step_file(self, source: Source) -> Frame | Gap | Ended | None:
        if self._is_paused:
            return None
        if self._pending is None:
            try:
                item = source.read(READ_TIMEOUT_S)
            except Exception as error:  # of a library that reads what it did not expect; the recording goes on
                log.exception("a source could not be read further")
                self._has_ended = True
                return Ended(source.title, f"{source.title} cannot be read further ({type(error).__name__}).")
            if not isinstance(item, Frame):
                return self._end(source) if item is None and source.ended else item
            self._pending = item
            self._frames_read += 1
        now_s = self._clock()
        if self._zero_s is None or now_s - (self._zero_s + self._pending.time_s) > LATE_S:
            self._zero_s = now_s - self._pending.time_s
        if now_s < self._zero_s + self._pending.time_s:
            return None
        frame, self._pending = self._pending, None
        return frame

    def _end(self, source: Source) -> Ended | None:
        if self._loops and self._frames_read:
            self._gaps, self._absent_since_s = 0, self._clock()
            self._start_opening(is_repeat=True)
            return None
        self._has_ended = True
        return Ended(source.title, source.problem)


def _is_file(text: str | None) -> bool:
    try:
        return text is not None and Path(text).is_file()
    except (OSError, ValueError):  # an address may be longer than any name of a file
        return False


def _close_late(opening: Future[Source]) -> None:
    if opening.exception() is None:
        opening.result().close()
