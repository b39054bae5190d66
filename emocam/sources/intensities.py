"""Pictures of more than 8 bits, brought to 8 by the range that they use."""

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL import ImageFile

# Cameras and scanners keep 10, 12 or 14 bits in files of 16 that cannot say so.
FULL_SCALES = tuple(2**bits - 1 for bits in (8, 10, 12, 14, 16))
BITS_PER_SAMPLE = 258  # a tag of TIFF
# The other order of the two bytes of a number; Pillow's N is this machine's own.
OTHER_ORDER = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}
COLOURS = ("RGB;16", "RGBX;16", "RGBA;16")


def eight_bits(values: np.ndarray) -> np.ndarray:
    """Return numbers of any kind, (H, W) or (H, W, C), as uint8: neither clipped nor black.

    Whole numbers are taken for 8, 10, 12, 14 or 16 bits, whichever holds them all; fractions as 0 to 1, or 0 to 255.
    What fits none of these, or has negative numbers, is spread from its lowest to its highest number.
    """
    is_fraction = values.dtype.kind == "f"
    if is_fraction:
        values = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if not values.size:
        return values.astype(np.uint8)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= FULL_SCALES[-1]:
        low, high = 0.0, _full_scale(high, is_fraction=is_fraction)
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    if values.dtype == np.uint16:  # a table: no memory for fractions
        table = (np.arange(2**16) - low) * (255 / (high - low))
        return np.clip(table + 0.5, 0, 255).astype(np.uint8)[values]
    scaled = (values.astype(np.float64) - low) * (255 / (high - low))
    return np.clip(scaled + 0.5, 0, 255).astype(np.uint8)


def _full_scale(high: float, *, is_fraction: bool) -> float:
    if not is_fraction:
        return next(scale for scale in FULL_SCALES if scale >= high)
    if high <= 1:
        return 1.0
    # From 64 on, it is the 0 to 255 of a picture that is nowhere white; below, fractions that go beyond 1.
    return 255.0 if 64 <= high <= 255 else high


def both_bytes(image: "ImageFile.ImageFile") -> tuple[list[Any], list[Any]] | None:
    """Return how the upper and how the lower bytes of a picture with 16 bits for each colour are decoded.

    They take the place of a picture's `tile`. Pillow has no mode for such colours and keeps the upper bytes, which for
    a picture of 12 bits are all but black; told that the bytes stand in the other order, it keeps the lower ones. None
    for any other picture.
    """
    if image.mode not in ("RGB", "RGBA"):
        return None
    upper: list[Any] = []
    lower: list[Any] = []
    for tile in image.tile:
        rawmode, *rest = tile.args if isinstance(tile.args, tuple) else (tile.args,)
        rawmode = _with_order(image, str(rawmode))
        if not rawmode.startswith(COLOURS) and rawmode[1:4] != ";16":
            return None
        for tiles, mode in ((upper, rawmode), (lower, rawmode[:-1] + OTHER_ORDER[rawmode[-1]])):
            tiles.append(tile._replace(args=(mode, *rest) if isinstance(tile.args, tuple) else mode))
    return (upper, lower) if upper else None


def _with_order(image: "ImageFile.ImageFile", rawmode: str) -> str:
    """Complete the mode of one colour of a TIFF that keeps each by itself, which Pillow takes for 8 bits."""
    tags = getattr(image, "tag_v2", None)
    if tags is None or rawmode not in tuple("RGBA") or set(tags.get(BITS_PER_SAMPLE, ())) != {16}:
        return rawmode
    return f"{rawmode};16{'B' if tags.prefix == b'MM' else 'L'}"
