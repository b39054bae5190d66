"""What is closed at the end of a `with` block."""

from types import TracebackType
from typing import Self


class ClosedOnExit:
    """A context manager that is itself, and closes on the way out, whatever happened."""

    def close(self) -> None:
        """Let go of what is held; may be called again."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
