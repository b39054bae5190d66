"""Sessions that were cut off: what is found, and that completing them gives what closing would have."""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emocam.messages import Gap
from emocam.sessions.cells import utc_text
from emocam.sessions.files import RecordingError
from emocam.sessions.recovery import complete_session, unfinished_sessions
from tests.sessions.recordings import (
    FakeClock,
    make_face,
    make_result,
    random_results,
    read_rows,
    record_into,
    utc_start,
)

RECORD_UNTIL_KILLED = """
import sys
from itertools import count
from pathlib import Path
from tests.sessions.recordings import FakeClock, make_face, make_result, record_into

recorder = record_into(Path(sys.argv[1]))
for index in count():
    recorder.record(make_result(index, make_face(1, "happy", 0.5)))
    print(index, flush=True)
"""


def record_lively_session(folder: Path):
    clock = FakeClock()
    recorder = record_into(folder, clock=clock)
    for result in random_results(7, 300):
        recorder.record(result)
    recorder.record_gap(Gap(5000, 1e4, "lost"))
    for result in random_results(8, 50):
        recorder.record(result)
    recorder.change_source("other.mp4", is_live=False)
    for result in random_results(9, 200):
        recorder.record(result)
    clock.now_s += 1  # the description is brought up to date with the next frame
    recorder.record(make_result(1000, time_s=1000.0))
    recorder.add_marker(1.0, 2.0, "stimulus")
    return recorder


def cut_off(recorder, copy: Path) -> Path:
    """Return a session as a kill would leave it."""
    shutil.copytree(recorder.folder, copy, ignore=shutil.ignore_patterns("recording.lock"))
    return copy


def read_description(folder: Path) -> dict:
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def test_completing_gives_exactly_what_closing_gives(tmp_path):
    recorder = record_lively_session(tmp_path / "closed")
    killed = cut_off(recorder, tmp_path / "killed")
    recorder.close()
    complete_session(killed)
    closed = read_description(tmp_path / "closed")
    completed = read_description(killed)
    assert completed.pop("completed_afterwards") and not closed.pop("completed_afterwards")
    # Its clock had moved by a second; when a killed session ended is told by its rows.
    assert (closed.pop("end"), closed["duration_s"]) == ("2026-03-01T07:30:01.250Z", completed["duration_s"])
    assert completed.pop("end") == utc_text(utc_start() + timedelta(seconds=completed["duration_s"]))
    assert completed == closed
    for name in ("faces.csv", "statistics.csv", "measures.csv", "markers.csv"):
        assert (killed / name).read_bytes() == (tmp_path / "closed" / name).read_bytes()
    assert len(read_rows(killed / "statistics.csv")) > 30


def test_a_cut_off_last_line_is_dropped(tmp_path):
    with record_into(tmp_path / "session") as recorder:
        for index in range(4):
            recorder.record(make_result(index, make_face(1, "happy", 0.5)))
        killed = cut_off(recorder, tmp_path / "killed")
    faces = killed / "faces.csv"
    faces.write_bytes(faces.read_bytes()[:-9])
    complete_session(killed)
    assert [row["frame"] for row in read_rows(faces)] == ["0", "1", "2"]
    assert read_description(killed)["frames_analysed"] == 3
    assert read_description(killed)["end"] == "2026-03-01T07:30:00.450Z"


@pytest.mark.parametrize(
    "damage", [b"\0\0\0\0\0\n", b"1,0.1,\xff\xfe\n", b'"9,0.5,x\n', b"7,nan,,face" + b",1" * 22 + b"\n"]
)
def test_damaged_lines_are_passed_over_and_counted(tmp_path, damage):
    with record_into(tmp_path / "session") as recorder:
        recorder.record(make_result(0, make_face(1, "happy", 0.5)))
        killed = cut_off(recorder, tmp_path / "killed")
        recorder.record(make_result(1, make_face(1, "happy", 0.5)))
        last_line = (recorder.folder / "faces.csv").read_bytes().splitlines(keepends=True)[-1]
    with (killed / "faces.csv").open("ab") as file:
        file.write(damage + last_line)
    complete_session(killed)
    assert read_description(killed)["damaged_lines"] == 1
    assert read_description(killed)["frames_analysed"] == 2


def test_a_session_without_a_whole_line_is_completed_as_empty(tmp_path):
    with record_into(tmp_path / "session") as recorder:
        killed = cut_off(recorder, tmp_path / "killed")
    (killed / "faces.csv").write_bytes(b"frame,ti")
    complete_session(killed)
    assert read_description(killed)["end"] == read_description(killed)["start"]
    assert unfinished_sessions(tmp_path) == []


def test_only_sessions_that_were_cut_off_are_found(tmp_path):
    with record_into(tmp_path / "closed") as recorder:
        for name in ("cut-b", "cut-a", "damaged", "no-rows"):
            cut_off(recorder, tmp_path / name)
    (tmp_path / "damaged" / "session.json").write_text("{")
    (tmp_path / "no-rows" / "faces.csv").unlink()
    (tmp_path / "holiday").mkdir()
    (tmp_path / "note.txt").write_text("")
    assert [folder.name for folder in unfinished_sessions(tmp_path)] == ["cut-a", "cut-b"]
    assert unfinished_sessions(tmp_path / "missing") == []


def test_the_session_that_is_being_recorded_is_left_alone(tmp_path):
    with record_into(tmp_path / "session"):
        assert unfinished_sessions(tmp_path) == []
        with pytest.raises(RecordingError, match="still being recorded"):
            complete_session(tmp_path / "session")


def test_a_completed_session_is_not_completed_again(tmp_path):
    with record_into(tmp_path / "session"):
        pass
    before = (tmp_path / "session" / "session.json").read_bytes()
    complete_session(tmp_path / "session")
    assert (tmp_path / "session" / "session.json").read_bytes() == before


def test_a_damaged_description_is_named(tmp_path):
    with record_into(tmp_path / "session"):
        pass
    (tmp_path / "session" / "session.json").write_text("[]")
    with pytest.raises(RecordingError, match=r"session\.json"):
        complete_session(tmp_path / "session")


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"missing.*gone"):
        complete_session(tmp_path / "missing")


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_kill_loses_no_row_that_was_recorded(tmp_path):
    folder = tmp_path / "session"
    command = [sys.executable, "-c", RECORD_UNTIL_KILLED, str(folder)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as recording:
        assert recording.stdout is not None
        for line in recording.stdout:
            if int(line) >= 200:
                break
        assert unfinished_sessions(tmp_path) == []  # it lives
        recording.send_signal(signal.SIGKILL)
        recorded = [int(line) for line in recording.stdout]
    assert unfinished_sessions(tmp_path) == [folder]
    complete_session(folder)
    rows = read_rows(folder / "faces.csv")
    assert len(rows) >= max(recorded, default=200) + 1
    assert [int(row["frame"]) for row in rows] == list(range(len(rows)))
    assert all(row["spectrum"] == "seven" for row in rows)
    (happy,) = [row for row in read_rows(folder / "statistics.csv") if (row["face"], row["label"]) == ("1", "happy")]
    assert float(happy["seconds"]) == pytest.approx((len(rows) - 1) / 10)
    assert unfinished_sessions(tmp_path) == []


@pytest.fixture(scope="module")
def lively_session(tmp_path_factory) -> Path:
    """A session as a kill left it, to be damaged in copies."""
    folder = tmp_path_factory.mktemp("lively")
    recorder = record_lively_session(folder / "killed")
    copy = cut_off(recorder, folder / "cut off")
    recorder.close()
    return copy


def complete_or_refuse(folder: Path) -> None:
    """Complete a damaged session: every row of its statistics is whole, or a sentence says what is wrong."""
    try:
        complete_session(folder)
    except RecordingError as error:
        assert str(folder) in str(error)
        return
    assert read_description(folder)["end"] is not None
    for row in read_rows(folder / "statistics.csv"):
        assert (float(row["seconds"]) >= 0, 0 <= float(row["share"]) <= 1, int(row["episodes"]) >= 0) == (True,) * 3


PIECES = st.binary(max_size=40) | st.sampled_from([b"\0" * 3000, b'"', b"\n", b"9" * 40, b"1e15", b"inf", b","])


@settings(max_examples=60)
@given(
    name=st.sampled_from(["faces.csv", "session.json", "markers.csv"]),
    place=st.floats(0, 1), length=st.integers(0, 300), piece=PIECES,
)  # fmt: skip
def test_a_damaged_session_is_completed_or_refused_and_nothing_else(
    tmp_path_factory, lively_session, name, place, length, piece
):
    folder = tmp_path_factory.mktemp("damaged") / "session"
    shutil.copytree(lively_session, folder)
    content = bytearray((folder / name).read_bytes())
    start = round(place * len(content))
    content[start : start + length] = piece
    (folder / name).write_bytes(content)
    complete_or_refuse(folder)


@pytest.mark.parametrize("cell", ["1e15", "9" * 30, "1e300", "-1", "inf", "nan"])
@pytest.mark.parametrize("column", ["frame", "time_s", "face", "confidence"])
def test_a_damaged_number_costs_one_row_at_most(tmp_path, lively_session, column, cell):
    folder = tmp_path / "session"
    shutil.copytree(lively_session, folder)
    lines = (folder / "faces.csv").read_text(encoding="utf-8").split("\n")
    cells = lines[20].split(",")
    cells[lines[0].split(",").index(column)] = cell
    (folder / "faces.csv").write_text("\n".join([*lines[:20], ",".join(cells), *lines[21:]]), encoding="utf-8")
    complete_session(folder)
    assert read_description(folder).get("damaged_lines", 0) <= 1
    assert read_description(folder)["end"] is not None


def copy_with(session: Path, folder: Path, **changes) -> Path:
    """Copy a session, and change its description."""
    shutil.copytree(session, folder)
    (folder / "session.json").write_text(json.dumps({**read_description(folder), **changes}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("value", [None, 5, "x", [3], [{}], [{"time_s": "soon"}], [{"time_s": float("inf")}]])
def test_a_description_whose_changes_make_no_sense_is_named(tmp_path, lively_session, value):
    folder = copy_with(lively_session, tmp_path / "session", source_changes=value)
    with pytest.raises(RecordingError, match="when the source changed"):
        complete_session(folder)


@pytest.mark.parametrize("start", ["9999-12-31T23:59:59.999Z", "soon", 5, None])
def test_a_start_that_gives_no_end_is_named(tmp_path, lively_session, start):
    folder = copy_with(lively_session, tmp_path / "session", start=start)
    with pytest.raises(RecordingError, match="names no start"):
        complete_session(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a right to make links")
@pytest.mark.parametrize("name", ["faces.csv", "markers.csv", "session.json"])
def test_a_link_to_a_file_elsewhere_is_not_completed(tmp_path, name):
    session = cut_off(record_lively_session(tmp_path / "recorded"), tmp_path / "sessions" / "copied")
    elsewhere = (session / name).rename(tmp_path / "diary.txt")
    written = elsewhere.read_bytes().rstrip(b"\n")
    elsewhere.write_bytes(written)
    (session / name).symlink_to(elsewhere)
    assert unfinished_sessions(session.parent) == []
    with pytest.raises(RecordingError, match="it is a link"):
        complete_session(session)
    assert elsewhere.read_bytes() == written


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path):
    session = cut_off(record_lively_session(tmp_path / "recorded"), tmp_path / "sessions" / "copied")
    (session / "session.json").unlink()
    os.mkfifo(session / "session.json")
    assert unfinished_sessions(session.parent) == []
