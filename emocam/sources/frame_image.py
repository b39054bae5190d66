"""What a picture of a frame is, wherever it comes from."""

import cv2
import numpy as np

LARGEST_SIDE_PX = 4096  # a larger picture is reduced to this: faces are searched on 640 pixels anyway


def as_frame_image(image: np.ndarray) -> np.ndarray:
    """Return a picture as Frame holds it: contiguous (H, W, 3) uint8 BGR, read-only."""
    if image.ndim == 2 or image.shape[2] == 1:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    elif image.shape[2] == 4:
        image = cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)
    image = np.ascontiguousarray(image, np.uint8)
    image.setflags(write=False)
    return image
