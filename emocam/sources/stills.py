"""From a picture of Pillow's to what a Frame holds: colours, size, the way it lies, when it was taken."""

import itertools
import struct
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emocam.sources.frame_image import LARGEST_SIDE_PX, as_frame_image

if TYPE_CHECKING:
    from PIL import Image

PHOTOMETRIC, ORIENTATION = 262, 274  # tags of TIFF and EXIF
EXIF, TAKEN, TAKEN_OFFSET, TAKEN_FRACTION = 0x8769, 0x9003, 0x9011, 0x9291
BROKEN_EXIF = (SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, OSError, struct.error)


def frame_image(image: "Image.Image", orientation: int) -> np.ndarray:
    """Return a decoded picture as (H, W, 3) uint8 BGR, read-only, upright, at most LARGEST_SIDE_PX a side."""
    factor = max(image.size) // LARGEST_SIDE_PX
    shown = _without_transparency(image)  # first: the numbers of a palette cannot be averaged
    pixels = np.asarray(shown.reduce(factor) if factor > 1 else shown)
    reduction = LARGEST_SIDE_PX / max(pixels.shape[:2])
    if reduction < 1:
        size = max(1, round(pixels.shape[1] * reduction)), max(1, round(pixels.shape[0] * reduction))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return as_frame_image(_upright(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), orientation))


def draft(image: "Image.Image") -> None:
    """Let a large JPEG be decoded at a half, a quarter or an eighth of its size, which is as good and takes less."""
    reduction = LARGEST_SIDE_PX / max(image.size)
    if reduction < 1 and image.format in ("JPEG", "MPO"):
        image.draft(None, (int(image.width * reduction), int(image.height * reduction)))


def is_white_zero(image: "Image.Image") -> bool:
    # Pillow turns over what has 8 bits and is stored like this, and not what has more.
    tags = getattr(image, "tag_v2", None)
    return tags is not None and tags.get(PHOTOMETRIC) == 0


def _without_transparency(image: "Image.Image") -> "Image.Image":
    """Return a picture as RGB, on white where one can see through it."""
    from PIL import Image

    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    seen = image.convert("RGBA")
    alpha = seen.getchannel("A")
    if alpha.getextrema()[1] == 0:  # nothing to be seen at all: a fourth channel that was left empty
        return seen.convert("RGB")
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=alpha)
    return white


def orientation_of(image: "Image.Image") -> int:
    """Return how a loaded picture lies, as EXIF counts; 1 where nothing says so or it has been turned already.

    Pillow turns a TIFF by itself. libheif turns a HEIF as its container says, and pillow-heif then says 1. Of an AVIF,
    Pillow tells what the container says.
    """
    with suppress(*BROKEN_EXIF):
        return int(image.getexif().get(ORIENTATION, 1))
    return 1


def _upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn (H, W, 3) pixels by an orientation of EXIF."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def taken_at(image: "Image.Image") -> datetime | None:
    """Return when a picture was taken, by its EXIF; None where that does not say it with the time zone."""
    with suppress(*BROKEN_EXIF):
        tags = image.getexif().get_ifd(EXIF)
        time, offset = (str(tags.get(tag, "")).strip("\0 ") for tag in (TAKEN, TAKEN_OFFSET))
        taken = datetime.strptime(f"{time} {offset}", "%Y:%m:%d %H:%M:%S %z")
        digits = "".join(itertools.takewhile(str.isdecimal, str(tags.get(TAKEN_FRACTION, "")).strip("\0 ")))
        return taken.replace(microsecond=int(f"{digits}000000"[:6]))
    return None
