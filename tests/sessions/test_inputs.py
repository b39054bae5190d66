"""What session.json says of the files and cameras that a session was recorded from."""

import hashlib
import json
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from emocam.sessions import inputs as inputs_module
from emocam.sessions.recovery import complete_session
from emocam.sources import InputDetails, PictureDetails
from tests.sessions.recordings import FakeClock, make_face, make_result, read_rows, record_into

CONTENT = bytes(range(256)) * 20_000  # longer than a block


@dataclass
class Input:
    """A source that a test moves on."""

    details: InputDetails
    ended: bool = False


@dataclass
class Film:
    """A file on the disk, and what a source says of it."""

    path: Path
    input: Input = field(init=False)

    def __post_init__(self) -> None:
        self.path.write_bytes(CONTENT)
        self.input = Input(
            InputDetails(
                path=str(self.path),
                bytes=len(CONTENT),
                width_px=640,
                height_px=360,
                rate_fps=29.97,
                is_time_assumed=True,
                times_from="assumed rate",
                frames_expected=72,
            )
        )

    def read(self, frames: int, *, ended: bool = False, problem: str | None = None) -> None:
        self.input.details = replace(self.input.details, frames_read=frames, problem=problem)
        self.input.ended = ended


@pytest.fixture
def film(tmp_path) -> Film:
    return Film(tmp_path / "film.mp4")


def described(folder: Path) -> dict:
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def test_a_file_is_described_with_all_that_is_known_of_it(film, tmp_path):
    with record_into(tmp_path / "session", input=film.input) as recorder:
        recorder.record(make_result(0))
        film.read(70, ended=True, problem="film.mp4 ends after frame 70 of 72.")
    assert described(recorder.folder)["inputs"] == [
        {
            "time_s": 0.0,
            "is_live": False,
            "path": str(film.path),
            "bytes": len(CONTENT),
            "sha256": hashlib.sha256(CONTENT).hexdigest(),
            "width_px": 640,
            "height_px": 360,
            "rate_fps": 29.97,
            "times_assumed": True,
            "times_from": "assumed rate",
            "frames_expected": 72,
            "frames_read": 70,
            "problem": "film.mp4 ends after frame 70 of 72.",
            "notice": None,
            "interrupted": False,
            "pictures": [],
        }
    ]


def test_a_file_that_was_not_read_to_its_end_was_interrupted(film, tmp_path):
    with record_into(tmp_path / "session", input=film.input) as recorder:
        film.read(10)
        recorder.interrupt()
        film.read(10, ended=True)  # because it was closed
    description = described(recorder.folder)
    assert (description["interrupted"], description["inputs"][0]["interrupted"]) == (True, True)
    assert description["inputs"][0]["frames_read"] == 10


def test_a_file_that_the_user_left_was_interrupted_and_the_session_not(film, tmp_path):
    with record_into(tmp_path / "session", input=film.input) as recorder:
        film.read(10)
        recorder.change_source("Camera", is_live=True, input=Input(InputDetails(path="Camera")))
    description = described(recorder.folder)
    assert description["interrupted"] is False
    assert [one["interrupted"] for one in description["inputs"]] == [True, False]
    assert [one["is_live"] for one in description["inputs"]] == [False, True]


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_session_that_a_kill_cut_off_still_says_so_once_completed(film, tmp_path, is_asked):
    clock = FakeClock()
    with record_into(tmp_path / "session", input=film.input, clock=clock) as recorder:
        for index in range(5):
            recorder.record(make_result(index, make_face(1, "happy", 0.5)))
        if is_asked:
            recorder.interrupt()
        clock.now_s += 1.0
        recorder.record(make_result(5, make_face(1, "happy", 0.5)))
        killed = shutil.copytree(recorder.folder, tmp_path / "killed", ignore=shutil.ignore_patterns("*.lock"))
    complete_session(killed)
    description = described(killed)
    assert (description["completed_afterwards"], description["interrupted"]) == (True, is_asked)
    assert description["inputs"][0]["interrupted"] is True
    assert description["inputs"][0]["frames_read"] == 6


def test_a_file_that_vanished_has_no_digest(film, tmp_path):
    film.path.unlink()
    with record_into(tmp_path / "session", input=film.input) as recorder:
        pass
    assert described(recorder.folder)["inputs"][0]["sha256"] is None


def test_a_file_that_has_another_length_by_now_has_no_digest(film, tmp_path):
    film.path.write_bytes(CONTENT + b"more")
    with record_into(tmp_path / "session", input=film.input) as recorder:
        pass
    assert described(recorder.folder)["inputs"][0]["sha256"] is None


def test_a_disk_that_does_not_answer_keeps_no_session_from_its_end(film, tmp_path, monkeypatch):
    monkeypatch.setattr(inputs_module, "PATIENCE_S", 0.01)
    monkeypatch.setattr(inputs_module._FileDigest, "_run", lambda self: self._is_left.wait())
    recorder = record_into(tmp_path / "session", input=film.input)
    recorder.close()
    assert described(recorder.folder)["inputs"][0]["sha256"] is None


def test_a_digest_is_on_the_disk_before_the_session_ends(film, tmp_path):
    clock = FakeClock()
    with record_into(tmp_path / "session", input=film.input, clock=clock) as recorder:
        recorder._inputs.await_digest()
        clock.now_s += 1.0
        recorder.record(make_result(0))
        assert described(recorder.folder)["inputs"][0]["sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_pictures_are_listed_with_their_sizes(tmp_path):
    pictures = (PictureDetails("a.jpg", 640, 480), PictureDetails("b.png", 48, 48))
    folder = Input(InputDetails(path=str(tmp_path), frames_expected=3, frames_read=2, pictures=pictures), ended=True)
    with record_into(tmp_path / "session", input=folder) as recorder:
        pass
    (one,) = described(recorder.folder)["inputs"]
    assert one["pictures"] == [
        {"name": "a.jpg", "width_px": 640, "height_px": 480}, {"name": "b.png", "width_px": 48, "height_px": 48}
    ]  # fmt: skip
    assert (one["sha256"], one["frames_expected"], one["frames_read"]) == (None, 3, 2)


def test_rows_name_their_input_and_none_while_none_is_open(tmp_path):
    with record_into(tmp_path / "session") as recorder:
        recorder.record(make_result(0))
        recorder.change_source("other.mp4", is_live=False)
        recorder.record(make_result(0))
        recorder.change_source("waiting for Camera", is_awaited=True)
        recorder.record(make_result(0, time_s=9.0))
        recorder.change_source("Camera", input=Input(InputDetails(path="Camera")))
        recorder.record(make_result(0, time_s=9.0))
    assert [row["input"] for row in read_rows(recorder.folder / "faces.csv")] == ["1", "2", "", "3"]
    assert [one["path"] for one in described(recorder.folder)["inputs"]] == ["clip.mp4", "other.mp4", "Camera"]
    assert [one["frames_read"] for one in described(recorder.folder)["inputs"]] == [None, None, 0]
