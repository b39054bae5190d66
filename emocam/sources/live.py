"""Live sources: read on a thread of their own, watched, and opened again when they are lost."""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

import numpy as np

from emocam.clock import steady_s
from emocam.closing import ClosedOnExit
from emocam.latest import Latest
from emocam.messages import Frame, Gap, is_black
from emocam.sources.details import InputDetails
from emocam.sources.errors import SourceError
from emocam.sources.frame_image import as_frame_image

log = logging.getLogger(__name__)

FIRST_FRAME_S = 8.0  # some cameras warm up for seconds
SILENT_S = 1.5  # without a frame for so long, the source is lost
FROZEN_S = 2.0  # with the same picture for so long; the noise of a sensor differs from frame to frame
GAP_EVERY_S = 1.0
RETRY_S = 1.0
STUCK_S = 15.0  # an attempt to open that takes longer is given up
FAILED_READS = 10  # a damaged picture fails one read, a camera that is gone fails all
FAILED_READ_WAIT_S = 0.05
MOST_STUCK = 4  # threads that hang inside a driver and cannot be ended


class Connection(Protocol):
    """What `cv2.VideoCapture` offers once it is open."""

    def read(self) -> tuple[bool, np.ndarray | None]: ...

    def release(self) -> None: ...


class LiveSource(ClosedOnExit):
    """A camera or stream as a source: the newest frame, or a Gap while it is lost.

    Reading may block for ever inside a driver, so each connection has a thread, which is left behind
    where it hangs. A connection is lost when it fails, falls silent or repeats one frozen picture; it
    is then opened anew each second until fresh pictures come.
    """

    is_live = True
    is_independent = False
    frame_count = None

    def __init__(
        self,
        connect: Callable[[], Connection],
        *,
        title: str,
        identity: str,
        clock: Callable[[], float] = steady_s,
    ) -> None:
        """Open the source; raises SourceError if that fails.

        connect: opens a connection or raises SourceError; called on a thread of its own.
        """
        self.title, self.identity = title, identity
        self.ended = False
        self._connect, self._clock = connect, clock
        self._slot: Latest[Frame] = Latest()
        self._lock = threading.Lock()
        self._reader: _Reader | None = None
        self._left_behind: list[_Reader] = []
        self._arrived = 0
        self._dropped = 0
        self._start_s: float | None = None
        self._opened_s = clock()
        self._accepted_s: float | None = None
        self._changed_s = self._opened_s
        self._last_picture: np.ndarray | None = None
        self._is_black = False
        self._next_gap_s: float | None = None
        self._attempt_s = clock()
        self._start_reader().opened.wait(STUCK_S)
        if self._reader is None or not self._reader.is_open:
            error = self._reader.error if self._reader else None
            self.close()
            raise SourceError(error or f"{title} does not answer. Unplug it and plug it in again.")

    @property
    def dropped(self) -> int:
        """Frames that were replaced by a newer one before they were taken."""
        return self._dropped

    @property
    def problem(self) -> str | None:
        """Why the picture is of no use, though it comes."""
        if not self._is_black:
            return None
        return f"{self.title} shows only black. Uncover the lens, or choose another camera: this may be a virtual one."

    @property
    def details(self) -> InputDetails:
        """What came so far."""
        image = self._last_picture
        return InputDetails(
            path=self.title,
            width_px=image.shape[1] if image is not None else None,
            height_px=image.shape[0] if image is not None else None,
            frames_read=self._arrived,
            problem=self.problem,
        )

    def read(self, timeout_s: float = 0.25) -> Frame | Gap | None:
        """Return the newest frame; a Gap at once and each second while the source is lost; else None."""
        if self.ended:
            return None
        frame = self._slot.take(timeout_s)
        if frame is not None:
            self._next_gap_s = None
            return frame
        now_s = self._clock()
        reason = self._loss(now_s)
        if reason is None:
            return None
        self._reconnect(now_s)
        if self._next_gap_s is not None and now_s < self._next_gap_s:
            return None
        self._next_gap_s = now_s + GAP_EVERY_S
        return Gap(self._arrived, now_s - (self._start_s if self._start_s is not None else self._opened_s), reason)

    def close(self) -> None:
        """Let the connection go; one that hangs is left to its thread."""
        self.ended = True
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.leave()
            reader.thread.join(timeout=1.0)

    def _loss(self, now_s: float) -> str | None:
        """Return why the source is lost, as a sentence; None while it is not."""
        reader = self._reader
        if reader is not None and reader.is_frozen:
            return f"{self.title} repeats the same picture."
        since_s, patience_s = self._accepted_s, SILENT_S
        if since_s is None:
            since_s, patience_s = self._opened_s, FIRST_FRAME_S
        has_failed = reader is None or reader.has_ended
        if not has_failed and now_s - since_s <= patience_s:
            return None
        if reader is not None and reader.error:
            return reader.error
        return f"{self.title} delivers no picture."

    def _reconnect(self, now_s: float) -> None:
        """Begin an attempt to open the source anew, unless one is under way."""
        reader = self._reader
        is_opening = reader is not None and not reader.opened.is_set()
        if now_s - self._attempt_s < (STUCK_S if is_opening else max(RETRY_S, SILENT_S)):
            return
        self._left_behind = [one for one in self._left_behind if one.thread.is_alive()]
        if len(self._left_behind) >= MOST_STUCK:
            return
        if reader is not None:
            reader.leave()
            self._left_behind.append(reader)
        self._attempt_s = now_s
        self._start_reader()

    def _start_reader(self) -> "_Reader":
        self._reader = _Reader(self._connect, self._receive, name=f"read {self.title}")
        self._reader.thread.start()
        return self._reader

    def _receive(self, reader: "_Reader", image: np.ndarray) -> None:
        """Take a picture that has arrived, on the reader's thread."""
        now_s = self._clock()
        image = as_frame_image(image)
        with self._lock:
            if reader is not self._reader:
                return
            last = self._last_picture
            self._is_black = is_black(image)
            is_repeated = last is not None and _is_same(last, image)
            # Black is not frozen: a covered lens or a virtual camera, which `problem` tells.
            if not is_repeated or self._is_black:
                self._last_picture, self._changed_s = image, now_s
            # After a new connection, too: a source that returns with its old picture has not returned.
            reader.is_frozen = now_s - self._changed_s > FROZEN_S
            if reader.is_frozen:
                return
            self._accepted_s = now_s
            if self._start_s is None:
                self._start_s = now_s
            frame = Frame(self._arrived, now_s - self._start_s, image)
            self._arrived += 1
            if not self._slot.put(frame):
                self._dropped += 1


def _is_same(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether two pictures are the same byte by byte; mostly one pixel in 64 shows that they are not."""
    return one.shape == other.shape and np.array_equal(one[::8, ::8], other[::8, ::8]) and np.array_equal(one, other)


class _Reader:
    """One connection and the thread that reads it."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        receive: Callable[["_Reader", np.ndarray], None],
        *,
        name: str,
    ) -> None:
        self._connect, self._receive = connect, receive
        self._is_left = threading.Event()
        self.opened = threading.Event()  # the attempt has ended, well or not
        self.is_open = False
        self.is_frozen = False
        self.error: str | None = None
        self.has_ended = False
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def leave(self) -> None:
        """Have the thread let go of the connection as soon as it can."""
        self._is_left.set()

    def _give_up(self, reason: str) -> None:
        self.error, self.has_ended = reason, True
        self.opened.set()

    def _run(self) -> None:
        try:
            connection = self._connect()
        except SourceError as error:
            self._give_up(str(error))
            return
        except Exception as error:  # of a driver or a decoder: without an answer, the opener would wait for one
            log.exception("a live source could not be opened")
            self._give_up(f"The source cannot be opened ({type(error).__name__}). Choose another.")
            return
        self.is_open = True
        self.opened.set()
        try:
            failed_reads = 0
            while not self._is_left.is_set() and failed_reads < FAILED_READS:
                is_read, image = connection.read()
                if not is_read or image is None:
                    failed_reads += 1
                    self._is_left.wait(FAILED_READ_WAIT_S)
                    continue
                failed_reads = 0
                self._receive(self, image)
        except Exception:  # of a driver or a decoder: the source is lost, and opened again
            log.warning("a live source failed", exc_info=True)
        finally:
            self.has_ended = True
            connection.release()
