"""What the app's default is chosen by: every collection counts alike, and in each every label."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.scoring.metrics import mean_recall

ROUNDS, SEED = 400, 5  # of drawing faces anew


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Faces of one collection. answers: (N, L) log probabilities by head, L in the order of FERPLUS_LABELS, as far as
    the head knows them; labels: (N,) int, index into the same. columns: which of them the collection judges by.
    """

    answers: Mapping[str, tuple[np.ndarray, ...]]
    labels: np.ndarray
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Shares. by_collection: accuracy and balanced accuracy, the mean of the labels' recalls."""

    by_collection: Mapping[str, tuple[float, float]]

    @property
    def criterion(self) -> float:
        """The mean of the balanced accuracies."""
        return float(np.mean([balanced for _, balanced in self.by_collection.values()]))


def result(predicted: Mapping[str, np.ndarray], collections: Mapping[str, Judged]) -> Result:
    """Return how well (N,) answers do on each collection."""
    return Result({
        name: (float((predicted[name] == faces.labels).mean()), mean_recall(predicted[name], faces.labels))
        for name, faces in collections.items()
    })


def interval(predicted: Mapping[str, np.ndarray], collections: Mapping[str, Judged]) -> tuple[float, float]:
    """Return the 95 % interval of the criterion, by drawing the faces of each label anew (bootstrap, Efron 1979)."""
    rng = np.random.default_rng(SEED)
    rights = [
        [predicted[name][faces.labels == label] == label for label in np.unique(faces.labels)]
        for name, faces in collections.items()
    ]
    drawn = [
        np.mean([np.mean([rng.choice(right, len(right)).mean() for right in of_labels]) for of_labels in rights])
        for _ in range(ROUNDS)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)
