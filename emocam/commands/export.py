"""`emocam export`: write the spreadsheets of sessions that are there already."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from emocam.sessions.spreadsheet import SpreadsheetError, is_session, write_spreadsheet


def run(options: argparse.Namespace) -> int:
    """Write the spreadsheet of every session; return 1 if one could not be written."""
    failures = 0
    for folder in sessions_in(options.folders):
        try:
            print(write_spreadsheet(folder), flush=True)
        except SpreadsheetError as error:
            failures += 1
            print(f"emocam export: {error}", file=sys.stderr, flush=True)
    return 1 if failures else 0


def sessions_in(folders: Sequence[Path]) -> Iterator[Path]:
    """Yield each folder, or in its place the sessions that lie in one that is none itself, by name."""
    for named in folders:
        try:
            folder = named.expanduser()
            within = sorted(one for one in folder.iterdir() if is_session(one)) if not is_session(folder) else []
        except (OSError, RuntimeError):  # no such folder, or ~ of a user that is not there
            folder, within = named, []
        yield from within or [folder]
