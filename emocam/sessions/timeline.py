"""The time of a session: from the times of its sources to milliseconds since Record, and how long each row counts."""

from collections.abc import Callable
from typing import Protocol

from emocam.clock import steady_s

# An analysed frame of a live source stands for the time until the next one, but no longer than this: nobody knows what
# happened in a pause. Longer than the frame interval of any ordinary camera.
LONGEST_INTERVAL_MS = 1000

RESTART_S = 0.25  # a file with unordered times goes back by a few frames; one that starts again goes back farther


class TimedRow(Protocol):
    """What tells for how long a row counts: see `rows.RecordedRow`."""

    @property
    def time_ms(self) -> int: ...
    @property
    def lasts_ms(self) -> int | None: ...
    @property
    def input(self) -> int | None: ...
    @property
    def is_counted(self) -> bool: ...


def counted_ms(row: TimedRow, following: TimedRow | None, *, is_loss: bool = False) -> int:
    """Return for how long a frame counts, by a row of it and one of the next frame; 0 for a picture.

    following: None at the session's end. is_loss: the source is lost in it.
    """
    if row.is_counted:
        return 0
    until_ms = max(0, following.time_ms - row.time_ms) if following is not None else None
    is_of_same_input = following is not None and following.input == row.input and not is_loss
    if row.lasts_ms is not None:
        if until_ms is None or is_of_same_input:
            return row.lasts_ms if until_ms is None else until_ms
        return min(row.lasts_ms, until_ms)
    return min(until_ms, LONGEST_INTERVAL_MS) if until_ms is not None and is_of_same_input else 0


class SessionTime:
    """Turns the times of successive sources into one time that never goes back, in whole milliseconds.

    With a live source the session follows the clock up to the first frame, and then the frames' own times; with a
    file it follows the frames, however fast they are read, from where it stood; where a file is recorded as a whole,
    its own times are kept, as in a film whose picture begins after its sound.
    """

    def __init__(
        self, *, is_live: bool, keeps_source_time: bool = False, clock: Callable[[], float] = steady_s
    ) -> None:
        self._clock = clock
        self._start_s = clock()
        self._is_live = is_live
        self._first_ms = 0  # when a file's first frame counts
        self._zero_s = 0.0 if keeps_source_time else None  # session time at the source's time 0
        self._last_source_s = 0.0
        self._last_interval_ms = 1
        self._ahead_ms = 0  # by so much session time runs before the clock, with a live source after a file
        self.last_ms = 0
        self.lasts_ms: int | None = None  # of the latest frame, where a file says it

    def of(self, source_time_s: float, *, lasts_s: float | None = None, age_s: float = 0.0) -> int:
        """Return the session time of a frame, and remember it as the latest.

        lasts_s: for how long a file shows it. age_s: how long ago it arrived.
        """
        if self._zero_s is not None and source_time_s < self._last_source_s - RESTART_S:
            # The source started again without notice, as a file does when it is played once more.
            interval_ms = self._last_interval_ms if self.lasts_ms is None else max(1, self.lasts_ms)
            self._first_ms, self._zero_s = self.last_ms + interval_ms, None
        if self._zero_s is None:
            self._zero_s = self._first_s(age_s) - source_time_s
        self._last_source_s = source_time_s
        time_ms = max(self.last_ms, round((self._zero_s + source_time_s) * 1000))
        self._last_interval_ms = max(1, time_ms - self.last_ms)
        self.last_ms, self.lasts_ms = time_ms, None
        if lasts_s is not None and not self._is_live:
            # By its end, so that frames without a gap between them last until the next one to the millisecond.
            self.lasts_ms = max(0, round((self._zero_s + source_time_s + lasts_s) * 1000) - time_ms)
        return time_ms

    def change_source(self, *, is_live: bool) -> int:
        """Switch to another source; return the session time at which it starts, later than every frame so far."""
        now_ms = self.elapsed_ms()
        if self._zero_s is not None:
            # A live source begins by the clock, though a film's last frame should have been shown for longer.
            earliest_ms = min(self.ends_ms, round(self._clock_s() * 1000)) if is_live else self.ends_ms
            now_ms = max(now_ms, self.last_ms + 1, earliest_ms)
        self._first_ms = now_ms
        self._is_live, self._zero_s, self._ahead_ms = is_live, None, 0
        return self._first_ms

    def elapsed_ms(self) -> int:
        """Return how long the session has lasted: by the clock, or up to a file's latest frame."""
        if not self._is_live:
            return max(self.last_ms, self._first_ms)
        return max(self.last_ms, self._first_ms, round(self._clock_s() * 1000))

    def clock_ms(self, time_ms: int) -> int | None:
        """Return when a frame of a live source arrived by the clock, from its session time; None of a file."""
        return time_ms - self._ahead_ms if self._is_live else None

    @property
    def ends_ms(self) -> int:
        """When the latest frame ends, as far as its source says for how long it shows it."""
        return self.last_ms + (self.lasts_ms or 0)

    @property
    def recorded_ms(self) -> int:
        """How long the session has been recorded by the clock, whatever its sources."""
        return round(self._clock_s() * 1000)

    def _first_s(self, age_s: float) -> float:
        """Return the session time of a source's first frame."""
        if not self._is_live:
            return self._first_ms / 1000
        arrived_s = max(0.0, self._clock_s() - age_s)
        first_s = max(arrived_s, self._first_ms / 1000)
        self._ahead_ms = round((first_s - arrived_s) * 1000)
        return first_s

    def _clock_s(self) -> float:
        return self._clock() - self._start_s
