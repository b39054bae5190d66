"""The app's log in a file, for those who did not start it from a terminal."""

import logging
import logging.handlers
import sys
from pathlib import Path

import platformdirs

from emocam.addresses import without_secrets

LARGEST_BYTES = 2**20  # of each of two files, the older of which is dropped


def log_path() -> Path:
    """Return the file that the app's log is kept in."""
    return Path(platformdirs.user_log_dir("Emocam", appauthor=False)) / "emocam.log"


class _Formatter(logging.Formatter):
    """Leaves passwords out, which an error of a library may quote with the address."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def keep_log(path: Path) -> None:
    """Write warnings and errors to standard error and to a file; without the file where it cannot be written."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(path, maxBytes=LARGEST_BYTES, backupCount=1, encoding="utf-8")
        )
    except OSError as error:
        print(f"emocam: no log is kept in {path}: {error}", file=sys.stderr)
    for handler in handlers:
        handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.getLogger().addHandler(handler)
