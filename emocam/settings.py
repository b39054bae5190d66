"""What the user has set: one frozen, validated value, kept on disk as JSON."""

import json
import logging
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from emocam.labels import SEVEN, SPECTRA

log = logging.getLogger(__name__)

VERSION = 1
OWNER_ONLY = 0o600
LARGEST_TEXT = 1_000_000  # characters of a file; ours have some hundred
DEFAULT_MODEL = "residual"

CASCADES, BLAZEFACE, BOTH = "cascades", "blazeface", "both"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a setting. name: in settings, files and commands. title, meaning: in menus, tips and help."""

    name: str
    title: str
    meaning: str


FINDER_CHOICES = {
    choice.name: choice
    for choice in (
        Choice(
            CASCADES, "Cascades", "Haar cascades find large faces that are upright and look at the camera in good light"
        ),
        Choice(
            BLAZEFACE, "BlazeFace", "A network that also finds faces that are turned, tilted, small or badly lit"
        ),
        Choice(BOTH, "Both finders", "BlazeFace finds the faces, and the cascades add what it misses"),
    )
}
FINDERS = tuple(FINDER_CHOICES)

PEOPLE, DATA_SET, BETWEEN = "people", "data_set", "between"

JUDGE_CHOICES = {
    choice.name: choice
    for choice in (
        Choice(BETWEEN, "In between", "Near what people say, and finds more of the rare and weak expressions"),
        Choice(PEOPLE, "Like people", "As most of ten people judge a picture: what is weak, they call neutral"),
        Choice(
            DATA_SET, "Like its data set", "As FER-2013 labels its pictures: finds more in a face, and errs more often"
        ),
    )
}
JUDGES = tuple(JUDGE_CHOICES)
# Which neutral face a person is measured against: the one that was set, or their own mean in the long run.
NEUTRAL_SET, NEUTRAL_CONTINUOUS = "set", "continuous"
NEUTRALS = (NEUTRAL_SET, NEUTRAL_CONTINUOUS)

# Jönsson and Söderberg 2018, section 7.5.2.
RANGES = {
    "prediction_sensitivity_percent": (0, 100),
    "tracking_sensitivity_px": (5, 400),
    "prediction_every_frames": (1, 30),
    "label_every_frames": (1, 90),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice that changes what is concluded from a frame; raises ValueError where one is out of range.

    source: the identity of a camera, a path or an address; None means the first camera.
    model: the name of a shipped model, or the path of an .hdf5 file. faces_found_by: one of FINDERS. judges_like: one
    of JUDGES; a model that does not let one choose keeps to its own. neutral: one of NEUTRALS.
    """

    source: str | None = None
    spectrum: str = SEVEN.name
    prediction_sensitivity_percent: int = 35
    tracking_sensitivity_px: int = 80
    prediction_every_frames: int = 1
    label_every_frames: int = 9
    model: str = DEFAULT_MODEL
    faces_found_by: str = BOTH
    judges_like: str = BETWEEN
    neutral: str = NEUTRAL_SET

    def __post_init__(self) -> None:
        if self.source is not None and not isinstance(self.source, str):
            raise ValueError(f"source: expected a text or nothing; got {type(self.source).__name__}")
        if not isinstance(self.spectrum, str) or self.spectrum not in SPECTRA:
            raise ValueError(f"spectrum: expected one of {', '.join(SPECTRA)}; got {self.spectrum!r}")
        if self.faces_found_by not in FINDERS:
            raise ValueError(f"faces_found_by: expected one of {', '.join(FINDERS)}; got {self.faces_found_by!r}")
        if self.judges_like not in JUDGES:
            raise ValueError(f"judges_like: expected one of {', '.join(JUDGES)}; got {self.judges_like!r}")
        if self.neutral not in NEUTRALS:
            raise ValueError(f"neutral: expected one of {', '.join(NEUTRALS)}; got {self.neutral!r}")
        if not isinstance(self.model, str) or not self.model:
            raise ValueError(f"model: expected a name or a path; got {self.model!r}")
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise ValueError(f"{name}: expected a whole number from {low} to {high}; got {value!r}")


def settings_path() -> Path:
    """Return where this user's settings are kept."""
    return Path(platformdirs.user_config_dir("Emocam", appauthor=False)) / "settings.json"


def save_settings(settings: Settings, path: Path) -> None:
    """Write settings so that a crash in the middle leaves the old file whole; raises OSError.

    The file is its owner's alone to read, and so is its folder if it is made here: an address may hold a password.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)  # one left by a crash may be anyone's to read, or lead elsewhere
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
        json.dump({"version": VERSION, **asdict(settings)}, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def load_settings(path: Path) -> Settings:
    """Read settings; what is damaged, unknown or of a newer version gets its default.

    Never raises: each problem is a line in the log, and a file with a problem is kept aside under a new
    name before anything overwrites it.
    """
    try:
        settings, problems = stored_settings(path)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        log.warning("settings in %s cannot be read (%s): the defaults are used", path, error)
        _keep_aside(path)
        return Settings()
    for problem in problems:
        log.warning("settings in %s: %s; the default is used", path, problem)
    if problems:
        _keep_aside(path)
    return settings


def stored_settings(path: Path) -> tuple[Settings, list[str]]:
    """Return the settings in a file, with the default for each that is damaged, and what is wrong with those.

    Raises OSError, and ValueError where the file holds no settings.
    """
    try:
        stored = json.loads(_read_text(path))
    except RecursionError as error:  # deeply nested JSON
        raise ValueError(str(error)) from None
    if not isinstance(stored, dict):
        raise ValueError(f"expected an object, got {type(stored).__name__}")
    return _known_values(stored)


def _read_text(path: Path) -> str:
    if path.exists() and not path.is_file():  # reading a pipe waits for ever
        raise ValueError("expected a file")
    with path.open(encoding="utf-8") as file:
        with suppress(OSError):  # of a former version, and so will be what is kept aside
            path.chmod(OWNER_ONLY)
        text = file.read(LARGEST_TEXT + 1)
    if len(text) > LARGEST_TEXT:
        raise ValueError(f"expected at most {LARGEST_TEXT} characters")
    return text


def _known_values(stored: dict[str, Any]) -> tuple[Settings, list[str]]:
    version = stored.pop("version", None)
    problems = [] if version == VERSION else [f"version: expected {VERSION}; got {version!r}"]
    known = {field.name for field in fields(Settings)}
    accepted: dict[str, Any] = {}
    for name, value in stored.items():
        if name not in known:
            problems.append(f"{name}: not a setting of this version")
            continue
        try:
            Settings(**{name: value})
        except ValueError as error:
            problems.append(str(error))
        else:
            accepted[name] = value
    return Settings(**accepted), problems


def _keep_aside(path: Path) -> None:
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    try:
        path.replace(path.with_name(f"{path.stem}.kept-{moment}.json"))
    except OSError as error:
        log.warning("%s could not be kept aside: %s", path, error)
