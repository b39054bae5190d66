"""When each frame of a film is shown, and when it was taken, from what the file states."""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from statistics import median

# Farther ahead than this no frame follows another, unless a film's are so far apart anyway: a camera's clock was set.
JUMP_S = 3600.0
JUMP_SPACINGS = 50
# A single frame may lie before the one that was shown last, by a slip of order; farther back, the clock was set, too.
BACK_S = 1.0
BACK_SPACINGS = 5
SHORTEST_S = 0.0005  # closer together than this no film has its frames
SPACINGS_KEPT = 25
# Before it no camera made such files: 1904 and 1970 are where clocks begin to count.
FIRST_YEAR = 1995
QUICKTIME_DATE = "com.apple.quicktime.creationdate"  # when it was filmed; `creation_time` may be when it was exported


class FilmClock:
    """Gives a film's frames their times: those that the file states, and always forward.

    A time that jumps, as where a camera's clock was set, counts as one interval of the usual length, and those after it
    go on from there.
    """

    def __init__(self, interval_s: float, *, sound_s: float = 0.0) -> None:
        """Begin at 0; interval_s: between two frames, until they show it. sound_s: how far the sound reaches.

        A film whose sound goes on lets its frames lie hours apart, as in a recording of a screen.
        """
        self.jumps = 0
        self._interval_s = interval_s
        self._sound_s = sound_s
        self._shift_s = 0.0
        self._last_s: float | None = None
        self._was_behind = False
        self._spacings_s: deque[float] = deque(maxlen=SPACINGS_KEPT)

    def place(self, stated_s: float | None, duration_s: float | None = None) -> tuple[float, float]:
        """Return when the next frame is shown and for how long, in seconds.

        stated_s: the time that the file states; None is the usual interval after the last frame. duration_s: for how
        long the file shows it, which is believed as far as it makes sense.
        """
        usual_s = median(self._spacings_s) if self._spacings_s else self._interval_s
        last_s = self._last_s
        if stated_s is None:
            time_s = 0.0 if last_s is None else last_s + usual_s
        elif last_s is None:
            time_s = self._first_s(stated_s, usual_s)
        else:
            time_s = self._following_s(stated_s, last_s, usual_s)
        self._last_s = time_s
        is_believed = duration_s is not None and usual_s / 4 <= duration_s and not self._is_jump(duration_s, usual_s)
        return time_s, duration_s if duration_s is not None and is_believed else usual_s

    def _first_s(self, stated_s: float, usual_s: float) -> float:
        if self._is_jump(stated_s, usual_s) and stated_s > self._sound_s:
            self.jumps += 1
            self._shift_s = -stated_s
        return max(0.0, stated_s + self._shift_s)

    def _following_s(self, stated_s: float, last_s: float, usual_s: float) -> float:
        time_s = stated_s + self._shift_s
        step_s = time_s - last_s
        is_jump = self._is_jump(step_s, usual_s) and time_s > self._sound_s
        if step_s >= SHORTEST_S and not is_jump:
            self._was_behind = False
            self._spacings_s.append(step_s)
            return time_s
        is_far_back = step_s < -max(BACK_S, BACK_SPACINGS * usual_s)
        if not is_jump and not is_far_back and not self._was_behind:
            self._was_behind = True
            return last_s + usual_s / 2  # out of order or repeated; the next is in its place again
        self.jumps += 1
        self._shift_s += last_s + usual_s - time_s
        return last_s + usual_s

    def _is_jump(self, step_s: float, usual_s: float) -> bool:
        return step_s > max(JUMP_S, JUMP_SPACINGS * usual_s)


class StatedOrder:
    """Says when a frame is shown, in units of its stream, by whichever of its two times goes forward.

    The time to show it may be missing, or FFmpeg's guess in a container that knows only the time to decode it. Source:
    `guess_correct_pts` in FFmpeg's libavcodec/decode.c, which PyAV does not hand on.
    """

    def __init__(self) -> None:
        self._last_pts = self._last_dts = -(2**63)
        self._faulty_pts = self._faulty_dts = 0

    def shown_at(self, pts: int | None, dts: int | None) -> int | None:
        if dts is not None:
            self._faulty_dts += dts <= self._last_dts
        if pts is not None:
            self._faulty_pts += pts <= self._last_pts
        self._last_dts = dts if dts is not None else pts if pts is not None else self._last_dts
        self._last_pts = pts if pts is not None else dts if dts is not None else self._last_pts
        return pts if pts is not None and (dts is None or self._faulty_pts <= self._faulty_dts) else dts


class DecodedOrder:
    """The same for AVI, which knows only when pictures are decoded: the first is shown when the stream begins."""

    def __init__(self, start: int | None) -> None:
        self._start = start or 0
        self._delay: int | None = None

    def shown_at(self, pts: int | None, dts: int | None) -> int | None:
        if dts is None:  # one of the last, which the decoder had kept: an interval after the one before
            return None
        if self._delay is None:
            self._delay = max(0, dts - self._start)
        return dts - self._delay


def filmed_from(metadata: Mapping[str, str], *, now: datetime | None = None) -> datetime | None:
    """Return when a film begins by its metadata, with a time zone; None where they do not say, or say nonsense."""
    for key in (QUICKTIME_DATE, "creation_time"):
        try:
            date = datetime.fromisoformat(metadata.get(key, ""))
        except ValueError:
            continue
        latest = (now or datetime.now(UTC)) + timedelta(days=1)
        if date.tzinfo is not None and datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) <= date <= latest:
            return date
    return None
