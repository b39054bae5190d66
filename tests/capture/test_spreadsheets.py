"""Spreadsheets in a process of their own: written, or told why not."""

import os
import subprocess
import sys

import pytest

from emocam.capture.spreadsheets import write_in_own_process
from emocam.sessions.spreadsheet import SpreadsheetError
from tests.sessions.office import sheets
from tests.sessions.recordings import make_face, make_result, record_into


def test_a_process_of_its_own_writes_it_wherever_the_program_was_started(tmp_path, monkeypatch):
    folder = tmp_path / "Sitzung „ä“"
    with record_into(folder) as recorder:
        recorder.record(make_result(0, make_face(1, "happy", 0.5)))
    (tmp_path / "csv.py").write_text("raise SystemExit('a file that lies about was taken for a module')\n")
    monkeypatch.chdir(tmp_path)
    write_in_own_process(folder)
    assert sheets(folder / "session.xlsx")["faces"][1]


def test_why_it_cannot_be_written_is_told_in_the_process_s_words(tmp_path):
    with pytest.raises(SpreadsheetError, match=r"^Expected the folder of a session, which holds .* does not\. Name"):
        write_in_own_process(tmp_path)


def test_a_process_that_cannot_be_started_or_fails_oddly_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(SpreadsheetError, match="No such file"):
        write_in_own_process(tmp_path)
    odd = subprocess.CompletedProcess([], -9, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: odd)
    with pytest.raises(SpreadsheetError, match=f"{tmp_path} was not written: its process ended with -9"):
        write_in_own_process(tmp_path)


@pytest.mark.skipif(not hasattr(os, "nice"), reason="priorities are POSIX")
def test_it_lets_the_window_go_first(tmp_path):
    code = "import os, sys; from emocam.sessions import spreadsheet; spreadsheet.main(); print(os.nice(0))"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert int(done.stdout) >= 10
