"""Why no window can open is said in a sentence, before Qt aborts."""

import ctypes
import re
import socket
import sys
from pathlib import Path

import pytest

from emocam.commands import display
from emocam.commands.display import BASE, WAYLAND, X11, why_no_window

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a desktop is always there")
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def desktop(monkeypatch):
    """Return a function that sets the desktop's variables, and no other."""

    def set_desktop(**values):
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_desktop


@pytest.fixture
def lacking(monkeypatch):
    """Return a function that makes libraries missing; every other one is there."""

    def lack(*libraries):
        def load(name):
            if name in libraries:
                raise OSError(f"{name}: cannot open shared object file")
            return object()

        monkeypatch.setattr(ctypes, "CDLL", load)
        monkeypatch.setattr(display, "_x11_answers", lambda: True)
        monkeypatch.setattr(display, "_wayland_answers", lambda: True)

    return lack


def said():
    return why_no_window() or ""


def test_the_packages_of_missing_libraries_are_named(desktop, lacking):
    desktop(DISPLAY=":0")
    lacking("libxcb-icccm.so.4", "libxcb-keysyms.so.1")
    assert said().endswith("apt install libxcb-icccm4 libxcb-keysyms1")


def test_a_library_that_nobody_listed_is_named_as_the_loader_does(desktop, lacking, tmp_path, monkeypatch):
    desktop(DISPLAY=":0")
    (tmp_path / "libqxcb.so").touch()
    monkeypatch.setattr(display, "_plugins_folder", lambda: tmp_path)
    lacking(str(tmp_path / "libqxcb.so"))
    assert "cannot open shared object file" in said()


def test_what_one_of_two_desktops_lacks_does_not_matter(desktop, lacking):
    desktop(DISPLAY=":0", WAYLAND_DISPLAY="wayland-0")
    lacking("libwayland-cursor.so.0")
    assert why_no_window() is None
    lacking("libwayland-cursor.so.0", "libxcb-cursor.so.0")
    assert "libwayland-cursor0" in said()
    assert "libxcb-cursor0" in said()


def test_a_desktop_that_does_not_answer_is_named(desktop, monkeypatch, tmp_path):
    monkeypatch.setattr(display, "_library_problem", lambda *_: None)
    desktop(DISPLAY=":4711")
    assert "DISPLAY=:4711" in said()
    desktop(WAYLAND_DISPLAY="wayland-7", XDG_RUNTIME_DIR=str(tmp_path))
    assert "WAYLAND_DISPLAY=wayland-7" in said()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "wayland-7"))
        listening.listen()
        assert why_no_window() is None


def test_a_platform_that_was_asked_for_is_left_to_qt(desktop, lacking):
    desktop(QT_QPA_PLATFORM="offscreen")
    lacking(*BASE, *X11)
    assert why_no_window() is None
    desktop(QT_QPA_PLATFORM="xcb", DISPLAY=":0")
    assert "libxcb-cursor0" in said()


def test_the_readme_names_the_same_packages():
    named = set(re.findall(r"\blib[a-z0-9.+-]*[0-9][a-z0-9.+-]*\b", README.read_text(encoding="utf-8")))
    assert {*BASE.values(), *X11.values(), *WAYLAND.values()} == named
