"""The portraits that are changed: two people, each as they are and mirrored."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from emocam.engine.mesh import FaceMesh, next_region
from emocam.engine.region import Region
from emocam.resources import asset_path

# Where the face is in each, in pixels; the points are looked for from there.
PORTRAITS = {"portrait_collins.jpg": Region(226, 128, 170), "portrait_hopper.jpg": Region(230, 190, 240)}
LOOKS = 4  # each from where the one before saw the points


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A person before a plain wall.

    image: (H, W, 3) uint8 BGR. points: (468, 3) as of `mesh.FacePoints`, in its pixels.
    """

    name: str
    image: np.ndarray
    points: np.ndarray

    @property
    def face_width_px(self) -> float:
        """How wide the face is, from the outermost point beside one ear to that beside the other."""
        return float(np.ptp(self.points[:, 0]))


def read_portraits(names: Sequence[str] = tuple(PORTRAITS)) -> list[Portrait]:
    """Return the shipped portraits, each followed by its mirror image; raises ValueError where one is damaged."""
    mesh = FaceMesh()
    portraits = []
    for name in names:
        image, region = cv2.imread(str(asset_path(name))), PORTRAITS[name]
        if image is None:
            raise ValueError(f"expected a picture in {asset_path(name)}; install Emocam anew")
        image = _upright(mesh, image, region)
        portraits.append(Portrait(name, image, _points(mesh, image, region)))
        mirrored = np.ascontiguousarray(image[:, ::-1])
        across = Region(image.shape[1] - region.centre_x, region.centre_y, region.side_px)
        portraits.append(Portrait(f"{name}, mirrored", mirrored, _points(mesh, mirrored, across)))
    return portraits


def _upright(mesh: FaceMesh, image: np.ndarray, region: Region) -> np.ndarray:
    """Return a portrait turned so that the line of the eyes is level."""
    tilt_deg = next_region(_points(mesh, image, region)).rotation_deg
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((region.centre_x, region.centre_y), tilt_deg, 1)
    upright: np.ndarray = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return upright


def _points(mesh: FaceMesh, image: np.ndarray, region: Region) -> np.ndarray:
    for _ in range(LOOKS):
        face = mesh.look(image, region)
        if face is None:
            raise ValueError("expected a face in the portraits of the assets; install Emocam anew")
        points, region = face.points, next_region(face.points)
    return points
