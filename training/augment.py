"""Random variations of face crops: mirror, turn, shift, zoom, contrast."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, slots=True)
class Augmentation:
    """The largest variations; each face draws its own, uniformly up to these.

    rotation_deg: either way. shift_share: of the side, either way. zoom_share: in or out.
    contrast: change of the contrast around mid-gray, and, half as much, of the brightness.
    """

    rotation_deg: float
    shift_share: float
    zoom_share: float
    contrast: float


MIRROR_ONLY = Augmentation(rotation_deg=0, shift_share=0, zoom_share=0, contrast=0)


def augment(faces: np.ndarray, augmentation: Augmentation, *, rng: np.random.Generator) -> np.ndarray:
    """Return varied copies of (N, S, S) uint8 faces, same shape; one face in two is mirrored."""
    count, side = len(faces), faces.shape[1]
    varied = faces.copy()
    mirrored = rng.random(count) < 0.5
    varied[mirrored] = varied[mirrored, :, ::-1]
    if augmentation == MIRROR_ONLY:
        return varied
    angles = rng.uniform(-1, 1, count) * augmentation.rotation_deg
    zooms = 1 + rng.uniform(-1, 1, count) * augmentation.zoom_share
    shifts = rng.uniform(-1, 1, (count, 2)) * augmentation.shift_share * side
    contrasts = 1 + rng.uniform(-1, 1, count) * augmentation.contrast
    brightnesses = rng.uniform(-1, 1, count) * augmentation.contrast / 2 * 128
    centre = (side - 1) / 2
    for index in range(count):
        matrix = cv2.getRotationMatrix2D((centre, centre), angles[index], zooms[index])
        matrix[:, 2] += shifts[index]
        # Edges repeat, as in `crop_face` where a box reaches out of the picture.
        varied[index] = cv2.warpAffine(varied[index], matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    shift = 128 + brightnesses - 128 * contrasts
    adjusted = varied * contrasts[:, None, None].astype(np.float32) + shift[:, None, None].astype(np.float32)
    return np.clip(np.rint(adjusted), 0, 255).astype(np.uint8)
