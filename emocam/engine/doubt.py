"""Tells when a face may be somebody else's, though its track goes on: at a film's cut, and where faces cross."""

from collections.abc import Mapping

import cv2
import numpy as np

from emocam.messages import Box

SMALL_PX = (32, 18)  # width, height of the picture in which cuts are looked for
SAMPLED_PX = 160  # of a picture's width
# Of neighbouring frames in small. Measured on seven clips: 0.00 to 0.27 at a cut; 0.68 and more under a stage's moving
# lights, 0.93 and more at a webcam.
LEAST_LIKENESS = 0.5
LARGEST_OVERLAP = 0.25  # of the smaller box; faces side by side share less

CUT = "The picture changed at once, as at a cut: who is seen now may be somebody else."
COVERED = "Two faces covered one another: who is who now is not sure."


class Doubt:
    """Compares each frame with the one before; used by one pipeline, while it has baselines."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None

    def start_anew(self) -> None:
        """Forget the last frame: the next one is compared with none."""
        self._before = None

    def is_cut(self, gray: np.ndarray) -> bool:
        """Tell whether a (H, W) uint8 picture shows something else than the one before."""
        every = max(1, gray.shape[1] // SAMPLED_PX)  # all pixels would take 0.7 ms
        small = cv2.resize(gray[::every, ::every], SMALL_PX, interpolation=cv2.INTER_AREA).astype(np.float32)
        small -= small.mean()
        before, self._before = self._before, small
        if before is None:
            return False
        lengths = float(np.linalg.norm(small)), float(np.linalg.norm(before))
        if not all(lengths):  # an even picture, as between two scenes; two of them are alike
            return any(lengths)
        return float((small * before).sum()) / (lengths[0] * lengths[1]) < LEAST_LIKENESS



def covering(boxes: Mapping[int, Box]) -> set[int]:
    """Return the faces whose boxes, as they were last seen, cover another's or are covered by it."""
    faces = sorted(boxes)
    pairs = [(one, other) for place, one in enumerate(faces) for other in faces[place + 1 :]]
    return {face for pair in pairs if _overlap(boxes[pair[0]], boxes[pair[1]]) > LARGEST_OVERLAP for face in pair}


def _overlap(one: Box, other: Box) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(width, 0) * max(height, 0) / smaller if smaller > 0 else 0.0
