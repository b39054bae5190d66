"""What `emocam analyze` is asked to analyse: each file and folder that becomes a session of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emocam.addresses import shown_address
from emocam.sources.folder import FolderContents, contents_of
from emocam.sources.pictures import few_of


@dataclass(frozen=True, slots=True)
class Input:
    """One session to be. text: as the user named it, or found in a folder that they named.

    is_beside_films: a folder's pictures, whose films are inputs of their own.
    """

    text: str
    is_beside_films: bool = False

    @property
    def title(self) -> str:
        """What it is called where people read it."""
        return shown_address(self.text)

    @property
    def path(self) -> Path:
        """Where it is, in full; raises RuntimeError for the home folder of nobody."""
        return Path(self.text).expanduser().absolute()


def expand(texts: Sequence[str], *, tell: Callable[[str], None] = lambda text: None) -> Iterator[Input]:
    """Yield the inputs, with a folder that holds films replaced by its pictures, if any, and each of its films.

    tell: gets a sentence about what is left out of such a folder, which may hold subtitles and the like.
    """
    for text in texts:
        contents = _contents(text)
        if contents is None or not contents.films:
            yield Input(text)
            continue
        if contents.others:
            tell(f"{text}: no films or pictures, and left out: {few_of([path.name for path in contents.others])}")
        if contents.pictures:
            yield Input(text, is_beside_films=True)
        yield from (Input(str(film)) for film in contents.films)


def _contents(text: str) -> FolderContents | None:
    """Look into what may be a folder; None where it is none, or cannot be looked into, which opening it explains."""
    try:
        folder = Path(text).expanduser()
        return contents_of(folder) if text.strip() and folder.is_dir() else None
    except (OSError, ValueError, RuntimeError):
        return None
