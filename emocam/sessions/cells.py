"""How values stand in the cells of a session's CSV files, how they are read back, and what a spreadsheet makes of them.

Numbers have a dot and four decimals or more. In a country of decimal commas a dot stands before three digits of a
whole number, so that a spreadsheet which opens a CSV file reads 0.933 as 933 and 12.560 as 12,560, without a word.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")

LONGEST_S = 366 * 86_400.0  # a row with a later time is damaged; a date could not hold some of them

# What spreadsheets take for the beginning of a formula (OWASP, CSV injection), the full-width forms too.
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# What a spreadsheet may take for another number, a date or a time: 1.500 for 1500, 1.5 for the first of May.
SEEMING_NUMBER = re.compile(r"[+-]?[0-9]{1,3}([.,'’\s][0-9]{3})+([.,][0-9]+)?|[0-9]+([.,:/'’\s-]+[0-9]+)+\.?|[0-9]+\.")

SPREADSHEET_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # day 0 of a spreadsheet's dates (ECMA-376, 18.17.4.1)


def _itself(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class CellType(Generic[Value]):
    """One way to write a value as a cell. An empty cell stands for None and is not read.

    meaning: for people. read: raises ValueError for a cell that was not written like this. typed: the value as a cell
    of a spreadsheet holds it, a number or a text. number_format: how that cell shows a number, in the codes of Excel.
    earlier: how the cell was written before format `since`; both are read alike.
    """

    meaning: str
    write: Callable[[Value], str]
    read: Callable[[str], Value]
    typed: Callable[[Value], float | str] = _itself
    number_format: str = "General"
    since: int = 1
    earlier: "CellType[Value] | None" = None

    def of_format(self, version: int) -> "CellType[Value]":
        """Return how files of a format have the cell."""
        return self if self.earlier is None or version >= self.since else self.earlier.of_format(version)


def decimal_seconds(time_ms: int) -> str:
    """Write whole milliseconds as seconds with exactly four decimals, the last of them 0."""
    return f"{time_ms // 1000}.{time_ms % 1000:03d}0"


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


def days_of(moment: datetime) -> float:
    """Return an aware moment as a spreadsheet counts it: in days, in UTC."""
    return (moment - SPREADSHEET_EPOCH) / timedelta(days=1)


def text_cell(text: str) -> str:
    """Return a text as a cell that a spreadsheet leaves as it is: an apostrophe goes before one that it would not.

    That is a formula, and digits with separators between them. Line breaks become spaces, so that a line of the file
    is always a row.
    """
    text = " ".join(text.splitlines())
    # Behind apostrophes, too: so a text that begins with one comes back with it.
    return "'" + text if _is_taken_otherwise(text.lstrip("'")) else text


def _is_taken_otherwise(text: str) -> bool:
    if SEEMING_NUMBER.fullmatch(text.strip()):
        return True
    starts_formula = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return starts_formula and not NUMBER.fullmatch(text)


def cell_text(cell: str) -> str:
    """Return the text of a cell that `text_cell` wrote, in this format or an earlier one."""
    text = cell.removeprefix("'")
    return text if text_cell(text) == cell else cell


def _decimal(places: int, *, padding: str = "") -> Callable[[float], str]:
    pattern = f"%.{places}f{padding}"
    return lambda value: pattern % value if math.isfinite(value) else ""


def _finite(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number; got {cell}")
    return value


def _number_of_face(name: str) -> float | str:
    return int(name) if name.isdecimal() else name


WHOLE_NUMBER = CellType("whole number", str, int, number_format="0")
_THREE_DECIMALS: CellType[int] = CellType("", lambda ms: decimal_seconds(ms)[:-1], whole_milliseconds)
SECONDS = CellType(  # whole milliseconds in the program
    "seconds, four decimals (three before format 3)",
    decimal_seconds,
    whole_milliseconds,
    typed=lambda time_ms: time_ms / 1000,
    number_format="0.000",
    since=3,
    earlier=_THREE_DECIMALS,
)
FRACTION = CellType("number, six decimals", _decimal(6), _finite, number_format="0.0%")
RATIO = CellType("number, four decimals", _decimal(4), _finite, number_format="0.000")
# Two decimals are what they are worth, but 5.12 is the fifth of December.
_TWO_DECIMALS = CellType("", _decimal(2), _finite)
DEGREES = CellType(
    "degrees to two decimals, and two zeros (none before format 3)",
    _decimal(2, padding="00"),
    _finite,
    number_format="0.00",
    since=3,
    earlier=_TWO_DECIMALS,
)
RATE = CellType(
    "number to two decimals, and two zeros (none before format 3)",
    _decimal(2, padding="00"),
    _finite,
    number_format="0.00",
    since=3,
    earlier=_TWO_DECIMALS,
)
MOMENT = CellType(
    "ISO 8601 in UTC, milliseconds",
    utc_text,
    datetime.fromisoformat,
    typed=days_of,
    number_format="yyyy-mm-dd hh:mm:ss.000",
)
NAME: CellType[str] = CellType("name", str, str)  # one that the program gives: a state, a label, a spectrum
FACE_NAME: CellType[str] = CellType("whole number, or all", str, str, typed=_number_of_face, number_format="0")
TEXT = CellType("text", text_cell, cell_text)
