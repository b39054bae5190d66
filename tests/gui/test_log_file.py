"""Warnings are kept where a user finds them."""

import logging

import pytest

from emocam.gui.log_file import keep_log


@pytest.fixture(autouse=True)
def own_handlers():
    """Take away afterwards what a test adds to the program's one root logger."""
    root = logging.getLogger()
    before = root.handlers[:]
    yield
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers[:] = before


def test_warnings_are_kept_in_the_log_file(tmp_path):
    path = tmp_path / "logs" / "emocam.log"
    keep_log(path)
    logging.getLogger("emocam.settings").warning("the file is damaged")
    assert "WARNING emocam.settings: the file is damaged" in path.read_text(encoding="utf-8")


def test_the_log_holds_no_password(tmp_path):
    path = tmp_path / "emocam.log"
    keep_log(path)
    try:
        raise OSError("cannot open 'rtsp://me:secret@camera/live?pwd=secret'")
    except OSError:
        logging.getLogger("emocam").exception("http://me:secret@camera/ failed")
    written = path.read_text(encoding="utf-8")
    assert "cannot open 'rtsp://camera/live?pwd=…" in written
    assert "secret" not in written


def test_a_log_that_cannot_be_kept_does_not_stop_the_app(tmp_path, capsys):
    occupied = tmp_path / "occupied"
    occupied.write_text("a file")
    keep_log(occupied / "emocam.log")
    assert "no log is kept" in capsys.readouterr().err
