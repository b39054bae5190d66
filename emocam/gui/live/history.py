"""The last minute of what is known of every face, in memory that does not grow."""

from collections.abc import Callable, Iterable
from dataclasses import fields

import numpy as np

from emocam.messages import Face, FaceMeasures

SPAN_S = 60.0
INTERVAL_S = 0.1  # a label lasts three frames and more at the usual settings: ten samples a second show each
# No samples for longer (a pause, a source lost) is a gap in the line, not a bridge over it; and for longer than a film
# shows its frame, by as much as a frame may come late.
BREAK_S, LATEST = 1.0, 1.5

# More faces than this in one minute are passers-by; the one seen longest ago makes room.
MOST_FACES = 32

MEASURES = tuple(field.name for field in fields(FaceMeasures))


def pooled_of(face: Face) -> np.ndarray | None:
    """Return the probabilities that a face's label was made from, (labels,) float32."""
    return face.pooled


def measures_of(face: Face) -> np.ndarray | None:
    """Return what a face's points tell, (len(MEASURES),) float32 in that order."""
    if face.measures is None:
        return None
    return np.array([getattr(face.measures, name) for name in MEASURES], np.float32)


class FaceHistory:
    """Rings of samples: one of times, and beside it one for each face.

    width: the length of every sample. sample_of: returns a face's sample, None where it has none.
    """

    def __init__(self, width: int, sample_of: Callable[[Face], np.ndarray | None] = pooled_of) -> None:
        self._width, self._sample_of = width, sample_of
        self._capacity = round(SPAN_S / INTERVAL_S) + 1
        self._times_s = np.full(self._capacity, -np.inf)
        self._rings: dict[int, np.ndarray] = {}  # the face seen longest ago first
        self._next = 0
        self._lasts_s = 0.0  # of the last sample

    @property
    def newest_s(self) -> float:
        """The time of the last sample, -inf before the first."""
        return float(self._times_s[self._next - 1])

    def add(self, time_s: float, faces: Iterable[Face], *, lasts_s: float | None = None) -> bool:
        """Take a sample if the last one is old enough, and tell whether one was taken.

        lasts_s: for how long a film shows the frame.
        """
        since_s = time_s - self.newest_s
        if since_s < INTERVAL_S:
            return False
        if max(BREAK_S, LATEST * self._lasts_s) < since_s < SPAN_S:
            self._append(time_s - INTERVAL_S / 2, ())
        self._append(time_s, faces)
        self._lasts_s = lasts_s or 0.0
        return True

    def amend(self, faces: Iterable[Face]) -> None:
        """Put these in place of the last sample: the same moment is seen with other eyes."""
        if self.newest_s > -np.inf:
            time_s, self._next = self.newest_s, self._next - 1
            self._append(time_s, faces)

    def series(self, track_id: int) -> tuple[np.ndarray, np.ndarray]:
        """Return one face's samples of the last minute, oldest first.

        Seconds relative to the newest sample, (N,) float64 and never positive; samples (N, width) float32, NaN where
        the face was not in sight or had none yet.
        """
        order = np.roll(np.arange(self._capacity), -self._next)
        ages_s = self._times_s[order] - max(self.newest_s, 0.0)
        kept = ages_s >= -SPAN_S
        ring = self._rings.get(track_id)
        if ring is None:
            return ages_s[kept], np.full((int(kept.sum()), self._width), np.nan, np.float32)
        return ages_s[kept], ring[order][kept]

    def _append(self, time_s: float, faces: Iterable[Face]) -> None:
        row = self._next
        self._times_s[row] = time_s
        for ring in self._rings.values():
            ring[row] = np.nan
        for face in faces:
            sample = self._sample_of(face)
            if sample is not None:
                ring = self._rings.pop(face.track_id) if face.track_id in self._rings else self._empty_ring()
                ring[row] = sample
                self._rings[face.track_id] = ring
        while len(self._rings) > MOST_FACES:
            del self._rings[next(iter(self._rings))]
        self._next = (row + 1) % self._capacity

    def _empty_ring(self) -> np.ndarray:
        return np.full((self._capacity, self._width), np.nan, np.float32)
