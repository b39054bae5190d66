"""Sessions of every format: older ones open as their own program left them, newer ones as far as they are known."""

import json
import shutil
from pathlib import Path

import pytest

from emocam.sessions.cells import FRACTION, WHOLE_NUMBER
from emocam.sessions.column_types import Column, FaceColumn
from emocam.sessions.columns import (
    CSV_FILES,
    FORMAT_VERSION,
    FacesFile,
    StatisticsColumn,
    StatisticsFile,
    columns,
)
from emocam.sessions.files import RecordingError, csv_lines, whole_rows
from emocam.sessions.recovery import complete_session, unfinished_sessions
from tests.sessions.recordings import make_face, make_result, read_rows, record_into

FIXTURES = Path(__file__).parent / "fixtures"
PROGRAMS = sorted(folder.name for folder in FIXTURES.iterdir() if folder.name.startswith("format-"))
LATER = FORMAT_VERSION + 1


@pytest.fixture(params=PROGRAMS)
def recorded(request) -> Path:
    """The sessions that one program of the past recorded."""
    return FIXTURES / request.param


def copy_of(session: Path, folder: Path) -> Path:
    return shutil.copytree(session, folder / session.name)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read_description(folder: Path) -> dict:
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def write_description(folder: Path, description: dict) -> None:
    text = json.dumps(description, indent=2, ensure_ascii=False) + "\n"
    (folder / "session.json").write_text(text, encoding="utf-8")


def change_lines(path: Path, change) -> None:
    """Change the cells of each line of a CSV file whose cells hold no comma."""
    lines = path.read_text(encoding="utf-8").split("\n")
    cells = [change(number, line.split(",")) if line else [] for number, line in enumerate(lines)]
    path.write_text("\n".join(map(",".join, cells)), encoding="utf-8")


def without_column(session: Path, name: str) -> None:
    """Take a column out of faces.csv, as if the program that recorded it had not had it."""
    header = (session / "faces.csv").read_text(encoding="utf-8").split("\n")[0].split(",")
    place = header.index(name)
    change_lines(session / "faces.csv", lambda number, cells: cells[:place] + cells[place + 1 :])


def as_written_now(path: Path, file: type) -> bytes:
    """Return a CSV file of an older format with today's columns and its cells as this program writes their values."""
    header, *rows = whole_rows(path)
    positions = {name: position for position, name in enumerate(header)}
    written = list(columns(file))
    values = [[column.reader(positions)(cells) for column in written] for cells in rows]
    kinds = [column.cell_type for column in written]
    cells = [["" if one is None else kind.write(one) for kind, one in zip(kinds, row, strict=True)] for row in values]
    return csv_lines([[column.name for column in written], *cells])


def declare(monkeypatch, file: type, name: str, column: Column) -> None:
    """Declare a column as one more line at the end of a file's class would."""
    column.__set_name__(file, name)
    monkeypatch.setattr(file, name, column, raising=False)


def test_each_format_before_this_one_has_its_sessions_here():
    formats = {read_description(FIXTURES / name / "whole")["format"] for name in PROGRAMS}
    assert formats >= {1, *range(1, FORMAT_VERSION)}, "record one before the next format: see fixtures/record.py"


def test_a_format_has_the_columns_that_it_was_recorded_with(recorded):
    description = read_description(recorded / "whole")
    labels, version = description["model"]["labels"], description["format"]
    for name, file in CSV_FILES.items():
        expected = [column.name for column in columns(file, labels=labels, format_version=version)]
        assert (recorded / "whole" / name).exists() == bool(expected)
        if expected:
            header = (recorded / "whole" / name).read_text(encoding="utf-8").split("\n")[0].split(",")
            assert expected == header


def test_a_whole_session_is_left_as_it_is(recorded, tmp_path):
    session = copy_of(recorded / "whole", tmp_path)
    complete_session(session)
    assert contents(session) == contents(recorded / "whole")


def test_rows_of_a_whole_session_give_the_files_that_its_program_closed_with(recorded, tmp_path):
    session = copy_of(recorded / "whole", tmp_path)
    for name in ("statistics.csv", "measures.csv"):
        (session / name).unlink(missing_ok=True)
    write_description(session, {**read_description(session), "end": None, "frames_analysed": 0})
    complete_session(session)
    assert read_description(session)["completed_afterwards"]
    write_description(session, {**read_description(session), "completed_afterwards": False})
    assert contents(session) == contents(recorded / "whole")


def test_a_killed_session_is_completed_as_its_own_program_would(recorded, tmp_path):
    session = copy_of(recorded / "killed", tmp_path)
    assert unfinished_sessions(tmp_path) == [session]
    rows = (session / "faces.csv").read_bytes()
    assert not rows.endswith(b"\n")
    complete_session(session)
    assert (session / "faces.csv").read_bytes() == rows[: rows.rindex(b"\n") + 1]
    assert (session / "statistics.csv").read_bytes() == (recorded / "killed-statistics.csv").read_bytes()
    measures = recorded / "killed-measures.csv"
    assert (session / "measures.csv").exists() == measures.exists()
    assert not measures.exists() or (session / "measures.csv").read_bytes() == measures.read_bytes()
    before, completed = read_description(recorded / "killed"), read_description(session)
    assert completed["format"] == before["format"]
    assert completed["columns"] == before["columns"]
    assert unfinished_sessions(tmp_path) == []


def test_a_column_added_later_is_one_declaration(tmp_path, monkeypatch):
    column = FaceColumn("how sure the finder was", FRACTION, lambda face: face.confidence, since=LATER)
    declare(monkeypatch, FacesFile, "certainty", column)
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0))
        recorder.record(make_result(1, make_face(1, "happy", 0.5)))
    rows = read_rows(tmp_path / "faces.csv")
    assert [row["certainty"] for row in rows] == ["", "0.500000"]
    assert list(rows[0])[-1] == "certainty"
    assert list(read_description(tmp_path)["columns"]["faces.csv"].items())[-1] == (
        "certainty", "how sure the finder was"
    )  # fmt: skip


def test_columns_added_later_change_no_older_session(recorded, tmp_path, monkeypatch):
    certainty = FaceColumn[float]("", FRACTION, lambda face: face.confidence, since=LATER, is_essential=True)
    declare(monkeypatch, FacesFile, "certainty", certainty)
    rows = StatisticsColumn[int]("", WHOLE_NUMBER, lambda row: row.episodes, since=LATER)
    declare(monkeypatch, StatisticsFile, "rows", rows)
    session = copy_of(recorded / "killed", tmp_path)
    complete_session(session)
    assert (session / "statistics.csv").read_bytes() == (recorded / "killed-statistics.csv").read_bytes()


@pytest.mark.parametrize("name", ["utc", "y", "height", "contempt"])
def test_a_column_that_a_program_did_not_have_reads_as_absent(recorded, tmp_path, name):
    session = copy_of(recorded / "killed", tmp_path)
    without_column(session, name)
    complete_session(session)
    assert (session / "statistics.csv").read_bytes() == (recorded / "killed-statistics.csv").read_bytes()
    assert "damaged_lines" not in read_description(session)


@pytest.mark.parametrize("name", ["frame", "time_s", "state", "face", "x", "label", "confidence", "spectrum"])
@pytest.mark.parametrize("version", [1, LATER, None, "new"])
def test_a_session_without_an_essential_column_is_refused_by_its_name(recorded, tmp_path, name, version):
    session = copy_of(recorded / "killed", tmp_path)
    without_column(session, name)
    write_description(session, {**read_description(session), "format": version})
    with pytest.raises(RecordingError, match=rf"faces\.csv cannot be read.*none called {name}\."):
        complete_session(session)
    assert not (session / "statistics.csv").exists()
    assert read_description(session)["end"] is None


def test_a_column_that_became_essential_is_missed_in_a_session_that_should_have_it(recorded, tmp_path, monkeypatch):
    certainty = FaceColumn[float]("", FRACTION, lambda face: face.confidence, since=LATER, is_essential=True)
    declare(monkeypatch, FacesFile, "certainty", certainty)
    session = copy_of(recorded / "killed", tmp_path)
    write_description(session, {**read_description(session), "format": LATER})
    with pytest.raises(RecordingError, match="none called certainty"):
        complete_session(session)


@pytest.fixture
def newer(recorded, tmp_path) -> Path:
    """A killed session as a newer program could have left it: with columns and keys that nobody here knows."""
    session = copy_of(recorded / "killed", tmp_path)

    def add_columns(number: int, cells: list[str]) -> list[str]:
        if number == 0:
            return [*cells[:5], "depth_m", *cells[5:], "state_of_lamp"]
        return [*cells[:5], "0.75", *cells[5:], "'=on"]

    change_lines(session / "faces.csv", add_columns)
    (session / "markers.csv").write_text("start_s,colour,end_s,name,by\n0.100,red,0.500,moment,me\n", encoding="utf-8")
    description = read_description(session)
    description["columns"]["faces.csv"] = {"depth_m": "how far", **description["columns"]["faces.csv"]}
    description["columns"]["lamps.csv"] = {"lamp": "its number"}
    described = {"lamps": [{"on": True, "since_s": 1e-3}], **description, "format": LATER, "zoom": {"b": 1, "a": "ä"}}
    write_description(session, described)
    (session / "lamps.csv").write_text("lamp\n1\n", encoding="utf-8")
    return session


def test_a_session_of_a_newer_format_is_completed_and_nothing_unknown_is_lost(newer, recorded):
    before, described = contents(newer), read_description(newer)
    complete_session(newer)
    after = contents(newer)
    assert after["statistics.csv"] == as_written_now(recorded / "killed-statistics.csv", StatisticsFile)
    assert after["faces.csv"] == before["faces.csv"][: before["faces.csv"].rindex(b"\n") + 1]
    assert (after["markers.csv"], after["lamps.csv"]) == (before["markers.csv"], before["lamps.csv"])
    completed = read_description(newer)
    changes = {"end": completed["end"], "completed_afterwards": True, "frames_analysed": completed["frames_analysed"]}
    if "duration_s" in described:
        changes["duration_s"] = completed["duration_s"]
    assert None not in changes.values()
    assert list(completed) == list(described)
    assert json.dumps(completed) == json.dumps({**described, **changes, "frames_dropped": completed["frames_dropped"]})


def test_statistics_that_a_newer_program_had_written_stay(newer):
    (newer / "statistics.csv").write_text("face,label,median\n1,happy,0.5\n", encoding="utf-8")
    complete_session(newer)
    assert (newer / "statistics.csv").read_text(encoding="utf-8") == "face,label,median\n1,happy,0.5\n"
    assert read_description(newer)["completed_afterwards"]
