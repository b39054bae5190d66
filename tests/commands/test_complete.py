"""`emocam complete`: the statistics of sessions that were cut off, wherever they are."""

import json
import shutil
from pathlib import Path

import pytest

from emocam.__main__ import main
from emocam.sessions.files import FolderLock

FIXTURES = Path(__file__).parents[1] / "sessions" / "fixtures" / "format-2"


@pytest.fixture
def sessions(tmp_path) -> Path:
    """A folder with a session that was killed and one that is whole."""
    for name in ("killed", "whole"):
        shutil.copytree(FIXTURES / name, tmp_path / "sessions" / name)
    return tmp_path / "sessions"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_session_that_was_cut_off_gets_its_statistics(sessions, capsys):
    killed = sessions / "killed"
    assert main(["complete", str(killed)]) == 0
    assert (killed / "statistics.csv").read_bytes() == (FIXTURES / "killed-statistics.csv").read_bytes()
    assert json.loads((killed / "session.json").read_text(encoding="utf-8"))["completed_afterwards"]
    assert capsys.readouterr().out == f"{killed}: completed\n"


def test_of_a_folder_of_sessions_those_that_were_cut_off_are_completed(sessions, capsys):
    before = contents(sessions / "whole")
    assert main(["complete", str(sessions)]) == 0
    assert capsys.readouterr().out == f"{sessions / 'killed'}: completed\n"
    assert contents(sessions / "whole") == before
    assert main(["complete", str(sessions), str(sessions / "whole")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{sessions}: nothing to complete, 2 sessions are whole",
        f"{sessions / 'whole'}: nothing to complete, 1 session is whole",
    ]


def test_what_cannot_be_completed_is_said_and_the_others_are(sessions, tmp_path, capsys):
    for name in ("damaged", "being recorded", "without rows"):
        shutil.copytree(FIXTURES / "killed", sessions / name)
    (sessions / "damaged" / "session.json").write_text("{")
    (sessions / "without rows" / "faces.csv").unlink()
    lock = FolderLock(sessions / "being recorded")
    try:
        assert main(["complete", str(tmp_path / "nowhere"), str(sessions)]) == 1
    finally:
        lock.release()
    answer = capsys.readouterr()
    assert answer.out == f"{sessions / 'killed'}: completed\n"
    nowhere, recorded, damaged, without_rows = answer.err.splitlines()
    assert "nowhere is none" in nowhere
    assert "is still being recorded" in recorded
    assert "is damaged" in damaged
    assert "holds no faces.csv" in without_rows


def test_rows_that_another_program_has_cut_are_missed(sessions, capsys):
    killed = sessions / "killed"
    described = json.loads((killed / "session.json").read_text(encoding="utf-8"))
    described["frames_analysed"] = 1000  # as if so many had been written
    (killed / "session.json").write_text(json.dumps(described), encoding="utf-8")
    assert main(["complete", str(killed)]) == 1
    shown = capsys.readouterr()
    completed = json.loads((killed / "session.json").read_text(encoding="utf-8"))
    assert completed["frames_missing"] == 1000 - completed["frames_analysed"] > 0
    assert f"lacks {completed['frames_missing']} of 1000 frames" in shown.err
    assert shown.out == f"{killed}: completed\n"


def test_a_folder_without_its_description_is_named_as_such(sessions, capsys):
    (sessions / "killed" / "session.json").unlink()
    assert main(["complete", str(sessions / "killed")]) == 1
    assert "holds no session.json" in capsys.readouterr().err
