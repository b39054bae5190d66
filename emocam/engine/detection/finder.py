"""What a finder of faces is, and what it gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from emocam.engine.mesh import FacePoints
from emocam.engine.picture import Picture
from emocam.engine.region import Region
from emocam.messages import Box


@dataclass(frozen=True, slots=True)
class FaceInBox:
    """Where in a finder's box the face lies that crops are cut around.

    Crop margins refer to the box that the frontal Haar cascade draws around a face; another finder states here how
    that box follows from its own. side: its side in shares of the longer side of the finder's box. down: how far its
    centre lies towards the chin from the finder's, in shares of the same side.
    """

    side: float = 1.0
    down: float = 0.0

    def of(self, box: Box, rotation_deg: float = 0.0) -> Box:
        """Return the box of a face, in pixels of the frame, for one that the finder drew around a tilted head."""
        if self == FaceInBox():
            return box
        face = Region(*box.centroid, max(box.width, box.height), rotation_deg).raised(-self.down).scaled(self.side)
        side = face.side_px
        return Box(round(face.centre_x - side / 2), round(face.centre_y - side / 2), round(side), round(side))


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A face that was seen in one frame, or what may be one.

    box: as the frontal cascade would draw it, in pixels of the frame. hits_to_start: in how many frames in a row such
    a thing must be seen before it is a face. rotation_deg: how the head is tilted, clockwise positive, as far as the
    finder can tell. needs_points: it is too unsure to be a face unless its points are found. face: its points, where
    they were looked for and found.
    """

    box: Box
    hits_to_start: int
    rotation_deg: float = 0.0
    needs_points: bool = False
    face: FacePoints | None = None


class Finder(Protocol):
    """Finds faces in one picture after the other; used by one thread at a time."""

    @property
    def hits_to_start(self) -> int:
        """In how many frames in a row it must find something before that is a face; one that seldom errs needs few."""

    @property
    def face_in_box(self) -> FaceInBox:
        """How its box relates to the face."""

    def search(self, picture: Picture, *, is_first: bool) -> list[Sighting]:
        """Return what is seen in the whole picture, or in the part of it that is next.

        is_first: it is a source's first picture, in which all faces are to be found at once.
        """

    def near(self, picture: Picture, *, known: Sequence[Box], likely: Sequence[Box]) -> list[Sighting]:
        """Return what is seen around known faces, and where something was found that may be one."""


def distinct(sightings: Sequence[Sighting], *, first: int = 0) -> list[Sighting]:
    """Return one sighting for each face: of two boxes that share over half of the smaller one, the larger.

    first: how many of them, from the beginning, go before the others, however large those are.
    """
    ranked = [(number >= first, -one.box.width * one.box.height, one) for number, one in enumerate(sightings)]
    kept: list[Sighting] = []
    for _, _, one in sorted(ranked, key=lambda each: each[:2]):
        if not any(overlaps(one.box, other.box) for other in kept):
            kept.append(one)
    return kept


def overlaps(one: Box, other: Box) -> bool:
    """Tell whether two boxes share over half of the smaller one, so that they are one face's."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0, width) * max(0, height) > min(one.width * one.height, other.width * other.height) / 2
