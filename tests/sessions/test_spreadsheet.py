"""session.xlsx: what the CSV files say, as numbers, times and texts of a spreadsheet."""

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from emocam.sessions import tables
from emocam.sessions.cells import SPREADSHEET_EPOCH
from emocam.sessions.columns import CSV_FILES
from emocam.sessions.files import csv_lines
from emocam.sessions.spreadsheet import LOCAL_TIME, SpreadsheetError, is_current, write_spreadsheet
from tests.sessions.office import convert, needs_office, sheets
from tests.sessions.recordings import make_face, make_result, random_results, record_into

FIXTURES = Path(__file__).parent / "fixtures"
PROGRAMS = sorted(folder.name for folder in FIXTURES.iterdir() if folder.name.startswith("format-"))
NAMES = ["=1+1", "-x", "@x", "http://example.org", "1.500", "42", "Frage \x01\uffff <&>", "'", "x" * 40_000]


@pytest.fixture
def session(tmp_path) -> Path:
    """A lively session with markers of odd names."""
    folder = tmp_path / "session"
    with record_into(folder, is_live=True) as recorder:
        for result in random_results(seed=3, frame_count=120):
            recorder.record(result)
        for name in NAMES:
            recorder.add_marker(0.933, 12.56, name)
    return folder


def written(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def by_column(rows: list[list]) -> list[dict]:
    """Return a table's rows by the names of its columns; a row may end before empty cells."""
    return [dict(zip(rows[0], row + [None] * (len(rows[0]) - len(row)), strict=True)) for row in rows[1:]]


def days(text: str) -> float:
    return (datetime.fromisoformat(text) - SPREADSHEET_EPOCH).total_seconds() / 86_400


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_every_cell_of_the_csv_files_is_there_as_what_it_is(session):
    book = sheets(write_spreadsheet(session))
    for name in CSV_FILES:
        if name == "markers.csv":
            continue
        (header, *cells), table = written(session / name), by_column(book[Path(name).stem])
        assert [column for column in table[0] if column != LOCAL_TIME] == header
        assert len(table) == len(cells)
        for row, cell_row in zip(table, cells, strict=True):
            for column, cell in zip(header, cell_row, strict=True):
                if not cell:
                    assert row[column] is None
                elif column == "utc":
                    assert row[column] == pytest.approx(days(cell), abs=1e-8)
                elif isinstance(row[column], float):
                    assert row[column] == float(cell)
                else:
                    assert row[column] == cell
                    assert not cell[0].isdigit()


def test_local_time_is_utc_where_the_session_began(session):
    description = json.loads((session / "session.json").read_text(encoding="utf-8"))
    description["start_local"] = "2026-03-01T13:00:00.250+05:30"
    (session / "session.json").write_text(json.dumps(description), encoding="utf-8")
    for row in by_column(sheets(write_spreadsheet(session))["faces"]):
        assert row[LOCAL_TIME] == pytest.approx(row["utc"] + 5.5 / 24, abs=1e-8)


def test_names_of_markers_are_texts_as_they_were_given(session):
    path = write_spreadsheet(session)
    assert parts(path)["xl/worksheets/sheet3.xml"].count(b"<f>") == 0
    assert not [name for name in parts(path) if "hyperlink" in name.lower()]
    assert b"example.org" not in parts(path).get("xl/worksheets/_rels/sheet3.xml.rels", b"")
    rows = by_column(sheets(path)["markers"])
    assert [row["name"] for row in rows] == [
        *NAMES[:6], "Frage _x0001_\N{REPLACEMENT CHARACTER} <&>", "'", "x" * 32_767
    ]  # fmt: skip
    assert {(row["start_s"], row["end_s"]) for row in rows} == {(0.933, 12.56)}


def test_shares_are_percentages_times_have_milliseconds_and_headers_stay_in_sight(session):
    path = write_spreadsheet(session)
    styles = parts(path)["xl/styles.xml"].decode()
    for code in ("0.0%", "0.000", "yyyy-mm-dd hh:mm:ss.000", "[h]:mm:ss.0"):
        assert f'formatCode="{code}"' in styles
    workbook = ElementTree.fromstring(parts(path)["xl/workbook.xml"])
    names = [sheet.get("name") for sheet in workbook.iter() if sheet.tag.endswith("}sheet")]
    assert names == ["overview", "statistics", "markers", "measures", "course", "dictionary", "faces"]
    for number in range(2, 8):
        sheet = parts(path)[f"xl/worksheets/sheet{number}.xml"]
        assert b'state="frozen"' in sheet and b"<autoFilter" in sheet and b"<cols>" in sheet


def test_two_charts_show_the_shares_of_all_faces_and_the_course_of_one(session):
    path = write_spreadsheet(session)
    charts = [content.decode() for name, content in sorted(parts(path).items()) if "charts/chart" in name]
    shares, course = charts
    assert "How long each expression was shown" in shares
    assert "Course of face" in course
    book = sheets(path)
    of_all = [row["share"] for row in by_column(book["statistics"]) if row["face"] == "all"]
    values = [value.text or "" for value in ElementTree.fromstring(shares).iter() if value.tag.endswith("}v")]
    cached = [float(value) for value in values if value[0].isdigit()]
    assert cached == pytest.approx(of_all)
    assert len(book["course"]) > 2


def test_every_column_is_in_the_dictionary(session):
    book = sheets(write_spreadsheet(session))
    described = {(row["file or sheet"].removesuffix(".csv"), row["column"]) for row in by_column(book["dictionary"])}
    for name in ("statistics", "markers", "measures", "course", "faces"):
        assert {(name, column) for column in book[name][0]} <= described


def test_a_sheet_that_is_full_goes_on_in_the_next_one(session, monkeypatch):
    whole = sheets(write_spreadsheet(session))["faces"]
    monkeypatch.setattr(tables, "MOST_ROWS", 101)
    book = sheets(write_spreadsheet(session))
    continued = [name for name in book if name.startswith("faces ")]
    assert continued[0] == "faces 2"
    assert all(book[name][0] == whole[0] for name in continued)
    assert max(map(len, book.values())) == 101
    assert [*book["faces"], *(row for name in continued for row in book[name][1:])] == whole


@pytest.mark.parametrize("kind", ["whole", "killed"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_sessions_of_every_format_and_those_cut_off_get_one(tmp_path, program, kind):
    folder = shutil.copytree(FIXTURES / program / kind, tmp_path / kind)
    book = sheets(write_spreadsheet(folder))
    (header, *cells), faces = written(folder / "faces.csv"), by_column(book["faces"])
    assert [row["time_s"] for row in faces] == [float(row[header.index("time_s")]) for row in cells]
    assert {"statistics", "markers", "dictionary"} <= set(book)
    assert any(row["seconds"] for row in by_column(book["statistics"]))


def test_columns_that_nobody_here_knows_and_damaged_cells_are_shown_as_they_are(session):
    header, *rows = written(session / "faces.csv")
    x = header.index("x")
    changed = [[*header, "depth_m", "lamp"], *([*row, "0.75", "'=on"] for row in rows)]
    changed[1][x] = "broken"
    (session / "faces.csv").write_bytes(csv_lines(changed))
    first, *others = by_column(sheets(write_spreadsheet(session))["faces"])
    assert (first["x"], first["depth_m"], first["lamp"]) == ("broken", 0.75, "=on")
    assert len(others) == len(rows) - 1


def test_a_session_without_a_face_gets_one_without_charts(tmp_path):
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0))
    path = write_spreadsheet(tmp_path)
    assert by_column(sheets(path)["faces"])[0]["state"] == "no_face"
    assert not [name for name in parts(path) if "charts/" in name]


def test_what_is_written_again_takes_the_place_of_the_last_in_one_step(session):
    path = write_spreadsheet(session)
    path.write_bytes(b"old")
    for name, age_s in ((".session.xlsx-left", 90_000), (".session.xlsx-of_another_process", 60)):
        (session / name).mkdir()
        os.utime(session / name, (time.time() - age_s,) * 2)
    before = {one.name for one in session.iterdir()}
    write_spreadsheet(session)
    assert sheets(path)["faces"]
    assert {one.name for one in session.iterdir()} == before - {".session.xlsx-left"}


def test_a_spreadsheet_is_current_until_another_file_of_the_session_changes(session):
    assert not is_current(session)
    write_spreadsheet(session)
    assert is_current(session)
    os.utime(session / "statistics.csv", (time.time() + 60,) * 2)
    assert not is_current(session)


def test_a_full_disk_is_a_sentence_and_leaves_the_session_and_the_last_spreadsheet(session, monkeypatch):
    path = write_spreadsheet(session)
    before = {one.name: one.read_bytes() for one in session.iterdir()}
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(xlsxwriter.Workbook, "_store_workbook", lambda self: (_ for _ in ()).throw(full))
    with pytest.raises(SpreadsheetError, match=r"session\.xlsx cannot be written: No space left.*are whole"):
        write_spreadsheet(session)
    assert {one.name: one.read_bytes() for one in session.iterdir()} == before
    assert path.exists()


def test_a_folder_without_a_session_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(SpreadsheetError, match=r"Expected the folder of a session.*does not"):
        write_spreadsheet(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_session_that_is_being_recorded_is_refused(tmp_path):
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0, make_face(1, "happy", 0.5)))
        with pytest.raises(SpreadsheetError, match="still being recorded"):
            write_spreadsheet(tmp_path)


def test_xlsxwriter_is_imported_when_a_spreadsheet_is_written():
    code = "import sys, emocam.sessions.spreadsheet; assert not [one for one in sys.modules if 'xlsxwriter' in one]"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@needs_office
def test_a_german_spreadsheet_reads_the_numbers_as_they_were(session, tmp_path):
    opened = sheets(convert(write_spreadsheet(session), "xlsx", tmp_path))
    for name, rows in sheets(session / "session.xlsx").items():
        for row, converted in zip(rows, opened[name], strict=False):
            for value, other in zip(row, converted, strict=False):
                assert other == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value)


@needs_office
def test_a_german_spreadsheet_shows_them_with_commas(tmp_path):
    folder = tmp_path / "session"
    with record_into(folder) as recorder:
        recorder.record(make_result(0, make_face(1, "happy", 0.75), time_s=0.0))
        recorder.record(make_result(1, make_face(1, "happy", 0.75), time_s=0.933))
    all_sheets = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,true,false,false,-1"
    convert(write_spreadsheet(folder), all_sheets, tmp_path)
    with (tmp_path / "session-statistics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    happy = next(row for row in rows if (row["face"], row["label"]) == ("all", "happy"))
    assert (happy["seconds"], happy["share"]) == ("0,933", "100,0%")
