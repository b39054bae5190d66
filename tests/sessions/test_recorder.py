"""Recording: rows, times, changes, and what becomes of them when the disk does not play along."""

import csv
import errno
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emocam.labels import CONTEMPT, EMOTIONS
from emocam.messages import Gap
from emocam.sessions import files as session_files
from emocam.sessions.cells import text_cell
from emocam.sessions.columns import FacesFile, columns
from emocam.sessions.files import RecordingError, csv_lines
from emocam.sessions.recorder import default_parent, new_session_folder
from emocam.sessions.recovery import complete_session, unfinished_sessions
from emocam.settings import Settings
from tests.sessions.recordings import FakeClock, FakeModel, make_face, make_result, read_rows, record_into, utc_start

PROBABILITIES = [0.0, 0.0, 0.0, 0.7, 0.1, 0.0, 0.2]


def read_description(folder: Path) -> dict:
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def test_a_session_folder_is_named_by_local_time_and_never_used_twice(tmp_path):
    moment = datetime(2026, 3, 1, 9, 5, 7)
    names = [new_session_folder(tmp_path / "Emocam", moment).name for _ in range(3)]
    assert names == ["2026-03-01_09-05-07", "2026-03-01_09-05-07-2", "2026-03-01_09-05-07-3"]


def test_an_aware_moment_is_named_by_local_time(tmp_path):
    moment = datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)
    expected = moment.astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    assert new_session_folder(tmp_path, moment).name == expected


def test_sessions_are_kept_among_the_documents_of_the_user():
    assert default_parent().is_absolute()
    assert default_parent().name == "Emocam"


def test_a_parent_that_is_a_file_is_refused_by_name(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(RecordingError, match="taken"):
        new_session_folder(tmp_path / "taken", datetime(2026, 3, 1))


def test_a_session_is_never_overwritten(tmp_path):
    record_into(tmp_path).close()
    before = (tmp_path / "faces.csv").read_bytes()
    with pytest.raises(RecordingError, match="never overwritten"):
        record_into(tmp_path)
    assert (tmp_path / "faces.csv").read_bytes() == before
    assert read_description(tmp_path)["end"] is not None


def test_the_columns_are_those_of_the_model(tmp_path):
    labels = (*EMOTIONS, CONTEMPT)
    record_into(tmp_path, model=FakeModel(labels=labels)).close()
    added_later = [column.name for column in columns(FacesFile) if column.since > 1]
    assert (tmp_path / "faces.csv").read_text(encoding="utf-8").rstrip("\n").split(",") == [
        *["frame", "time_s", "utc", "state", "face", "x", "y", "width", "height"],
        *labels,
        *(f"raw_{label}" for label in labels),
        *["label", "confidence", "spectrum"],
        *added_later,
    ]


def test_a_row_for_each_face_and_one_without_a_face_where_there_was_none(tmp_path):
    face = make_face(2, "happy", 0.7, probabilities=PROBABILITIES, predicted=True)
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0))
        recorder.record(make_result(1, make_face(1), face))
        recorder.record_gap(Gap(2, 0.2, "The camera was pulled out."))
    nobody, unlabelled, happy, lost = read_rows(tmp_path / "faces.csv")
    assert (nobody["state"], nobody["face"], nobody["spectrum"]) == ("no_face", "", "seven")
    assert (unlabelled["face"], unlabelled["label"], unlabelled["happy"]) == ("1", "", "")
    assert (happy["frame"], happy["time_s"], happy["state"], happy["face"]) == ("1", "0.100", "face", "2")
    assert (happy["x"], happy["y"], happy["width"], happy["height"]) == ("20", "-5", "40", "50")
    assert (happy["label"], happy["confidence"]) == ("happy", "0.700000")
    assert [float(happy[label]) for label in EMOTIONS] == PROBABILITIES
    assert [float(happy[f"raw_{label}"]) for label in EMOTIONS] == PROBABILITIES
    assert (lost["frame"], lost["time_s"], lost["state"], lost["face"]) == ("2", "0.200", "source_lost", "")


def test_a_face_that_got_its_last_label_out_of_sight_has_a_row_without_a_box(tmp_path):
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0, departed=[make_face(1, "sad", 0.5, box=False)]))
    nobody, departed = read_rows(tmp_path / "faces.csv")
    assert nobody["state"] == "no_face"
    assert [departed[name] for name in ("state", "x", "y", "width", "height", "label")] == [
        "face", "", "", "", "", "sad"
    ]  # fmt: skip


def test_every_line_has_as_many_cells_as_the_header(tmp_path):
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0))
        recorder.record(make_result(1, make_face(1, "sad", 0.5)))
        recorder.record_gap(Gap(2, 0.2, "gone"))
    with (tmp_path / "faces.csv").open(encoding="utf-8", newline="") as file:
        assert len({len(cells) for cells in csv.reader(file)}) == 1


def test_utc_is_the_start_plus_the_time(tmp_path):
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0))
        recorder.record(make_result(7, time_s=61.0337))
    first, second = read_rows(tmp_path / "faces.csv")
    assert (first["time_s"], second["time_s"]) == ("0.000", "61.034")
    assert first["utc"] == "2026-03-01T07:30:00.250Z"
    assert datetime.fromisoformat(second["utc"]) - utc_start() == timedelta(milliseconds=61_034)


def test_a_live_source_counts_from_record_and_then_follows_its_own_times(tmp_path):
    clock = FakeClock()
    with record_into(tmp_path, is_live=True, clock=clock) as recorder:
        clock.now_s += 0.5
        recorder.record(make_result(400, time_s=80.0))
        clock.now_s += 0.2  # slow to be analysed, but it had arrived in time
        recorder.record(make_result(401, time_s=80.033))
        assert recorder.elapsed_s == pytest.approx(0.7)
    assert [row["time_s"] for row in read_rows(tmp_path / "faces.csv")] == ["0.500", "0.533"]


def test_time_goes_on_across_a_change_of_source(tmp_path):
    clock = FakeClock()
    with record_into(tmp_path, is_live=True, clock=clock) as recorder:
        recorder.record(make_result(90, time_s=30.0))
        clock.now_s += 4
        recorder.change_source("clip.mp4", is_live=False)
        recorder.record(make_result(0))
        recorder.record(make_result(1))
        recorder.change_source("Camera", is_live=True)
        clock.now_s += 2
        recorder.record(make_result(5, time_s=1.0))
    assert [row["time_s"] for row in read_rows(tmp_path / "faces.csv")] == ["0.000", "4.000", "4.100", "6.000"]
    assert read_description(tmp_path)["source_changes"] == [
        {"time_s": 4.0, "source": "clip.mp4"},
        {"time_s": 4.101, "source": "Camera"},
    ]


def test_a_wall_clock_that_is_set_back_changes_no_time(tmp_path):
    wall = [utc_start()]
    with record_into(tmp_path, utc_now=lambda: wall[0]) as recorder:
        recorder.record(make_result(0))
        wall[0] -= timedelta(hours=1)
        recorder.record(make_result(1))
        recorder.record(make_result(2))
    rows = read_rows(tmp_path / "faces.csv")
    assert [row["time_s"] for row in rows] == ["0.000", "0.100", "0.200"]
    moments = [datetime.fromisoformat(row["utc"]) for row in rows]
    assert moments[2] - moments[0] == timedelta(seconds=0.2)


def test_time_never_goes_back(tmp_path):
    with record_into(tmp_path) as recorder:
        for time_s in (0.0, 0.10, 0.08, 0.20, 3.0, 0.0, 0.10):  # unordered once, then played again
            recorder.record(make_result(0, time_s=time_s))
    times = [row["time_s"] for row in read_rows(tmp_path / "faces.csv")]
    assert times == ["0.000", "0.100", "0.100", "0.200", "3.000", "5.800", "5.900"]


def test_rows_can_be_read_while_the_session_goes_on(tmp_path):
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0))
        assert len(read_rows(tmp_path / "faces.csv")) == 1
        assert read_description(tmp_path)["end"] is None


def test_probabilities_of_another_model_are_filled_by_name(tmp_path):
    face = make_face(1, "sad", 0.6, probabilities=[0.6, 0.3, 0.1])
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0, face, model_labels=("sad", CONTEMPT, "happy")))
    (row,) = read_rows(tmp_path / "faces.csv")
    assert (row["sad"], row["happy"], row["angry"]) == ("0.600000", "0.100000", "")
    assert CONTEMPT not in row


def test_the_description_tells_of_changes(tmp_path):
    changed = Settings(spectrum="three", label_every_frames=12)
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0))
        recorder.record(make_result(3, settings=changed))
        recorder.change_model(FakeModel(path=Path("/elsewhere/other.hdf5"), weights_digest="def"))
        recorder.record_gap(Gap(4, 1.0, "No picture for 2 s."))
        recorder.record_gap(Gap(4, 2.0, "No picture for 2 s."))
    description = read_description(tmp_path)
    assert description["settings_changes"] == [
        {"time_s": 0.3, "changed": {"spectrum": "three", "label_every_frames": 12}}
    ]
    assert description["model"]["weights_digest"] == "abc123"
    (change,) = description["model_changes"]
    assert (change["time_s"], change["model"]["file"]) == (0.3, "other.hdf5")
    assert description["source_losses"] == [{"time_s": 1.0, "reason": "No picture for 2 s."}]
    assert (description["start"], description["end"]) == ("2026-03-01T07:30:00.250Z", "2026-03-01T07:30:02.250Z")
    assert (description["frames_analysed"], description["frames_dropped"]) == (2, 2)
    assert description["versions"]["emocam"]


def test_the_description_explains_every_column(tmp_path):
    with record_into(tmp_path) as recorder:
        recorder.record(make_result(0, make_face(1, "sad", 0.5)))
    for name, dictionary in read_description(tmp_path)["columns"].items():
        header = (tmp_path / name).read_text(encoding="utf-8").split("\n")[0].split(",")
        assert header == list(dictionary)
        assert all(dictionary.values())


def test_a_change_is_on_the_disk_within_a_second_of_recording(tmp_path):
    clock = FakeClock()
    with record_into(tmp_path, clock=clock) as recorder:
        recorder.record(make_result(0, settings=Settings(spectrum="three")))
        clock.now_s += 1.0
        recorder.record(make_result(1, settings=Settings(spectrum="three")))
        assert read_description(tmp_path)["settings_changes"][0]["changed"] == {"spectrum": "three"}


def test_a_marker_that_looks_like_a_formula_is_kept_as_text(tmp_path):
    with record_into(tmp_path) as recorder:
        recorder.add_marker(1.0, 1.0, "=HYPERLINK(0)")
        recorder.add_marker(2.5, 4.0005, 'Frage "zwei", Teil\nÄ')
        with pytest.raises(ValueError, match="start"):
            recorder.add_marker(3.0, 2.0, "backwards")
    assert read_rows(tmp_path / "markers.csv") == [
        {"start_s": "1.000", "end_s": "1.000", "name": "'=HYPERLINK(0)"},
        {"start_s": "2.500", "end_s": "4.000", "name": 'Frage "zwei", Teil Ä'},
    ]


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-x", "@SUM", "\t=1", "\r=1", " =1", "-", "-inf", "＝1"])
def test_a_text_that_a_spreadsheet_would_calculate_gets_an_apostrophe(text):
    assert text_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-5", "+1.25", "-1e-3", "happy", "", "a=b"])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert text_cell(text) == text


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_texts_come_back_from_one_whole_line(texts):
    cells = ["name", *map(text_cell, texts)]
    line = csv_lines([cells]).decode("utf-8")
    assert line.count("\n") == 1
    assert list(csv.reader(io.StringIO(line, newline=""))) == [cells]
    assert all(
        cell.removeprefix("'") == " ".join(text.splitlines()).removeprefix("'")
        for cell, text in zip(cells[1:], texts, strict=True)
    )
    assert not any(cell.lstrip().startswith(tuple("=@")) for cell in cells)


class FillingFile(io.FileIO):
    """A file on a disk with room for some bytes only; like a real one, it takes what still fits."""

    room_bytes = 2000

    def write(self, data) -> int:
        data = bytes(data)[: max(0, self.room_bytes - self.tell())]
        if not data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_ends_the_recording_with_whole_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(session_files.io, "FileIO", FillingFile)
    recorder = record_into(tmp_path)
    recorded = 0
    with pytest.raises(RecordingError, match=r"full.*free some space"):
        for recorded in range(1000):
            recorder.record(make_result(recorded, make_face(1, "sad", 0.5)))
    with pytest.raises(RecordingError, match="full"):
        recorder.record(make_result(1001))
    recorder.close()
    assert (tmp_path / "faces.csv").read_bytes().endswith(b"\n")
    rows = read_rows(tmp_path / "faces.csv")
    assert [row["frame"] for row in rows] == [str(index) for index in range(recorded)]
    assert all(row["spectrum"] == "seven" for row in rows)
    assert (tmp_path / "statistics.csv").exists()


@pytest.mark.parametrize("happening", ["deleted", "moved", "replaced"])
def test_a_folder_that_vanishes_ends_the_recording(tmp_path, happening):
    clock = FakeClock()
    recorder = record_into(tmp_path / "session", clock=clock)
    recorder.record(make_result(0))
    faces = tmp_path / "session" / "faces.csv"
    if happening == "deleted":
        faces.unlink()
    else:
        faces.parent.rename(tmp_path / "elsewhere")
    if happening == "replaced":
        faces.parent.mkdir()
        faces.write_text("something else")
    clock.now_s += 1.0
    with pytest.raises(RecordingError, match="gone"):
        recorder.record(make_result(1))
    recorder.close()
    assert faces.exists() == (happening == "replaced")
    if happening == "replaced":
        assert faces.read_text() == "something else"


@pytest.mark.parametrize("left_bytes", [0, 700, -5], ids=["nothing", "some", "all but the last"])
def test_rows_that_another_program_cuts_off_end_the_recording_before_the_next_is_lost(tmp_path, left_bytes):
    session = tmp_path / "session"
    recorder = record_into(session)
    for index in range(5):
        recorder.record(make_result(index, make_face(1, "sad", 0.5)))
    faces = session / "faces.csv"
    left = faces.read_bytes()[:left_bytes]
    os.truncate(faces, len(left))
    with pytest.raises(RecordingError, match=r"Another program has changed .*faces\.csv.*record again"):
        recorder.record(make_result(5, make_face(1, "sad", 0.5)))
    recorder.close()
    assert faces.read_bytes() == left  # no zeros, and no row behind a hole
    assert unfinished_sessions(tmp_path) == [session]
    complete_session(session)
    described = json.loads((session / "session.json").read_text())
    assert described["frames_analysed"] == max(0, left.count(b"\n") - 1)


@pytest.mark.parametrize("change", [b"", b"mine\n"], ids=["emptied", "written to"])
def test_a_change_after_the_last_row_is_told_at_stop(tmp_path, change):
    recorder = record_into(tmp_path)
    recorder.record(make_result(0, make_face(1, "sad", 0.5)))
    faces = tmp_path / "faces.csv"
    faces.write_bytes(faces.read_bytes() + change if change else change)
    with pytest.raises(RecordingError, match="Another program has changed"):
        recorder.close()


@pytest.mark.parametrize("happening", ["deleted", "emptied"])
def test_a_marker_is_not_written_into_a_file_that_is_gone(tmp_path, happening):
    recorder = record_into(tmp_path)
    markers = tmp_path / "markers.csv"
    markers.unlink() if happening == "deleted" else markers.write_bytes(b"")
    with pytest.raises(RecordingError, match=r"gone|Another program has changed"):
        recorder.add_marker(0, 0, "question 1")
    recorder.close()


def test_closing_a_session_whose_folder_vanished_says_so_once(tmp_path):
    recorder = record_into(tmp_path / "session")
    (tmp_path / "session").rename(tmp_path / "elsewhere")
    with pytest.raises(RecordingError, match="gone"):
        recorder.close()
    recorder.close()
    assert not (tmp_path / "session").exists()


def test_a_folder_that_may_not_be_written_to_is_refused(tmp_path, monkeypatch):
    def refuse(*_args):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(session_files.io, "FileIO", refuse)
    with pytest.raises(RecordingError, match="may not write"):
        record_into(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.ENOENT, errno.EIO])
def test_a_failure_names_the_folder_and_advises_what_the_window_can_do(tmp_path, number):
    advice = str(session_files.recording_error(OSError(number, "reason"), tmp_path))
    assert str(tmp_path) in advice
    assert "hoose" not in advice  # the window always records into the documents


def test_a_failed_sync_ends_the_recording(tmp_path, monkeypatch):
    recorder = record_into(tmp_path)
    recorder._sync_error = OSError(errno.EIO, "Input/output error")
    with pytest.raises(RecordingError, match=r"Input/output error.*Check the disk"):
        recorder.record(make_result(0))
    recorder.close()


def test_an_ended_session_takes_no_more_rows(tmp_path):
    recorder = record_into(tmp_path)
    recorder.close()
    with pytest.raises(RecordingError, match="has ended"):
        recorder.record(make_result(0))


def test_a_closed_session_leaves_its_files_and_no_thread(tmp_path):
    recorder = record_into(tmp_path)
    recorder.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "faces.csv", "markers.csv", "measures.csv", "session.json", "statistics.csv"
    ]  # fmt: skip
    assert not recorder._syncing.is_alive()


def test_a_password_in_a_stream_s_address_is_not_recorded(tmp_path: Path):
    settings = Settings(source="http://user:secret@camera/video")
    record_into(tmp_path / "s", settings=settings, source="http://camera/video").close()
    assert "secret" not in (tmp_path / "s" / "session.json").read_text()
