"""Columns: what a declaration writes is what it reads, and what the documentation says of it."""

import csv
import json
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emocam.labels import EMOTIONS
from emocam.messages import FaceMeasures
from emocam.sessions.cells import cell_text, text_cell
from emocam.sessions.column_types import LabelColumns, LabelStatistics, Marker
from emocam.sessions.columns import (
    CSV_FILES,
    MEASURE_COLUMNS,
    FacesFile,
    MarkersFile,
    MeasuresFile,
    StatisticsFile,
    columns,
    declared,
)
from tests.sessions.recordings import make_face, make_measures, make_result, record_into

ROOT = Path(__file__).parents[2]
WHOLE = Path(__file__).parent / "fixtures" / "format-1" / "whole"
PAGE = ROOT / "docs" / "session-files.md"


def read_columns(path: Path, *names_and_columns) -> list[list]:
    """Read columns of a file as values, a list for each row."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    positions = {name: position for position, name in enumerate(header)}
    readers = [column.reader(positions) for column in names_and_columns]
    return [[read(cells) for read in readers] for cells in rows]


def test_cells_come_back_as_values(tmp_path):
    probabilities = [0.0, 0.0, 0.0, 0.75, 0.0, 0.0, 0.25]
    with record_into(tmp_path, is_live=True) as recorder:
        recorder.record(make_result(7, make_face(2, "happy", 0.75, probabilities=probabilities)))
        recorder.record(make_result(8, time_s=61.0))
    face, nobody = read_columns(tmp_path / "faces.csv", *columns(FacesFile, labels=EMOTIONS, format_version=1))
    start = datetime(2026, 3, 1, 7, 30, 0, 250_000, tzinfo=UTC)
    assert face == [
        7, 0, start, "face", 2, 20, -5, 40, 50, *probabilities, *[None] * 7,
        "happy", 0.75, "seven",
    ]  # fmt: skip
    assert nobody == [8, 60_300, start + timedelta(seconds=60.3), "no_face", *[None] * (5 + 7 + 7 + 2), "seven"]


def test_statistics_come_back_as_values():
    row = LabelStatistics("all", "happy", 61_034, 0.25, 7, 0.5, 0.75, 1_001, 3)
    never_shown = LabelStatistics("1", "sad", 0, 0.0, 0, None, None, None, 0)
    written = list(columns(StatisticsFile, format_version=1))
    positions = {column.name: position for position, column in enumerate(written)}
    for statistics in (row, never_shown):
        cells = [column.cell(statistics) for column in written]
        assert LabelStatistics(*(column.reader(positions)(cells) for column in written)) == statistics


def test_measures_are_columns_of_their_names(tmp_path):
    turned = make_measures(yaw_deg=-12.3456, eyes_open_left=0.123456, lip_corners=-0.05)
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0, make_face(1, measures=turned), make_face(2)))
        recorder.record(make_result(1))
    seen, unseen, nobody = read_columns(tmp_path / "faces.csv", *MEASURE_COLUMNS)
    assert seen == [-12.35, 0.0, 0.0, 0.1235, 0.27, 0.0, 0.2, -0.05]
    assert unseen == nobody == [None] * 8
    assert {column.name for column in MEASURE_COLUMNS} == set(FaceMeasures.__slots__)


def test_each_measure_has_a_mean_and_a_deviation():
    written = list(columns(MeasuresFile))
    names = [column.name for column in written]
    for prefix in ("mean_", "sd_"):
        assert [name for name in names if name.startswith(prefix)] == [prefix + one.name for one in MEASURE_COLUMNS]
    for column in written[-2 * len(MEASURE_COLUMNS) :]:
        assert f"the column {column.name.partition('_')[2]} over" in column.meaning


def test_markers_come_back_with_the_name_that_the_user_gave():
    rows = read_columns(WHOLE / "markers.csv", *columns(MarkersFile, format_version=1))
    assert [Marker(*row) for row in rows] == [Marker(100, 500, "=stimulus, one"), Marker(1000, 1000, "moment")]


@pytest.mark.parametrize("text", ["happy", "=1+1", "-5", "'quoted'", "", "@home", "'"])
def test_a_text_comes_back_from_its_cell(text):
    assert cell_text(text_cell(text)) == text


def test_a_column_that_a_file_lacks_reads_as_nothing():
    assert FacesFile.confidence.reader({"frame": 0})(["5"]) is None
    assert FacesFile.pooled.of("happy").reader({"frame": 0, "raw_happy": 1})(["5", "0.5"]) is None
    assert FacesFile.raw.of("happy").reader({"frame": 0, "raw_happy": 1})(["5", "0.5"]) == 0.5


@pytest.mark.parametrize("cell", ["nan", "inf", "much"])
def test_a_number_that_is_none_is_refused(cell):
    with pytest.raises(ValueError):
        FacesFile.confidence.reader({"confidence": 0})([cell])


def test_no_column_is_named_like_those_of_the_labels():
    for file in CSV_FILES.values():
        names = [column.name for column in declared(file) if not isinstance(column, LabelColumns)]
        assert not [name for name in names if name.startswith("raw_") or name in EMOTIONS]
        assert len(set(names)) == len(names)


def test_new_columns_stand_behind_older_ones():
    for file in CSV_FILES.values():
        formats = [column.since for column in declared(file)]
        assert formats == sorted(formats)


def test_the_page_has_the_tables_of_the_declarations():
    page = PAGE.read_text(encoding="utf-8")
    write = runpy.run_path(str(ROOT / "docs" / "write_columns.py"))["with_tables"]
    assert write(page) == page, "run: python docs/write_columns.py"
    assert all(f"## {name}" in page for name in CSV_FILES)


def test_the_page_names_every_key_of_the_description():
    page = PAGE.read_text(encoding="utf-8")
    description = json.loads((WHOLE / "session.json").read_text(encoding="utf-8"))
    assert not [key for key in description if f"`{key}`" not in page]
