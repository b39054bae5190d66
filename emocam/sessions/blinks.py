"""Counts blinks in how far the eyes of a face are open from frame to frame.

How far eyes are open differs from one person to the next, and changes with the pitch of the head, the gaze and a smile.
So a blink is a short dip below what was usual for the same face in the second before.
"""

from bisect import bisect_left, insort

# Chosen on seven blinks of two people at a webcam, counted by eye, and on half a minute of six people at a table, who
# are small, turn, look down, and have hands before their faces.
USUAL_OF_MS = 1000  # the median of this time is what is usual; with 2 s, blinks after the eyes opened wide are missed
USUAL_FROM_MS = 500  # and of no less
USUAL_OPENNESS = 0.19  # eyes that are usually less open look down, or are shut already
NARROWED = 0.85  # of what is usual. Full blinks reach 0.6 to 0.75 and incomplete ones 0.8; noise is 0.02
OPEN_AGAIN = 0.925  # of what is usual, before the next dip: noise on the way up is none
REGAINED = 0.18  # of what is usual: eyes that close in two steps open a little between them
SHORTEST_MS, LONGEST_MS = 50, 500
LONGEST_STEP_MS = 125  # with 5 frames a second, most blinks fall between two frames
SHORTEST_STEP_MS = 25  # between two values that are kept: a fast camera takes no more memory than others
LARGEST_YAW_DEG = 30.0  # of a face that is turned farther, one eye is hardly seen


class BlinkCounter:
    """Counts the blinks of one face, from one value after the other; its memory does not grow with time.

    count: blinks so far. watched_ms: for how long they could be told.
    """

    __slots__ = (
        *("count", "watched_ms"),
        *("_dip_from_ms", "_is_open", "_last_ms", "_lowest", "_recent", "_sorted", "_usual"),
    )

    def __init__(self) -> None:
        self.count = 0
        self.watched_ms = 0
        self._recent: list[tuple[int, float]] = []
        self._sorted: list[float] = []  # the same values
        self.forget()

    def forget(self) -> None:
        """Begin to watch anew: the face, or its eyes, were not seen."""
        self._recent.clear()
        self._sorted.clear()
        self._last_ms: int | None = None
        self._is_open = False
        self._dip_from_ms: int | None = None
        self._usual = self._lowest = 0.0

    def add(self, openness: float, *, time_ms: int) -> None:
        """Take the openness of one frame: the mean of both eyes, as in FaceMeasures."""
        last_ms = self._last_ms
        if last_ms is not None and not 0 <= time_ms - last_ms <= LONGEST_STEP_MS:
            self.forget()
        elif last_ms is not None and (usual := self._usual_openness(time_ms)) is not None:
            self._watch(openness, usual, last_ms=last_ms, time_ms=time_ms)
        if not self._recent or time_ms - self._recent[-1][0] >= SHORTEST_STEP_MS:
            self._recent.append((time_ms, openness))
            insort(self._sorted, openness)
        self._last_ms = time_ms

    def _usual_openness(self, time_ms: int) -> float | None:
        """Return the median of the last second, None while too little of it was seen."""
        while self._recent and self._recent[0][0] < time_ms - USUAL_OF_MS:
            del self._sorted[bisect_left(self._sorted, self._recent.pop(0)[1])]
        if not self._recent or time_ms - self._recent[0][0] < USUAL_FROM_MS:
            return None
        return self._sorted[len(self._sorted) // 2]

    def _watch(self, openness: float, usual: float, *, last_ms: int, time_ms: int) -> None:
        if self._dip_from_ms is not None:
            self.watched_ms += time_ms - last_ms
            self._follow_dip(openness, time_ms - self._dip_from_ms)
        elif usual < USUAL_OPENNESS:
            self._is_open = False
        else:
            self.watched_ms += time_ms - last_ms
            if openness >= OPEN_AGAIN * usual:
                self._is_open = True
            elif self._is_open and openness < NARROWED * usual:
                self._is_open, self._dip_from_ms = False, last_ms
                self._usual, self._lowest = usual, openness

    def _follow_dip(self, openness: float, dip_ms: int) -> None:
        """Go on with a dip: what lasts too long is no blink, and the eyes must be open again before the next."""
        self._lowest = min(self._lowest, openness)
        if dip_ms > LONGEST_MS:
            self._dip_from_ms = None
        elif openness - self._lowest >= max((self._usual - self._lowest) / 2, REGAINED * self._usual):
            self.count += dip_ms >= SHORTEST_MS
            self._dip_from_ms = None
            self._is_open = openness >= OPEN_AGAIN * self._usual
