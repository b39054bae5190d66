"""What a source says of itself, for those who keep what was concluded from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureDetails:
    """One picture of a folder: its name, and its size in pixels as it is shown."""

    name: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class InputDetails:
    """A source, as far as it has been read; None where it is not known or has no meaning.

    path: of a file or folder, absolute; for a live source its title, without a password. width_px, height_px: of the
    picture as it is analysed. rate_fps: frames a second, as the file states it. is_time_assumed: the file states no
    times, so those of its frames come from rate_fps. frames_expected: as the file announces them. problem: what was
    wrong, in a sentence. pictures: those that were read, where the source holds pictures.
    """

    path: str
    bytes: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    rate_fps: float | None = None
    is_time_assumed: bool = False
    frames_expected: int | None = None
    frames_read: int = 0
    problem: str | None = None
    pictures: tuple[PictureDetails, ...] = ()
