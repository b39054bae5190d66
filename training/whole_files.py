"""Files that are replaced in one step: a kill or a power cut leaves the old one or the new one, whole."""

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text in place of what a file holds; raises OSError."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8", newline="")
    put_in_place(draft, path)


def put_in_place(draft: Path, path: Path) -> None:
    """Move a finished file to where it belongs, once all of it is on the disk; raises OSError.

    Without the wait, a file system may keep the new name and lose what stands under it.
    """
    _sync(draft, os.O_RDWR)
    draft.replace(path)
    with suppress(OSError):  # Windows, and some network file systems, open no folder
        _sync(path.parent, os.O_RDONLY)


def _sync(path: Path, mode: int) -> None:
    opened = os.open(path, mode)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
