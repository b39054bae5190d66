"""What kind of machine a network was trained on."""

import os
import platform
from pathlib import Path

import keras


def describe_machine() -> str:
    """Return the processor, its cores, accelerators where there are any, and the Keras backend."""
    try:
        devices = [name for name in keras.distribution.list_devices() if not name.lower().startswith("cpu")]
    except (NotImplementedError, RuntimeError, ValueError, AttributeError):  # not every backend can tell
        devices = []
    accelerators = f", {len(devices)} accelerator(s) ({', '.join(devices)})" if devices else ", no GPU"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} {'core' if cores == 1 else 'cores'} of {_processor()}{accelerators}, "
        f"Keras {keras.__version__} on {keras.backend.backend()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
