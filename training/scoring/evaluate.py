"""Scores a model file, or the mean of several, on one split of a data file and on faces from elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from emocam.engine.model_file import ModelFile
from emocam.labels import CONTEMPT, EMOTIONS, SEVEN, spectrum_matrix
from training.data.elsewhere import OtherFaces
from training.data.faces import FERPLUS_LABELS, DataError, FaceData, majority
from training.networks.complexity import count_parameters
from training.scoring.inference import Classify, open_network
from training.scoring.metrics import score_labels, score_seven
from training.scoring.voters import score_voters


def evaluate(
    models: Sequence[ModelFile],
    data: FaceData,
    *,
    elsewhere: Mapping[str, OtherFaces] | None = None,
    is_mirrored: bool = False,
) -> dict[str, Any]:
    """Return the scores of a model on all rows of `data`, ready for JSON; of several, those of their mean answer.

    Against FER-2013's labels: `n, accuracy, accuracy_ci95, macro_f1, balanced_accuracy, per_class,
    confusion` (rows true, columns predicted, in the order of `labels`), `labels, ece, reliability` (15 bins, after
    temperature), the accuracy in each other spectrum (`three_class_accuracy`), `sensitivity`, and `parameters`. With
    votes also `ferplus`, see `score_ferplus`; with other faces also `elsewhere`, by source. is_mirrored: each answer
    is the mean of those to the face and to its mirror image. Raises DataError, ModelFileError.
    """
    networks = [open_network(model, is_mirrored=is_mirrored) for model in models]
    labels = models[0].labels if len(models) == 1 else EMOTIONS
    probabilities = _mean_answer(models, networks, [data.images] * len(models))
    scores = score_seven(probabilities, data.labels, model_labels=labels)
    scores["parameters"] = sum(count_parameters(model.path) for model in models)
    if data.votes is not None:
        scores["ferplus"] = score_ferplus(probabilities, data, model_labels=labels)
    if elsewhere:
        scores["elsewhere"] = {}
    for source, faces in (elsewhere or {}).items():
        crops = [
            faces.crops(size_px=model.image_size_px, margin=model.crop_margin, points_crop=model.points_crop)
            for model in models
        ]
        answers = _mean_answer(models, networks, crops)
        scores["elsewhere"][source] = score_seven(answers, faces.labels, model_labels=labels)
    return scores


def score_ferplus(probabilities: np.ndarray, data: FaceData, *, model_labels: tuple[str, ...]) -> dict[str, Any]:
    """Score against FER+'s majority, on the pictures that have a clear one.

    The seven emotions are scored without the pictures called contempt. `eight_labels`, for a network that
    knows contempt: the scores with them. `voters`: one of the ten people beside the network, see `score_voters`.
    """
    labels = majority(data)
    is_emotion = (labels >= 0) & (labels != FERPLUS_LABELS.index(CONTEMPT))
    if not is_emotion.any():
        raise DataError("expected pictures with a clear FER+ majority; this split has none")
    scores = score_seven(probabilities[is_emotion], labels[is_emotion], model_labels=model_labels)
    if CONTEMPT in model_labels:
        is_clear = labels >= 0
        columns = [model_labels.index(label) for label in FERPLUS_LABELS]
        scores["eight_labels"] = score_labels(
            probabilities[is_clear][:, columns], labels[is_clear], names=FERPLUS_LABELS
        )
    scores["voters"] = score_voters(probabilities, data, model_labels=model_labels)
    return scores


def _mean_answer(
    models: Sequence[ModelFile], networks: Sequence[Classify], images: Sequence[np.ndarray]
) -> np.ndarray:
    """Return (N, labels) probabilities; of several models those of the seven emotions, which all have."""
    if len(models) == 1:
        return networks[0](images[0])
    answers = [
        network(faces) @ spectrum_matrix(model.labels, SEVEN).T
        for model, network, faces in zip(models, networks, images, strict=True)
    ]
    return np.asarray(np.mean(answers, axis=0))
