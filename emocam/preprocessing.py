"""From a picture and a box to the network's input: the one crop that training, live and file use share."""

import cv2
import numpy as np

from emocam.messages import Box as Box  # a crop is asked for by a box


def gray_picture(image: np.ndarray) -> np.ndarray:
    """Return an (H, W, 3) uint8 BGR image as (H, W) uint8 gray."""
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)


def crop_face(gray: np.ndarray, box: Box, *, size_px: int, margin: float) -> np.ndarray:
    """Cut out the square around a box and resize it.

    gray: (H, W) uint8. margin: how much wider than the box's longer side the square is on each side, as
    a share of that side; negative cuts into the box. What lies outside the picture repeats its edge.
    Returns (size_px, size_px) uint8. Raises ValueError for a box that lies wholly outside.
    """
    height, width = gray.shape
    if box.x >= width or box.y >= height or box.x + box.width <= 0 or box.y + box.height <= 0:
        raise ValueError(f"expected a box that meets the {width}×{height} picture; got {box}")
    centre_x, centre_y = box.centroid
    side = max(1, round(max(box.width, box.height) * (1 + 2 * margin)))
    left, top = round(centre_x - side / 2), round(centre_y - side / 2)
    crop = gray[max(0, top) : top + side, max(0, left) : left + side]
    missing = (max(0, -top), max(0, top + side - height), max(0, -left), max(0, left + side - width))
    if any(missing):
        crop = cv2.copyMakeBorder(crop, *missing, cv2.BORDER_REPLICATE)
    interpolation = cv2.INTER_AREA if side > size_px else cv2.INTER_LINEAR
    return cv2.resize(crop, (size_px, size_px), interpolation=interpolation)


def network_input(crops: np.ndarray, *, scale: float, offset: float) -> np.ndarray:
    """Return (N, S, S) uint8 crops as (N, S, S, 1) float32, each pixel × scale + offset."""
    return crops[..., np.newaxis].astype(np.float32) * np.float32(scale) + np.float32(offset)
