"""What a network is scored by: accuracy with its interval, classes, confusion, spectra, calibration."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from emocam.labels import EMOTIONS, SEVEN, SPECTRA, SUMMED_SPECTRA, Spectrum, spectrum_matrix
from training.scoring.calibration import calibration_error
from training.scoring.confidence import by_sensitivity, reliability

Z_95 = 1.959964  # of the normal distribution, two-sided


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), which stays within 0 to 1 for few pictures too."""
    share, z2 = right / count, Z_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def score_seven(probabilities: np.ndarray, labels: np.ndarray, *, model_labels: tuple[str, ...]) -> dict[str, Any]:
    """Score a network on the seven emotions and in every spectrum that sums them up.

    probabilities: (N, L) in the order of `model_labels`; contempt, where a model has it, is not scored.
    labels: (N,) int, index into EMOTIONS. Other spectra: the probabilities of each label are added up first, as
    the app does. `sensitivity`: see `by_sensitivity`, for each spectrum by name.
    """
    answers = {
        name: _answers_in(spectrum, probabilities, labels, model_labels=model_labels)
        for name, spectrum in SPECTRA.items()
    }
    return {
        **score_labels(probabilities @ spectrum_matrix(model_labels, SEVEN).T, labels, names=EMOTIONS),
        **{spectrum.accuracy_name: float(answers[spectrum.name][1].mean()) for spectrum in SUMMED_SPECTRA},
        "sensitivity": {name: by_sensitivity(*answer) for name, answer in answers.items()},
    }


def _answers_in(
    spectrum: Spectrum, probabilities: np.ndarray, labels: np.ndarray, *, model_labels: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return (N,) confidences in a spectrum, and (N,) bool, which are right; none for an emotion that it leaves out."""
    shown = probabilities @ spectrum_matrix(model_labels, spectrum).T
    is_label_of = spectrum_matrix(EMOTIONS, spectrum) == 1
    return shown.max(axis=1), is_label_of[shown.argmax(axis=1), labels]


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
