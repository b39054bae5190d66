"""Real faces on which a compiled network is compared with Keras's: out of a user's pictures, or those that ship."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from emocam.engine.detection.cascades import FaceSearch
from emocam.engine.preprocessing import crop_face
from emocam.resources import asset_path, demo_clip
from training.data.errors import DataError
from training.data.pictures import is_of_the_user

SIZE_PX = 96  # of the faces that are cut out; each network takes its own size of them
SEARCHED_PX = 640  # longer side of a picture as it is searched
SMALLEST_PX = 48  # of a face there
NEIGHBOURS = 6  # of overlapping hits, so that few that are no faces pass
EVERY_FRAME = 4  # of the demo clip: neighbours look alike
PORTRAITS = ("portrait_collins.jpg", "portrait_hopper.jpg")


def shipped_faces(*, size_px: int = SIZE_PX) -> np.ndarray:
    """Return (N, size_px, size_px) uint8 gray faces of the demo clip and the portraits that come with Emocam.

    Raises DataError where they are missing.
    """
    portraits = (_read(asset_path(name)) for name in PORTRAITS if asset_path(name).is_file())
    faces = cut_out_faces([*_frames_of(demo_clip()), *portraits], size_px=size_px)
    if not len(faces):
        raise DataError(f"{demo_clip()}: found no face in it. Give pictures with --faces, or install Emocam anew")
    return faces


def faces_in_folder(folder: Path, *, size_px: int = SIZE_PX) -> np.ndarray:
    """Return (N, size_px, size_px) uint8 gray faces that are found in the pictures of a folder and those within it.

    Raises DataError where it is no folder, or where no face is found.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: expected a folder of pictures with faces")
    kinds = Image.registered_extensions()
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in kinds and is_of_the_user(path)]
    faces = cut_out_faces((_read(path) for path in paths if path.is_file()), size_px=size_px)
    if not len(faces):
        raise DataError(f"{folder}: expected pictures with faces that look at the camera; found none in "
                        f"{len(paths)} pictures")
    return faces


def cut_out_faces(pictures: Iterable[np.ndarray], *, size_px: int) -> np.ndarray:
    """Return the (N, size_px, size_px) uint8 faces of (H, W) uint8 gray pictures, cut out by their boxes."""
    search = FaceSearch()
    faces = []
    for gray in pictures:
        scale = min(1.0, SEARCHED_PX / max(gray.shape))
        boxes = search.find(gray, scale, left=0, top=0, sizes_px=(SMALLEST_PX, 0), neighbours=NEIGHBOURS)
        faces += [crop_face(gray, box, size_px=size_px, margin=0.0) for box in boxes]
    return np.stack(faces) if faces else np.empty((0, size_px, size_px), np.uint8)


def _read(path: Path) -> np.ndarray:
    try:
        with Image.open(path) as picture:
            return np.asarray(ImageOps.exif_transpose(picture).convert("L"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: expected a picture; it cannot be read ({error})") from None


def _frames_of(clip: Path) -> Iterator[np.ndarray]:
    reader, number = cv2.VideoCapture(str(clip)), 0
    try:
        while (read := reader.read())[0]:
            if number % EVERY_FRAME == 0:
                yield cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY)
            number += 1
    finally:
        reader.release()
