"""Test pictures: a portrait before a wall, as a stream of frames, changed in one way; and where its face is then."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from emocam.commands.seeing.portraits import Portrait
from emocam.commands.seeing.turned_head import turned_head
from emocam.engine.region import face_of_points, region_of_points
from emocam.messages import Box

WIDTH_PX, HEIGHT_PX = 1280, 720
FRAMES = 12  # of a stream
FACE_WIDTH_PX = 160  # of a person at 86 cm; see `distance_m`
WALL_BGR = (168, 170, 172)  # the wall that the portraits stand before
NOISE_LEVELS = 2.0  # standard deviation in levels of 0 to 255, added last: about a webcam's in a lit room
# How a person moves from frame to frame: standard deviations, in widths of the face; and the drift through a stream.
SHAKE, SHAKE_PX, TILT_DEG, SCALE, DRIFT = 0.006, 0.2, 0.3, 0.003, 0.05
COVER_BGR = {"below": (118, 92, 70), "side": (96, 110, 124), "eyes": (28, 26, 26)}  # cloth, wood, dark glass
EDGES = ("left", "top", "bottom")

FIELD_OF_VIEW_DEG, FACE_WIDTH_M = 70.0, 0.15


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a portrait; as it stands, nothing.

    roll_deg: clockwise. yaw_deg: positive turns the nose to the picture's right. brightness: by which each pixel is
    multiplied. covered: `below`, `side` (from the picture's left) or `eyes`, and out: `left`, `top` or `bottom`, each
    with the share of the face's height or width that is hidden so.
    """

    face_width_px: float = FACE_WIDTH_PX
    roll_deg: float = 0.0
    yaw_deg: float = 0.0
    brightness: float = 1.0
    covered: tuple[str, float] | None = None
    out: tuple[str, float] | None = None


def distance_m(face_width_px: float) -> float:
    """Return from how far a laptop's camera sees an adult's face so wide.

    A camera with a field of view of 70° across 1280 pixels has a focal length of 1280 / 2 / tan(70° / 2) = 914 pixels,
    and sees what is 0.15 m wide and d away 0.15 × 914 / d pixels wide.
    """
    focal_px = WIDTH_PX / 2 / math.tan(math.radians(FIELD_OF_VIEW_DEG) / 2)
    return FACE_WIDTH_M * focal_px / face_width_px


def frames(portrait: Portrait, triangles: np.ndarray, change: Change, *, seed: int) -> Iterator[tuple[np.ndarray, Box]]:
    """Yield a stream's pictures, (HEIGHT_PX, WIDTH_PX, 3) uint8 BGR, each with the box of its face.

    The box is the one that the frontal cascade draws around a face, and may reach out of the picture. The same seed
    moves every change alike.
    """
    image, points = portrait.image, portrait.points
    if change.yaw_deg:
        image, points = turned_head(image, points, triangles, yaw_deg=change.yaw_deg)
    if change.covered:
        image = covered(image, portrait.points, *change.covered)
    figure = Figure.of(image, scale=change.face_width_px / portrait.face_width_px)
    random = np.random.default_rng(seed)
    centre = place(portrait.points, figure.scale, change, random)
    toward = random.uniform(0, 2 * math.pi)
    for number in range(FRAMES):
        shake = (SHAKE * change.face_width_px + SHAKE_PX) * random.normal(size=2)
        drift = DRIFT * change.face_width_px * (number / FRAMES - 0.5) * np.array([math.cos(toward), math.sin(toward)])
        matrix = figure.matrix(
            middle=_middle(portrait.points),
            centre=centre + shake + (0 if change.out else drift),
            scale=1 + SCALE * random.normal(),
            rotation_deg=change.roll_deg + TILT_DEG * random.normal(),
        )
        picture = figure.drawn(matrix)
        if change.brightness != 1:
            picture = cv2.convertScaleAbs(picture, alpha=change.brightness)
        moved = points.copy()
        moved[:, :2] = points[:, :2] * figure.scale @ matrix[:, :2].T + matrix[:, 2]
        yield with_noise(picture, random), face_of_points(region_of_points(moved)).box


def covered(image: np.ndarray, points: np.ndarray, side: str, share: float) -> np.ndarray:
    """Return a portrait with a share of its face's height (`below`, `eyes`) or width (`side`) behind a plain patch.

    What covers the eyes is a band with its middle on them.
    """
    (left, top), (right, bottom) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    width, height = right - left, bottom - top
    if side == "below":
        corners = (left - 0.2 * width, bottom - share * height, right + 0.2 * width, bottom + 0.15 * height)
    elif side == "side":
        corners = (left - 0.4 * width, top - 0.4 * height, left + share * width, bottom + 0.3 * height)
    else:
        eyes = points[[33, 133, 362, 263], 1].mean()
        corners = (left - 0.02 * width, eyes - share * height / 2, right + 0.02 * width, eyes + share * height / 2)
    result = image.copy()
    if share > 0:
        x1, y1, x2, y2 = (round(float(corner)) for corner in corners)
        cv2.rectangle(result, (x1, y1), (x2 - 1, y2 - 1), COVER_BGR[side], cv2.FILLED)
    return result


def place(points: np.ndarray, scale: float, change: Change, random: np.random.Generator) -> np.ndarray:
    """Return where in the picture the middle of the face goes: near the picture's, or so far out as is asked."""
    room = np.array([WIDTH_PX, HEIGHT_PX])
    size = np.ptp(points[:, :2], axis=0) * scale
    centre: np.ndarray = room / 2 + random.uniform(-0.25, 0.25, 2) * np.maximum(room - 1.5 * size.max(), 0)
    if change.out:
        edge, share = change.out
        axis, far = (0, 0) if edge == "left" else (1, 0) if edge == "top" else (1, HEIGHT_PX)
        inwards = (0.5 - share) * size[axis]
        centre[axis] = far - inwards if edge == "bottom" else far + inwards
    return centre


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A portrait in the size of the test picture, with its body drawn out downwards, so that it does not float."""

    image: np.ndarray
    scale: float

    @classmethod
    def of(cls, image: np.ndarray, *, scale: float) -> "Figure":
        """Return a portrait as a figure, `scale` times as large."""
        size = tuple(max(1, round(side * scale)) for side in image.shape[1::-1])
        resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        return cls(cv2.copyMakeBorder(resized, 0, WIDTH_PX, 0, 0, cv2.BORDER_REPLICATE), scale)

    def matrix(self, *, middle: np.ndarray, centre: np.ndarray, scale: float, rotation_deg: float) -> np.ndarray:
        """Return the (2, 3) matrix from the figure to the picture.

        middle: a point of the portrait, in its pixels, that comes to lie at `centre`. rotation_deg: clockwise.
        """
        angle = math.radians(rotation_deg)
        turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        return np.column_stack([turn, centre - turn @ (middle * self.scale)])

    def drawn(self, matrix: np.ndarray) -> np.ndarray:
        """Return a picture of the figure before the wall."""
        picture: np.ndarray = cv2.warpAffine(self.image, matrix, (WIDTH_PX, HEIGHT_PX), borderValue=WALL_BGR)
        return picture


def with_noise(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a picture with a sensor's noise."""
    lighter, darker = _noise()
    top, left = (int(random.integers(0, lighter.shape[axis] - picture.shape[axis] + 1)) for axis in (0, 1))
    part = np.s_[top : top + picture.shape[0], left : left + picture.shape[1]]
    noisy: np.ndarray = cv2.subtract(cv2.add(picture, lighter[part]), darker[part])
    return noisy


@lru_cache(maxsize=1)
def _noise() -> tuple[np.ndarray, np.ndarray]:
    """Return by how much noise makes pixels lighter, and darker, both larger than a picture.

    Each frame takes another part of them: new noise would take 50 ms.
    """
    size = (HEIGHT_PX + 160, WIDTH_PX + 160, 3)
    levels = np.random.default_rng(1).normal(0, NOISE_LEVELS, size).round()
    return np.maximum(levels, 0).astype(np.uint8), np.maximum(-levels, 0).astype(np.uint8)


def _middle(points: np.ndarray) -> np.ndarray:
    middle: np.ndarray = (points[:, :2].min(axis=0) + points[:, :2].max(axis=0)) / 2
    return middle
