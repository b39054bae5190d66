"""What the system knows of this process: its age, its memory and its cores."""

import os
import sys
import time
from pathlib import Path

_IMPORTED_S = time.monotonic()


def process_age_s() -> float:
    """Return the seconds since the process was started.

    Linux tells its own start, to a hundredth of a second. Elsewhere it is the time since this module was
    imported, which misses the start of the interpreter, some hundredths of a second.
    """
    if sys.platform != "linux":
        return time.monotonic() - _IMPORTED_S
    # The program's name, in parentheses, may hold spaces: fields are counted behind it. proc(5), field 22.
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_s


def peak_memory_bytes() -> int:
    """Return the most memory that was ever resident."""
    if sys.platform == "linux":
        # Not getrusage: that begins with what the parent had resident when it forked.
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    if sys.platform == "win32":
        return _windows_peak_bytes()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS


def usable_cores() -> int:
    """Return how many processor cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _windows_peak_bytes() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("page_fault_count", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("peak_working_set", "a", "b", "c", "d", "e", "f", "g")),
        )

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    windows = ctypes.windll  # type: ignore[attr-defined, unused-ignore]
    windows.kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    process = wintypes.HANDLE(windows.kernel32.GetCurrentProcess())
    windows.psapi.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb)
    return int(counters.peak_working_set)
