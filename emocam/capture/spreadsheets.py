"""Spreadsheets of sessions that have just ended, written in a process of its own.

An hour at 30 frames a second takes some 20 seconds of Python. On a thread, measured on two cores, a frame's analysis
meanwhile took 11 to 13 ms at the median in place of 4; beside a process it took 4 to 7. And a process goes on where the
program ends.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from emocam.sessions.spreadsheet import SpreadsheetError


def write_in_own_process(folder: Path) -> None:
    """Write a session's spreadsheet, and return once it is there; raises SpreadsheetError."""
    # -P: nothing that lies where the program was started is taken for one of its modules.
    command = [sys.executable, "-P", "-m", "emocam.sessions.spreadsheet", str(folder.absolute())]
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False, **_apart()
        )
    except OSError as error:
        raise SpreadsheetError(
            f"The spreadsheet of {folder} cannot be written: {error.strerror or error}. Make it with emocam export."
        ) from error
    if done.returncode:
        words = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        reason = words[-1] if words else f"its process ended with {done.returncode}"
        expected = reason if done.returncode == 1 and len(words) == 1 else None
        raise SpreadsheetError(expected or f"The spreadsheet of {folder} was not written: {reason}.")


def _apart() -> dict[str, Any]:
    """Return what keeps a Ctrl-C in the terminal from the process, and a console from the screen."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"start_new_session": True}
