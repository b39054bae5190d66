"""Video files: read in order, nothing dropped."""

from pathlib import Path

import cv2
import numpy as np

from emocam.closing import ClosedOnExit
from emocam.messages import Frame
from emocam.sources.details import InputDetails
from emocam.sources.errors import SourceError

# What a folder's films and the window's dialog go by; a file of another name is opened all the same.
VIDEO_SUFFIXES = frozenset(
    {".avi", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"}
)
USUAL_RATE = 25.0  # frames a second, where a file does not say
HIGHEST_RATE = 1000.0  # a file that says more is wrong
COUNT_TOLERANCE = 0.03  # containers estimate their number of frames
HEAD_BYTES = 4096
TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1b")


class VideoFile(ClosedOnExit):
    """A video file as a source; the caller paces it."""

    is_live = False
    is_independent = False
    dropped = 0

    def __init__(self, path: Path) -> None:
        """Open a file; raises SourceError where it is no video."""
        self.title, self.identity = path.name, str(path)
        self.ended = False
        self.problem: str | None = None
        _check(path)
        self._bytes = path.stat().st_size
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise SourceError(
                f"Expected a video in {path.name}; it cannot be read as one. "
                "It may be cut short or of another kind: choose another file, or convert it to MP4."
            )
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self._interval_s = 1 / (rate if 0 < rate <= HIGHEST_RATE else USUAL_RATE)
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.frame_count = int(count) if 0 < count < 1e9 else None
        self._size: tuple[int, int] | None = None
        self._index = 0
        self._last_s = -self._interval_s
        self._origin_s = 0.0

    @property
    def details(self) -> InputDetails:
        """What the file says of itself, and what came of it so far."""
        width_px, height_px = self._size or (None, None)
        return InputDetails(
            path=self.identity,
            bytes=self._bytes,
            width_px=width_px,
            height_px=height_px,
            rate_fps=1 / self._interval_s,
            frames_expected=self.frame_count,
            frames_read=self._index,
            problem=self.problem,
        )

    def read(self, timeout_s: float = 0.25) -> Frame | None:
        """Return the next frame; None once the file has ended."""
        if self.ended:
            return None
        try:
            is_read, image = self._capture.read()
        except cv2.error as error:
            is_read, image = False, None
            self.problem = f"{self.title} cannot be read further than frame {self._index} ({error.err})."
        if not is_read or image is None:
            self._end()
            return None
        self._size = image.shape[1], image.shape[0]
        frame = Frame(self._index, self._time_s(), as_frame_image(image), lasts_s=self._interval_s)
        self._index += 1
        self._last_s = frame.time_s
        return frame

    def close(self) -> None:
        """Close the file; may be called again."""
        self.ended = True
        self._capture.release()

    def _time_s(self) -> float:
        """The time that the file gives the frame just read, if it goes forward; else one interval more."""
        stated_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if self._index == 0:
            self._origin_s = stated_s
            return 0.0
        time_s = stated_s - self._origin_s
        return time_s if time_s > self._last_s else self._last_s + self._interval_s

    def _end(self) -> None:
        self.ended = True
        if self._index == 0:
            self.problem = f"{self.title} holds no frame that can be read. Choose another file, or convert it to MP4."
        elif self.problem is None and self.frame_count and self._index < self.frame_count * (1 - COUNT_TOLERANCE) - 1:
            self.problem = (
                f"{self.title} ends after frame {self._index} of {self.frame_count}: the file is damaged or cut "
                "short. What could be read was used."
            )


def _check(path: Path) -> None:
    """Raise SourceError or OSError for a file that must not come into FFmpeg's hands."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        # OpenCV 4.14 crashes the whole process on a name that is no valid Unicode.
        raise SourceError(f"{path.name!a} is no valid Unicode, so OpenCV cannot open it. Rename the file.") from None
    if not path.is_file():
        raise SourceError(f"Expected a file or a folder; {path} is a device or a pipe. Choose another file.")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise SourceError(f"Expected a video in {path.name}; the file is empty. Choose another file.")
    if not any(byte < 32 and byte not in TEXT_CONTROLS for byte in head):
        # FFmpeg draws a text as the picture of a terminal, and follows the addresses in a playlist.
        raise SourceError(f"Expected a video in {path.name}; it is a text. Choose another file.")


def as_frame_image(image: np.ndarray) -> np.ndarray:
    """Return a picture as Frame holds it: contiguous (H, W, 3) uint8 BGR, read-only."""
    if image.ndim == 2 or image.shape[2] == 1:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    elif image.shape[2] == 4:
        image = cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)
    image = np.ascontiguousarray(image, np.uint8)
    image.setflags(write=False)
    return image
