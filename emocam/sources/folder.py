"""What lies in a folder: pictures, films, and what is neither."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from emocam.sources.picture_file import is_animation
from emocam.sources.video import VIDEO_SUFFIXES

# fmt: off
PICTURE_SUFFIXES = frozenset({
    ".apng", ".avif", ".avifs", ".bmp", ".dib", ".gif", ".heic", ".heics", ".heif", ".heifs",
    ".hif", ".j2c", ".j2k", ".jfif", ".jp2", ".jpc", ".jpe", ".jpeg", ".jpf", ".jpg",
    ".jpx", ".mpo", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp",
})
# fmt: on
# What systems leave in folders; names that begin with a dot are hidden, too.
HIDDEN = frozenset({"$recycle.bin", "@eadir", "__macosx", "desktop.ini", "ehthumbs.db", "icon\r", "thumbs.db"})
SESSION = "session.json"  # of a folder that Emocam has written


@dataclass(frozen=True, slots=True)
class FolderContents:
    """What is right inside a folder, each in natural order, without what is hidden.

    films: videos, and pictures that move. others: files of another kind, and folders, which are not looked into; those
    that hold sessions are not among them.
    """

    pictures: tuple[Path, ...]
    films: tuple[Path, ...]
    others: tuple[Path, ...]


def contents_of(folder: Path) -> FolderContents:
    """Look into a folder; raises OSError."""
    pictures: list[Path] = []
    films: list[Path] = []
    others: list[Path] = []
    for path in sorted(folder.iterdir(), key=_natural):
        if is_hidden(path) or _holds_sessions(path):
            continue
        suffix = path.suffix.lower() if path.is_file() else None
        if suffix in VIDEO_SUFFIXES or (suffix in PICTURE_SUFFIXES and is_animation(path)):
            films.append(path)
        elif suffix in PICTURE_SUFFIXES:
            pictures.append(path)
        else:
            others.append(path)
    return FolderContents(tuple(pictures), tuple(films), tuple(others))


def is_hidden(path: Path) -> bool:
    """Tell whether a path is one that file managers do not show, and people do not know of."""
    if path.name.startswith(".") or path.name.casefold() in HIDDEN:
        return True
    try:
        attributes = getattr(path.stat(), "st_file_attributes", 0)  # Windows alone has them
    except OSError:
        return False
    return bool(attributes & getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0))


def _holds_sessions(path: Path) -> bool:
    """Tell whether a path is a session, or a folder of sessions as `--out` makes it."""
    try:
        return path.is_dir() and ((path / SESSION).exists() or any(path.glob(f"*/{SESSION}")))
    except OSError:
        return False


def _natural(path: Path) -> list[tuple[int, str]]:
    """Order names so that `face2` comes before `face10`."""
    parts = re.split(r"([0-9]+)", path.name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
