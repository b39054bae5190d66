"""What a command prints, on outputs that may be closed, full, or unable to spell a name."""

import os
import sys
from contextlib import suppress
from typing import TextIO

from emocam.plain_text import plain_text


class Printer:
    """Prints a command's results and messages; an output that fails keeps nothing else from being done.

    has_failed: something could not be printed, which the exit status should say.
    """

    def __init__(self, command: str) -> None:
        self.has_failed = False
        self._command = command

    def result(self, text: str) -> None:
        """Print to standard output; where that fails, say so once, and be silent there from then on."""
        error = _print(plain_text(text), sys.stdout)
        if error is None:
            return
        self.has_failed = True
        if sys.stdout is not None:
            _discard(sys.stdout)
        self.message(f"standard output cannot be written to ({error}); the work goes on without it")

    def message(self, text: str) -> None:
        """Print to standard error, with the name of the command before it."""
        if _print(plain_text(f"{self._command}: {text}"), sys.stderr) is not None:
            self.has_failed = True
            if sys.stderr is not None:
                _discard(sys.stderr)


def _print(text: str, stream: TextIO | None) -> str | None:
    """Print a line at once; return why that failed."""
    if stream is None:  # closed by whoever started the program, who wants to hear nothing
        return None
    try:
        try:
            print(text, file=stream, flush=True)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except OSError as error:
        return error.strerror or str(error)
    except ValueError as error:  # closed since
        return str(error)
    return None


def _discard(stream: TextIO) -> None:
    # What the stream still holds would fail again at the end of the program, and change its exit status to 120.
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
