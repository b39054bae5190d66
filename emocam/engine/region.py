"""A turned square of a picture: where a face is looked at, and what is cut out of it."""

import math
from dataclasses import dataclass, replace

import numpy as np

from emocam.messages import Box

# Of the person's eyes, the outer corners; in the numbers of MediaPipe's 468 points.
RIGHT_EYE, LEFT_EYE = 33, 263
# How far above the middle of its points the middle of the box lies that the frontal cascade draws around a face, as a
# share of its side, which is that of the points' extent: medians over four clips of one face each.
FACE_ABOVE_POINTS = 0.084


@dataclass(frozen=True, slots=True)
class Region:
    """A square, turned, in pixels of the frame; it may reach out of the picture.

    rotation_deg: by which a head that stands upright in it is tilted in the picture, clockwise positive: 0 to ±180.
    """

    centre_x: float
    centre_y: float
    side_px: float
    rotation_deg: float = 0.0

    def scaled(self, factor: float) -> "Region":
        """Return the region with the same middle and another side."""
        return Region(self.centre_x, self.centre_y, self.side_px * factor, self.rotation_deg)

    def raised(self, share: float) -> "Region":
        """Return the region moved towards the top of the head by a share of its side."""
        angle, far = math.radians(self.rotation_deg), share * self.side_px
        centre_x, centre_y = self.centre_x + far * math.sin(angle), self.centre_y - far * math.cos(angle)
        return replace(self, centre_x=centre_x, centre_y=centre_y)

    def matrix(self, size_px: int) -> np.ndarray:
        """Return the (2, 3) matrix from pixels of the region, as a picture of this size, to pixels of the frame."""
        scale, angle = self.side_px / size_px, math.radians(self.rotation_deg)
        turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        centre = np.array([self.centre_x, self.centre_y])
        return np.column_stack([turn, centre - turn @ (size_px / 2, size_px / 2)])

    @property
    def box(self) -> Box:
        """The upright square of the same middle and side, in whole pixels."""
        side = max(1, round(self.side_px))
        return Box(round(self.centre_x - side / 2), round(self.centre_y - side / 2), side, side)


def region_of_points(points: np.ndarray) -> Region:
    """Return the smallest upright square around the (468, 3) points of a face, turned by the line of its eyes."""
    right_eye, left_eye = points[RIGHT_EYE, :2], points[LEFT_EYE, :2]
    angle = math.atan2(float(left_eye[1] - right_eye[1]), float(left_eye[0] - right_eye[0]))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    upright = points[:, :2] @ turn
    low, high = upright.min(axis=0), upright.max(axis=0)
    centre_x, centre_y = turn @ ((low + high) / 2)
    return Region(float(centre_x), float(centre_y), float((high - low).max()), math.degrees(angle))


def face_of_points(extent: Region) -> Region:
    """Return the square that the frontal cascade would draw around an upright face whose points span this one."""
    return extent.raised(FACE_ABOVE_POINTS)


def points_of_face(box: Box, rotation_deg: float = 0.0) -> Region:
    """Return where the points of a face lie around which a box was drawn: the way back of `face_of_points`."""
    centre_x, centre_y = box.centroid
    return Region(centre_x, centre_y, max(box.width, box.height), rotation_deg).raised(-FACE_ABOVE_POINTS)


@dataclass(frozen=True, slots=True)
class PointsCrop:
    """How a network wants a face to be cut out whose points are known.

    margin: how much wider the crop is than the face on each side, as a share of the face's side; negative cuts into it.
    raised: how far it is moved towards the top of the head, in the same shares. is_turned: the head is turned upright.
    """

    margin: float
    raised: float = 0.0
    is_turned: bool = True

    def of(self, extent: Region) -> Region:
        """Return the region to cut out for a face whose points span this one."""
        region = face_of_points(extent).raised(self.raised).scaled(1 + 2 * self.margin)
        return region if self.is_turned else replace(region, rotation_deg=0.0)
