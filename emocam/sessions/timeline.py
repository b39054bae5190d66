"""The clock of a session: from a source's times to seconds since Record."""

from collections.abc import Callable

from emocam.clock import steady_s

# An analysed frame speaks for the time until the next one, and for no longer than this: what happened in a pause
# nobody knows. Above the interval of every usual camera.
LONGEST_INTERVAL_MS = 1000

RESTART_S = 0.25  # a file with unordered times goes back by a few frames; one played again goes farther


class SessionTime:
    """Turns the times of one source after another into one that never goes back.

    A live source follows the clock from its first frame on; a file follows its frames, however fast they
    are read, from where the session stood. Times are whole milliseconds.
    """

    def __init__(self, *, is_live: bool, clock: Callable[[], float] = steady_s) -> None:
        self._clock = clock
        self._start_s = clock()
        self._is_live = is_live
        self._first_ms = 0  # where a file's first frame goes
        self._zero_s: float | None = None  # the session's time at the source's time 0
        self._last_source_s = 0.0
        self._last_interval_ms = 1
        self.last_ms = 0

    def of(self, source_time_s: float) -> int:
        """Return the session's time of a frame, and remember it as the last one."""
        if self._zero_s is not None and source_time_s < self._last_source_s - RESTART_S:
            # The source began again without a word, as a file that is played once more.
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
        """Begin with another source; return the time from which its frames count, later than all before."""
        now_ms = self.elapsed_ms()
        self._first_ms = max(now_ms, self.last_ms + 1) if self._zero_s is not None else now_ms
        self._is_live, self._zero_s = is_live, None
        return self._first_ms

    def elapsed_ms(self) -> int:
        """Return how long the session lasts now: by the clock, or by a file's last frame."""
        if not self._is_live:
            return max(self.last_ms, self._first_ms)
        return max(self.last_ms, self._first_ms, round(self._clock_s() * 1000))

    def _clock_s(self) -> float:
        return self._clock() - self._start_s
