"""What options of the command line mean, where several commands take them."""

import argparse
import re
from fractions import Fraction

from emocam.settings import Settings

DURATION = re.compile(r"(?:(?P<h>[0-9.]+)h)?(?:(?P<m>[0-9.]+)m(?:in)?)?(?:(?P<s>[0-9.]+)s?)?")
HIGHEST_RATE = 1000  # frames a second; beyond it a number is mistyped


def chosen_settings(options: argparse.Namespace) -> Settings:
    """Return the default settings with what the command line changes; raises ValueError."""
    chosen = {"spectrum": options.spectrum, "model": options.model, "faces_found_by": options.faces}
    for name in ("prediction_every_frames", "label_every_frames"):
        if getattr(options, name) is not None:
            chosen[name] = getattr(options, name)
    return Settings(**chosen)


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
