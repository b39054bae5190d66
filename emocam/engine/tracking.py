"""From boxes to tracks: the same person keeps one number (centroid tracking)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from emocam.messages import Box

FORGET_AFTER_S = 1.0  # a face may stay hidden this long, behind a hand say, and keep its number
FORGET_AFTER_FRAMES = 2  # of a film, and be missed in so many frames, however far apart they are
GOES_ON_S = 1.0  # as it moved; after longer a face is expected where it was last seen


@dataclass(frozen=True, slots=True)
class Track:
    """One person over time.

    box: where the face was last seen. velocity_px_s: velocity of its centroid, (x, y). last_seen_s: on the
    source's clock. is_seen: whether the last update found it. missed: in how many frames since then it was not found.
    boxes_before: of a track that the last update started, where it was in the frames right before.
    """

    track_id: int
    box: Box
    velocity_px_s: tuple[float, float]
    last_seen_s: float
    is_seen: bool
    missed: int = 0
    boxes_before: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A possible face that is not a track yet: where it was found in consecutive frames."""

    boxes: tuple[Box, ...]

    @property
    def box(self) -> Box:
        return self.boxes[-1]


class Tracker:
    """Follow faces from frame to frame; numbers start at 1 and are never reused."""

    def __init__(self) -> None:
        self.tracks: tuple[Track, ...] = ()
        self._candidates: tuple[_Candidate, ...] = ()
        self._next_id = 1

    @property
    def candidates(self) -> list[Box]:
        """Boxes of possible faces that are not confirmed yet."""
        return [candidate.box for candidate in self._candidates]

    @property
    def frames_in_doubt(self) -> int:
        """In how many frames, the last one included, something was found that may turn out to be a face."""
        return max((len(candidate.boxes) for candidate in self._candidates), default=0)

    def update(
        self,
        boxes: Sequence[Box],
        *,
        hits_to_start: Sequence[int],
        time_s: float,
        sensitivity_px: float,
        frames_to_forget: int = 0,
    ) -> list[Track]:
        """Assign the boxes of one frame to tracks, at most one to each; return the tracks that ended.

        A box farther than `sensitivity_px` from a track's last centroid belongs to another face. hits_to_start: for
        each box, in how many consecutive frames a face must be found before its track starts. A track ends when its
        face has not been seen for a second, and in frames_to_forget frames at least.
        """
        ended = [
            track
            for track in self.tracks
            if time_s - track.last_seen_s > FORGET_AFTER_S and track.missed >= frames_to_forget
        ]
        alive = [track for track in self.tracks if track not in ended]
        box_of_track = _assign(
            [
                (_cost(track.box, _expected(track, time_s), box, sensitivity_px), index, number)
                for index, track in enumerate(alive)
                for number, box in enumerate(boxes)
                if _distance(track.box.centroid, box.centroid) <= sensitivity_px
            ]
        )
        updated = [
            _moved(track, boxes[box_of_track[index]], time_s)
            if index in box_of_track
            else replace(track, is_seen=False, missed=track.missed + 1, boxes_before=())
            for index, track in enumerate(alive)
        ]
        taken = set(box_of_track.values())
        others = [one for number, one in enumerate(zip(boxes, hits_to_start, strict=True)) if number not in taken]
        updated += self._started(others, time_s, sensitivity_px)
        self.tracks = tuple(updated)
        return ended

    def end_all(self) -> list[Track]:
        """End all tracks and return them; numbering continues."""
        ended, self.tracks, self._candidates = list(self.tracks), (), ()
        return ended

    def _started(self, found: Sequence[tuple[Box, int]], time_s: float, sensitivity_px: float) -> list[Track]:
        """Return the tracks that start with these boxes and their hits to start; the rest become candidates."""
        boxes = [box for box, _ in found]
        boxes_before = {
            number: self._candidates[index].boxes
            for index, number in _assign(
                [
                    (_cost(candidate.box, candidate.box.centroid, box, sensitivity_px), index, number)
                    for index, candidate in enumerate(self._candidates)
                    for number, box in enumerate(boxes)
                    if _distance(candidate.box.centroid, box.centroid) <= sensitivity_px
                ]
            ).items()
        }
        starting: list[_Candidate] = []
        waiting: list[_Candidate] = []
        for number, (box, needed) in enumerate(found):
            candidate = _Candidate((*boxes_before.get(number, ()), box))
            (starting if len(candidate.boxes) >= needed else waiting).append(candidate)
        self._candidates = tuple(waiting)
        started = [
            Track(self._next_id + count, one.box, (0.0, 0.0), time_s, True, boxes_before=one.boxes[:-1])
            for count, one in enumerate(starting)
        ]
        self._next_id += len(started)
        return started


def _assign(pairs: list[tuple[float, int, int]]) -> dict[int, int]:
    """Match indices to numbers one to one, given (cost, index, number); the cheapest pairs are taken first.

    Greedy on purpose: an unmoved face keeps its number when one beside it leaves as another arrives; the assignment of
    least total cost would renumber it, and would need SciPy, 144 MB to match at most a handful of faces.
    """
    chosen: dict[int, int] = {}
    for _, index, number in sorted(pairs):
        if index not in chosen and number not in chosen.values():
            chosen[index] = number
    return chosen


def _cost(last: Box, expected: tuple[float, float], box: Box, sensitivity_px: float) -> float:
    """Matching cost, lower is better: distance from the expected centroid, plus change of size.

    Distance also counts relative to the width of the box, so that overlapping boxes are matched before distant ones
    that a generous sensitivity would allow too. Size tells a near face from a far one that it passes.
    """
    distance = _distance(expected, box.centroid)
    size_change = abs(math.log((box.width + 1) / (last.width + 1)))
    return distance / max(sensitivity_px, 1) + distance / (last.width + 1) + size_change


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return math.dist(one, other)


def _expected(track: Track, time_s: float) -> tuple[float, float]:
    """Return where the centroid would be now at constant velocity; this tells crossing faces apart."""
    elapsed_s = time_s - track.last_seen_s
    x, y = track.box.centroid
    if elapsed_s > GOES_ON_S:
        return x, y
    return x + track.velocity_px_s[0] * elapsed_s, y + track.velocity_px_s[1] * elapsed_s


def _moved(track: Track, box: Box, time_s: float) -> Track:
    elapsed_s = time_s - track.last_seen_s
    if elapsed_s <= 0:
        return replace(track, box=box, is_seen=True, missed=0, boxes_before=())
    (old_x, old_y), (x, y) = track.box.centroid, box.centroid
    # Half old, half new: Haar boxes jitter by a few pixels, and a single difference would be mostly jitter.
    velocity = (
        (track.velocity_px_s[0] + (x - old_x) / elapsed_s) / 2,
        (track.velocity_px_s[1] + (y - old_y) / elapsed_s) / 2,
    )
    return Track(track.track_id, box, velocity, time_s, True)
