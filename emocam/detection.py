"""From a gray picture to face boxes: Haar cascades, on pictures scaled to suit.

A scan of the whole picture at 640 pixels takes some 40 ms on two cores, and the network 0.4 ms: the
scan is nearly all of the engine's cost. So the whole picture is scanned finely now and then, and
between scans only the surroundings of known faces are searched, at a scale chosen for each.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from emocam.messages import Box

FINE_WIDTH_PX = 640  # finds faces from 24 pixels of a 640×480 picture
COARSE_WIDTH_PX = 320  # from 48 pixels, in a quarter of the time
FINE_SCAN_FRAMES = 10  # a new small face waits a third of a second at 30 frames a second
RESCAN_FRAMES = 3  # after a known face was not found again
SEARCH_FACE_PX = 40  # side of a known face in the picture that is searched for it
CASCADE_SIDE_PX = 24  # what the cascade was trained on, and the least that it finds


class FaceDetector:
    """Find faces in one picture after the other; keeps only the count of frames since the last scan."""

    def __init__(self, cascade: Path) -> None:
        """Load a cascade; raises ValueError where the file is none."""
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
        self._frames_since_scan = FINE_SCAN_FRAMES

    def detect(self, gray: np.ndarray, *, known: Sequence[Box] = ()) -> list[Box]:
        """Return the boxes of the faces in a (H, W) uint8 picture.

        known: where faces were before this frame. Without any the whole picture is scanned.
        """
        self._frames_since_scan += 1
        if self._frames_since_scan >= FINE_SCAN_FRAMES:
            self._frames_since_scan = 0
            return without_overlaps(self._scan(gray, FINE_WIDTH_PX))
        if not known:
            return without_overlaps(self._scan(gray, COARSE_WIDTH_PX))
        found = [box for near in known for box in self._search(gray, near)]
        boxes = without_overlaps(found)
        if len(boxes) < len(known):
            self._frames_since_scan = max(self._frames_since_scan, FINE_SCAN_FRAMES - RESCAN_FRAMES)
        return boxes

    def rescan(self) -> None:
        """Scan the whole next picture finely: it is another source's."""
        self._frames_since_scan = FINE_SCAN_FRAMES

    def _scan(self, gray: np.ndarray, width_px: int) -> list[Box]:
        # The longer side, so that a portrait picture costs no more than a landscape one.
        scale = min(1.0, width_px / max(gray.shape))
        return self._run(gray, scale, left=0, top=0, smallest_px=CASCADE_SIDE_PX, largest_px=0, neighbours=5)

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
