"""Sessions that were cut off: what is found, and that completing them gives what closing would have."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from recordings import FakeClock, make_face, make_result, random_results, read_rows, record_into

from emocam.messages import Gap
from emocam.recovery import complete_session, unfinished_sessions
from emocam.session_files import RecordingError

RECORD_UNTIL_KILLED = """
import sys
from itertools import count
from pathlib import Path
from recordings import FakeClock, make_face, make_result, record_into

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
    assert completed == closed
    for name in ("faces.csv", "statistics.csv", "markers.csv"):
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
    tests = str(Path(__file__).parent)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tests) as recording:
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
