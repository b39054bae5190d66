"""Single pictures, animations and folders of pictures."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from emocam.closing import ClosedOnExit
from emocam.messages import Frame
from emocam.sources.details import InputDetails, PictureDetails
from emocam.sources.errors import SourceError
from emocam.sources.folder import PICTURE_SUFFIXES, FolderContents, contents_of
from emocam.sources.picture_file import Picture, PictureFile

PICTURE_SHOWN_S = 1.0  # how long a picture stands for when it is played


class Pictures(ClosedOnExit):
    """The pictures of a folder in natural order, or those of a single file; the caller paces them.

    Those of an animation are a sequence at its own times. All others stand for themselves, one second each when they
    are played. Films and animations in a folder are sources of their own, and none of its pictures.
    """

    is_live = False
    dropped = 0

    def __init__(self, path: Path, *, tells_others: bool = True) -> None:
        """Look into a folder or file; raises SourceError where there is no picture, and OSError.

        tells_others: what else is in the folder is told as a problem.
        """
        self.title, self.identity = path.name or str(path), str(path)
        self.ended = False
        self._is_folder = path.is_dir()
        self._others: Sequence[Path] = ()
        self._unreadable: list[str] = []
        self._read: list[PictureDetails] = []
        self._is_cut_short = False
        self._index, self._time_s = 0, 0.0
        self._file: PictureFile | None = None
        if self._is_folder:
            contents = contents_of(path)
            _require_pictures(self.title, contents)
            self._paths: Sequence[Path] = contents.pictures
            self._others = (*contents.films, *contents.others) if tells_others else ()
        else:
            _require_file(path)
            self._paths = [path]
            self._file = PictureFile(path)
        self._bytes = None if self._is_folder else path.stat().st_size
        self.is_independent = self._file is None or not self._file.is_animation
        self._count = self._file.count if self._file else len(self._paths)
        self._pictures = self._all_pictures()
        # A file is decoded here, so that one that is no picture is refused by whoever opens it.
        self._first = None if self._is_folder else next(self._pictures)

    @property
    def frame_count(self) -> int:
        """How many pictures there are, as far as is known: a file of a folder may turn out to hold several."""
        return self._count

    @property
    def problem(self) -> str | None:
        """Which pictures could not be read, and what else was left out."""
        problems = []
        if self._unreadable:
            problems.append(
                f"{len(self._unreadable)} of {self._count} pictures could not be read and were left out: "
                f"{few_of(self._unreadable)}"
            )
        if self._is_cut_short:
            problems.append(
                f"{self.title} ends after picture {len(self._read)} of {self._count}: the file is damaged or cut "
                "short. What could be read was used."
            )
        if self._others:
            is_one = len(self._others) == 1
            problems.append(
                f"{len(self._others)} that {'is no picture was' if is_one else 'are no pictures were'} left out: "
                f"{few_of([path.name for path in self._others])}"
            )
        return "; ".join(problems) or None

    @property
    def details(self) -> InputDetails:
        """Which pictures there are, and which were read so far."""
        first = self._read[0] if self._read and not self._is_folder else None
        return InputDetails(
            path=self.identity,
            bytes=self._bytes,
            width_px=first.width_px if first else None,
            height_px=first.height_px if first else None,
            is_time_assumed=self._file is not None and self._file.is_time_assumed,
            frames_expected=self._count,
            frames_read=len(self._read),
            problem=self.problem,
            pictures=tuple(self._read if self.is_independent else self._read[:1]),
        )

    def read(self, timeout_s: float = 0.25) -> Frame | None:
        """Return the next picture that can be read; None after the last."""
        if self.ended:
            return None
        frame, self._first = self._first or next(self._pictures, None), None
        if frame is None:
            self.ended = True
            return None
        self._read.append(PictureDetails(frame.picture, frame.image.shape[1], frame.image.shape[0]))
        return frame

    def close(self) -> None:
        """Leave the rest unread."""
        self.ended = True
        self._pictures.close()

    def _all_pictures(self) -> Generator[Frame]:
        for path in self._paths:
            try:
                with self._file or PictureFile(path) as file:
                    if self._is_folder:
                        self._count += file.count - 1
                    yield from self._pictures_of(file)
            except SourceError:
                if not self._is_folder:
                    raise
                self._leave_out(path.name)

    def _pictures_of(self, file: PictureFile) -> Iterator[Frame]:
        """Yield a file's pictures; raises SourceError where not the first one can be read."""
        for number in range(1, file.count + 1):
            try:
                picture = file.read()
            except SourceError:
                if file.count == 1 or (number == 1 and not self._is_folder):
                    raise
                if file.is_animation:
                    self._is_cut_short = True
                    return
                self._leave_out(f"{file.name}#{number}")
                continue
            if picture is not None:
                yield self._frame(picture)

    def _frame(self, picture: Picture) -> Frame:
        lasts_s = picture.lasts_s or PICTURE_SHOWN_S
        # A picture that stands for itself takes no time: it is counted.
        stated_s = None if self.is_independent else lasts_s
        frame = Frame(self._index, self._time_s, picture.image, stated_s, picture.taken, picture.name)
        self._advance(lasts_s)
        return frame

    def _leave_out(self, name: str) -> None:
        self._unreadable.append(name)
        self._advance(PICTURE_SHOWN_S)

    def _advance(self, lasts_s: float) -> None:
        self._index += 1
        self._time_s += lasts_s


def few_of(names: Sequence[str], *, most: int = 5) -> str:
    """Return the first of some names, for a sentence."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def _require_file(path: Path) -> None:
    if not path.exists():
        raise SourceError(f"{path} does not exist. Choose another file.")
    if not path.is_file():  # reading a pipe waits for ever
        raise SourceError(f"Expected a picture; {path} is a device or a pipe. Choose another file.")


def _require_pictures(title: str, contents: FolderContents) -> None:
    if contents.pictures:
        return
    if contents.films:
        names = few_of([path.name for path in contents.films])
        raise SourceError(f"Expected pictures in the folder {title}; it holds films: {names}. Open them one by one.")
    raise SourceError(
        f"Expected pictures in the folder {title}; there is none. "
        f"Pictures end in {', '.join(sorted(PICTURE_SUFFIXES))}."
    )
