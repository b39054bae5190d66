"""What the system cannot open is told with its place."""

import shutil
import subprocess
import sys

import pytest
from PySide6.QtGui import QDesktopServices

from emocam.gui.notice_bar import NoticeBar
from emocam.gui.opening import open_in_system

needs_shell = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="xdg-open is Linux's")


@pytest.fixture
def notices(qtbot):
    notices = NoticeBar()
    qtbot.addWidget(notices)
    return notices


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    """Return a function that puts a program in xdg-open's place; it gets the path as its argument."""

    def put(script):
        program = tmp_path / "xdg-open"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(shutil, "which", lambda name: str(program) if name == "xdg-open" else None)

    return put


@pytest.fixture
def without_launcher(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)


@needs_shell
def test_a_launcher_that_finds_no_program_is_told_with_the_path(notices, launcher, tmp_path, qtbot):
    launcher("exit 3")
    open_in_system(tmp_path, notices)
    qtbot.waitUntil(lambda: "no program that opens folders" in notices.text)
    assert str(tmp_path) in notices.text


@needs_shell
def test_what_opens_is_left_in_peace(notices, launcher, tmp_path, qtbot):
    asked = tmp_path / "asked"
    launcher(f'echo "$1" > {asked}')
    table = tmp_path / "a table.csv"
    table.touch()
    open_in_system(table, notices)
    qtbot.waitUntil(lambda: asked.exists() and asked.read_text().strip() == str(table))
    assert notices.text == ""


@needs_shell
def test_a_launcher_that_cannot_be_started_is_told(notices, launcher, tmp_path, monkeypatch):
    launcher("exit 0")

    def refuse(*_args, **_options):
        raise PermissionError("not allowed")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    open_in_system(tmp_path, notices)
    assert str(tmp_path) in notices.text


def test_without_a_launcher_qt_s_refusal_is_told(notices, without_launcher, tmp_path, monkeypatch):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    table = tmp_path / "faces.csv"
    table.touch()
    open_in_system(table, notices)
    assert ".csv files" in notices.text
    assert str(table) in notices.text


def test_what_is_gone_is_called_gone(notices, tmp_path):
    open_in_system(tmp_path / "gone", notices)
    assert "not there any more" in notices.text
