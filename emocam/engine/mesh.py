"""The points of a face, and where to look for them in the next frame: a known face is followed without a search.

Source: Kartynnik et al. 2019, arXiv:1907.06724; the network is MediaPipe's (see `assets/README.md`), and so are the
numbers of the points.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from emocam.engine.detection.blazeface import Detection
from emocam.engine.shipped_network import ShippedNetwork
from emocam.resources import asset_path

ASSET = "face_landmark.tflite"
SHA256 = "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1"
SIDE_PX = 192
POINTS = 468
AROUND_FACE = 1.5  # side of a region, as a share of the face's longer side
RIGHT_EYE, LEFT_EYE = 33, 263  # outer corners, of the person's eyes
SMALLEST_EXTENT, LARGEST_EXTENT = 0.25, 1.5  # of points that are a face, as a share of the region's side


@dataclass(frozen=True, slots=True)
class Region:
    """A square, turned, in which a face is looked at, in pixels of the frame; it may reach out of the picture.

    rotation_deg: by which a head that stands upright in it is tilted in the picture, clockwise positive: 0 to ±180.
    """

    centre_x: float
    centre_y: float
    side_px: float
    rotation_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class FacePoints:
    """A face's points.

    points: (468, 3) float32 `x, y` in pixels of the frame and a depth in pixels, smaller towards the camera.
    presence: 0 to 1, how sure the network is that it sees a face. region: in which it looked.
    """

    points: np.ndarray
    presence: float
    region: Region


class FaceMesh:
    """The network that knows a face's points; for one thread at a time."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the shipped network, or a copy of it elsewhere; raises ValueError where it is missing or damaged."""
        self._network = ShippedNetwork(path or asset_path(ASSET), sha256=SHA256, side_px=SIDE_PX)

    def look(self, image: np.ndarray, region: Region) -> FacePoints | None:
        """Return the points of the face in a region of an (H, W, 3) uint8 BGR image.

        None where the answer is not that of a face, whatever presence it claims: numbers that are none, or points
        that lie in a heap or far outside the region.
        """
        if not _is_usable(region, image):
            return None
        to_frame = _matrix(region)
        part = cv2.warpAffine(
            image,
            to_frame,
            (SIDE_PX, SIDE_PX),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        np.multiply(
            cv2.cvtColor(part, cv2.COLOR_BGR2RGB), np.float32(1 / 255), out=self._network.picture, dtype=np.float32
        )
        answers, logit = sorted(self._network.answer(), key=lambda output: -output.size)
        return face_points(answers.reshape(POINTS, 3), float(logit.squeeze()), region)


def face_points(answers: np.ndarray, logit: float, region: Region) -> FacePoints | None:
    """Return a network's answer, (468, 3) pixels of its input and a logit, in pixels of the frame; None if absurd."""
    if not (np.isfinite(answers).all() and math.isfinite(logit)):
        return None
    extent = np.ptp(answers[:, :2], axis=0) / SIDE_PX
    if extent.min() < SMALLEST_EXTENT / 2 or not SMALLEST_EXTENT <= extent.max() <= LARGEST_EXTENT:
        return None
    to_frame = _matrix(region)
    points = np.empty((POINTS, 3), np.float32)
    points[:, :2] = answers[:, :2] @ to_frame[:, :2].T + to_frame[:, 2]
    points[:, 2] = answers[:, 2] * (region.side_px / SIDE_PX)
    return FacePoints(points, 1 / (1 + math.exp(-min(max(logit, -100.0), 100.0))), region)


def detected_region(detection: Detection) -> Region:
    """Return where to look for the points of a face that was just detected."""
    (right_x, right_y), (left_x, left_y) = detection.keypoints[:2].tolist()
    return Region(
        centre_x=detection.x + detection.width / 2,
        centre_y=detection.y + detection.height / 2,
        side_px=AROUND_FACE * max(detection.width, detection.height),
        rotation_deg=math.degrees(math.atan2(left_y - right_y, left_x - right_x)),
    )


def next_region(points: np.ndarray) -> Region:
    """Return where to look in the next frame for a face whose (468, 3) points are known in this one."""
    right_eye, left_eye = points[RIGHT_EYE, :2], points[LEFT_EYE, :2]
    angle = math.atan2(float(left_eye[1] - right_eye[1]), float(left_eye[0] - right_eye[0]))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    upright = points[:, :2] @ turn
    low, high = upright.min(axis=0), upright.max(axis=0)
    centre_x, centre_y = turn @ ((low + high) / 2)
    return Region(float(centre_x), float(centre_y), AROUND_FACE * float((high - low).max()), math.degrees(angle))


def _is_usable(region: Region, image: np.ndarray) -> bool:
    """Return whether a region is a square of at least one pixel that can meet the picture."""
    values = (region.centre_x, region.centre_y, region.side_px, region.rotation_deg)
    if not all(map(math.isfinite, values)) or region.side_px < 1:
        return False
    height, width = image.shape[:2]
    reach = region.side_px / math.sqrt(2)  # half its diagonal
    return -reach < region.centre_x < width + reach and -reach < region.centre_y < height + reach


def _matrix(region: Region) -> np.ndarray:
    """Return the (2, 3) matrix from pixels of the network's input to pixels of the frame."""
    scale, angle = region.side_px / SIDE_PX, math.radians(region.rotation_deg)
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    centre = np.array([region.centre_x, region.centre_y])
    return np.column_stack([turn, centre - turn @ (SIDE_PX / 2, SIDE_PX / 2)])
