"""What the points of a face tell: how the head is held, how far eyes and mouth are open, brows and corners raised.

They are measures of geometry, scaled by the face. They are not FACS codes, and what is normal differs from one person
to the next: compare a face with itself.
"""

import math
from pathlib import Path

import cv2
import numpy as np

from emocam.engine.mesh import POINTS
from emocam.engine.region import LEFT_EYE, RIGHT_EYE
from emocam.messages import FaceMeasures
from emocam.resources import asset_path

ASSET = "canonical_face.csv"
NOSE_BRIDGE = 168
# Corner, corner, and two pairs of a point of the upper lid with the one below it (Soukupová and Čech 2016).
RIGHT_LIDS = (33, 133, (160, 144), (158, 153))
LEFT_LIDS = (263, 362, (387, 373), (385, 380))
EYE_CORNERS = (33, 133, 263, 362)
BROWS = (105, 66, 334, 296)  # the upper edge of each, in its outer and its inner half
UPPER_LIP, LOWER_LIP = 13, 14  # the middle of their inner edges
MOUTH_CORNERS = (61, 291)
# From the upper lip to the lower one, the share at which the corners of a face stay that only drops its jaw. Chosen on
# 40 acted expressions: there surprise leaves `lip_corners` as it is, and with 0 lowers it, with 0.5 raises it.
LEVEL_OF_CORNERS = 0.25
# From which the face is taken to be seen, straight on, wherever in the picture it is: as far as people sit from a
# webcam. Measured with 40 and 100 instead: angles differ by less than 1 degree.
CAMERA_DISTANCE_CM = 60.0


class CanonicalFace:
    """The face that heads are compared with: 468 points of an average one, in centimetres."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the shipped face, or a copy of it; raises ValueError where the file is missing or damaged."""
        points, weights = _read(path or asset_path(ASSET))
        self._numbers = np.flatnonzero(weights > 0)  # MediaPipe's choice: expressions move them little
        self._points = np.ascontiguousarray(points[self._numbers] * (1, -1, -1))  # y down and z away, as in a picture
        self._size_cm = _size(self._points)

    def measure(self, points: np.ndarray) -> FaceMeasures | None:
        """Return what the (468, 3) points of a face tell (`mesh.FacePoints`), None where they are none."""
        if not np.isfinite(points).all():
            return None
        points = points.astype(np.float64)
        turn = self._turn(points[self._numbers])
        width = float(np.linalg.norm(points[RIGHT_EYE] - points[LEFT_EYE]))
        if turn is None or width == 0:
            return None
        upright = (points - points[NOSE_BRIDGE]) @ turn / width
        height = -upright[:, 1]
        upper, lower = height[UPPER_LIP], height[LOWER_LIP]
        return FaceMeasures(
            yaw_deg=math.degrees(math.atan2(-turn[0, 2], turn[2, 2])),
            pitch_deg=math.degrees(math.asin(min(1.0, max(-1.0, turn[1, 2])))),
            roll_deg=math.degrees(math.atan2(turn[1, 0], turn[1, 1])),
            eyes_open_right=_openness(upright, RIGHT_LIDS),
            eyes_open_left=_openness(upright, LEFT_LIDS),
            mouth_open=_distance(upright, UPPER_LIP, LOWER_LIP),
            brows_raised=_mean(height, BROWS) - _mean(height, EYE_CORNERS),
            lip_corners=_mean(height, MOUTH_CORNERS) - float(upper + LEVEL_OF_CORNERS * (lower - upper)),
        )

    def _turn(self, points: np.ndarray) -> np.ndarray | None:
        """Return the (3, 3) rotation from a head that faces the camera to this one, None where there is none.

        Source: Terzakis and Lourakis 2020 (SQPnP); it needs no first guess, so that no frame depends on the last.
        """
        size = _size(points)
        if size == 0:
            return None
        focal = CAMERA_DISTANCE_CM * size / self._size_cm
        picture = np.ascontiguousarray(points[:, :2] - points[:, :2].mean(axis=0))
        camera = np.diag([focal, focal, 1.0])
        try:
            is_found, turn, _ = cv2.solvePnP(self._points, picture, camera, None, flags=cv2.SOLVEPNP_SQPNP)
        except cv2.error:  # all points on a line, say
            return None
        return cv2.Rodrigues(turn)[0] if is_found and np.isfinite(turn).all() else None


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return (468, 3) points, x to the picture's right, y up, z towards the camera, and their (468,) weights."""
    try:
        _, *rows = path.read_text(encoding="utf-8").splitlines()
        table = np.array([[float(value) for value in row.split(",")] for row in rows])
    except (OSError, ValueError) as error:
        raise ValueError(f"expected the points of a face in {path} ({error}); install Emocam anew") from None
    if table.shape != (POINTS, 4) or not np.isfinite(table).all() or np.count_nonzero(table[:, 3] > 0) < 6:
        raise ValueError(f"expected {POINTS} points of a face in {path}; install Emocam anew")
    return table[:, :3], table[:, 3]


def _size(points: np.ndarray) -> float:
    """Return how far (N, 3) points are from their middle, as a root mean square: the same whichever way they turn."""
    return float(np.sqrt(np.square(points - points.mean(axis=0)).sum(axis=1).mean()))


def _distance(points: np.ndarray, one: int, other: int) -> float:
    return float(np.linalg.norm(points[one] - points[other]))


def _mean(values: np.ndarray, numbers: tuple[int, ...]) -> float:
    return float(np.mean(values[list(numbers)]))


def _openness(points: np.ndarray, lids: tuple[int, int, tuple[int, int], tuple[int, int]]) -> float:
    outer, inner, *pairs = lids
    width = _distance(points, outer, inner)
    return sum(_distance(points, *pair) for pair in pairs) / len(pairs) / width if width else 0.0
