"""From a gray picture to face boxes: Haar cascades, on pictures scaled to suit.

A scan of the whole picture at 640 pixels takes some 40 ms on two cores, and the network 0.4 ms: the
scan is nearly all of the engine's cost. So once faces are known, only their surroundings are searched,
at a scale chosen for each; the rest of the picture is scanned slice by slice, over frames, so that no
frame pays for all of it.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from emocam.messages import Box
from emocam.resources import asset_path

FINE_WIDTH_PX = 640  # finds faces from 24 pixels of a 640×480 picture
COARSE_WIDTH_PX = 320  # from 48 pixels, in a quarter of the time
LARGEST_SMALL_PX = 56  # what the coarse slice may miss, in pixels of the fine picture
FINE_SLICES = 4  # bands of the fine picture; with the coarse slices between them a full scan takes 24 frames
SLICE_EVERY_FRAMES = 3  # while every known face is in sight; otherwise a slice in each
SEARCH_FACE_PX = 40  # side of a known face in the picture that is searched for it
CASCADE_SIDE_PX = 24  # what the cascade was trained on, and the least that it finds


class FaceDetector:
    """Find faces in one picture after the other; keeps only which slice of the scan is next."""

    def __init__(self, cascade: Path | None = None) -> None:
        """Load a cascade, the shipped one if none is named; raises ValueError where the file is none."""
        cascade = cascade or asset_path("haarcascade_frontalface_default.xml")
        # Read here, because OpenCV cannot open paths outside the system's code page on Windows.
        text = cascade.read_text(encoding="utf-8")
        self._cascade = cv2.CascadeClassifier()
        try:
            storage = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
            is_read = self._cascade.read(storage.getFirstTopLevelNode())
        except (cv2.error, SystemError):  # OpenCV's binding raises either, by the place of the damage
            is_read = False
        if not is_read:
            raise ValueError(f"expected a Haar cascade in {cascade}; install Emocam anew")
        self._is_new_picture = True
        self._frames_since_slice = 0
        self._next_slice = 0

    def detect(self, gray: np.ndarray, *, known: Sequence[Box] = ()) -> list[Box]:
        """Return the boxes of the faces in a (H, W) uint8 picture.

        known: where faces were before this frame. Without any, small faces may take some frames to be
        found; in the first picture all are found at once.
        """
        if self._is_new_picture:
            self._is_new_picture = False
            return without_overlaps(self._scan(gray))
        found = without_overlaps([box for near in known for box in self._search(gray, near)])
        self._frames_since_slice += 1
        if len(found) < max(1, len(known)) or self._frames_since_slice >= SLICE_EVERY_FRAMES:
            self._frames_since_slice = 0
            found = without_overlaps([*found, *self._scan_slice(gray)])
        return found

    def rescan(self) -> None:
        """Scan the whole next picture at once: it is another source's."""
        self._is_new_picture = True

    def _scan(self, gray: np.ndarray) -> list[Box]:
        scale = _scale(gray, FINE_WIDTH_PX)
        return self._run(gray, scale, left=0, top=0, smallest_px=CASCADE_SIDE_PX, largest_px=0, neighbours=5)

    def _scan_slice(self, gray: np.ndarray) -> list[Box]:
        """Scan the next slice: the whole picture for larger faces, or one band of it for small ones."""
        number, self._next_slice = self._next_slice, (self._next_slice + 1) % (2 * FINE_SLICES)
        if number % 2 == 0:  # every second one, because people sit near their webcam
            scale = _scale(gray, COARSE_WIDTH_PX)
            return self._run(gray, scale, left=0, top=0, smallest_px=CASCADE_SIDE_PX, largest_px=0, neighbours=5)
        scale = _scale(gray, FINE_WIDTH_PX)
        height = gray.shape[0]
        overlap = round(LARGEST_SMALL_PX / scale)
        top = max(0, height * (number // 2) // FINE_SLICES - overlap // 2)
        bottom = height * (number // 2 + 1) // FINE_SLICES + overlap // 2 + 1
        return self._run(
            gray[top:bottom], scale, left=0, top=top, smallest_px=CASCADE_SIDE_PX,
            largest_px=LARGEST_SMALL_PX, neighbours=5,
        )  # fmt: skip

    def _search(self, gray: np.ndarray, near: Box) -> list[Box]:
        side = max(near.width, near.height)
        centre_x, centre_y = near.centroid
        left, top = max(0, round(centre_x - side)), max(0, round(centre_y - side))
        region = gray[top : round(centre_y + side), left : round(centre_x + side)]
        scale = min(1.0, SEARCH_FACE_PX / side)
        smallest, largest = max(CASCADE_SIDE_PX, round(side * scale * 0.75)), round(side * scale * 1.4) + 1
        return self._run(
            region, scale, left=left, top=top, smallest_px=smallest, largest_px=largest, neighbours=3
        )

    def _run(
        self, gray: np.ndarray, scale: float, *, left: int, top: int, smallest_px: int, largest_px: int, neighbours: int
    ) -> list[Box]:
        """Run the cascade on a scaled picture and return the boxes in pixels of the whole frame."""
        height, width = round(gray.shape[0] * scale), round(gray.shape[1] * scale)
        if min(height, width) < CASCADE_SIDE_PX:
            return []
        scaled = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA) if scale < 1 else gray
        found = self._cascade.detectMultiScale(
            scaled,
            scaleFactor=1.1,
            minNeighbors=neighbours,
            minSize=(smallest_px, smallest_px),
            maxSize=(largest_px, largest_px),
        )
        return [
            Box(left + round(x / scale), top + round(y / scale), round(w / scale), round(h / scale))
            for x, y, w, h in np.asarray(found, int).reshape(-1, 4).tolist()
        ]


def _scale(gray: np.ndarray, side_px: int) -> float:
    # By the longer side, so that a portrait picture costs no more than a landscape one.
    return min(1.0, side_px / max(gray.shape))


def without_overlaps(boxes: Sequence[Box]) -> list[Box]:
    """Return one box for each face: of two that share over half of the smaller one, the larger."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda one: one.width * one.height, reverse=True):
        if all(_shared_area(box, other) <= box.width * box.height / 2 for other in kept):
            kept.append(box)
    return kept


def _shared_area(one: Box, other: Box) -> int:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0, width) * max(0, height)
