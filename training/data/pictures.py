"""Reads a folder of labelled pictures, and names what in it is no picture of a face."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from emocam.engine.preprocessing import reduce_picture
from emocam.labels import EMOTIONS
from training.data.errors import DataError

# Where systems keep thumbnails and how a folder looks; nobody has put them there, and they are not hidden everywhere.
OF_THE_SYSTEM = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin"}


def is_of_the_user(path: Path) -> bool:
    """Tell whether a user has put something there; hidden files and those of the system count for nothing."""
    return not path.name.startswith(".") and path.name.lower() not in OF_THE_SYSTEM


def read_label_folders(root: Path, *, size_px: int) -> Iterator[tuple[str, str, Path, np.ndarray, bool]]:
    """Yield split, label, file, (size_px, size_px) uint8 gray picture and whether it was resized of SPLIT/LABEL/.

    Everything is looked at before the first picture is read. Raises DataError for a folder that is named after no
    emotion, for a picture outside of one, and for what lies among the pictures and is none, or cannot be read.
    """
    found = [(split.name, label.name, file)
             for split in _folders_in(root) for label in _label_folders_in(split) for file in _files_in(label)]
    failed: list[str] = []
    for split_name, label_name, file in found:
        try:
            picture, is_resized = read_picture(file, size_px=size_px)
        except DataError as error:
            failed.append(str(error))
            continue
        yield split_name, label_name, file, picture, is_resized
    if failed:
        raise DataError(_first_of(failed) + ". Take it out of the folder, or put it right")


def read_picture(file: Path, *, size_px: int) -> tuple[np.ndarray, bool]:
    """Return a square picture as (size_px, size_px) uint8 gray, and whether it was resized; raises DataError."""
    try:
        with Image.open(file) as opened:
            opened.draft("L", opened.size)  # a JPEG gives its brightness as it stands
            picture = _gray(ImageOps.exif_transpose(opened))
    except UnidentifiedImageError:
        size = file.stat().st_size
        raise DataError(f"{file}: expected a picture; " + (
            "the file is empty" if size == 0 else "it is none, or of a kind that Pillow does not know")) from None
    # Pillow raises any of these for a damaged picture, by its format and the place of the damage.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, Image.DecompressionBombError) as error:
        raise DataError(f"{file}: expected a picture; it cannot be read ({error})") from None
    height, width = picture.shape
    if height != width:
        raise DataError(f"{file}: expected a square picture of a face; got {width}×{height} pixels")
    if width == size_px:
        return picture, False
    if width > size_px:
        return reduce_picture(picture, size_px, size_px), True
    return cv2.resize(picture, (size_px, size_px), interpolation=cv2.INTER_LINEAR), True


def _gray(picture: Image.Image) -> np.ndarray:
    """Return (H, W) uint8; of 16 bits the upper eight, which Pillow would cut off at 255."""
    if picture.mode.startswith("I;16"):
        return (np.asarray(picture) >> 8).astype(np.uint8)
    if picture.mode in ("I", "F"):
        raise ValueError(f"pixels of the kind {picture.mode}; expected 8 or 16 bits")
    return np.asarray(picture.convert("L"))


def _folders_in(folder: Path) -> list[Path]:
    """Return the folders in one that holds nothing but folders; text and tables that lie beside them are left out."""
    entries = _entries_of(folder)
    loose = [path for path in entries if not path.is_dir() and path.suffix.lower() in Image.registered_extensions()]
    if loose:
        told = _first_of([str(path) for path in loose])
        raise DataError(f"{told}: expected pictures in folders SPLIT/LABEL/, such as train/happy/; this lies outside")
    return [path for path in entries if path.is_dir()]


def _label_folders_in(split: Path) -> list[Path]:
    folders = _folders_in(split)
    for folder in folders:
        if folder.name not in EMOTIONS:
            raise DataError(f"{folder}: expected a folder named {', '.join(EMOTIONS)}")
    return folders


def _files_in(label: Path) -> list[Path]:
    entries = _entries_of(label)
    folders = [str(path) for path in entries if path.is_dir()]
    if folders:
        raise DataError(f"{_first_of(folders)}: expected pictures in the folder of a label; this is a folder. "
                        "Move its pictures up, or take it out")
    return entries


def _entries_of(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if is_of_the_user(path))
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}") from None


def _first_of(told: Sequence[str]) -> str:
    more = len(told) - 1
    return told[0] if not more else f"{told[0]} (and {more} more like it)"
