"""`emocam complete`: write the statistics of sessions that were cut off."""

import argparse
import json
from pathlib import Path

from emocam.commands.saying import Printer
from emocam.sessions.files import FACES, SESSION, RecordingError
from emocam.sessions.recovery import complete_session
from emocam.sessions.spreadsheet import SpreadsheetError, write_spreadsheet


def run(options: argparse.Namespace) -> int:
    """Complete each session named, and each in a folder named; return 1 where one cannot be completed."""
    printer = Printer("emocam complete")
    failures = 0
    for folder in options.folders:
        sessions = [folder] if _is_session(folder) else _sessions_in(folder)
        if not sessions:
            printer.message(f"Expected a session or a folder of sessions; {folder} is none. Choose another folder.")
            failures += 1
            continue
        cut_off = [session for session in sessions if not _has_ended(session)]
        failures += sum(not _complete(session, printer) for session in cut_off)
        if not cut_off:
            count = len(sessions)
            printer.result(
                f"{folder}: nothing to complete, {count} {'session is' if count == 1 else 'sessions are'} whole"
            )
    return 1 if failures or printer.has_failed else 0


def _complete(session: Path, printer: Printer) -> bool:
    try:
        if not (session / FACES).is_file():
            raise RecordingError(f"{session} holds no {FACES}, so there is nothing to count. Restore it from a copy.")
        missing = complete_session(session)
        write_spreadsheet(session)
    except (RecordingError, SpreadsheetError) as error:
        printer.message(str(error))
        return False
    printer.result(f"{session}: completed")
    if missing is not None:
        printer.message(missing)
    return missing is None


def _is_session(folder: Path) -> bool:
    return (folder / SESSION).is_file() or (folder / FACES).is_file()


def _sessions_in(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.is_dir() and _is_session(one))
    except OSError:
        return []


def _has_ended(session: Path) -> bool:
    """Tell whether a session has ended; False for one that is damaged, so that completing it explains that."""
    try:
        return json.loads((session / SESSION).read_text(encoding="utf-8"))["end"] is not None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False
