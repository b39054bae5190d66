"""Those who listen to a capture loop: each takes the newest result when it likes, and none can slow it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from emocam.capture.events import Event, Shown
from emocam.latest import Latest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Listener:
    results: Latest[Shown]
    on_result: Callable[[], None]
    on_event: Callable[[Event], None]


class Listeners:
    """Hands results and events on; listeners come and go on any thread."""

    def __init__(self) -> None:
        self._listeners: tuple[_Listener, ...] = ()
        self._changing = threading.Lock()

    def add(self, on_result: Callable[[], None], on_event: Callable[[Event], None]) -> Latest[Shown]:
        """Return the slot of a new listener: see `CaptureLoop.listen`."""
        listener = _Listener(Latest(), on_result, on_event)
        with self._changing:
            self._listeners = (*self._listeners, listener)
        return listener.results

    def drop(self, results: Latest[Shown]) -> None:
        """Drop the listener that has this slot, if it is still there."""
        with self._changing:
            self._listeners = tuple(listener for listener in self._listeners if listener.results is not results)

    def tell(self, event: Event) -> None:
        """Tell every listener of an event."""
        for listener in self._listeners:
            self._call(listener, partial(listener.on_event, event))

    def offer(self, shown: Shown) -> None:
        """Put a result into every slot, in place of one that was not taken."""
        for listener in self._listeners:
            if listener.results.put(shown):
                self._call(listener, listener.on_result)

    def _call(self, listener: _Listener, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception:  # whatever a listener does wrong, the recording goes on
            log.exception("a listener failed, and is told nothing more")
            self.drop(listener.results)
