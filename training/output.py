"""Where results go: looked at before the work, which may take hours."""

import shutil
from pathlib import Path
from tempfile import TemporaryFile


class OutputError(Exception):
    """Results cannot be written; the text says where and why."""


def check_output(path: Path, *, needed_bytes: int = 0, option: str = "--out") -> None:
    """Raise OutputError where a file or folder cannot be made, or the disk has no room for it; nothing is left there.

    option: with which another place is chosen.
    """
    place = path if path.is_dir() else next(folder for folder in path.absolute().parents if folder.exists())
    another = f"Choose another place with {option}"
    if not place.is_dir():
        raise OutputError(f"{path} cannot be made: {place} is no folder. {another}")
    try:
        with TemporaryFile(dir=place):
            pass
        if path.is_file():
            path.open("r+b").close()
        free = shutil.disk_usage(place).free
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror or error}). {another}") from None
    if free < needed_bytes:
        raise OutputError(f"{path}: expected {_megabytes(needed_bytes)} free on its disk; there are "
                          f"{_megabytes(free)}. Make room, or choose another place with {option}")


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
