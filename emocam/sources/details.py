"""What a source says of itself, for those who keep what was concluded from it."""

from dataclasses import dataclass
from typing import Literal

TimesFrom = Literal["file", "stated rate", "given rate", "assumed rate"]


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
    picture as it is analysed. rate_fps: frames a second, as the file states it. is_time_assumed: it states neither
    times nor a rate, so the times of its frames come from an assumed rate_fps. times_from: of a film; a given rate is
    the user's. frames_expected: as the file announces. problem: what was wrong, in a sentence. notice: what else is
    worth knowing of its times, in a sentence. pictures: those that were read, where the source holds pictures.
    """

    path: str
    bytes: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    rate_fps: float | None = None
    is_time_assumed: bool = False
    times_from: TimesFrom | None = None
    frames_expected: int | None = None
    frames_read: int = 0
    problem: str | None = None
    notice: str | None = None
    pictures: tuple[PictureDetails, ...] = ()
