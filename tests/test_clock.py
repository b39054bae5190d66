"""The clock of live sources and sessions."""

import sys
import time
from pathlib import Path

import pytest

from emocam.clock import steady_s


def test_the_clock_goes_on_and_never_back():
    times = [steady_s() for _ in range(100)]
    assert times == sorted(times)
    time.sleep(0.05)
    assert 0.05 <= steady_s() - times[0] < 2


@pytest.mark.skipif(sys.platform != "linux", reason="each system has its own clock that counts sleep")
def test_the_clock_counts_the_time_asleep():
    assert abs(steady_s() - float(Path("/proc/uptime").read_text().split()[0])) < 0.5
