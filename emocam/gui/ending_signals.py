"""The signals by which a system or a terminal asks the program to end, obeyed while Qt waits for events."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from PySide6.QtCore import QEvent, QSocketNotifier

ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # Windows knows no SIGHUP, and it alone SIGBREAK


class _Notifier(QSocketNotifier):
    """Calls when something arrives on a socket."""

    def __init__(self, told: socket.socket, call: Callable[[], None]) -> None:
        super().__init__(told.fileno(), QSocketNotifier.Type.Read)
        self._told, self._call = told, call

    def event(self, event: QEvent) -> bool:
        # Not the signal `activated`: PySide 6.11 fails now and then to convert what it carries.
        if event.type() != QEvent.Type.SockAct:
            return super().event(event)
        with suppress(BlockingIOError):
            self._told.recv(64)
        self._call()
        return True


@contextmanager
def call_on_ending_signal(call: Callable[[], None]) -> Iterator[None]:
    """Call from Qt's event loop once a signal asks the program to end; for the main thread.

    Python runs a handler of its own only between two of its instructions, of which Qt, waiting without a picture, needs
    none. So the signal is written to a socket, which wakes Qt. One that comes before the loop waits for it there.
    """
    told, waking = socket.socketpair()
    for end in (told, waking):
        end.setblocking(False)
    notifier = _Notifier(told, call)
    numbers = [getattr(signal, name) for name in ENDING_SIGNALS if hasattr(signal, name)]
    handlers = [(number, signal.signal(number, lambda *_: None)) for number in numbers]
    former = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(former)
        for number, handler in handlers:
            signal.signal(number, handler)
        notifier.setEnabled(False)
        told.close()
        waking.close()
