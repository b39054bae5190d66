"""The files of a session folder, written so that a kill, a power cut or a full disk leaves only whole lines behind."""

import csv
import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

FACES = "faces.csv"
STATISTICS = "statistics.csv"
MEASURES = "measures.csv"
MARKERS = "markers.csv"
SESSION = "session.json"
SPREADSHEET = "session.xlsx"
LOCK = "recording.lock"


class RecordingError(Exception):
    """A session that cannot be recorded or completed; the text says why, and what to do."""


class ChangedFileError(OSError):
    """A file is not as it was left: another program has written into it, or cut it short."""


def recording_error(error: OSError, folder: Path) -> RecordingError:
    """Explain what a file system error means for a session in `folder`."""
    if isinstance(error, ChangedFileError):
        return RecordingError(
            f"Another program has changed {error.filename} while it was recorded. What is left of it is kept. "
            "Look at a copy of it while a recording goes on, and record again."
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return RecordingError(
            f"The disk of {folder} is full. What was recorded until now is kept: free some space, and record again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return RecordingError(
            f"Emocam may not write to {folder}. Change the permissions of that folder, and record again."
        )
    if error.errno in (errno.ENOENT, errno.ESTALE, errno.ENODEV, errno.ENXIO):
        return RecordingError(
            f"The folder {folder} is gone: it was moved or deleted, or its disk was removed. "
            "Record again, and a new folder is made; put the disk back first if it was removed."
        )
    return RecordingError(
        f"{folder} cannot be written to ({error.strerror or error}). Check the disk, and record again."
    )


def numbered_folder(parent: Path, name: str) -> Path:
    """Make a folder of this name, adding -2, -3 … if the name is taken; raises OSError."""
    parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        with suppress(FileExistsError):
            folder.mkdir()
            return folder
    raise AssertionError("unreachable: the numbers do not end")


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV in UTF-8, each ending with a line feed."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue().encode("utf-8", errors="replace")


class CsvFile:
    """A CSV file that grows by whole lines, even if the process dies between two of them."""

    def __init__(self, path: Path, *, header: Sequence[str]) -> None:
        """Create the file; raises OSError, and FileExistsError if it already exists."""
        self.path = path
        self._file = io.FileIO(path, "xb")  # unbuffered: a written row outlives the process
        self._whole_bytes = 0
        try:
            self.append([header])
        except OSError:
            self._file.close()
            raise

    def append(self, rows: Iterable[Sequence[str]]) -> None:
        """Hand rows to the operating system; on an OSError the file is left as it was before the call.

        Raises ChangedFileError before a row is written behind what another program has left of the file.
        """
        self._require_whole()
        lines = memoryview(csv_lines(rows))
        written_bytes = 0
        try:
            while written_bytes < len(lines):
                written_bytes += self._file.write(lines[written_bytes:]) or 0
        except OSError:
            with suppress(OSError):
                self._file.truncate(self._whole_bytes)
                self._file.seek(self._whole_bytes)
            raise
        self._whole_bytes += written_bytes

    def sync(self) -> None:
        """Wait until all rows are on the disk; raises OSError."""
        os.fsync(self._file.fileno())

    def require_in_place(self) -> None:
        """Raise FileNotFoundError if the path leads to this file no longer, ChangedFileError if another has changed it.

        POSIX lets a program go on writing to a deleted file without an error, and every row would be lost.
        """
        found, opened = self.path.stat(), os.fstat(self._file.fileno())
        if (found.st_ino, found.st_dev) != (opened.st_ino, opened.st_dev):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))
        self._require_whole()

    def _require_whole(self) -> None:
        # At each row, since the next one would fill what was cut off with zeros, and hide it. 1 µs.
        if os.fstat(self._file.fileno()).st_size != self._whole_bytes:
            raise ChangedFileError(errno.EIO, "changed by another program", str(self.path))

    def close(self) -> None:
        """Close the file; may be called more than once."""
        self._file.close()


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that there is always a whole one, old or new; raises OSError."""
    draft = path.with_name(path.name + ".new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise


def drop_cut_line(path: Path) -> None:
    """Cut a file off after its last line feed; raises OSError."""
    with path.open("r+b") as file:
        position = file.seek(0, os.SEEK_END)
        while position > 0:
            start = max(0, position - 65536)
            file.seek(start)
            block = file.read(position - start)
            if b"\n" in block:
                position = start + block.rindex(b"\n") + 1
                break
            position = start
        file.truncate(position)


def whole_rows(path: Path) -> Iterator[list[str]]:
    """Yield the cells of each whole line of a CSV file, and [] for a line that is not CSV; raises OSError."""
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            try:
                yield next(csv.reader([line.decode("utf-8")], strict=True), [])
            except (UnicodeDecodeError, csv.Error):
                yield []


class FolderLock:
    """A lock on a session folder; the operating system releases it when the process dies."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder; raises BlockingIOError if another recording holds it, and OSError."""
        self._path = folder / LOCK
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(self._descriptor)
        except OSError:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Release the lock."""
        with suppress(OSError):  # Windows does not delete a file that another process has open
            os.close(self._descriptor)
            self._path.unlink()


def is_held(folder: Path) -> bool:
    """Return whether a running process is recording into this folder; raises OSError if that cannot be told."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        _lock(descriptor)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(errno.EWOULDBLOCK, str(error)) from error
    else:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError as error:
            # Some network file systems have no locks; recording must work there all the same.
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise
