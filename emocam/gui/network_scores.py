"""The scores that a model file gives of itself, read with care: a file may say anything, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emocam.labels import SPECTRA

STEPS = 101  # of the prediction sensitivity, 0 to 100 %
JUDGES = {"fer2013": "FER-2013's labels", "ferplus": "ten people"}


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often faces of each label were given each label; counts[true][answered]."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class SensitivityFigures:
    """For each prediction sensitivity from 0 to 100 %: the share of faces that get a label, and of these that are
    right; None where none does. judge: whose labels were right.
    """

    labelled: tuple[float, ...]
    right: tuple[float | None, ...]
    judge: str


@dataclass(frozen=True, slots=True)
class NetworkScores:
    """What is known of a network: `figures` as they stand in its file, and the parts that are shown in other ways."""

    split: str
    figures: Mapping[str, Any]
    judge: str
    confusion: Confusion | None
    by_spectrum: Mapping[str, SensitivityFigures]


def network_scores(metadata: Mapping[str, Any]) -> NetworkScores | None:
    """Return the scores on the split that a file tells most of; None where it tells of none. Never raises."""
    metrics = metadata.get("metrics")
    if not isinstance(metrics, dict):
        return None
    told = {str(name): one for name, one in metrics.items() if isinstance(one, dict)}
    splits = {name: one for name, one in told.items() if is_share(one.get("accuracy"))}
    if not splits:
        return None
    split = max(splits, key=lambda name: len(splits[name]))
    figures = splits[split]
    judge = str(figures.get("judged_by", "fer2013"))
    sensitivity = figures.get("sensitivity")
    by_spectrum = {
        name: read
        for name in SPECTRA
        if isinstance(sensitivity, dict) and (read := _sensitivity(sensitivity.get(name), judge)) is not None
    }
    return NetworkScores(split, figures, judge, _confusion(figures.get("confusion")), by_spectrum)


def is_share(value: object) -> bool:
    """Tell whether a value is a number from 0 to 1."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _confusion(part: object) -> Confusion | None:
    labels, counts = (part.get("labels"), part.get("counts")) if isinstance(part, dict) else (None, None)
    if not isinstance(labels, list) or not isinstance(counts, list) or not 2 <= len(labels) <= 16:
        return None
    rows = [row for row in counts if isinstance(row, list) and len(row) == len(labels)]
    are_counts = all(isinstance(cell, int) and 0 <= cell < 10**9 for row in rows for cell in row)
    if len(rows) != len(labels) or not are_counts or not all(isinstance(label, str) for label in labels):
        return None
    return Confusion(tuple(labels), tuple(map(tuple, rows)))


def _sensitivity(part: object, judge: str) -> SensitivityFigures | None:
    labelled, right = (part.get("labelled"), part.get("right")) if isinstance(part, dict) else (None, None)
    if not isinstance(labelled, list) or not isinstance(right, list) or not len(labelled) == len(right) == STEPS:
        return None
    if not all(map(is_share, labelled)) or not all(share is None or is_share(share) for share in right):
        return None
    return SensitivityFigures(tuple(labelled), tuple(right), JUDGES.get(judge, judge))
