"""One frame's image in the forms that finding and cropping need, each made once."""

import cv2
import numpy as np

from emocam.engine.preprocessing import gray_picture

# Of 255. A picture whose grays span less is stretched before faces are looked for; one that spans next to nothing shows
# only noise. Ends are where half a percent of the pixels is darker, or lighter.
FLAT_BELOW, NOTHING_BELOW = 90, 6
END_SHARE = 0.005


class Picture:
    """An image in colour, (H, W, 3) uint8 BGR, and in gray, (H, W) uint8; stretched where it is dim or flat."""

    def __init__(self, image: np.ndarray) -> None:
        """Take an (H, W, 3) uint8 BGR image."""
        low, high = gray_range(image)
        self.is_flat = NOTHING_BELOW <= high - low < FLAT_BELOW
        # Each colour alike: faces are found by differences, of which such a picture has small ones.
        self.image = stretched(image, low, high) if self.is_flat else image
        self.gray = gray_picture(self.image)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.image.shape[:2]
        return width, height


def gray_range(image: np.ndarray) -> tuple[int, int]:
    """Return between which values nearly all pixels of an (H, W, 3) uint8 image lie; one pixel in 64 is looked at."""
    counts = np.bincount(image[::8, ::8].ravel(), minlength=256).cumsum()
    low, high = np.searchsorted(counts, (counts[-1] * END_SHARE, counts[-1] * (1 - END_SHARE)))
    return int(low), int(high)


def stretched(image: np.ndarray, low: int, high: int) -> np.ndarray:
    """Return an image in which low is black and high is white."""
    table = np.clip((np.arange(256) - low) * (255 / (high - low)), 0, 255).round().astype(np.uint8)
    return cv2.LUT(image, table)
