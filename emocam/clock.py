"""The clock of live sources and sessions."""

import sys
import time


def steady_s() -> float:
    """Return seconds since some moment: never set back, and counting the time in which the machine sleeps.

    `time.monotonic` stands still while a laptop with Linux or macOS sleeps: rows after that would bear times of day
    that are hours too early.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # which Apple lets run through sleep
    return time.monotonic()
