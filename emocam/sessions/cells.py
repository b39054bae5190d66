"""How values stand in the cells of a session's CSV files, and how they are read back."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

Value = TypeVar("Value")

LONGEST_S = 366 * 86_400.0  # a row with a later time is damaged; a date could not hold some of them

# What spreadsheets take for the beginning of a formula (OWASP, CSV injection), the full-width forms too.
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class CellType(Generic[Value]):
    """One way to write a value as a cell. An empty cell stands for None and is not read.

    meaning: for people. read: raises ValueError for a cell that was not written like this.
    """

    meaning: str
    write: Callable[[Value], str]
    read: Callable[[str], Value]


def decimal_seconds(time_ms: int) -> str:
    """Write whole milliseconds as seconds with exactly three decimals."""
    return f"{time_ms // 1000}.{time_ms % 1000:03d}"


def whole_milliseconds(cell: str) -> int:
    """Read seconds as whole milliseconds; raises ValueError for a time that no session reaches."""
    time_s = float(cell)
    if not 0 <= time_s <= LONGEST_S:
        raise ValueError(f"expected a time from 0 to {LONGEST_S:.0f} s; got {cell}")
    return round(time_s * 1000)


def utc_text(moment: datetime) -> str:
    """Write an aware moment as ISO 8601 in UTC, with milliseconds and Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_after(start: datetime, time_ms: int) -> datetime:
    """Return the moment at a time of the session; raises OverflowError beyond the year 9999."""
    return start + timedelta(milliseconds=time_ms)


def text_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula: an apostrophe goes before one.

    Numbers stay as they are. Line breaks become spaces, so that a line of the file is always a row.
    """
    text = " ".join(text.splitlines())
    starts_formula = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    if starts_formula and not NUMBER.fullmatch(text):
        return "'" + text
    return text


def cell_text(cell: str) -> str:
    """Return the text of a cell that `text_cell` wrote."""
    text = cell.removeprefix("'")
    return text if text_cell(text) == cell else cell


def _decimal(places: int) -> Callable[[float], str]:
    pattern = f"%.{places}f"
    return lambda value: pattern % value if math.isfinite(value) else ""


def _finite(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number; got {cell}")
    return value


WHOLE_NUMBER = CellType("whole number", str, int)
SECONDS = CellType("seconds, three decimals", decimal_seconds, whole_milliseconds)  # whole milliseconds in the program
FRACTION = CellType("number, six decimals", _decimal(6), _finite)
RATIO = CellType("number, four decimals", _decimal(4), _finite)
DEGREES = CellType("degrees, two decimals", _decimal(2), _finite)
RATE = CellType("number, two decimals", _decimal(2), _finite)
MOMENT = CellType("ISO 8601 in UTC, milliseconds", utc_text, datetime.fromisoformat)
NAME: CellType[str] = CellType("name", str, str)  # one that the program gives: a state, a label, a spectrum
TEXT = CellType("text", text_cell, cell_text)
