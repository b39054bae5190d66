"""Finds which inputs of `emocam analyze --resume` have a finished session already."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from emocam import __version__
from emocam.commands.inputs import Input
from emocam.engine.model_file import ModelFile
from emocam.sessions.description import model_description, recorded_settings
from emocam.sessions.files import SESSION
from emocam.settings import Settings
from emocam.sources.folder import contents_of


@dataclass(frozen=True, slots=True)
class FinishedSession:
    """A session that need not be recorded again. problem: what was wrong with its input, in a sentence."""

    folder: Path
    problem: str | None


class FinishedSessions:
    """The sessions in a folder that ran to their end with this version, these settings, this network and this rate.

    One that was interrupted, or cut off and completed afterwards, is none of them.
    """

    def __init__(
        self,
        out: Path,
        *,
        settings: Settings,
        model: ModelFile,
        rate_fps: float | None,
        neutral: dict[str, Any] | None = None,
    ) -> None:
        """Read what each session in a folder says of itself; what cannot be read is no finished session.

        rate_fps: frames a second, for a film that states no times. neutral: where neutral faces come from, as a session
        says it.
        """
        self._rate_fps = rate_fps
        self._by_path: dict[str, list[tuple[Path, dict[str, Any]]]] = {}
        wanted = {**recorded_settings(settings), "model": None}, model_description(model)["weights_digest"], neutral
        for described in sorted(out.glob(f"*/{SESSION}")):
            description = _read(described)
            if description is not None and _made_with(description) == wanted and _is_whole(description):
                (recorded,) = description["inputs"]
                place = os.path.realpath(recorded["path"])  # an input may be named in several ways
                self._by_path.setdefault(place, []).append((described.parent, description))

    def of(self, one: Input) -> FinishedSession | None:
        """Return the finished session of an input, if the input is still as it was then."""
        try:
            path = one.path
            for folder, description in self._by_path.get(_as_recorded(Path(os.path.realpath(path))), []):
                (recorded,) = description["inputs"]
                since = datetime.fromisoformat(description["start"])
                if self._has_its_rate(recorded) and _is_unchanged(path, recorded, since=since):
                    return FinishedSession(folder, recorded.get("problem"))
        except (OSError, ValueError, RuntimeError, TypeError, LookupError):  # analysing it says what is wrong
            return None
        return None

    def _has_its_rate(self, recorded: dict[str, Any]) -> bool:
        """Tell whether the times of a film's frames would be the same."""
        match recorded.get("times_from"):
            case "given rate":
                return bool(recorded["rate_fps"] == self._rate_fps)
            case "stated rate" | "assumed rate":
                return self._rate_fps is None
        return True


def _read(path: Path) -> dict[str, Any] | None:
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return description if isinstance(description, dict) else None


def _made_with(description: dict[str, Any]) -> tuple[dict[str, Any], str, Any] | None:
    """Return settings, network and what is said of neutral faces; the model's name is told by the network's digest."""
    try:
        if description["versions"]["emocam"] != __version__ or description["settings_changes"]:
            return None
        settings, digest = {**description["settings"], "model": None}, description["model"]["weights_digest"]
        return settings, digest, description.get("neutral")
    except (LookupError, TypeError):
        return None


def _is_whole(description: dict[str, Any]) -> bool:
    inputs = description.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        return False
    has_ended = description.get("end") is not None and not description.get("completed_afterwards")
    is_interrupted = description.get("interrupted") or inputs[0].get("interrupted")
    return has_ended and not is_interrupted and isinstance(inputs[0].get("path"), str)


def _as_recorded(path: Path) -> str:
    # A session is written in UTF-8, with ? for what that cannot hold.
    return str(path).encode("utf-8", "replace").decode("utf-8")


def _is_unchanged(path: Path, recorded: dict[str, Any], *, since: datetime) -> bool:
    """Tell whether a file or folder is what a session was recorded from."""
    if path.is_dir():
        pictures = contents_of(path).pictures
        return _are_those_of(pictures, recorded) and all(_is_older(one, since) for one in pictures)
    if recorded["bytes"] != path.stat().st_size:
        return False
    if not recorded.get("sha256"):
        return _is_older(path, since)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == recorded["sha256"]


def _are_those_of(pictures: tuple[Path, ...], recorded: dict[str, Any]) -> bool:
    """Tell whether a folder holds as many pictures as were expected, those that were read among them."""
    names = {_as_recorded(Path(one.name)) for one in pictures}
    read = [str(one["name"]) for one in recorded["pictures"]]
    # A file of several pictures is told by its name and a number.
    files = {name if name in names else name.rpartition("#")[0] for name in read}
    return files <= names and len(names) == recorded["frames_expected"] - (len(read) - len(files))


def _is_older(path: Path, moment: datetime) -> bool:
    """Tell whether a file was neither written nor put in place since a moment."""
    status = path.stat()
    return max(status.st_mtime, status.st_ctime) <= moment.timestamp()
