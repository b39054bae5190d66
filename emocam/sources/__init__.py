"""Where frames come from: cameras, network streams, video files, pictures; each a context manager."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from emocam.addresses import is_address, shown_address
from emocam.messages import Frame, Gap
from emocam.sources.cameras import Camera, camera_source, is_camera_text, list_cameras
from emocam.sources.details import InputDetails, PictureDetails
from emocam.sources.errors import SourceError
from emocam.sources.folder import PICTURE_SUFFIXES
from emocam.sources.picture_file import is_picture
from emocam.sources.pictures import Pictures
from emocam.sources.streams import stream_source
from emocam.sources.video import VIDEO_SUFFIXES, VideoFile

__all__ = [
    "PICTURE_SUFFIXES",
    "VIDEO_SUFFIXES",
    "Camera",
    "InputDetails",
    "PictureDetails",
    "Source",
    "SourceError",
    "list_cameras",
    "open_source",
]

MOTION_JPEG = frozenset({".mjpeg", ".mjpg"})  # films that begin as a picture does


class Source(Protocol):
    """What every source offers; used by one thread.

    title: for people. identity: what `Settings.source` keeps; `open_source` finds the source by it
    again. is_live: frames come by themselves, and those not taken in time are dropped. is_independent:
    its pictures are no sequence, so that a face in one is no face of the next. frame_count: None where
    it is not known. problem: a sentence for people once something was wrong.
    """

    title: str
    identity: str
    is_live: bool
    is_independent: bool

    @property
    def frame_count(self) -> int | None: ...

    @property
    def ended(self) -> bool: ...

    @property
    def dropped(self) -> int: ...

    @property
    def problem(self) -> str | None: ...

    @property
    def details(self) -> InputDetails: ...

    def read(self, timeout_s: float = 0.25) -> Frame | Gap | None:
        """Return the next frame; None if none came within the timeout, or the source has ended.

        A live source gives its newest frame, and while it is lost a Gap at once and then each second.
        """

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_source(text: str | None, *, rate_fps: float | None = None) -> Source:
    """Open what a user named: a camera by name, identity or number, a file, a folder, an address.

    None means the first camera. rate_fps: frames a second, for a film that states no times. Raises SourceError, saying
    what was expected and what to do.
    """
    if text is None:
        return camera_source(None)
    if not text.strip():
        raise SourceError("Expected a file, a folder, a camera or an address; got nothing. Name one.")
    shown = shown_address(text)  # an address whose scheme was mistyped may hold a password, too
    if is_address(text.strip()):
        return stream_source(text.strip())
    try:
        # Absolute, so that it is found again from another folder, and FFmpeg takes no `concat:x` for a protocol.
        path = Path(text).expanduser().absolute()
        if path.is_dir() or path.suffix.lower() in PICTURE_SUFFIXES:
            return Pictures(path)
        if path.is_file() and path.suffix.lower() not in MOTION_JPEG and is_picture(path):
            return Pictures(path)
        if path.exists():
            return VideoFile(path, rate_fps=rate_fps)
    except OSError as error:
        raise SourceError(f"{shown} cannot be opened: {error.strerror or error}. Choose another file.") from None
    except (ValueError, RuntimeError) as error:  # a zero byte in a name; a home folder of nobody's
        raise SourceError(f"{shown!a} cannot be opened ({error}). Choose another file.") from None
    if is_camera_text(text):
        return camera_source(text)
    raise SourceError(
        f"Expected a file, a folder, a camera or an address; {shown} is none of them. "
        "`emocam cameras` lists the cameras by name."
    )
