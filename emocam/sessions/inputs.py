"""What session.json says of each source that a session was recorded from."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

BLOCK_BYTES = 1 << 20
PATIENCE_S = 2.0  # at a session's end; as a rule a file is hashed long before it has been analysed


class PictureDetails(Protocol):
    """One picture of a folder."""

    @property
    def name(self) -> str: ...
    @property
    def width_px(self) -> int: ...
    @property
    def height_px(self) -> int: ...


class Details(Protocol):
    """What is known of a source: see `sources.details.InputDetails`."""

    @property
    def path(self) -> str: ...
    @property
    def bytes(self) -> int | None: ...
    @property
    def width_px(self) -> int | None: ...
    @property
    def height_px(self) -> int | None: ...
    @property
    def rate_fps(self) -> float | None: ...
    @property
    def is_time_assumed(self) -> bool: ...
    @property
    def times_from(self) -> str | None: ...
    @property
    def frames_expected(self) -> int | None: ...
    @property
    def frames_read(self) -> int: ...
    @property
    def problem(self) -> str | None: ...
    @property
    def notice(self) -> str | None: ...
    @property
    def pictures(self) -> Sequence[PictureDetails]: ...


class RecordedInput(Protocol):
    """A source, as far as a session asks it: every `sources.Source` is one. ended: it has been read to its end."""

    @property
    def ended(self) -> bool: ...
    @property
    def details(self) -> Details: ...


class Inputs:
    """Keeps the list `inputs` of a description; used by one thread at a time."""

    def __init__(self, described: list[dict[str, Any]]) -> None:
        """Take the list, to which each input is added."""
        self._described = described
        self._input: RecordedInput | None = None
        self._is_live = True
        self._is_open = self._is_interrupted = False
        self._digest: _FileDigest | None = None

    @property
    def number(self) -> int | None:
        """The number of the source that is open, from 1."""
        return len(self._described) if self._is_open else None

    @property
    def has_new_digest(self) -> bool:
        """A digest has been made that the description does not have yet."""
        return self._digest is not None and self._digest.value is not None and self._described[-1]["sha256"] is None

    def begin(self, title: str, source: RecordedInput | None, *, is_live: bool, time_ms: int) -> None:
        """Add a source; without one, all that is said of it is its title. time_ms: since when it is open."""
        self.end()
        self._input, self._is_live, self._is_open, self._is_interrupted = source, is_live, True, False
        self._described.append({"time_s": time_ms / 1000, "is_live": is_live, **_described(None, title)})
        if source is not None:
            details = source.details
            if details.bytes is not None and not is_live:
                self._digest = _FileDigest(Path(details.path), details.bytes)
        self.bring_up_to_date()

    def bring_up_to_date(self) -> None:
        """Note what the open source says of itself now."""
        if self._input is None:
            return
        described = self._described[-1]
        described.update(_described(self._input.details, described["path"]))
        described["sha256"] = self._digest.value if self._digest is not None else None
        # A file is interrupted until it has been read to its end: so a session that a kill cut off says it, too.
        described["interrupted"] = not self._is_live and (self._is_interrupted or not self._input.ended)

    def interrupt(self) -> None:
        """Note that the open source is left before its end, though it may seem to have ended once it is closed."""
        self._is_interrupted = True

    def await_digest(self) -> None:
        """Give the digest of the open source a little more time."""
        if self._digest is not None:
            self._digest.join(PATIENCE_S)

    def end(self) -> None:
        """Note what the open source says of itself at last, and that none is open."""
        self.bring_up_to_date()
        if self._digest is not None:
            self._digest.leave()
        self._input, self._digest, self._is_open = None, None, False


def _described(details: Details | None, title: str) -> dict[str, Any]:
    return {
        "path": details.path if details else title,
        "bytes": details.bytes if details else None,
        "sha256": None,
        "width_px": details.width_px if details else None,
        "height_px": details.height_px if details else None,
        "rate_fps": details.rate_fps if details else None,
        "times_assumed": details.is_time_assumed if details else None,
        "times_from": details.times_from if details else None,
        "frames_expected": details.frames_expected if details else None,
        "frames_read": details.frames_read if details else None,
        "problem": details.problem if details else None,
        "notice": details.notice if details else None,
        "interrupted": None,
        "pictures": [
            {"name": one.name, "width_px": one.width_px, "height_px": one.height_px}
            for one in (details.pictures if details else ())
        ],
    }


class _FileDigest:
    """The SHA-256 of a file, computed on a thread of its own: gigabytes take seconds.

    value: None until it is known, and where the file vanished, cannot be read, or is not as long as it was.
    """

    def __init__(self, path: Path, length_bytes: int) -> None:
        self.value: str | None = None
        self._path, self._length_bytes = path, length_bytes
        self._is_left = threading.Event()
        # A daemon: a network folder that never answers must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="session digest", daemon=True)
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for the digest for so long."""
        self._thread.join(timeout_s)

    def leave(self) -> None:
        """Have the thread end: nobody asks for the digest any more."""
        self._is_left.set()

    def _run(self) -> None:
        digest, read_bytes = hashlib.sha256(), 0
        block = memoryview(bytearray(BLOCK_BYTES))
        try:
            with self._path.open("rb", buffering=0) as file:
                # Block by block and not with `hashlib.file_digest`, which cannot be left.
                while (count := file.readinto(block)) and not self._is_left.is_set():
                    digest.update(block[:count])
                    read_bytes += count
        except (OSError, ValueError):  # the second for a path that the system cannot have
            return
        if read_bytes == self._length_bytes:
            self.value = digest.hexdigest()
