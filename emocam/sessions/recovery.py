"""Finds sessions that were cut off by a kill or a power cut, and completes them from their rows."""

import json
import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from emocam.sessions.cells import moment_after, utc_text
from emocam.sessions.columns import FORMAT_VERSION, SOURCE_LOST, FacesFile, header_of
from emocam.sessions.description import description_text
from emocam.sessions.files import (
    FACES,
    MARKERS,
    SESSION,
    FolderLock,
    RecordingError,
    csv_lines,
    drop_cut_line,
    is_held,
    recording_error,
    replace_file,
    whole_rows,
)
from emocam.sessions.rows import RecordedRow, RowReader
from emocam.sessions.statistics import FrameCount
from emocam.sessions.summary import Summary

log = logging.getLogger(__name__)

LARGEST_DESCRIPTION_BYTES = 64 * 2**20  # ours have some kB, and some MB where the source changed all the time


def unfinished_sessions(parent: Path) -> list[Path]:
    """Return the folders of sessions that never ended and are not being recorded, oldest first."""
    try:
        folders = sorted(folder for folder in parent.iterdir() if folder.is_dir())
    except OSError:
        return []
    return [folder for folder in folders if _is_unfinished(folder)]


def _is_unfinished(folder: Path) -> bool:
    try:
        return (folder / FACES).is_file() and _read_description(folder)["end"] is None and not is_held(folder)
    except (OSError, RecordingError) as error:
        log.info("%s is no session that can be completed: %s", folder, error)
        return False


def complete_session(folder: Path) -> str | None:
    """Write the statistics of a session that was cut off, and mark it as completed afterwards; return what is missing.

    A last line that was cut off is dropped; damaged lines are skipped, and counted in session.json. Leaves a
    session that has ended as it is. Raises RecordingError.
    """
    missing = None
    try:
        lock = FolderLock(folder)
    except BlockingIOError as error:
        raise RecordingError(f"The session in {folder} is still being recorded. Stop the recording first.") from error
    except OSError as error:
        raise recording_error(error, folder) from error
    try:
        description = _read_description(folder)
        if description["end"] is None:
            missing = _complete(folder, description)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and folder.is_dir() and not (folder / SESSION).exists():
            raise RecordingError(f"{folder} holds no {SESSION}: it is no session, or that file was deleted.") from error
        raise recording_error(error, folder) from error
    finally:
        lock.release()
    return missing


def _complete(folder: Path, description: dict[str, Any]) -> str | None:
    recorded = description.get("frames_analysed")  # up to the last time that all was written
    format_version = _format_version(description)
    drop_cut_line(folder / FACES)
    with suppress(FileNotFoundError):
        drop_cut_line(folder / MARKERS)
    count = _RowCount(_source_changes_ms(description, folder))
    damaged_lines = 0
    rows = whole_rows(folder / FACES)
    reader = _row_reader(next(rows, None), folder, format_version)
    for cells in rows:
        try:
            count.add(reader.read(cells))
        except (ValueError, OverflowError):
            damaged_lines += 1
    # A newer program may have written more into its statistics, from the same rows, before it was killed.
    for name, rows_counted in count.summary.files(format_version=format_version).items():
        if format_version <= FORMAT_VERSION or not (folder / name).exists():
            replace_file(folder / name, csv_lines(rows_counted))
    description["end"] = _end(description, count.ends_ms, folder)
    description["completed_afterwards"] = True
    if "duration_s" in description:  # since format 3
        description["duration_s"] = count.ends_ms / 1000 if count.summary.has_time else None
    _note_frames_read(description, count.last_frames)
    description.update(count.frames.described())
    if damaged_lines:
        description["damaged_lines"] = damaged_lines
    lost = recorded - description["frames_analysed"] if type(recorded) is int else 0
    if lost > 0:
        description["frames_missing"] = lost
    replace_file(folder / SESSION, description_text(description))
    if lost <= 0:
        return None
    return (
        f"{folder / FACES} lacks {lost} of {recorded} frames that had been written: another program has cut it, or "
        "they were lost with the power. The statistics are of what is left."
    )


def _row_reader(header: list[str] | None, folder: Path, format_version: int) -> RowReader:
    if header is None:  # cut off before the first sync: a session without rows
        return RowReader(header_of(FacesFile))
    try:
        return RowReader(header, format_version=format_version)
    except ValueError as error:
        raise RecordingError(
            f"{folder / FACES} cannot be read: {error}. Move the folder away if it is no session."
        ) from error


class _RowCount:
    """Counts from rows that were read back what the recorder counts as it writes them."""

    def __init__(self, source_changes_ms: list[int]) -> None:
        self.summary = Summary()
        self.frames = FrameCount()
        self.last_ms = self.ends_ms = 0
        self.last_frames: dict[int, int] = {}  # the last frame of each input
        self._source_changes_ms = sorted(source_changes_ms)
        self._last_frame: tuple[int, int] | None = None

    def add(self, row: RecordedRow) -> None:
        self.summary.add(row)
        if row.time_ms >= self.last_ms:
            self.last_ms, self.ends_ms = row.time_ms, row.time_ms + (row.lasts_ms or 0)
        if row.input is not None and row.state != SOURCE_LOST:
            self.last_frames[row.input] = row.frame
        while self._source_changes_ms and row.time_ms >= self._source_changes_ms[0]:
            self._source_changes_ms.pop(0)
            self.frames.restart()
        if row.state == SOURCE_LOST:
            self.frames.restart()
            self._last_frame = None
        elif self._last_frame != (row.frame, row.time_ms):
            self._last_frame = row.frame, row.time_ms
            self.frames.add_frame(row.frame)


def _read_description(folder: Path) -> dict[str, Any]:
    for name in (FACES, MARKERS, SESSION):  # completing cuts their ends off: never those of files elsewhere
        path = folder / name
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise RecordingError(
                f"Expected a file in {path}; it is a link, a folder or a pipe. Put the file itself there."
            )
    if (folder / SESSION).stat().st_size > LARGEST_DESCRIPTION_BYTES:
        raise RecordingError(f"{folder / SESSION} is too large to describe a session. Restore it from a copy.")
    try:
        description = json.loads((folder / SESSION).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{folder / SESSION} is damaged ({error}). Restore it from a copy.") from error
    if not isinstance(description, dict) or "end" not in description or "start" not in description:
        raise RecordingError(f"{folder / SESSION} describes no session. Restore it from a copy.")
    return description


def _format_version(description: dict[str, Any]) -> int:
    """Return the format of a session; the first one where that is damaged, which asks for the fewest columns."""
    version = description.get("format")
    return version if isinstance(version, int) and version >= 1 else 1


def _end(description: dict[str, Any], ends_ms: int, folder: Path) -> str:
    # When a file's session was cut off is not known; it is as long as its rows.
    try:
        return utc_text(moment_after(datetime.fromisoformat(description["start"]), ends_ms))
    except (TypeError, ValueError, OverflowError) as error:
        raise RecordingError(f"{folder / SESSION} names no start ({error}). Restore it from a copy.") from error


def _note_frames_read(description: dict[str, Any], last_frames: dict[int, int]) -> None:
    """Bring up to date how much was read of the input that was open at the end, whose last word may be minutes old."""
    inputs = description.get("inputs")
    if not isinstance(inputs, list) or not inputs or not isinstance(inputs[-1], dict):
        return
    frames_read, last_frame = inputs[-1].get("frames_read"), last_frames.get(len(inputs))
    if isinstance(frames_read, int) and last_frame is not None:
        inputs[-1]["frames_read"] = max(frames_read, last_frame + 1)


def _source_changes_ms(description: dict[str, Any], folder: Path) -> list[int]:
    try:
        return [round(float(change["time_s"]) * 1000) for change in description.get("source_changes", [])]
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise RecordingError(
            f"{folder / SESSION} does not tell when the source changed ({error!r}). Restore it from a copy."
        ) from error
