"""`emocam`: open the window."""

import argparse
import sys

from emocam.commands.display import why_no_qt, why_no_window


def run(options: argparse.Namespace) -> int:
    """Open the window and return the exit status once it is closed."""
    problem = why_no_window()
    if problem is not None:
        print(f"emocam: {problem}", file=sys.stderr)
        return 1
    try:
        from emocam.gui.app import run_app
    except ImportError as error:
        # A wheel that is whole but finds no system library says so here, and only here.
        print(f"emocam: {why_no_qt(error)}", file=sys.stderr)
        return 1
    return run_app(source=options.window_source, model=options.window_model, demo=options.window_demo)
