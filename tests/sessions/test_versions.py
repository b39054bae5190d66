"""Sessions of every format: they open as their own program left them."""

import json
import shutil
from pathlib import Path

import pytest

from emocam.sessions.recovery import complete_session, unfinished_sessions

FIXTURES = Path(__file__).parent / "fixtures"
PROGRAMS = sorted(folder.name for folder in FIXTURES.iterdir() if folder.name.startswith("format-"))


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


def test_a_whole_session_is_left_as_it_is(recorded, tmp_path):
    session = copy_of(recorded / "whole", tmp_path)
    complete_session(session)
    assert contents(session) == contents(recorded / "whole")


def test_rows_of_a_whole_session_give_the_files_that_its_program_closed_with(recorded, tmp_path):
    session = copy_of(recorded / "whole", tmp_path)
    (session / "statistics.csv").unlink()
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
    before, completed = read_description(recorded / "killed"), read_description(session)
    assert completed["format"] == before["format"]
    assert completed["columns"] == before["columns"]
    assert unfinished_sessions(tmp_path) == []
