"""The cascades as a finder: what is scanned and searched in each frame.

Profiled on a 640×480 webcam clip with one face: a scan of the whole picture with the plain cascade takes 50 ms of two
cores, and the network 0.4 to 2 ms: the scan is nearly all of the engine's cost. So once faces are known, only their
surroundings are searched, at a scale chosen for each; the rest of the picture is scanned slice by slice, by size and
region, over frames, so that no frame pays for all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from emocam.engine.detection.cascades import CASCADE_SIDE_PX, WAYS_TO_TURN, FaceSearch
from emocam.engine.detection.finder import FaceInBox, Sighting
from emocam.engine.parallel import Pair
from emocam.engine.picture import Picture
from emocam.messages import Box

# Frames in a row in which something must be found before it is a face. Haar cascades take a lamp or a fold of cloth
# for a face now and then, seldom twice; three frames are a tenth of a second.
HITS_TO_START = 3

SCAN_NEIGHBOURS = 5  # of overlapping hits: where no face is known, it takes more evidence


@dataclass(frozen=True, slots=True)
class _Slice:
    """A part of the full scan: the picture with its longer side at `side_px`, faces up to `largest_px` in it (0: any
    size), and of `bands` horizontal bands the one numbered `band`.
    """

    side_px: int
    largest_px: int
    bands: int
    band: int


# Large faces in a small picture, small ones in bands of a large one; near ones twice, because people sit near their
# webcam. Together they find faces from 24 pixels of a 640×480 picture, within 24 frames while a face is in sight.
_NEAR = _Slice(200, 0, 1, 0)
_MIDDLE = tuple(_Slice(360, 52, 2, band) for band in range(2))
_FAR = tuple(_Slice(640, 46, 4, band) for band in range(4))
SLICES = (_NEAR, _FAR[0], _MIDDLE[0], _FAR[1], _NEAR, _FAR[2], _MIDDLE[1], _FAR[3])


class CascadeFinder:
    """Finds faces with Haar cascades; remembers which slice of the scan is next, and which faces are turned.

    It is the first of the finders: see `finder.Finder`.
    """

    hits_to_start = HITS_TO_START
    face_in_box = FaceInBox()

    def __init__(self, cascade: Path | None = None) -> None:
        """Load a cascade, the shipped one if none is named; raises ValueError where the file is none."""
        self._searches = Pair(lambda: FaceSearch(cascade))
        self._next_slice = 0
        self._turned: list[Box] = []  # found tilted or in profile in the last frame
        self._next_lost = 0

    def search(self, picture: Picture, *, is_first: bool) -> list[Sighting]:
        """Return what is seen in the next slice of the picture, or in all of a source's first one."""
        gray = picture.gray
        if not is_first:
            return self._sightings(self._scan_slice(gray))
        # Keep only faces confirmed at a second scale: they need no more frames.
        found = [box for box in self._scan(gray) if self._searches.first.near(gray, box)]
        return [Sighting(box, hits_to_start=1) for box in found]

    def near(self, picture: Picture, *, known: Sequence[Box], likely: Sequence[Box]) -> list[Sighting]:
        """Return what is seen around known faces, tilted and turned ones too, and around what may be one."""
        found = self._search_known(picture.gray, known)
        boxes = self._searches.share(lambda cascades, box: cascades.near(picture.gray, box), likely)
        return self._sightings([*found, *chain.from_iterable(boxes)])

    def _sightings(self, boxes: Sequence[Box]) -> list[Sighting]:
        return [Sighting(box, self.hits_to_start) for box in boxes]

    def _scan(self, gray: np.ndarray) -> list[Box]:
        scale = _scale(gray, _FAR[0].side_px)
        sizes_px = (CASCADE_SIDE_PX, 0)
        return self._searches.first.find(gray, scale, left=0, top=0, sizes_px=sizes_px, neighbours=SCAN_NEIGHBOURS)

    def _scan_slice(self, gray: np.ndarray) -> list[Box]:
        """Scan the next slice."""
        part, self._next_slice = SLICES[self._next_slice], (self._next_slice + 1) % len(SLICES)
        scale, height = _scale(gray, part.side_px), gray.shape[0]
        overlap = round(part.largest_px / scale) if part.bands > 1 else 0
        top = max(0, height * part.band // part.bands - overlap // 2)
        bottom = height * (part.band + 1) // part.bands + overlap // 2 + 1
        return self._searches.first.find(
            gray[top:bottom],
            scale,
            left=0,
            top=top,
            sizes_px=(CASCADE_SIDE_PX, part.largest_px),
            neighbours=SCAN_NEIGHBOURS,
        )

    def _search_known(self, gray: np.ndarray, known: Sequence[Box]) -> list[Box]:
        """Search every known face, upright or as it was turned before; of those lost, one a frame turned."""

        def search(cascades: FaceSearch, near: Box) -> tuple[list[Box], list[Box]]:
            turned = cascades.near_turned(gray, near) if near in self._turned else []
            return turned, turned or cascades.near(gray, near)

        searched = self._searches.share(search, known)
        found = [box for _, boxes in searched for box in boxes]
        turned = [box for boxes, _ in searched for box in boxes]
        lost = [near for near, (_, boxes) in zip(known, searched, strict=True) if not boxes]
        if lost:
            self._next_lost = (self._next_lost + 1) % len(lost)
            near = lost[self._next_lost]
            tried = self._searches.share(lambda cascades, way: cascades.turned(gray, near, way), WAYS_TO_TURN)
            boxes = next(filter(None, tried), [])
            turned += boxes
            found += boxes
        self._turned = turned
        return found


def _scale(gray: np.ndarray, side_px: int) -> float:
    # By the longer side, so that a portrait picture costs no more than a landscape one.
    return min(1.0, side_px / max(gray.shape))
