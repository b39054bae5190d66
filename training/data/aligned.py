"""Cuts FER-2013's faces out by their points, as the app cuts out a face whose points it knows."""

import cv2
import numpy as np

from emocam.engine.mesh import FaceMesh, look_in_box
from emocam.engine.preprocessing import Box, crop_region
from emocam.engine.region import PointsCrop
from training.data.faces import DataError
from training.quiet import quiet

# FER-2013's pictures show a little more than the box of a detector: of -0.1 to 0.1 the share with which the mesh is
# sure of most faces, 95.5 % of 600.
AROUND_BOX = 0.05


def aligned_faces(images: np.ndarray, crop: PointsCrop) -> np.ndarray:
    """Return (N, S, S) uint8 gray faces, each cut out by its points; those that the mesh is not sure of as they are.

    Raises DataError where the mesh is missing.
    """
    try:
        with quiet():  # LiteRT announces its delegate
            mesh = FaceMesh()
    except ValueError as error:
        raise DataError(f"faces cannot be cut out by their points: {error}") from None
    return np.stack([_aligned(mesh, image, crop) for image in images])


def _aligned(mesh: FaceMesh, image: np.ndarray, crop: PointsCrop) -> np.ndarray:
    side = image.shape[0]
    edge = round(side * AROUND_BOX)
    box = Box(edge, edge, side - 2 * edge, side - 2 * edge)
    points = look_in_box(mesh, cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), box)
    return image if points is None else crop_region(image, crop.of(points.extent), size_px=side)
