"""A file of pictures, decoded by Pillow into what a Frame holds: a still, the pages of a TIFF, an animation."""

import importlib
import struct
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from emocam.closing import ClosedOnExit
from emocam.sources.errors import SourceError
from emocam.sources.intensities import both_bytes, eight_bits
from emocam.sources.stills import draft, frame_image, is_white_zero, orientation_of, taken_at

if TYPE_CHECKING:  # Pillow takes 0.08 s, so it is imported with the first picture
    from PIL import Image, ImageFile

MOST_BYTES = 2**30  # of a file; some decoders take it into memory whole
# Pixels that a decoder may be asked for, so that it takes a gigabyte or little more. A JPEG of 200 megapixels, as
# phones take them, is decoded at half its size, unless it is progressive.
MOST_PIXELS, MOST_DEEP_PIXELS = 2**27, 2**26  # the second with more than 8 bits
MOST_PIXELS_OF = {"JPEG": 2**28, "MPO": 2**28, "JPEG2000": 2**26, "WEBP": 2**26}
# AVIF before HEIF: both begin alike, and each refuses what is the other's. No format that runs a program of its own.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "DIB", "JPEG2000", "PPM")
PLUGINS = ("Avif", "Bmp", "Gif", "Jpeg2K", "Jpeg", "Png", "Ppm", "Tiff", "WebP")
ANIMATED = frozenset({"GIF", "WEBP", "AVIF", "PNG"})
HEAD_BYTES = 2**14
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
BRANDS = frozenset(
    b"ftyp" + brand for brand in (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
)
UNSTATED_S = 0.1  # how long a picture of an animation lasts that states no duration, as browsers have it
SUBFILE_TYPE, IS_REDUCED = 254, 1  # a tag of TIFF, and the bit in it


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture of a file.

    image: (H, W, 3) uint8 BGR, read-only, upright. name: of the file, with `#2` behind it for its second page. lasts_s:
    None for what does not move. taken: when it was taken, where the file says that with the time zone.
    """

    image: np.ndarray
    name: str
    lasts_s: float | None = None
    taken: datetime | None = None


class PictureFile(ClosedOnExit):
    """The pictures of one file, in order.

    name: the file's. count: how many pictures there are, as the file says. is_animation: they follow one another in
    time. is_time_assumed: one of those read so far stated no duration.
    """

    def __init__(self, path: Path) -> None:
        """Open a file; raises SourceError where it is no picture."""
        self._path, self.name = path, path.name
        self._file: BinaryIO | None = None
        self.is_time_assumed = False
        try:
            self._file = path.open("rb")
            self._image = _opened(self._file, path)
            places = _places(self._image)
        except Exception as error:  # what a decoder raises for a damaged file is not to be foreseen
            self.close()
            raise _refused(path, error) from None
        self.count = len(places)
        self.is_animation = self.count > 1 and self._image.format in ANIMATED
        self._has_several = len(places) > 1 or places[0] > 0
        self._left = iter(enumerate(places, start=1))

    def read(self) -> Picture | None:
        """Return the next picture; None after the last. Raises SourceError for one that cannot be read."""
        number, place = next(self._left, (0, 0))
        if not number:
            return None
        try:
            if self._has_several:
                self._image.seek(place)
            return self._decoded(number, place)
        except Exception as error:
            raise _refused(self._path, error) from None

    def close(self) -> None:
        """Close the file; may be called again."""
        if self._file is not None:
            self._file.close()

    def _decoded(self, number: int, place: int) -> Picture:
        _check_size(self._image, self._path)
        image = self._eight_bits(place)
        pixels = frame_image(image, orientation_of(self._image))
        if self.is_animation:
            return Picture(pixels, self._path.name, lasts_s=self._duration_s())
        name = self._path.name if self.count == 1 else f"{self._path.name}#{number}"
        return Picture(pixels, name, taken=taken_at(self._image))

    def _eight_bits(self, place: int) -> "Image.Image":
        """Decode the picture at hand; return it with 8 bits for each colour."""
        from PIL import Image

        image = self._image
        tiles = None if self.is_animation else both_bytes(image)
        if tiles is not None:
            image.tile, lower = tiles
            image.load()
            values = np.asarray(image)[:, :, :3].astype(np.uint16) << 8 | self._lower_bytes(place, lower)
            colours = Image.fromarray(eight_bits(values))
            if image.mode == "RGBA":
                colours.putalpha(image.getchannel("A"))
            return colours
        draft(image)
        image.load()
        if not image.mode.startswith(("I", "F")):
            return image
        levels = eight_bits(np.asarray(image))
        return Image.fromarray(255 - levels if is_white_zero(image) else levels)

    def _lower_bytes(self, place: int, tiles: list[Any]) -> np.ndarray:
        with self._path.open("rb") as file:
            image = _opened(file, self._path)
            if self._has_several:
                image.seek(place)
            image.tile = tiles
            image.load()
            return np.asarray(image)[:, :, :3]

    def _duration_s(self) -> float:
        duration_s = float(self._image.info.get("duration") or 0) / 1000
        if duration_s <= 0:
            self.is_time_assumed = True
            return UNSTATED_S
        return duration_s


def read_picture(path: Path) -> np.ndarray:
    """Return the first picture of a file as (H, W, 3) uint8 BGR, upright; raises SourceError."""
    with PictureFile(path) as file:
        picture = file.read()
    if picture is None:
        raise SourceError(f"Expected a picture in {path.name}; there is none. Choose another file.")
    return picture.image


def is_animation(path: Path) -> bool:
    """Tell whether a file holds pictures that follow one another in time; False for one that cannot be opened."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if not _may_move(head):  # so that of a folder's pictures few are opened twice
            return False
        with PictureFile(path) as pictures:
            return pictures.is_animation
    except (OSError, SourceError):
        return False


def is_picture(path: Path) -> bool:
    """Tell by its beginning whether a file is a picture, of a kind that cannot be taken for a film or a text."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return head.startswith(BEGINNINGS) or head[8:12] == b"WEBP" or head[4:12] in BRANDS


def _may_move(head: bytes) -> bool:
    """Tell whether a file that begins like this may be an animated GIF, WebP, AVIF or PNG."""
    is_webp = head[8:16] == b"WEBPVP8X" and bool(head[20] & 2)
    is_png = head.startswith(BEGINNINGS[1]) and b"acTL" in head
    return head.startswith(b"GIF8") or is_webp or is_png or (head[4:8] == b"ftyp" and b"avis" in head[:64])


def _opened(file: BinaryIO, path: Path) -> "ImageFile.ImageFile":
    """Return a picture whose header has been read, by what the file holds and not by its name."""
    # Pillow is asked format by format: its own `open` reads many more, and warns of sizes that are fine here.
    from PIL import Image, ImageFile
    from pillow_heif import HeifImageFile

    for name in PLUGINS:
        importlib.import_module(f"PIL.{name}ImagePlugin")  # which enters itself into Image.OPEN
    size = path.stat().st_size
    if not size:
        raise SourceError(f"Expected a picture in {path.name}; the file is empty. Choose another file.")
    if size > MOST_BYTES:
        raise SourceError(f"{path.name} is too large to be decoded: {size / 1e6:.0f} MB. Save it with fewer pixels.")
    head = file.read(16)
    problem: Exception | None = None
    for name in FORMATS:
        factory, accepts = (HeifImageFile, _may_be_heif) if name == "HEIF" else Image.OPEN[name]
        if accepts is not None and accepts(head) is not True:
            continue
        file.seek(0)
        try:
            image = factory(file, path.name)
        except (SyntaxError, IndexError, TypeError, struct.error) as error:  # what Pillow's `open` takes for «not mine»
            problem = problem or error
            continue
        assert isinstance(image, ImageFile.ImageFile)
        return image
    if problem is not None:
        raise problem
    raise SourceError(f"Expected a picture in {path.name}; it is of no kind that Emocam knows. Choose another file.")


def _may_be_heif(head: bytes) -> bool:
    return head[4:8] == b"ftyp"


def _check_size(image: "ImageFile.ImageFile", path: Path) -> None:
    """Raise SourceError for a picture that a decoder would take too much memory for."""
    most = MOST_PIXELS_OF.get(image.format or "", MOST_PIXELS)
    if image.info.get("progressive"):
        most = MOST_PIXELS
    if image.mode.startswith(("I", "F")) or both_bytes(image):
        most = MOST_DEEP_PIXELS
    if image.width * image.height > most:
        raise SourceError(
            f"{path.name} is too large to be decoded: {image.width} × {image.height} pixels, of at most "
            f"{most / 1e6:.0f} million. Save it with fewer pixels."
        )


def _places(image: "ImageFile.ImageFile") -> list[int]:
    """Return where the pictures of an open file stand: all of an animation and of a TIFF or HEIF, else the first.

    The further pictures of an MPO are the same one, seen from beside it or smaller.
    """
    count = int(getattr(image, "n_frames", 1))
    if image.format in ANIMATED and count > 1:
        # An APNG may begin with a picture for programs that cannot play it.
        return list(range(1 if getattr(image, "default_image", False) else 0, count))
    if image.format == "HEIF":
        return list(range(count))
    if image.format == "TIFF" and count > 1:
        return [place for place in range(count) if not _is_reduced_page(image, place)] or [0]
    return [0]


def _is_reduced_page(image: "ImageFile.ImageFile", place: int) -> bool:
    """Tell whether a page of a TIFF is a smaller copy of another."""
    try:
        image.seek(place)
    except Exception:  # reading it says what is wrong
        return False
    tags = image.tag_v2  # type: ignore[attr-defined]
    return bool(int(tags.get(SUBFILE_TYPE, 0)) & IS_REDUCED)


def _refused(path: Path, error: Exception) -> SourceError:
    """Say in a sentence what is wrong with a file of pictures."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, MemoryError) or type(error).__name__ == "DecompressionBombError":
        return SourceError(f"{path.name} is too large to be decoded. Save it with fewer pixels.")
    if isinstance(error, OSError) and error.errno is not None:
        return SourceError(f"{path.name} cannot be read: {error.strerror or error}. Choose another file.")
    if "truncated" in str(error).lower():
        return SourceError(f"Expected a whole picture in {path.name}; the file is cut short. Copy it again.")
    reason = " ".join(str(error).split()) or type(error).__name__
    return SourceError(
        f"Expected a picture in {path.name}; it is damaged, cut short or of a kind that cannot be decoded ({reason}). "
        "Choose another file."
    )
