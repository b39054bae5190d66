"""Searching one part of a picture for faces with Haar cascades: upright, tilted, in profile."""

from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from emocam.engine.preprocessing import reduce_picture
from emocam.messages import Box
from emocam.resources import asset_path

CASCADE_SIDE_PX = 24  # what the frontal cascade was trained on, and the least that it finds
KNOWN_FACE_PX = 40  # side of a known face in the picture that is searched for it
KNOWN_NEIGHBOURS = 3  # of overlapping hits, around a known face


class Turn(NamedTuple):
    """How a head is turned: tilted, or seen from one side, the picture's left unless mirrored."""

    tilt_deg: float = 0.0
    is_profile: bool = False
    is_mirrored: bool = False


# The frontal cascade bears tilts of 15 to 20 degrees by itself.
WAYS_TO_TURN = (Turn(30.0), Turn(-30.0), Turn(is_profile=True), Turn(is_profile=True, is_mirrored=True))


class FaceSearch:
    """The cascades, for one thread at a time."""

    def __init__(self, cascade: Path | None = None) -> None:
        """Load a frontal cascade, the shipped one if none is named; raises ValueError where the file is none."""
        self._frontal = _load(cascade or asset_path("haarcascade_frontalface_default.xml"))

    @cached_property
    def _profile(self) -> cv2.CascadeClassifier:
        """Faces turned to the picture's left; loaded when the first face turns away."""
        return _load(asset_path("haarcascade_profileface.xml"))

    def find(
        self, gray: np.ndarray, scale: float, *, left: int, top: int, sizes_px: tuple[int, int], neighbours: int
    ) -> list[Box]:
        """Run the frontal cascade on a scaled picture and return the boxes in pixels of the whole frame."""
        height, width = round(gray.shape[0] * scale), round(gray.shape[1] * scale)
        if min(height, width) < CASCADE_SIDE_PX:
            return []
        scaled = reduce_picture(gray, width, height) if scale < 1 else gray
        return [
            Box(left + round(x / scale), top + round(y / scale), round(w / scale), round(h / scale))
            for x, y, w, h in _detect(self._frontal, scaled, sizes_px, neighbours)
        ]

    def near(self, gray: np.ndarray, known: Box) -> list[Box]:
        """Search around a box for an upright face seen from the front."""
        side, (centre_x, centre_y) = max(known.width, known.height), known.centroid
        left, top = max(0, round(centre_x - side)), max(0, round(centre_y - side))
        region = gray[top : round(centre_y + side), left : round(centre_x + side)]
        scale = min(1.0, KNOWN_FACE_PX / side)
        return self.find(
            region, scale, left=left, top=top, sizes_px=_sizes_px(side * scale), neighbours=KNOWN_NEIGHBOURS
        )

    def near_turned(self, gray: np.ndarray, known: Box) -> list[Box]:
        """Search around a box for a face that is tilted, or seen from one side; return at most one."""
        return next((boxes for way in WAYS_TO_TURN if (boxes := self.turned(gray, known, way))), [])

    def turned(self, gray: np.ndarray, known: Box, way: Turn) -> list[Box]:
        """Search around a box for a face that is turned in one way; return at most one."""
        scale = KNOWN_FACE_PX / max(known.width, known.height)
        size = 2 * KNOWN_FACE_PX
        matrix = _around(known, way.tilt_deg, scale, size)
        picture = cv2.warpAffine(gray, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)
        if way.is_mirrored:
            picture = np.ascontiguousarray(picture[:, ::-1])
        cascade = self._profile if way.is_profile else self._frontal
        boxes = _detect(cascade, picture, _sizes_px(KNOWN_FACE_PX), KNOWN_NEIGHBOURS)
        if not boxes:
            return []
        x, y, width, height = boxes[0]
        return [_turned_back((size - x - width if way.is_mirrored else x, y, width, height), matrix, scale)]


def _load(path: Path) -> cv2.CascadeClassifier:
    # Read here, because OpenCV cannot open paths outside the system's code page on Windows.
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"expected a Haar cascade in {path} ({error}); install Emocam anew") from None
    cascade = cv2.CascadeClassifier()
    try:
        storage = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
        is_read = cascade.read(storage.getFirstTopLevelNode())
    except (cv2.error, SystemError):  # OpenCV's binding raises either, by the place of the damage
        is_read = False
    if not is_read:
        raise ValueError(f"expected a Haar cascade in {path}; install Emocam anew")
    return cascade


def _detect(
    cascade: cv2.CascadeClassifier, picture: np.ndarray, sizes_px: tuple[int, int], neighbours: int
) -> list[tuple[int, int, int, int]]:
    """Return (x, y, width, height) of faces whose side lies between the two sizes; a largest of 0 means any."""
    smallest, largest = sizes_px
    found = cascade.detectMultiScale(
        picture,
        scaleFactor=1.1,
        minNeighbors=neighbours,
        minSize=(smallest, smallest),
        maxSize=(largest, largest),
    )
    return [tuple(box) for box in np.asarray(found, int).reshape(-1, 4).tolist()]


def _sizes_px(side: float) -> tuple[int, int]:
    """Return the least and the largest side that a face may have grown to since it was this large."""
    return max(CASCADE_SIDE_PX, round(side * 0.8)), round(side * 1.4) + 1


def _around(box: Box, angle: float, scale: float, size: int) -> np.ndarray:
    """Return the (2, 3) matrix that turns and scales a box's surroundings into a square picture of that size."""
    centre_x, centre_y = box.centroid
    matrix = cv2.getRotationMatrix2D((centre_x, centre_y), angle, scale)
    matrix[:, 2] += np.array([size / 2 - centre_x, size / 2 - centre_y])
    return matrix


def _turned_back(box: tuple[int, int, int, int], matrix: np.ndarray, scale: float) -> Box:
    """Return the upright box, in pixels of the frame, around the middle of one found in a turned picture."""
    x, y, width, height = box
    back = cv2.invertAffineTransform(matrix)
    centre_x, centre_y = back @ np.array([x + width / 2, y + height / 2, 1])
    wide, high = width / scale, height / scale
    return Box(round(centre_x - wide / 2), round(centre_y - high / 2), round(wide), round(high))
