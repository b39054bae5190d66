"""What a finder of faces is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from emocam.engine.picture import Picture
from emocam.messages import Box


@dataclass(frozen=True, slots=True)
class FaceInBox:
    """Where in a finder's box the face lies that crops are cut around.

    Crop margins refer to the box that the frontal Haar cascade draws around a face; another finder states here how
    that box follows from its own. side: its side in shares of the longer side of the finder's box. right, down: how
    far its centre lies from the finder's, in shares of the same side.
    """

    side: float = 1.0
    right: float = 0.0
    down: float = 0.0

    def of(self, box: Box) -> Box:
        """Return the box to crop for a box that the finder drew, in pixels of the frame."""
        if self == FaceInBox():
            return box
        longer, (centre_x, centre_y) = max(box.width, box.height), box.centroid
        side = longer * self.side
        left, top = centre_x + self.right * longer - side / 2, centre_y + self.down * longer - side / 2
        return Box(round(left), round(top), round(side), round(side))


class Finder(Protocol):
    """Finds faces in one picture after the other; used by one thread.

    hits_to_start: in how many frames in a row something must be found before it is a face. A finder that seldom errs
    needs fewer. face_in_box: how its box relates to the face.
    """

    @property
    def hits_to_start(self) -> int: ...

    @property
    def face_in_box(self) -> FaceInBox: ...

    def find(self, picture: Picture, *, known: Sequence[Box] = (), likely: Sequence[Box] = ()) -> list[Box]:
        """Return the boxes of the faces in a picture, in its pixels, one for each face.

        known: where faces were in the frame before; likely: where something was found that may be a face. A finder
        that sees the whole picture each time has no need of either.
        """

    def start_anew(self) -> None:
        """Forget what was seen: the next picture is another source's."""
