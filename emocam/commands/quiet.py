"""Keeps LiteRT's own lines off standard error, which is for what concerns the user."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

LITERT_LINE = re.compile(rb"(VERBOSE|INFO|WARNING|ERROR): ")


@contextmanager
def without_litert_lines() -> Iterator[None]:
    """Hold back what is written to the process's standard error, and at the end pass on what is not LiteRT's.

    LiteRT tells once in a process that it made an interpreter, past Python, and has no setting for it. For the thread
    that starts a command, before there are others: whatever the process writes in the meantime comes late.
    """
    with ExitStack() as stack:
        try:
            kept = stack.enter_context(tempfile.TemporaryFile())
            shown = os.dup(2)
        except OSError:  # no standard error, or no place to hold anything back
            yield
            return
        stack.callback(os.close, shown)
        _flush()
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            _flush()
            os.dup2(shown, 2)
            kept.seek(0)
            with suppress(OSError):
                for line in kept:
                    if not LITERT_LINE.match(line):
                        os.write(2, line)


def _flush() -> None:
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
