"""Figures and tables as Markdown."""

from collections.abc import Sequence
from typing import Any


def share(value: float) -> str:
    """Write a share as a percentage with one decimal."""
    return f"{value:.1%}".replace("%", " %")


def points(value: float) -> str:
    """Write a difference of two shares in percentage points, with its sign."""
    return f"{100 * value:+.1f}".replace("-", "−")


def interval(scores: dict[str, Any]) -> str:
    """Write the 95 % interval of an accuracy."""
    return ends(scores["accuracy_ci95"])


def ends(interval: Sequence[float]) -> str:
    """Write the interval of a share."""
    low, high = interval
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table; each row has a cell for each of the header."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
