"""The points of a face, and where to look for them in the next frame: a known face is followed without a search.

Source: Kartynnik et al. 2019, arXiv:1907.06724; the network is MediaPipe's (see `assets/README.md`), and so are the
numbers of the points.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from emocam.engine.region import Region, points_of_face, region_of_points
from emocam.engine.shipped_network import ShippedNetwork
from emocam.messages import Box
from emocam.resources import asset_path

ASSET = "face_landmark.tflite"
SHA256 = "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1"
SIDE_PX = 192
POINTS = 468
AROUND_FACE = 1.5  # side of a region, as a share of the face's longer side
SMALLEST_EXTENT, LARGEST_EXTENT = 0.25, 1.5  # of points that are a face, as a share of the region's side
# How far a face may have moved, in sides of its own, until it is looked at again; and how often it is.
SHIFT_TO_LOOK_AGAIN, MOST_LOOKS = 0.08, 3
PRESENCE = 0.5  # how sure the network must be that it sees a face
SMALLEST_PX = 12  # a smaller face has no points worth the name


@dataclass(frozen=True, slots=True, eq=False)
class FacePoints:
    """A face's points.

    points: (468, 3) float32 `x, y` in pixels of the frame and a depth in pixels, smaller towards the camera.
    presence: 0 to 1, how sure the network is that it sees a face. extent: the smallest upright square around them.
    """

    points: np.ndarray
    presence: float
    extent: Region


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
        to_frame = region.matrix(SIDE_PX)
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
    to_frame = region.matrix(SIDE_PX)
    points = np.empty((POINTS, 3), np.float32)
    points[:, :2] = answers[:, :2] @ to_frame[:, :2].T + to_frame[:, 2]
    points[:, 2] = answers[:, 2] * (region.side_px / SIDE_PX)
    return FacePoints(points, 1 / (1 + math.exp(-min(max(logit, -100.0), 100.0))), region_of_points(points))


def next_region(face: FacePoints) -> Region:
    """Return where to look in the next frame for a face whose points are known in this one."""
    return face.extent.scaled(AROUND_FACE)


def region_of_box(box: Box, rotation_deg: float = 0.0) -> Region:
    """Return where to look for the points of a face that was just found."""
    return points_of_face(box, rotation_deg).scaled(AROUND_FACE)


def look_in_box(mesh: FaceMesh, image: np.ndarray, box: Box, rotation_deg: float = 0.0) -> FacePoints | None:
    """Return the points of a face around which a box was drawn; None where the mesh is not sure that it sees one.

    Two looks, the second from where the first saw the points: a box is less steady than they are.
    """
    first = mesh.look(image, region_of_box(box, rotation_deg))
    if first is None or not is_there(first):
        return None
    second = mesh.look(image, next_region(first))
    return second if second is not None and is_there(second) else None


def follow(mesh: FaceMesh, image: np.ndarray, before: FacePoints) -> FacePoints | None:
    """Return the points of a known face in the next frame, None where there is no answer of a face.

    A face that moved far is looked at again from where it was seen: at the edge of a region points lag behind it.
    """
    region = next_region(before)
    face = mesh.look(image, region)
    for _ in range(MOST_LOOKS - 1):
        if face is None or _shift(face.extent, region) < SHIFT_TO_LOOK_AGAIN:
            break
        region = next_region(face)
        face = mesh.look(image, region)
    return face


def _shift(extent: Region, region: Region) -> float:
    """Return how far a face lies from the middle of the region, in shares of its own side."""
    return math.hypot(extent.centre_x - region.centre_x, extent.centre_y - region.centre_y) / extent.side_px


def is_there(face: FacePoints) -> bool:
    """Return whether the mesh is sure enough of a face, and the face large enough, for its points to be used."""
    return face.presence >= PRESENCE and face.extent.side_px >= SMALLEST_PX


def _is_usable(region: Region, image: np.ndarray) -> bool:
    """Return whether a region is a square of at least one pixel that can meet the picture."""
    values = (region.centre_x, region.centre_y, region.side_px, region.rotation_deg)
    if not all(map(math.isfinite, values)) or region.side_px < 1:
        return False
    height, width = image.shape[:2]
    reach = region.side_px / math.sqrt(2)  # half its diagonal
    return -reach < region.centre_x < width + reach and -reach < region.centre_y < height + reach
