"""From a gray picture to face boxes: Haar cascades, on pictures scaled to suit.

Profiled on a 640×480 webcam clip with one face: a scan of the whole picture with the plain cascade takes 50 ms of two
cores, and the network 0.4 ms: the scan is nearly all of the engine's cost. So once faces are known, only their
surroundings are searched, at a scale chosen for each; the rest of the picture is scanned slice by slice, by size and
region, over frames, so that no frame pays for all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from emocam.messages import Box
from emocam.resources import asset_path

CASCADE_SIDE_PX = 24  # what the frontal cascade was trained on, and the least that it finds
SLICE_EVERY_FRAMES = 3  # while a face is in sight; otherwise a slice in each
SEARCH_FACE_PX = 40  # side of a known face in the picture that is searched for it
SEARCH_NEIGHBOURS, SCAN_NEIGHBOURS = 3, 5  # of overlapping hits: where no face is known, it takes more evidence
TILTS_DEG = (30.0, -30.0)  # the frontal cascade bears 15 to 20 degrees by itself


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


class FaceDetector:
    """Find faces in one picture after the other; keeps which slice of the scan is next, and which faces are turned."""

    def __init__(self, cascade: Path | None = None) -> None:
        """Load a cascade, the shipped one if none is named; raises ValueError where the file is none."""
        self._frontal = _load(cascade or asset_path("haarcascade_frontalface_default.xml"))
        self._is_new_picture = True
        self._frames_since_slice = 0
        self._next_slice = 0
        self._turned: list[Box] = []  # found tilted or in profile in the last frame
        self._next_lost = 0

    @cached_property
    def _profile(self) -> cv2.CascadeClassifier:
        """Faces turned to the picture's left; loaded when the first face turns away."""
        return _load(asset_path("haarcascade_profileface.xml"))

    def detect(self, gray: np.ndarray, *, known: Sequence[Box] = (), likely: Sequence[Box] = ()) -> list[Box]:
        """Return the boxes of the faces in a (H, W) uint8 picture.

        known: where faces were before this frame; they are searched for tilted and turned, too. likely: where
        something was found that may be a face. Without any, small faces may take some frames to be found; in
        the first picture all are found at once.
        """
        if self._is_new_picture:
            self._is_new_picture = False
            # Seen twice, at two scales: what only one grid of pixels makes look like a face is none.
            return without_overlaps([box for box in self._scan(gray) if self._search(gray, box)])
        found = self._search_known(gray, known)
        found = without_overlaps([*found, *(box for near in likely for box in self._search(gray, near))])
        self._frames_since_slice += 1
        if not found or self._frames_since_slice >= SLICE_EVERY_FRAMES:
            self._frames_since_slice = 0
            found = without_overlaps([*found, *self._scan_slice(gray)], first=len(found))
        return found

    def rescan(self) -> None:
        """Scan the whole next picture at once: it is another source's."""
        self._is_new_picture = True

    def _scan(self, gray: np.ndarray) -> list[Box]:
        scale = _scale(gray, _FAR[0].side_px)
        return self._run(gray, scale, left=0, top=0, sizes_px=(CASCADE_SIDE_PX, 0), neighbours=SCAN_NEIGHBOURS)

    def _scan_slice(self, gray: np.ndarray) -> list[Box]:
        """Scan the next slice."""
        part, self._next_slice = SLICES[self._next_slice], (self._next_slice + 1) % len(SLICES)
        scale, height = _scale(gray, part.side_px), gray.shape[0]
        overlap = round(part.largest_px / scale) if part.bands > 1 else 0
        top = max(0, height * part.band // part.bands - overlap // 2)
        bottom = height * (part.band + 1) // part.bands + overlap // 2 + 1
        sizes_px = (CASCADE_SIDE_PX, part.largest_px)
        return self._run(gray[top:bottom], scale, left=0, top=top, sizes_px=sizes_px, neighbours=SCAN_NEIGHBOURS)

    def _search_known(self, gray: np.ndarray, known: Sequence[Box]) -> list[Box]:
        """Search every known face, upright or as it was turned before; of those lost, one a frame turned."""
        found, turned, lost = [], [], []
        for near in known:
            boxes = self._search_turned(gray, near) if near in self._turned else []
            turned += boxes
            boxes = boxes or self._search(gray, near)
            found += boxes
            if not boxes:
                lost.append(near)
        if lost:
            self._next_lost = (self._next_lost + 1) % len(lost)
            boxes = self._search_turned(gray, lost[self._next_lost])
            turned += boxes
            found += boxes
        self._turned = turned
        return found

    def _search(self, gray: np.ndarray, near: Box) -> list[Box]:
        """Search around a box for an upright face seen from the front."""
        side, (centre_x, centre_y) = max(near.width, near.height), near.centroid
        left, top = max(0, round(centre_x - side)), max(0, round(centre_y - side))
        region = gray[top : round(centre_y + side), left : round(centre_x + side)]
        scale = min(1.0, SEARCH_FACE_PX / side)
        return self._run(
            region, scale, left=left, top=top, sizes_px=_sizes_px(side * scale), neighbours=SEARCH_NEIGHBOURS
        )

    def _search_turned(self, gray: np.ndarray, near: Box) -> list[Box]:
        """Search around a box for a face that is tilted, or seen from one side; return at most one."""
        side = max(near.width, near.height)
        scale = SEARCH_FACE_PX / side
        size = 2 * SEARCH_FACE_PX
        for angle in TILTS_DEG:
            matrix = _around(near, angle, scale, size)
            turned = cv2.warpAffine(gray, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)
            boxes = _detect(self._frontal, turned, _sizes_px(SEARCH_FACE_PX), SEARCH_NEIGHBOURS)
            if boxes:
                return [_turned_back(boxes[0], matrix, scale)]
        matrix = _around(near, 0.0, scale, size)
        upright = cv2.warpAffine(gray, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)
        for is_mirrored in (False, True):
            picture = np.ascontiguousarray(upright[:, ::-1]) if is_mirrored else upright
            boxes = _detect(self._profile, picture, _sizes_px(SEARCH_FACE_PX), SEARCH_NEIGHBOURS)
            if boxes:
                x, y, width, height = boxes[0]
                found = (size - x - width if is_mirrored else x, y, width, height)
                return [_turned_back(found, matrix, scale)]
        return []

    def _run(
        self, gray: np.ndarray, scale: float, *, left: int, top: int, sizes_px: tuple[int, int], neighbours: int
    ) -> list[Box]:
        """Run the frontal cascade on a scaled picture and return the boxes in pixels of the whole frame."""
        height, width = round(gray.shape[0] * scale), round(gray.shape[1] * scale)
        if min(height, width) < CASCADE_SIDE_PX:
            return []
        scaled = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA) if scale < 1 else gray
        return [
            Box(left + round(x / scale), top + round(y / scale), round(w / scale), round(h / scale))
            for x, y, w, h in _detect(self._frontal, scaled, sizes_px, neighbours)
        ]


def _load(path: Path) -> cv2.CascadeClassifier:
    # Read here, because OpenCV cannot open paths outside the system's code page on Windows.
    text = path.read_text(encoding="utf-8")
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
    return max(CASCADE_SIDE_PX, round(side * 0.75)), round(side * 1.4) + 1


def _around(near: Box, angle: float, scale: float, size: int) -> np.ndarray:
    """Return the (2, 3) matrix that turns and scales a box's surroundings into a square picture of that size."""
    centre_x, centre_y = near.centroid
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


def _scale(gray: np.ndarray, side_px: int) -> float:
    # By the longer side, so that a portrait picture costs no more than a landscape one.
    return min(1.0, side_px / max(gray.shape))


def without_overlaps(boxes: Sequence[Box], *, first: int = 0) -> list[Box]:
    """Return one box for each face: of two that share over half of the smaller one, the larger.

    first: how many of the boxes, from the beginning, go before the others, however large those are.
    """
    kept: list[Box] = []
    ranked = [(number >= first, -box.width * box.height, box) for number, box in enumerate(boxes)]
    for _, _, box in sorted(ranked, key=lambda one: one[:2]):
        if all(
            _shared_area(box, other) <= min(box.width * box.height, other.width * other.height) / 2 for other in kept
        ):
            kept.append(box)
    return kept


def _shared_area(one: Box, other: Box) -> int:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0, width) * max(0, height)
