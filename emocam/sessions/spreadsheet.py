"""Writes session.xlsx from the files of a session: tables with typed cells, what the columns mean, and two charts.

`python -m emocam.sessions.spreadsheet FOLDER` does it in a process of its own, at a low priority.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from emocam.sessions.cells import CellType
from emocam.sessions.charts import CourseOfFace, SharesOfLabels
from emocam.sessions.columns import CSV_FILES, RAW, FacesFile, StatisticsFile, columns, meanings
from emocam.sessions.files import FACES, SESSION, SPREADSHEET, STATISTICS, RecordingError, whole_rows
from emocam.sessions.overview import COURSE, DICTIONARY, write_overview
from emocam.sessions.recovery import complete_session
from emocam.sessions.tables import Book, Field, Table, Value, field_of, text_field

OVERVIEW = "overview"
LOCAL_TIME = "local_time"
LOCAL_TIME_MEANING = "utc, in the local time at the session's start; in this spreadsheet only"
DRAFTS = ".session.xlsx-"
LEFT_BEHIND_S = 86_400.0
NICENESS = 10  # of 19: the window, which may be recording again, goes first


class SpreadsheetError(Exception):
    """A spreadsheet that cannot be written; the text says why, and what to do. The session is as it was."""


def is_session(folder: Path) -> bool:
    """Return whether a folder holds a session."""
    return (folder / FACES).is_file() and (folder / SESSION).is_file()


def is_current(folder: Path) -> bool:
    """Return whether a session's spreadsheet is there, and none of its other files has changed since."""
    try:
        written_s = (folder / SPREADSHEET).stat().st_mtime
        return all((folder / name).stat().st_mtime <= written_s for name in CSV_FILES if (folder / name).exists())
    except OSError:
        return False


def write_spreadsheet(folder: Path) -> Path:
    """Write session.xlsx into a session's folder, in place of one that is there, and return its path.

    It is made from the CSV files and session.json alone, of any format; a session that was cut off is completed first.
    Memory does not grow with the session. Raises SpreadsheetError.
    """
    if not is_session(folder):
        raise SpreadsheetError(
            f"Expected the folder of a session, which holds {FACES} and {SESSION}; {folder} does not. "
            "Name a session's folder, or the one in which sessions are kept."
        )
    path = folder / SPREADSHEET
    try:
        complete_session(folder)
        _forget_drafts(folder)
        # Beside the spreadsheet, so that it takes the place of the last one in one step; and /tmp may be in memory.
        with tempfile.TemporaryDirectory(prefix=DRAFTS, dir=folder, ignore_cleanup_errors=True) as drafts:
            draft = _write_draft(folder, Path(drafts))
            draft.replace(path)
    except RecordingError as error:
        raise SpreadsheetError(str(error)) from error
    except OSError as error:
        raise SpreadsheetError(_explained(error, path)) from error
    return path


def main() -> int:
    """Write the spreadsheet of the folder that the command line names; print why, if it cannot be written."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        write_spreadsheet(Path(sys.argv[1]))
    except SpreadsheetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _explained(error: OSError, path: Path) -> str:
    reason = error.strerror or error
    if isinstance(error, PermissionError):
        return f"{path} cannot be written: {reason}. Close it if another program has it open, or mend its permissions."
    return (
        f"{path} cannot be written: {reason}. The other files of the session are whole; "
        "once there is room, emocam export writes it."
    )


def _forget_drafts(folder: Path) -> None:
    """Remove what was left behind where the writing of a spreadsheet was cut off, not what another process writes."""
    for drafts in folder.glob(f"{DRAFTS}*"):
        if time.time() - drafts.stat().st_mtime > LEFT_BEHIND_S:
            shutil.rmtree(drafts, ignore_errors=True)


def _write_draft(folder: Path, drafts: Path) -> Path:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    draft = drafts / SPREADSHEET
    options = {
        "constant_memory": True,  # a row is on the disk once the next one begins
        "tmpdir": str(drafts),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    workbook = xlsxwriter.Workbook(str(draft), options)
    workbook.use_zip64()
    _fill(Book(workbook), folder)
    try:
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from error  # the OSError that it stands for
    return draft


def _fill(book: Book, folder: Path) -> None:
    """Write every sheet. A sheet's place is that of its making, so the largest is made last."""
    description = json.loads((folder / SESSION).read_text(encoding="utf-8"))
    overview = book.workbook.add_worksheet(OVERVIEW)
    tables = {
        name: Table(book, Path(name).stem) for name in CSV_FILES if name != FACES and (folder / name).is_file()
    }
    course_table, dictionary = Table(book, COURSE, frozen_columns=2), Table(book, DICTIONARY)
    faces = Table(book, Path(FACES).stem, frozen_columns=2)
    shares = SharesOfLabels()
    for name, table in tables.items():
        listener = shares if name == STATISTICS else None
        _copy(folder / name, table, kinds=_kinds(CSV_FILES[name]), listener=listener)
    course = CourseOfFace(shares.main_face)
    _copy_faces(folder / FACES, faces, offset_days=_offset_days(description), listener=course)
    course.write(course_table)
    _write_dictionary(dictionary, description, course)
    all_tables = [*tables.values(), course_table, dictionary, faces]
    write_overview(book, overview, folder, description, tables=all_tables, shares=shares, course=course)


def _copy(
    path: Path,
    table: Table,
    *,
    kinds: dict[str, CellType[Any]],
    listener: SharesOfLabels | CourseOfFace | None = None,
    add_fields: Callable[[Sequence[str], list[Field]], None] = lambda header, fields: None,
) -> None:
    """Copy a CSV file into a table; lines that are not whole, or not of its width, are passed over."""
    rows = whole_rows(path)
    header = next(rows, None)
    if header is None:
        return
    fields = [_with_bars(path, field_of(name, place, kinds.get(name))) for place, name in enumerate(header)]
    add_fields(header, fields)
    table.begin(fields)
    if listener is not None:
        listener.begin(header)
    for cells in rows:
        if len(cells) == len(header):
            table.add(cells)
            if listener is not None:
                listener.add(cells, table)
    table.end()


def _copy_faces(path: Path, table: Table, *, offset_days: float | None, listener: CourseOfFace) -> None:
    header = next(whole_rows(path), [])
    labels = [name.removeprefix(RAW) for name in header if name.startswith(RAW)]

    def add_local_time(header: Sequence[str], fields: list[Field]) -> None:
        if FacesFile.utc.name in header and offset_days is not None:
            place = header.index(FacesFile.utc.name)
            fields.insert(place + 1, _local_field(fields[place], offset_days))

    _copy(path, table, kinds=_kinds(FacesFile, labels), listener=listener, add_fields=add_local_time)


def _with_bars(path: Path, field: Field) -> Field:
    is_share = (path.name, field.name) == (STATISTICS, StatisticsFile.share.name)
    return replace(field, has_bars=True) if is_share else field


def _kinds(file: type, labels: Sequence[str] = ()) -> dict[str, CellType[Any]]:
    return {column.name: column.cell_type for column in columns(file, labels=labels)}


def _local_field(utc: Field, offset_days: float) -> Field:
    def value(cells: Sequence[str]) -> Value:
        days = utc.value(cells)
        return days + offset_days if isinstance(days, float) else days

    return Field(LOCAL_TIME, value, utc.number_format, utc.width)


def _offset_days(description: dict[str, Any]) -> float | None:
    """Return how far local time was ahead of UTC when a session began; None where that is not known."""
    with suppress(KeyError, TypeError, ValueError):
        offset = datetime.fromisoformat(description["start_local"]).utcoffset()
        return None if offset is None else offset.total_seconds() / 86_400
    return None


def _write_dictionary(table: Table, description: dict[str, Any], course: CourseOfFace) -> None:
    """Write what each column means, in the words of the program that recorded the session."""
    names = ("file or sheet", "column", "written in the CSV file as", "meaning")
    widths = (16, 24, 44, 112)
    table.begin([text_field(name, place, width) for place, (name, width) in enumerate(zip(names, widths, strict=True))])
    labels = description.get("model", {}).get("labels", [])
    described = description.get("columns") or meanings(labels)
    for name, its_columns in described.items():
        kinds = _kinds(CSV_FILES[name], labels) if name in CSV_FILES else {}
        for column, meaning in its_columns.items():
            table.add([name, column, kinds[column].meaning if column in kinds else "", meaning])
            if (name, column) == (FACES, FacesFile.utc.name):
                table.add([name, LOCAL_TIME, "", LOCAL_TIME_MEANING])
    for column, meaning in course.meanings().items():
        table.add([COURSE, column, "", meaning])
    table.end()


if __name__ == "__main__":
    sys.exit(main())
