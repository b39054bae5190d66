"""A one-slot hand-off between threads, in which the newest wins."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Hold at most one value: `put` replaces it, `take` empties the slot."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._value: T | None = None
        self._is_full = False

    def put(self, value: T) -> bool:
        """Store a value, replacing one not taken yet; return whether the slot was empty."""
        with self._condition:
            was_empty = not self._is_full
            self._value, self._is_full = value, True
            self._condition.notify()
            return was_empty

    def take(self, timeout_s: float = 0.0) -> T | None:
        """Empty the slot and return its value; None if nothing came within `timeout_s` seconds."""
        with self._condition:
            if not self._is_full:
                self._condition.wait_for(lambda: self._is_full, timeout_s)
            value, self._value, self._is_full = self._value, None, False
            return value
