"""From boxes to tracks: the same person keeps one number (centroid tracking)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from emocam.messages import Box

FORGET_AFTER_S = 1.0  # a face may hide behind a hand for so long and keep its number


@dataclass(frozen=True, slots=True)
class Track:
    """One person over time.

    box: where the face was last seen. velocity_px_s: of its centroid, (x, y). last_seen_s: on the
    source's clock. is_seen: whether the last update found it.
    """

    track_id: int
    box: Box
    velocity_px_s: tuple[float, float]
    last_seen_s: float
    is_seen: bool


class Tracker:
    """Follow faces from frame to frame; numbers begin at 1 and are never used twice."""

    def __init__(self) -> None:
        self.tracks: tuple[Track, ...] = ()
        self._next_id = 1

    def update(self, boxes: Sequence[Box], *, time_s: float, sensitivity_px: float) -> list[Track]:
        """Assign the boxes of one frame, at most one to a track; return the tracks that ended.

        A box farther than `sensitivity_px` from a track's last centroid is another face's. A track ends
        a second after it was last seen.
        """
        ended = [track for track in self.tracks if time_s - track.last_seen_s > FORGET_AFTER_S]
        alive = [track for track in self.tracks if track not in ended]
        pairs = sorted(
            (_distance(_expected(track, time_s), box.centroid), index, number)
            for index, track in enumerate(alive)
            for number, box in enumerate(boxes)
            if _distance(track.box.centroid, box.centroid) <= sensitivity_px
        )
        box_of_track: dict[int, int] = {}
        taken: set[int] = set()
        for _, index, number in pairs:
            if index not in box_of_track and number not in taken:
                box_of_track[index] = number
                taken.add(number)
        updated = []
        for index, track in enumerate(alive):
            if index in box_of_track:
                updated.append(_moved(track, boxes[box_of_track[index]], time_s))
            else:
                updated.append(replace(track, is_seen=False))
        for number, box in enumerate(boxes):
            if number not in taken:
                updated.append(Track(self._next_id, box, (0.0, 0.0), time_s, True))
                self._next_id += 1
        self.tracks = tuple(updated)
        return ended

    def end_all(self) -> list[Track]:
        """End every track and return them; numbers go on."""
        ended, self.tracks = list(self.tracks), ()
        return ended


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return math.dist(one, other)


def _expected(track: Track, time_s: float) -> tuple[float, float]:
    """Where the centroid would be now at a constant velocity: tells crossing faces apart."""
    elapsed_s = time_s - track.last_seen_s
    x, y = track.box.centroid
    return x + track.velocity_px_s[0] * elapsed_s, y + track.velocity_px_s[1] * elapsed_s


def _moved(track: Track, box: Box, time_s: float) -> Track:
    elapsed_s = time_s - track.last_seen_s
    if elapsed_s <= 0:
        return replace(track, box=box, is_seen=True)
    (old_x, old_y), (x, y) = track.box.centroid, box.centroid
    # Half old, half new: Haar boxes jitter by a few pixels, a single difference would be mostly that.
    velocity = (
        (track.velocity_px_s[0] + (x - old_x) / elapsed_s) / 2,
        (track.velocity_px_s[1] + (y - old_y) / elapsed_s) / 2,
    )
    return Track(track.track_id, box, velocity, time_s, True)
