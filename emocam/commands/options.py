"""What options of the command line mean, where several commands take them."""

import argparse
import re
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

from emocam.settings import NEUTRAL_CONTINUOUS, NEUTRAL_SET, Settings, settings_path, stored_settings

DURATION = re.compile(r"(?:(?P<h>[0-9.]+)h)?(?:(?P<m>[0-9.]+)m(?:in)?)?(?:(?P<s>[0-9.]+)s?)?")
HIGHEST_RATE = 1000  # frames a second; beyond it a number is mistyped
WINDOW = "window"


def chosen_settings(options: argparse.Namespace) -> Settings:
    """Return the default settings, or those the window remembers, with what the command line changes.

    options: the value of each setting by its name, None where it was not given; `settings` is WINDOW or None. Raises
    ValueError. The window's source is not taken over.
    """
    remembered = window_settings() if options.settings == WINDOW else Settings()
    names = [field.name for field in fields(Settings) if field.name != "source"]
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    if "neutral" in given and given["neutral"] != NEUTRAL_CONTINUOUS:
        given["neutral"] = NEUTRAL_SET  # by what the option says: see `neutral.py`
    return replace(remembered, source=None, **given)


def window_settings() -> Settings:
    """Return the settings that the window remembers; raises ValueError where there are none, or they are damaged."""
    path = settings_path()
    try:
        settings, problems = stored_settings(path)
    except FileNotFoundError:
        raise ValueError(
            f"Expected the window's settings in {path}; it has none yet. Open the window once, or leave --settings out."
        ) from None
    except (OSError, ValueError) as error:
        raise ValueError(f"The window's settings in {path} cannot be read: {error}. Leave --settings out.") from None
    if problems:
        raise ValueError(f"The window's settings in {path} are not whole: {'; '.join(problems)}. Open the window once.")
    return settings


def folder(text: str) -> Path:
    """Return the folder that a text names; raises ArgumentTypeError for no name, and for the home of nobody."""
    if not text.strip():
        raise argparse.ArgumentTypeError("expected a folder; got an empty name")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise argparse.ArgumentTypeError(
            f"expected a folder; {text} is in the home of a user who is not known"
        ) from None


def frames_per_second(text: str) -> float:
    """Return a rate such as `30`, `29.97` or `30000/1001`; raises ArgumentTypeError."""
    try:
        rate_fps = float(Fraction(text.strip()))
    except (ValueError, ZeroDivisionError):
        rate_fps = 0.0
    if not 0 < rate_fps <= HIGHEST_RATE:
        raise argparse.ArgumentTypeError(f"expected frames a second, such as 30, 29.97 or 30000/1001; got {text}")
    return rate_fps


def duration_s(text: str) -> float:
    """Return the seconds that `90`, `90s`, `1.5min`, `1h30m` mean; raises ArgumentTypeError."""
    found = DURATION.fullmatch(text.strip().lower())
    try:
        hours, minutes, seconds = (float(found[part] or 0) for part in "hms") if found else (0.0, 0.0, 0.0)
    except ValueError:  # 1.2.3
        hours = minutes = seconds = 0.0
    total_s = hours * 3600 + minutes * 60 + seconds
    if not 0 < total_s < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a length such as 60s, 10min or 1h30m; got {text}")
    return total_s
