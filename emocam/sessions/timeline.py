"""The time of a session: from the times of its sources to milliseconds since Record."""

from collections.abc import Callable

from emocam.clock import steady_s

# An analysed frame stands for the time until the next one, but no longer than this: nobody knows what happened in a
# pause. Longer than the frame interval of any ordinary camera.
LONGEST_INTERVAL_MS = 1000

RESTART_S = 0.25  # a file with unordered times goes back by a few frames; one that starts again goes back farther


def counted_ms(start_ms: int, end_ms: int) -> int:
    """Return for how long the frame analysed at start_ms counts, if the next one was analysed at end_ms."""
    return min(max(0, end_ms - start_ms), LONGEST_INTERVAL_MS)


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
        self.last_ms = 0

    def of(self, source_time_s: float) -> int:
        """Return the session time of a frame, and remember it as the latest."""
        if self._zero_s is not None and source_time_s < self._last_source_s - RESTART_S:
            # The source started again without notice, as a file does when it is played once more.
            self._first_ms, self._zero_s = self.last_ms + self._last_interval_ms, None
        if self._zero_s is None:
            first_s = self._clock_s() if self._is_live else self._first_ms / 1000
            self._zero_s = max(first_s, self._first_ms / 1000) - source_time_s
        self._last_source_s = source_time_s
        time_ms = max(self.last_ms, round((self._zero_s + source_time_s) * 1000))
        self._last_interval_ms = max(1, time_ms - self.last_ms)
        self.last_ms = time_ms
        return time_ms

    def change_source(self, *, is_live: bool) -> int:
        """Switch to another source; return the session time at which it starts, later than every frame so far."""
        now_ms = self.elapsed_ms()
        self._first_ms = max(now_ms, self.last_ms + 1) if self._zero_s is not None else now_ms
        self._is_live, self._zero_s = is_live, None
        return self._first_ms

    def elapsed_ms(self) -> int:
        """Return how long the session has lasted: by the clock, or up to a file's latest frame."""
        if not self._is_live:
            return max(self.last_ms, self._first_ms)
        return max(self.last_ms, self._first_ms, round(self._clock_s() * 1000))

    def _clock_s(self) -> float:
        return self._clock() - self._start_s
