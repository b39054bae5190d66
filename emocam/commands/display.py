"""Whether a window can open on this Linux desktop, found out before Qt ends the process for the lack of something.

Qt aborts where it has no display or lacks a library, and prints what only its developers understand.
"""

import ctypes
import importlib.util
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

# The libraries that Qt's own are linked to, and the package of Debian and Ubuntu that brings each and what it needs.
# README lists the same packages.
BASE = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
X11 = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
WAYLAND = {"libwayland-cursor.so.0": "libwayland-cursor0", "libwayland-egl.so.1": "libwayland-egl1"}

NO_DISPLAY = (
    "expected a graphical desktop; neither DISPLAY nor WAYLAND_DISPLAY is set. Start Emocam from a "
    "desktop session, or use a command that needs no window: emocam analyze INPUT --out DIR"
)


def has_display() -> bool:
    """Tell whether a window could open; where only Qt can tell, say yes."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def why_no_qt(error: ImportError) -> str:
    """Return what to say where Qt itself cannot be imported."""
    packages = missing_packages(BASE) or [*BASE.values()]
    return f"Qt, which draws the window, cannot be loaded ({error}). {_advice(packages)}"


def why_no_window() -> str | None:
    """Return why Qt could open no window on this desktop, in a sentence for people; None where it could."""
    if not sys.platform.startswith("linux"):
        return None
    if not has_display():
        return NO_DISPLAY
    # Qt tries them in this order, and takes the first that works.
    problems = []
    for wanted, find_problem in (("wayland", _wayland_problem), ("xcb", _x11_problem)):
        if _is_tried(wanted):
            problem = find_problem()
            if problem is None:
                return None
            problems.append(problem)
    return " ".join(problems) or None


def missing_packages(libraries: dict[str, str]) -> list[str]:
    """Return the packages of those libraries that this system lacks."""
    return [package for library, package in libraries.items() if not _is_there(library)]


def _is_tried(platform: str) -> bool:
    asked = os.environ.get("QT_QPA_PLATFORM", "")
    if asked:
        return platform in [name.partition(":")[0] for name in asked.split(";")]
    return bool(os.environ.get("WAYLAND_DISPLAY" if platform == "wayland" else "DISPLAY"))


def _x11_problem() -> str | None:
    problem = _library_problem({**BASE, **X11}, "libqxcb.so", "X11")
    if problem is None and not _x11_answers():
        where = os.environ.get("DISPLAY", "")
        return f"Expected a desktop at DISPLAY={where}; nothing answers there, or it lets nobody in."
    return problem


def _wayland_problem() -> str | None:
    problem = _library_problem({**BASE, **WAYLAND}, "libqwayland.so", "Wayland")
    if problem is None and not _wayland_answers():
        where = os.environ.get("WAYLAND_DISPLAY", "")
        return f"Expected a desktop at WAYLAND_DISPLAY={where}; nothing answers there."
    return problem


def _library_problem(libraries: dict[str, str], plugin: str, desktop: str) -> str | None:
    """Return what a plugin of Qt's lacks: libraries that are known, or whatever the loader names."""
    packages = missing_packages(libraries)
    if packages:
        return f"Qt lacks libraries that a window under {desktop} needs. {_advice(packages)}"
    path = _plugins_folder() / plugin
    try:
        if path.exists():  # where Qt is the system's own, the system has seen to it
            ctypes.CDLL(str(path))
    except OSError as error:
        return f"Qt cannot open a window under {desktop}: {error}. {_advice([*libraries.values()])}"
    return None


def _x11_answers() -> bool:
    """Tell whether a desktop lets this process connect; where that cannot be asked, say yes."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    has_error = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_error


def _wayland_answers() -> bool:
    if os.environ.get("WAYLAND_SOCKET"):  # the number of a connection that stands already
        return True
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / os.environ.get("WAYLAND_DISPLAY", "")
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _plugins_folder() -> Path:
    found = importlib.util.find_spec("PySide6")
    places = [] if found is None else list(found.submodule_search_locations or [])
    return Path(places[0] if places else "") / "Qt" / "plugins" / "platforms"


def _advice(packages: Sequence[str]) -> str:
    return f"On Debian and Ubuntu this installs what it needs: apt install {' '.join(packages)}"
