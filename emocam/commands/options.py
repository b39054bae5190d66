"""What options of the command line mean, where several commands take them."""

import argparse
import re

from emocam.settings import Settings

DURATION = re.compile(r"(?:(?P<h>[0-9.]+)h)?(?:(?P<m>[0-9.]+)m(?:in)?)?(?:(?P<s>[0-9.]+)s?)?")


def chosen_settings(options: argparse.Namespace) -> Settings:
    """Return the default settings with what the command line changes; raises ValueError."""
    chosen = {"spectrum": options.spectrum, "model": options.model, "faces_found_by": options.faces}
    for name in ("prediction_every_frames", "label_every_frames"):
        if getattr(options, name) is not None:
            chosen[name] = getattr(options, name)
    return Settings(**chosen)


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
