"""Cells: a spreadsheet that opens the CSV files of a session changes no number, whatever its country."""

import csv
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emocam.sessions import cells
from emocam.sessions.cells import cell_text, text_cell
from emocam.sessions.columns import CSV_FILES, FORMAT_VERSION, declared
from tests.sessions.office import GERMAN_CSV, convert, needs_office, sheets
from tests.sessions.recordings import random_results, record_into

KINDS = [column.cell_type for file in CSV_FILES.values() for column in declared(file)]
TYPES = {kind.meaning: kind for kind in KINDS if "decimals" in kind.meaning}
SAMPLES = [0.933, 12.56, 5.12, 1.0, 0.0, 1000.5, 123.456, 99.999]
NAMES = ["1.5", "1.500", "-1.500", "12.560,5", "1.5.", "2026-03-01", "12:30", "1/2", "=1+1", "-x", "+x", "@x", "\tx",
         "5", "-5", "happy", "'quoted'", "'1.5", "''=1", "-2.5"]  # fmt: skip


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_no_decimal_number_has_the_three_decimals_of_thousands_or_the_two_of_a_date(kind):
    samples = [round(value * 1000) for value in SAMPLES] if kind is cells.SECONDS else SAMPLES
    for value in samples:
        assert re.fullmatch(r"\d+\.\d{4,}", kind.write(value))


@given(st.integers(0, 366 * 86_400_000))
def test_a_time_stays_exact_in_this_format_and_in_those_before(time_ms):
    for version in (1, FORMAT_VERSION):
        kind = cells.SECONDS.of_format(version)
        assert kind.read(kind.write(time_ms)) == time_ms
    assert cells.SECONDS.of_format(2).write(933) == "0.933"
    assert cells.SECONDS.write(933) == "0.9330"


@given(st.text(max_size=8, alphabet="'=+-@0123456789.,: ex\t"))
def test_a_name_comes_back_from_its_cell(text):
    assert cell_text(text_cell(text)) == text


@pytest.mark.parametrize("cell", ["1.5", "=1+1", "1.500"])
def test_a_name_that_an_earlier_format_wrote_without_an_apostrophe_is_itself(cell):
    assert cell_text(cell) == cell


def test_a_moment_is_a_date_of_spreadsheets():
    moment = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
    assert cells.MOMENT.typed(moment) == 46_082.75


@needs_office
def test_a_german_spreadsheet_changes_no_number_of_the_csv_files(tmp_path):
    folder = tmp_path / "session"
    with record_into(folder) as recorder:
        for result in random_results(seed=7, frame_count=300):
            recorder.record(result)
        for name in NAMES:
            recorder.add_marker(0.933, 12.56, name)
    for name in CSV_FILES:
        opened = sheets(convert(folder / name, "xlsx", tmp_path, infilter=GERMAN_CSV))
        (rows,) = opened.values()
        with (folder / name).open(encoding="utf-8", newline="") as file:
            written = list(csv.reader(file))
        assert len(written) == len(rows)
        for cell_row, row in zip(written, rows, strict=True):
            for cell, value in zip(cell_row, row, strict=False):
                assert (value or "") == cell or float(cell) == value


@needs_office
def test_the_three_decimals_of_earlier_formats_are_what_a_german_spreadsheet_misread(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text("time_s,x\n0.933,a\n12.560,b\n", encoding="utf-8")
    ((_, first, second),) = sheets(convert(path, "xlsx", tmp_path, infilter=GERMAN_CSV)).values()
    assert (first[0], second[0]) == (933, 12_560)
