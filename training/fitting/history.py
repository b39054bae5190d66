"""A run's histories, one for each head: a row for each finished epoch."""

import csv
import io
from pathlib import Path

from training.data.faces import DataError
from training.whole_files import write_whole

EPOCH_COLUMNS = ("epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "seconds")
FORMER_COLUMNS = {"choosing_loss": "validation_loss", "choosing_accuracy": "validation_accuracy"}


class RunError(Exception):
    """A run's folder cannot be gone on with; the text says what to do."""


def check_fitted(path: Path, recipe: str) -> None:
    """Raise RunError where a finished run's file is missing."""
    if not path.exists():
        raise RunError(f"{path} is missing: the recipe {recipe} has to be fitted first. "
                       f"python -m training fit --recipe {recipe} --out {path.parent}")


def history_path(folder: Path, head: str) -> Path:
    """Return where a run keeps the history of one head."""
    return folder / f"history_{head}.csv"


def write_history(path: Path, rows: list[dict[str, float]]) -> None:
    """Replace a history in one step."""
    text = io.StringIO()
    writer = csv.DictWriter(text, EPOCH_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue())


def read_history(path: Path) -> list[dict[str, float]]:
    """Return the rows of a run's history; raises DataError where it is missing or damaged."""
    try:
        with path.open(newline="") as file:
            rows = csv.DictReader(file)
            rows.fieldnames = [FORMER_COLUMNS.get(name, name) for name in rows.fieldnames or ()]
            return [{name: float(row[name]) for name in EPOCH_COLUMNS} for row in rows]
    except FileNotFoundError:
        raise DataError(f"{path}: no such file. Give the history.csv of the run with --history") from None
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: expected the columns {', '.join(EPOCH_COLUMNS)} in numbers ({error})") from None
