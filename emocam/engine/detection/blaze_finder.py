"""BlazeFace as a finder: far faces and near ones, in the whole picture or in a part of it, by turns."""

import math
from collections.abc import Sequence

from emocam.engine.detection.blazeface import FULL_RANGE, SHORT_RANGE, BlazeFace, Detection
from emocam.engine.detection.finder import FaceInBox, Sighting, distinct
from emocam.engine.parallel import Pair
from emocam.engine.picture import Picture
from emocam.messages import Box

# What is looked at in one frame after the other. A turn is one call of a network: 3.4 ms in full range, 1.2 in short.
WHOLE, TILE, NEAR = "whole", "tile", "near"
TURNS = (WHOLE, TILE, WHOLE, NEAR)
# Black around the picture in the short range, as a share of its longer side: 1,266 portraits of which the face fills
# 75 to 95 % of the side are found in 99.3 % with it, in 87.5 % without.
MARGIN = 0.25
# Its box is too large around small faces: below this share of the longer side a face is left to the full range.
NEAR_FROM = 0.25
# Tiles make small faces larger, and cloth and leaves too: without a mesh's word for it, this sure.
SURE_IN_TILE = 0.7
# Seen enlarged, a face without points must be this sure to become one, and to stay one.
SCORE_TO_START, SCORE_TO_STAY = 0.75, 0.5
SURROUNDINGS = 2.5  # side of what is looked at around a known face, in sides of its box
TALL_TILE = 1.15  # a picture that is less high than so many tiles is cut into columns alone


class BlazeFinder:
    """Finds faces with both networks of BlazeFace; remembers whose turn is next."""

    hits_to_start = 3

    # Medians over four clips of one face each, against the box of the frontal cascade.
    face_in_box = FaceInBox(side=1 / 0.97, down=-0.09)

    def __init__(self) -> None:
        """Open both networks; raises ValueError where one is missing or damaged."""
        self._full = BlazeFace(FULL_RANGE)
        self._short = Pair(lambda: BlazeFace(SHORT_RANGE))
        self._turn = self._tile = 0

    def search(self, picture: Picture, *, is_first: bool) -> list[Sighting]:
        """Return what is seen in this turn; in a source's first picture, in all of them."""
        if is_first:
            seen = self._whole(picture)
            in_tiles = [one for tile in tiles_of(*picture.size) for one in self._in_tile(picture, tile)]
            for more in (in_tiles, self._near(picture)):
                seen = distinct([*seen, *more], first=len(seen))
            return seen
        turn, self._turn = TURNS[self._turn], (self._turn + 1) % len(TURNS)
        if turn == WHOLE:
            return self._whole(picture)
        if turn == NEAR:
            return self._near(picture)
        tiles = tiles_of(*picture.size)
        self._tile = (self._tile + 1) % len(tiles)
        return self._in_tile(picture, tiles[self._tile])

    def near(self, picture: Picture, *, known: Sequence[Box], likely: Sequence[Box]) -> list[Sighting]:
        """Return what is seen around each box: the surest hit that is about as large."""

        def look(network: BlazeFace, wanted: tuple[Box, float]) -> list[Detection]:
            box, min_score = wanted
            side, (centre_x, centre_y) = max(box.width, box.height) * SURROUNDINGS, box.centroid
            around = Box(round(centre_x - side / 2), round(centre_y - side / 2), round(side), round(side))
            found = network.find(picture.image, region=around, min_score=min_score)
            return [one for one in found if 0.5 < one.width / (box.width + 1) < 2][:1]

        wanted = [*((box, SCORE_TO_STAY) for box in known), *((box, SCORE_TO_START) for box in likely)]
        return [self._sighting(one) for found in self._short.share(look, wanted) for one in found]

    def _whole(self, picture: Picture) -> list[Sighting]:
        return [self._sighting(one) for one in self._full.find(picture.image)]

    def _near(self, picture: Picture) -> list[Sighting]:
        least = NEAR_FROM * max(picture.size)
        found = self._short.first.find(picture.image, margin=MARGIN)
        return [self._sighting(one, needs_points=True) for one in found if one.width >= least]

    def _in_tile(self, picture: Picture, tile: Box) -> list[Sighting]:
        found = self._full.find(picture.image, region=tile)
        return [self._sighting(one, needs_points=one.score < SURE_IN_TILE) for one in found]

    def _sighting(self, found: Detection, *, needs_points: bool = False) -> Sighting:
        (right_x, right_y), (left_x, left_y) = found.keypoints[:2].tolist()
        rotation_deg = math.degrees(math.atan2(left_y - right_y, left_x - right_x))
        return Sighting(self.face_in_box.of(found.box, rotation_deg), self.hits_to_start, rotation_deg, needs_points)


def tiles_of(width: int, height: int) -> list[Box]:
    """Return square tiles of half the longer side, or as high as the picture, that cover it and overlap."""
    if width < height:
        return [Box(tile.y, tile.x, tile.height, tile.width) for tile in tiles_of(height, width)]
    side = max(1, width // 2)
    if height <= side * TALL_TILE:
        return [Box(left, 0, side, height) for left in (0, (width - side) // 2, width - side)]
    tops, lefts = (0, height - side), (0, (width - side) // 2, width - side)
    return [Box(left, top, side, side) for top in tops for left in lefts]
