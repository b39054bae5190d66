"""One frame's image in the forms that finding and cropping need, each made once."""

from functools import cached_property

import numpy as np

from emocam.engine.preprocessing import gray_picture


class Picture:
    """An image in colour and in gray, for one thread.

    image: (H, W, 3) uint8 BGR.
    """

    def __init__(self, image: np.ndarray) -> None:
        self.image = image

    @cached_property
    def gray(self) -> np.ndarray:
        """The image as (H, W) uint8 gray."""
        return gray_picture(self.image)
