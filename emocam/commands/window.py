"""`emocam`: open the window."""

import argparse
import os
import sys

NO_DISPLAY = (
    "emocam: expected a graphical desktop; neither DISPLAY nor WAYLAND_DISPLAY is set. Start Emocam from a "
    "desktop session, or use a command that needs no window: emocam analyze INPUT --out DIR"
)
NO_QT = (
    "emocam: Qt, which draws the window, cannot be loaded ({error}). On Debian and Ubuntu this installs what "
    "it needs: apt install libegl1 libgl1 libglib2.0-0 libxkbcommon0 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
)


def run(options: argparse.Namespace) -> int:
    """Open the window and return the exit status once it is closed."""
    if not has_display():
        print(NO_DISPLAY, file=sys.stderr)
        return 1
    try:
        from emocam.gui.app import run_app
    except ImportError as error:
        # A wheel that is whole but finds no system library says so here, and only here.
        print(NO_QT.format(error=error), file=sys.stderr)
        return 1
    return run_app(source=options.window_source, model=options.window_model, demo=options.window_demo)


def has_display() -> bool:
    """Tell whether a window could open; where only Qt can tell, say yes."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
