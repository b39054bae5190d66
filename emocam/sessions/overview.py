"""The first sheet of session.xlsx: what was recorded, what the other sheets hold, and the charts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emocam.labels import SPECTRA
from emocam.sessions.cells import days_of
from emocam.sessions.charts import SHARES_HEIGHT_PX, CourseOfFace, SharesOfLabels
from emocam.sessions.columns import CSV_FILES
from emocam.sessions.tables import DURATION, LINE_HEIGHT, Book, Table, Value, lines_of, written_text

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

NAME_WIDTH, VALUE_WIDTH = 18, 46  # in characters
CHARTS_COLUMN, CHARTS_ROW = 3, 1
BETWEEN_CHARTS_PX = 12
COURSE, DICTIONARY = "course", "dictionary"
SHEETS = {
    **{Path(name).stem: (file.__doc__ or "").partition(": ")[2].partition("\n")[0] for name, file in CSV_FILES.items()},
    COURSE: "the probability of each expression in the course of the session, of the face that was labelled longest.",
    DICTIONARY: "what each column means.",
}
NOTE = (
    "An expression is what a face shows in a picture. It is not what the person feels: a classifier of pictures knows "
    "no more than the picture."
)


def write_overview(
    book: Book,
    sheet: "Worksheet",
    folder: Path,
    description: Mapping[str, Any],
    *,
    tables: Sequence[Table],
    shares: SharesOfLabels,
    course: CourseOfFace,
) -> None:
    """Write the sheet, after all others."""
    for place, width in enumerate((NAME_WIDTH, VALUE_WIDTH, 3)):
        sheet.set_column(place, place, width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 1)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, "Emocam session", book.format(bold=True, font_size=18))
    row = 2
    for name, value, number_format in _facts(folder, description, faces=shares.faces):
        sheet.write_string(row, 0, name, book.format(font_color="#606060", valign="top"))
        _write_value(book, sheet, row, value, number_format)
        row += 1
    row += 1
    for table in tables:
        for part in table.sheets:
            link = book.format(font_color="#2563C9", underline=1, valign="top")
            sheet.write_url(row, 0, f"internal:'{part.name}'!A1", link, part.name)
            _write_value(book, sheet, row, SHEETS.get(table.name, ""))
            row += 1
    _write_value(book, sheet, row + 1, NOTE, font_color="#606060", italic=True)
    drawn = [(shares.draw(book), 0), (course.draw(book), SHARES_HEIGHT_PX + BETWEEN_CHARTS_PX)]
    for chart, offset_px in drawn:
        if chart is not None:
            # Moved with the cells, but never stretched by them.
            sheet.insert_chart(CHARTS_ROW, CHARTS_COLUMN, chart, {"y_offset": offset_px, "object_position": 2})


def _write_value(
    book: Book, sheet: "Worksheet", row: int, value: Value, number_format: str = "General", **looks: Any
) -> None:
    style = book.format(num_format=number_format, align="left", valign="top", text_wrap=True, **looks)
    if isinstance(value, str):
        sheet.set_row(row, LINE_HEIGHT * lines_of(value, VALUE_WIDTH))
        sheet.write_string(row, 1, written_text(value), style)
    elif value is not None:
        sheet.write_number(row, 1, value, style)


def _facts(folder: Path, description: Mapping[str, Any], *, faces: int) -> Iterator[tuple[str, Value, str]]:
    """Yield what is known of the session: name, value, number format. session.json may be of any program."""
    yield "session", folder.resolve().name, "General"
    yield "source", _text(description.get("source")), "General"
    with suppress(KeyError, TypeError, ValueError):
        local = datetime.fromisoformat(description["start_local"])
        zone = f"UTC{local:%z}"
        yield "began", days_of(local.replace(tzinfo=UTC)), f'yyyy-mm-dd hh:mm:ss "{zone[:6]}:{zone[6:8]}"'
        lasted_s = description.get("duration_s")
        if "duration_s" not in description:  # before format 3
            lasted = datetime.fromisoformat(description["end"]) - datetime.fromisoformat(description["start"])
            lasted_s = lasted.total_seconds()
        if lasted_s is not None:  # pictures take no time
            yield "lasted", float(lasted_s) / 86_400, f"{DURATION}.0"
    for key, name in (("frames_analysed", "frames analysed"), ("frames_dropped", "frames dropped")):
        count = description.get(key)
        yield name, float(count) if isinstance(count, int) else None, "#,##0"
    yield "faces with a label", float(faces), "#,##0"
    yield "network", _text(_inner(description, "model", "file")), "General"
    spectrum = SPECTRA.get(_text(_inner(description, "settings", "spectrum")))
    yield "labels shown", spectrum.title if spectrum else None, "General"
    yield "recorded with", f"Emocam {_text(_inner(description, 'versions', 'emocam'))}", "General"
    if description.get("completed_afterwards"):
        yield "cut off", "The recording was cut off; it was completed from its rows.", "General"
    for key, name in (("source_losses", "source lost"), ("damaged_lines", "damaged lines")):
        found = description.get(key)
        count = len(found) if isinstance(found, list) else found
        if isinstance(count, int) and count:
            yield name, f"{count} {'time' if count == 1 else 'times'}" if key == "source_losses" else float(count), "0"


def _inner(description: Mapping[str, Any], key: str, inner_key: str) -> Any:
    inner = description.get(key)
    return inner.get(inner_key) if isinstance(inner, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
