"""Signals that ask a command to end, noticed where it can do so in order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # the last is not known to Windows
KILLED_BY = 128  # plus the signal's number is what shells report for a program that a signal has ended


@dataclass(slots=True)
class Ending:
    """Whether the program was asked to end, by which signal."""

    signal_number: int | None = None

    @property
    def is_asked_for(self) -> bool:
        return self.signal_number is not None

    @property
    def exit_status(self) -> int:
        """What to end with; 0 where nothing asked for an end."""
        return 0 if self.signal_number is None else KILLED_BY + self.signal_number


@contextmanager
def noticed_signals() -> Iterator[Ending]:
    """Keep signals from ending the program within the block, which looks at what this gives; in the main thread only.

    A second Ctrl-C raises KeyboardInterrupt, for somebody who will not wait. A terminal that is closed may send SIGHUP
    twice, so that of other signals one is as good as several. What was ignored before stays so, as under nohup.
    """
    ending = Ending()

    def notice(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and ending.signal_number == signal.SIGINT:
            raise KeyboardInterrupt
        ending.signal_number = number

    numbers = [getattr(signal, name) for name in ENDING_SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, notice)
    try:
        yield ending
    finally:
        for number in heard:
            signal.signal(number, before[number])
