"""`emocam export`: spreadsheets of sessions that are there already."""

import shutil
from pathlib import Path

import pytest

from emocam.__main__ import main
from tests.sessions.office import sheets
from tests.sessions.recordings import make_face, make_result, record_into

FIXTURES = Path(__file__).parents[1] / "sessions" / "fixtures"


def session(folder: Path) -> Path:
    with record_into(folder) as recorder:
        recorder.record(make_result(0, make_face(1, "happy", 0.5)))
    return folder


def test_each_session_gets_one_and_its_path_is_printed(tmp_path, capsys):
    first, second = session(tmp_path / "first"), session(tmp_path / "second")
    assert main(["export", str(first), str(second), "--xlsx"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{one / 'session.xlsx'}" for one in (first, second)]
    assert sheets(second / "session.xlsx")["faces"]


def test_a_folder_of_sessions_stands_for_them(tmp_path, capsys):
    session(tmp_path / "2026-01-02")
    shutil.copytree(FIXTURES / "format-1" / "killed", tmp_path / "2026-01-01")
    (tmp_path / "pictures").mkdir()
    assert main(["export", "--xlsx", str(tmp_path)]) == 0
    printed = [Path(line).parent.name for line in capsys.readouterr().out.splitlines()]
    assert printed == ["2026-01-01", "2026-01-02"]
    assert (tmp_path / "2026-01-01" / "statistics.csv").is_file()


def test_a_folder_without_a_session_is_refused_and_the_others_are_written(tmp_path, capsys):
    whole = session(tmp_path / "whole")
    (tmp_path / "empty").mkdir()
    named = [str(tmp_path / "empty"), str(tmp_path / "gone"), str(whole)]
    assert main(["export", *named, "--xlsx"]) == 1
    shown = capsys.readouterr()
    assert shown.out == f"{whole / 'session.xlsx'}\n"
    assert [line.partition(";")[2].split(" does not")[0] for line in shown.err.splitlines()] == [
        f" {one}" for one in named[:2]
    ]


def test_what_to_write_must_be_named(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["export", str(tmp_path)])
    assert ended.value.code == 2
    assert "--xlsx" in capsys.readouterr().err


def test_an_empty_name_is_no_folder(tmp_path, capsys, monkeypatch):
    whole = session(tmp_path / "whole")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["export", "", "--xlsx"])
    assert ended.value.code == 2
    assert "empty name" in capsys.readouterr().err
    assert not (whole / "session.xlsx").exists()
