"""Scores a model file on one split of a data file."""

from typing import Any

import numpy as np

from emocam.labels import CONTEMPT
from emocam.model_file import ModelFile
from training.complexity import count_parameters
from training.data import FERPLUS_LABELS, DataError, FaceData, majority
from training.inference import classify
from training.metrics import mean_recall, score_accuracy, score_seven


def evaluate(model: ModelFile, data: FaceData) -> dict[str, Any]:
    """Return the scores of a model on all rows of `data`, ready for JSON.

    Against FER-2013's labels: `n, accuracy, accuracy_ci95, macro_f1, balanced_accuracy, per_class,
    confusion` (rows true, columns predicted, in the order of `labels`), `labels, three_class_accuracy, ece`
    (15 bins, after temperature), and `parameters`. With votes also `ferplus`, see `score_ferplus`.
    Raises DataError, ModelFileError.
    """
    probabilities = classify(model, data.images)
    scores = score_seven(probabilities, data.labels, model_labels=model.labels)
    scores["parameters"] = count_parameters(model.path)
    if data.votes is not None:
        scores["ferplus"] = score_ferplus(probabilities, data, model_labels=model.labels)
    return scores


def score_ferplus(probabilities: np.ndarray, data: FaceData, *, model_labels: tuple[str, ...]) -> dict[str, Any]:
    """Score against FER+'s majority, on the pictures that have a clear one.

    The seven emotions are scored without the pictures called contempt. `eight_labels`, for a network that
    knows contempt: `n, accuracy, accuracy_ci95, balanced_accuracy` with them.
    """
    labels = majority(data)
    is_emotion = (labels >= 0) & (labels != FERPLUS_LABELS.index(CONTEMPT))
    if not is_emotion.any():
        raise DataError("expected pictures with a clear FER+ majority; this split has none")
    scores = score_seven(probabilities[is_emotion], labels[is_emotion], model_labels=model_labels)
    if CONTEMPT in model_labels:
        is_clear = labels >= 0
        ours = np.array([FERPLUS_LABELS.index(label) for label in model_labels])
        predicted = ours[probabilities[is_clear].argmax(axis=1)]
        scores["eight_labels"] = {
            **score_accuracy(predicted, labels[is_clear]),
            "balanced_accuracy": mean_recall(predicted, labels[is_clear]),
        }
    return scores
