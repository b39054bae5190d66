"""What session.json says about a session: versions, network, settings and source with their changes, columns."""

import importlib.metadata
import json
import platform
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from emocam.sessions.cells import utc_text
from emocam.sessions.columns import FORMAT_VERSION, meanings
from emocam.sessions.statistics import FrameCount
from emocam.settings import Settings

PACKAGES = ("emocam", "numpy", "opencv-python-headless", "ai-edge-litert", "av", "pillow", "pillow-heif")


class RecordedModel(Protocol):
    """What a session records about the network."""

    @property
    def path(self) -> Path: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def weights_digest(self) -> str: ...
    @property
    def judges_like(self) -> str | None: ...


def description_text(description: dict[str, Any]) -> bytes:
    """Return the content of session.json."""
    return (json.dumps(description, indent=2, ensure_ascii=False) + "\n").encode("utf-8", errors="replace")


def recorded_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that a session records: all but the source's identity, which may hold a password."""
    return {name: value for name, value in asdict(settings).items() if name != "source"}


def new_description(start: datetime, *, model: RecordedModel, settings: Settings, source: str) -> dict[str, Any]:
    """Return what is known at the start; changes are added to each list as `{"time_s": …, …}`."""
    return {
        "format": FORMAT_VERSION,
        "versions": _versions(),
        "start": utc_text(start),
        "start_local": start.astimezone().isoformat(timespec="milliseconds"),
        "end": None,
        "completed_afterwards": False,
        "interrupted": False,
        "duration_s": None,
        "source": source,
        "source_changes": [],
        "source_losses": [],
        "inputs": [],
        "model": model_description(model),
        "model_changes": [],
        "settings": recorded_settings(settings),
        "settings_changes": [],
        "neutral": None,
        "baselines": [],
        **FrameCount().described(),
        "columns": meanings(model.labels),
    }


def model_description(model: RecordedModel) -> dict[str, Any]:
    """Return what identifies a network."""
    return {
        "file": model.path.name,
        "weights_digest": model.weights_digest,
        "labels": list(model.labels),
        "judges_like": model.judges_like,
    }


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "system": platform.platform()}
    for package in PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return versions
