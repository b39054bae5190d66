"""Single pictures and folders of pictures."""

import re
from pathlib import Path

import cv2
import numpy as np

from emocam.closing import ClosedOnExit
from emocam.messages import Frame
from emocam.sources.details import InputDetails, PictureDetails
from emocam.sources.errors import SourceError
from emocam.sources.video import as_frame_image

PICTURE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"}
)
PICTURE_SHOWN_S = 1.0  # how long a picture stands for when it is played or timed
LARGEST_SIDE_PX = 4096  # a larger picture is reduced to this: faces are searched on 640 pixels anyway


class Pictures(ClosedOnExit):
    """The pictures of a folder in natural order, or a single one; the caller paces them."""

    is_live = False
    is_independent = True
    dropped = 0

    def __init__(self, path: Path) -> None:
        """Look into a folder or file; raises SourceError where there is no picture."""
        self.title, self.identity = path.name or str(path), str(path)
        self.ended = False
        self._is_folder = path.is_dir()
        self._unreadable: list[str] = []
        self._read: list[PictureDetails] = []
        if not self._is_folder and not path.exists():
            raise SourceError(f"{path} does not exist. Choose another file.")
        if not self._is_folder and not path.is_file():  # reading a pipe waits for ever
            raise SourceError(f"Expected a picture; {path} is a device or a pipe. Choose another file.")
        self._paths = pictures_in(path) if self._is_folder else [path]
        if not self._paths:
            raise SourceError(
                f"Expected pictures in the folder {self.title}; there is none. "
                f"Pictures end in {', '.join(sorted(PICTURE_SUFFIXES))}."
            )
        self.frame_count = len(self._paths)
        self._next = 0
        self._first: np.ndarray | None = None
        if not self._is_folder:
            self._first = read_picture(path)

    @property
    def problem(self) -> str | None:
        """Which pictures could not be read."""
        if not self._unreadable:
            return None
        some = ", ".join(self._unreadable[:5]) + (" …" if len(self._unreadable) > 5 else "")
        return f"{len(self._unreadable)} of {len(self._paths)} pictures could not be read and were left out: {some}"

    @property
    def details(self) -> InputDetails:
        """Which pictures there are, and which were read so far."""
        return InputDetails(
            path=self.identity,
            frames_expected=self.frame_count,
            frames_read=len(self._read),
            problem=self.problem,
            pictures=tuple(self._read),
        )

    def read(self, timeout_s: float = 0.25) -> Frame | None:
        """Return the next picture that can be read; None after the last."""
        while self._next < len(self._paths):
            index = self._next
            self._next += 1
            try:
                image = self._first if self._first is not None else read_picture(self._paths[index])
            except SourceError:
                self._unreadable.append(self._paths[index].name)
                continue
            self._first = None
            name = self._paths[index].name
            self._read.append(PictureDetails(name, image.shape[1], image.shape[0]))
            return Frame(index, index * PICTURE_SHOWN_S, image, picture=name)
        self.ended = True
        return None

    def close(self) -> None:
        """Leave the rest unread."""
        self.ended = True
        self._next = len(self._paths)


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures right inside a folder; `face2` comes before `face10`."""

    def natural(path: Path) -> list[tuple[int, str]]:
        parts = re.split(r"([0-9]+)", path.name.casefold())
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES and path.is_file()]
    return sorted((path for path in found if not path.name.startswith(".")), key=natural)


def read_picture(path: Path) -> np.ndarray:
    """Return a picture as (H, W, 3) uint8 BGR, upright by its EXIF orientation; raises SourceError."""
    try:
        # Not `imread`: it cannot open every path on Windows.
        encoded = np.fromfile(path, np.uint8)
        image = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if len(encoded) else None
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror or error}. Choose another file.") from None
    except (cv2.error, MemoryError):
        raise SourceError(f"{path.name} is too large to be decoded. Save it with fewer pixels.") from None
    if image is None:
        raise SourceError(f"Expected a picture in {path.name}; it cannot be decoded. Choose another file.")
    reduction = LARGEST_SIDE_PX / max(image.shape[:2])
    if reduction < 1:
        size = max(1, round(image.shape[1] * reduction)), max(1, round(image.shape[0] * reduction))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return as_frame_image(image)
