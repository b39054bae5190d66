"""From a picture and a box to the network's input: the one crop that training, live and file use share."""

import cv2
import numpy as np

from emocam.engine.region import Region as Region
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
    if side > size_px:
        return reduce_picture(crop, size_px, size_px)
    return cv2.resize(crop, (size_px, size_px), interpolation=cv2.INTER_LINEAR)


def crop_region(gray: np.ndarray, region: Region, *, size_px: int) -> np.ndarray:
    """Cut out a turned square, turn it upright and resize it.

    gray: (H, W) uint8. What lies outside the picture repeats its edge. Returns (size_px, size_px) uint8.
    """
    # Sampled up to four times as finely as needed and averaged: a single sample for each pixel would be noise.
    times = min(4, max(1, round(region.side_px / size_px)))
    matrix = region.matrix(size_px * times)
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5  # from middle to middle of pixels, whatever the sizes
    fine = cv2.warpAffine(
        gray,
        matrix,
        (size_px * times, size_px * times),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return fine if times == 1 else cv2.resize(fine, (size_px, size_px), interpolation=cv2.INTER_AREA)


def reduce_picture(gray: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return a (H, W) uint8 picture made smaller, each pixel the mean of those that it stands for.

    Far larger ones are halved first, each time less at most one row and column at the edge: OpenCV has a quick way for
    halves alone. Measured from 1400×1080 to 80×62: 3.3 -> 0.3 ms.
    """
    while gray.shape[1] >= 4 * width and gray.shape[0] >= 4 * height:
        half_height, half_width = gray.shape[0] // 2, gray.shape[1] // 2
        gray = cv2.resize(
            gray[: half_height * 2, : half_width * 2], (half_width, half_height), interpolation=cv2.INTER_AREA
        )
    return cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA)


def network_input(crops: np.ndarray, *, scale: float, offset: float) -> np.ndarray:
    """Return (N, S, S) uint8 crops as (N, S, S, 1) float32, each pixel × scale + offset."""
    return crops[..., np.newaxis].astype(np.float32) * np.float32(scale) + np.float32(offset)
