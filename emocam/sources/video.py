"""Films: video files, read in order, nothing dropped."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from emocam.closing import ClosedOnExit
from emocam.messages import Frame
from emocam.sources.cut_short import is_cut_short
from emocam.sources.details import InputDetails, TimesFrom
from emocam.sources.errors import SourceError
from emocam.sources.film_times import FilmClock, filmed_from

if TYPE_CHECKING:  # PyAV is imported when a film is opened: nothing else waits for it
    from emocam.sources.film_reader import FilmReader

# What a folder's films and the window's dialog go by; a file of another name is opened all the same.
VIDEO_SUFFIXES = frozenset(
    {
        ".264", ".265", ".3g2", ".3gp", ".asf", ".avi", ".dv", ".f4v", ".flv", ".h264", ".h265", ".hevc",
        ".ivf", ".m2t", ".m2ts", ".m2v", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg",
        ".mts", ".mxf", ".nut", ".ogv", ".ts", ".vob", ".webm", ".wmv", ".y4m",
    }
)  # fmt: skip
USUAL_RATE = 25.0  # frames a second, where a file does not say
HEAD_BYTES = 4096
RAW_FILM = b"YUV4MPEG2 "
TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1b")


class VideoFile(ClosedOnExit):
    """A film as a source; the caller paces it.

    A time is the file's own: 0 is where it begins, be it with its sound. problem: what could not be read. notice: what
    else whoever uses its times should know.
    """

    is_live = False
    is_independent = False
    dropped = 0

    def __init__(self, path: Path, *, rate_fps: float | None = None) -> None:
        """Open a file; raises SourceError where it is no film.

        rate_fps: frames a second, for a film that states no times.
        """
        from emocam.sources.film_reader import open_film

        self.title, self.identity = path.name, str(path)
        self.ended = False
        self.problem: str | None = None
        _check(path)
        self._path = path
        self._bytes = path.stat().st_size
        self._film: FilmReader = open_film(path)
        self._rate_fps = self._film.rate_fps
        if not self._film.has_times and rate_fps is not None:
            self._rate_fps = rate_fps
        self._is_rate_given = rate_fps is not None
        self._is_time_assumed = not self._film.has_times and self._rate_fps is None
        self._clock = FilmClock(1 / (self._rate_fps or USUAL_RATE), sound_s=self._film.sound_s)
        self._filmed_from = filmed_from(self._film.metadata)
        self._size: tuple[int, int] | None = None
        self._index = 0
        self._damaged_from: int | None = None

    @property
    def frame_count(self) -> int | None:
        """As the file announces; unknown where that comes from times that jump."""
        return self._film.frame_count if not self._clock.jumps else None

    @property
    def notice(self) -> str | None:
        """What is worth knowing of the times, though nothing is wrong with the file."""
        if self._is_time_assumed:
            return (
                f"{self.title} states no times: {USUAL_RATE:g} frames a second are assumed for it. "
                "`emocam analyze --rate` takes the right number."
            )
        if self._clock.jumps:
            return (
                f"The times in {self.title} jump, as when a camera's clock is set: each jump counts as one interval of "
                "the usual length."
            )
        return None

    @property
    def _times_from(self) -> TimesFrom:
        if self._is_time_assumed:
            return "assumed rate"
        if self._film.has_times:
            return "file"
        return "given rate" if self._is_rate_given else "stated rate"

    @property
    def details(self) -> InputDetails:
        """What the file says of itself, and what came of it so far."""
        width_px, height_px = self._size or (None, None)
        return InputDetails(
            path=self.identity,
            bytes=self._bytes,
            width_px=width_px,
            height_px=height_px,
            rate_fps=USUAL_RATE if self._is_time_assumed else self._rate_fps,
            is_time_assumed=self._is_time_assumed,
            times_from=self._times_from,
            frames_expected=self.frame_count,
            frames_read=self._index,
            problem=self.problem,
            notice=self.notice,
        )

    def read(self, timeout_s: float = 0.25) -> Frame | None:
        """Return the next frame; None once the film has ended."""
        if self.ended:
            return None
        shown = self._film.next()
        if self._film.damage.is_found and self._damaged_from is None:
            self._damaged_from = self._index
        if shown is None:
            self._end()
            return None
        self._size = shown.image.shape[1], shown.image.shape[0]
        if shown.time_s is None and self._rate_fps is None:  # a container that could state times, and does not
            self._is_time_assumed = True
        uses_rate = self._times_from in ("assumed rate", "given rate")
        time_s, lasts_s = self._clock.place(*((None, None) if uses_rate else (shown.time_s, shown.lasts_s)))
        frame = Frame(self._index, time_s, shown.image, lasts_s=lasts_s, taken=self._taken(time_s))
        self._index += 1
        return frame

    def close(self) -> None:
        """Close the file; may be called again."""
        self.ended = True
        self._film.close()

    def _taken(self, time_s: float) -> datetime | None:
        return self._filmed_from + timedelta(seconds=time_s) if self._filmed_from is not None else None

    def _end(self) -> None:
        self.ended = True
        if self._index == 0:
            why = f" ({self._film.unshown})" if self._film.unshown else ""
            self.problem = (
                f"{self.title} holds no frame that can be read{why}. Choose another file, or convert it to MP4."
            )
        elif self._film.damage.is_at_end or self._is_cut_short():
            of = f" of {self.frame_count}" if self.frame_count and self.frame_count > self._index else ""
            self.problem = (
                f"{self.title} ends after frame {self._index}{of}: the file is damaged or cut short. "
                "What could be read was used."
            )
        elif self._film.damage.lost:
            self.problem = (
                f"{self.title} is damaged: {self._film.damage.lost} of its pictures could not be decoded. "
                "What could be read was used."
            )
        elif self._damaged_from is not None:
            self.problem = (
                f"{self.title} is damaged: around frame {self._damaged_from}, pictures are missing or not whole. "
                "What could be read was used."
            )

    def _is_cut_short(self) -> bool:
        try:
            return is_cut_short(self._path)
        except OSError:  # removed meanwhile
            return False


def _check(path: Path) -> None:
    """Raise SourceError or OSError for a file that must not come into FFmpeg's hands."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        # Neither session.json nor a terminal could name it.
        raise SourceError(f"{path.name!a} is no valid Unicode, so it cannot be noted down. Rename the file.") from None
    if not path.is_file():
        raise SourceError(f"Expected a file or a folder; {path} is a device or a pipe. Choose another file.")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise SourceError(f"Expected a video in {path.name}; the file is empty. Choose another file.")
    is_text = not any(byte < 32 and byte not in TEXT_CONTROLS for byte in head)
    if is_text and not head.startswith(RAW_FILM):  # a bright one has no dark pixel in its first lines
        raise SourceError(f"Expected a video in {path.name}; it is a text. Choose another file.")
