"""Sources for long runs: live, as fast as they are taken, and failing by a seeded chance."""

import itertools
import random
import threading
import time

import numpy as np

from emocam.messages import Frame, Gap
from emocam.sources import InputDetails, SourceError
from emocam.sources.live import FAILED_READS, LiveSource


class RestlessCamera:
    """Pictures over and over, each of them taken; it falls silent and comes back."""

    is_live, is_independent, frame_count, dropped, problem, ended = True, False, None, 0, None, False
    title = identity = "restless"
    details = InputDetails(path="restless")

    def __init__(self, pictures: list[np.ndarray], seed: int) -> None:
        self._pictures, self._chance, self._began_s = pictures, random.Random(seed), time.monotonic()
        self._numbers = itertools.count()
        self._silent_reads = 0

    def read(self, timeout_s: float = 0.25) -> Frame | Gap | None:
        time_s = time.monotonic() - self._began_s
        if self._silent_reads:
            self._silent_reads -= 1
            return Gap(next(self._numbers), time_s, "it fell silent") if self._silent_reads % 7 == 0 else None
        if self._chance.random() < 0.002:
            self._silent_reads = self._chance.randrange(3, 40)
        number = next(self._numbers)
        return Frame(number, time_s, self._pictures[number % len(self._pictures)])

    def close(self) -> None:
        pass


class UnsteadyDriver:
    """A camera's driver for the real LiveSource: reads fail or block, pictures freeze, the camera is gone for a while.

    Whoever takes a frame sets `wanted`, so that pictures come about as fast as they are analysed.
    """

    def __init__(self, pictures: list[np.ndarray], seed: int) -> None:
        self._pictures, self._chance = pictures, random.Random(seed)
        self._refusals = 0
        self.wanted = threading.Event()
        self.faults: dict[str, int] = dict.fromkeys(("failed", "blocked", "frozen", "vanished"), 0)

    def open(self) -> LiveSource:
        """Open a source on it; raises SourceError while the camera is gone."""
        return LiveSource(self._connect, title="unsteady", identity="unsteady")

    def _connect(self) -> "_Connection":
        if self._refusals:
            self._refusals -= 1
            raise SourceError("The camera is not there. Plug it in.")
        return _Connection(self)

    def next_picture(self, number: int) -> tuple[int, np.ndarray | None]:
        """Return the number of the next picture and the picture, after the faults that fall on it."""
        fault = self._chance.choices((None, *self.faults), (1000, 2, 2, 0.4, 1))[0]
        if fault is not None:
            self.faults[fault] += 1
        if fault == "vanished":
            self._refusals = self._chance.randrange(1, 3)
        if fault in ("failed", "vanished"):
            return -FAILED_READS, None
        if fault == "blocked":
            threading.Event().wait(self._chance.uniform(0.1, 2.5))  # at times longer than a source may be silent
        if fault == "frozen":
            return -1000, self._pictures[number % len(self._pictures)]
        return number + 1, self._pictures[number % len(self._pictures)]


class _Connection:
    """What OpenCV would offer; a negative number counts the reads that a fault lasts on."""

    def __init__(self, driver: UnsteadyDriver) -> None:
        self._driver, self._number = driver, 0
        self._picture: np.ndarray | None = None

    def read(self) -> tuple[bool, np.ndarray | None]:
        self._driver.wanted.wait(0.02)
        self._driver.wanted.clear()
        if self._number < 0:
            self._number += 1
        else:
            self._number, self._picture = self._driver.next_picture(self._number)
        return self._picture is not None, self._picture

    def release(self) -> None:
        pass
