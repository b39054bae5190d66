"""What a network is scored by: accuracy with its interval, classes, confusion, three classes, calibration."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from emocam.labels import EMOTIONS, SEVEN, THREE, spectrum_matrix
from training.fitting.calibrate import calibration_error
from training.scoring.confidence import by_sensitivity, reliability

Z_95 = 1.959964  # of the normal distribution, two-sided


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), which stays within 0 to 1 for few pictures too."""
    share, z2 = right / count, Z_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def score_seven(probabilities: np.ndarray, labels: np.ndarray, *, model_labels: tuple[str, ...]) -> dict[str, Any]:
    """Score a network on the seven emotions and on the three classes that they fold into.

    probabilities: (N, L) in the order of `model_labels`; contempt, where a model has it, is not scored.
    labels: (N,) int, index into EMOTIONS. Three classes: each class's probabilities are added up first, as
    the app does. `sensitivity`: see `by_sensitivity`, for both spectra.
    """
    seven = probabilities @ spectrum_matrix(model_labels, SEVEN).T
    three = probabilities @ spectrum_matrix(model_labels, THREE).T
    classes = np.array([THREE.labels.index(THREE.shown_as[emotion]) for emotion in EMOTIONS])
    three_are_right = three.argmax(axis=1) == classes[labels]
    return {
        **score_labels(seven, labels, names=EMOTIONS),
        "three_class_accuracy": float(three_are_right.mean()),
        "sensitivity": {
            SEVEN.name: by_sensitivity(seven.max(axis=1), seven.argmax(axis=1) == labels),
            THREE.name: by_sensitivity(three.max(axis=1), three_are_right),
        },
    }


def score_labels(probabilities: np.ndarray, labels: np.ndarray, *, names: Sequence[str]) -> dict[str, Any]:
    """Score (N, L) probabilities of the labels `names` against (N,) int indexes into them.

    ECE and reliability: of the confidence that the app would show.
    """
    predicted, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
    return {
        **score_accuracy(predicted, labels),
        **_score_classes(predicted, labels, names),
        "ece": calibration_error(confidences, predicted == labels),
        "reliability": reliability(confidences, predicted == labels),
    }


def score_accuracy(predicted: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Return `n`, `accuracy` and its 95 % interval for (N,) answers."""
    right = int((predicted == labels).sum())
    return {
        "n": len(labels),
        "accuracy": right / len(labels),
        "accuracy_ci95": list(wilson_interval(right, len(labels))),
    }


def mean_recall(predicted: np.ndarray, labels: np.ndarray) -> float:
    """Return the recall averaged over the classes that occur among the labels (balanced accuracy)."""
    return float(np.mean([(predicted[labels == label] == label).mean() for label in np.unique(labels)]))


def _score_classes(predicted: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    indexes = list(range(len(names)))
    of_class = precision_recall_fscore_support(labels, predicted, labels=indexes, zero_division=0.0)
    return {
        "macro_f1": float(f1_score(labels, predicted, average="macro", zero_division=0.0)),
        "balanced_accuracy": mean_recall(predicted, labels),
        "per_class": {
            name: {
                "precision": float(of_class[0][index]),
                "recall": float(of_class[1][index]),
                "f1": float(of_class[2][index]),
                "support": int(of_class[3][index]),
            }
            for index, name in enumerate(names)
        },
        "confusion": confusion_matrix(labels, predicted, labels=indexes).tolist(),
        "labels": list(names),
    }
