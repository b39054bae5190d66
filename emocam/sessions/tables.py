"""The tables of session.xlsx: cells typed as the columns are declared, in sheets that are read and filtered at ease."""

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emocam.sessions.cells import FACE_NAME, NAME, NUMBER, TEXT, CellType, cell_text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576  # of a sheet, the header included (ECMA-376 leaves it open; Excel and LibreOffice end here)
LONGEST_TEXT = 32_767  # characters of a cell
NARROWEST, FILTER_ARROW = 9, 6  # in characters
NAME_WIDTH, TEXT_WIDTH, WIDEST = 13, 32, 60
LINE_HEIGHT = 15.0  # in points
LETTERS_IN_A_FIGURE = 1.08  # in wide fonts; 1.15 in Calibri
DURATION = "[h]:mm:ss"  # of a number of days
NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")  # control characters are written as _xHHHH_

Value = float | str | None


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table. value: what its cell holds, from the cells of a CSV row. width: in characters.

    is_text: it stands on the left, as texts do. wraps: a longer text goes on in the next line, in place of the next
    column. has_bars: a bar behind each number shows it.
    """

    name: str
    value: Callable[[Sequence[Any]], Value]
    number_format: str = "General"
    width: int = NARROWEST
    is_text: bool = False
    wraps: bool = False
    has_bars: bool = False


def field_of(name: str, place: int, kind: CellType[Any] | None) -> Field:
    """Return the field of a CSV column at a place; kind: None for a column that nobody here knows."""
    if kind is None:
        return Field(name, lambda cells: _number_or_text(cells[place]))

    def value(cells: Sequence[str]) -> Value:
        cell = cells[place]
        if not cell:
            return None
        try:
            typed = kind.typed(kind.read(cell))
            return typed if isinstance(typed, str) else float(typed)
        except (ValueError, OverflowError):  # damaged, and shown as it is
            return cell

    width = {TEXT: TEXT_WIDTH, NAME: NAME_WIDTH}.get(kind, max(NARROWEST, len(kind.number_format)))
    return Field(name, value, kind.number_format, width, is_text=kind in (NAME, FACE_NAME, TEXT))


def text_field(name: str, place: int, width: int) -> Field:
    """Return a field of texts that may need several lines."""
    return Field(name, lambda cells: cells[place], width=width, is_text=True, wraps=True)


def _number_or_text(cell: str) -> Value:
    if not cell:
        return None
    return float(cell) if NUMBER.fullmatch(cell) else cell_text(cell)


class Book:
    """A workbook, and the formats of its cells."""

    def __init__(self, workbook: "Workbook") -> None:
        self.workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, **properties: Any) -> "Format":
        """Return the format with these properties of XlsxWriter's."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({"font_name": "Calibri", "font_size": 11, **properties})
        return self._formats[key]


class Table:
    """A table that is written row by row, and goes on in another sheet where one is full."""

    def __init__(self, book: Book, name: str, *, frozen_columns: int = 0) -> None:
        """Make the first sheet; its place among the sheets is that of this call."""
        self.name = name
        self._book, self._frozen_columns = book, frozen_columns
        self._fields: Sequence[Field] = ()
        self.sheets: list[Worksheet] = [book.workbook.add_worksheet(name)]
        self._next_row = 0

    def begin(self, fields: Sequence[Field]) -> None:
        """Write the header; called once, before the rows."""
        self._fields = fields
        self._formats = [self._book.format(num_format=field.number_format, **_alignment(field)) for field in fields]
        self._write_header()

    def add(self, cells: Sequence[Any]) -> None:
        """Write a row from what the fields take their values out of: the cells of a CSV file, for one."""
        if self._next_row == MOST_ROWS:
            self._end_sheet()
            self.sheets.append(self._book.workbook.add_worksheet(f"{self.name} {len(self.sheets) + 1}"))
            self._write_header()
        sheet, row = self.sheets[-1], self._next_row
        lines = 1
        for place, field in enumerate(self._fields):
            value = field.value(cells)
            if value == "":
                continue
            if isinstance(value, str):
                sheet.write_string(row, place, written_text(value), self._formats[place])
                if field.wraps:
                    lines = max(lines, lines_of(value, field.width))
            elif value is not None:
                sheet.write_number(row, place, value, self._formats[place])
        if lines > 1:
            sheet.set_row(row, lines * LINE_HEIGHT)
        self._next_row += 1

    @property
    def last_row(self) -> int:
        """The place of the row written last in its sheet, which is the last of `sheets`; the header's is 0."""
        return self._next_row - 1

    def end(self) -> None:
        """Let the rows be filtered; called once, after them."""
        self._end_sheet()

    def _write_header(self) -> None:
        sheet = self.sheets[-1]
        for place, field in enumerate(self._fields):
            width = min(WIDEST, max(field.width, len(field.name) + FILTER_ARROW))
            sheet.set_column(place, place, field.width if field.wraps else width)
            sheet.write_string(0, place, written_text(field.name), self._header(field))
        sheet.set_row(0, 21)
        sheet.freeze_panes(1, self._frozen_columns)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&F – &A&R&P / &N")
        self._next_row = 1

    def _header(self, field: Field) -> "Format":
        looks = {"font_color": "#FFFFFF", "bg_color": "#33415C", "border_color": "#FFFFFF", "right": 1, "bold": True}
        # Indented on the right, where the arrow of the filter stands.
        sides = {"align": "left", "indent": 1} if field.is_text else {"align": "right", "indent": 2}
        return self._book.format(**looks, **sides, valign="vcenter")

    def _end_sheet(self) -> None:
        if not self._fields:
            return
        sheet = self.sheets[-1]
        sheet.autofilter(0, 0, self.last_row, len(self._fields) - 1)
        for place, field in enumerate(self._fields):
            if field.has_bars and self.last_row:
                bars = {"type": "data_bar", "min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1,
                        "bar_color": "#A9C2E8", "bar_solid": True, "data_bar_2010": True}  # fmt: skip
                sheet.conditional_format(1, place, self.last_row, place, bars)


def written_text(text: str) -> str:
    """Return a text as a cell can hold it."""
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text[:LONGEST_TEXT])


def lines_of(text: str, width: int) -> int:
    """Return how many lines a text needs in a column of a width in characters, which is counted in figures."""
    return max(1, len(textwrap.wrap(text, round(LETTERS_IN_A_FIGURE * width))))


def _alignment(field: Field) -> dict[str, Any]:
    sides = {"align": "left", "indent": 1} if field.is_text else {"align": "right"}
    return {**sides, "valign": "top", "text_wrap": field.wraps}
