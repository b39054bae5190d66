"""Networks that vote: by the mean of their answers, by majority, or by a mean in which better ones weigh more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from emocam.engine.model_file import ModelFile
from emocam.labels import SEVEN, spectrum_matrix
from training.data.faces import DataError, FaceData
from training.scoring.inference import open_network
from training.scoring.metrics import score_accuracy

Vote = Literal["mean", "majority", "weighted"]


@dataclass(frozen=True, slots=True, eq=False)
class Voted:
    """What an ensemble says. labels: (N,) int. ties: how many faces the majority left open."""

    labels: np.ndarray
    ties: int


def vote(answers: np.ndarray, *, how: Vote, accuracies: np.ndarray) -> Voted:
    """Return the labels that (M, N, L) probabilities of M networks vote for.

    accuracies: (M,) of the networks on the validation split; `weighted` weighs a network by the odds that it is right,
    as is best where networks err apart (Nitzan and Paroush 1982). A tie of the majority goes to the tied label of the
    greatest mean probability.
    """
    if how == "mean":
        return Voted(answers.mean(axis=0).argmax(axis=1), 0)
    if how == "weighted":
        shares = np.clip(accuracies, 0.01, 0.99)
        weights = np.maximum(np.log(shares / (1 - shares)), 0) + 1e-9
        return Voted(np.tensordot(weights / weights.sum(), answers, axes=1).argmax(axis=1), 0)
    counts = np.eye(answers.shape[2])[answers.argmax(axis=2)].sum(axis=0)
    is_first = counts == counts.max(axis=1, keepdims=True)
    labels = np.where(is_first, answers.mean(axis=0), -1.0).argmax(axis=1)
    return Voted(labels, int((is_first.sum(axis=1) > 1).sum()))


def growing_ensemble(
    models: Sequence[ModelFile], validation: FaceData, data: FaceData, *, how: Vote
) -> list[dict[str, Any]]:
    """Return the scores of ensembles of 1 to all models, which join in the order of accuracy on the validation split.

    Each has `models` (names), `validation` (accuracy there), `ties`, and `n`, `accuracy`, `accuracy_ci95` on the rows
    of `data`, against FER-2013's seven labels. A model that has seen the validation split in its fit is refused, since
    it would come first: raises DataError.
    """
    seen = [model.path.name for model in models if model.metadata.get("recipe", {}).get("fits_all")]
    if seen:
        raise DataError(f"{seen[0]} was fitted with the validation split, by which the models of an ensemble are put "
                        "in order. Leave it out, or give the model of the fit before its last one")
    chosen, scored = (_answers(models, faces.images) for faces in (validation, data))
    accuracies = (chosen.argmax(axis=2) == validation.labels).mean(axis=1)
    order = np.argsort(-accuracies, kind="stable")
    rows = []
    for size in range(1, len(models) + 1):
        members = order[:size]
        on_validation = vote(chosen[members], how=how, accuracies=accuracies[members]).labels
        voted = vote(scored[members], how=how, accuracies=accuracies[members])
        rows.append({
            "models": [models[index].path.stem for index in members],
            "validation": float((on_validation == validation.labels).mean()),
            "ties": voted.ties,
            **score_accuracy(voted.labels, data.labels),
        })
    return rows


def _answers(models: Sequence[ModelFile], images: np.ndarray) -> np.ndarray:
    """Return (M, N, 7) probabilities of the seven emotions, which all models have."""
    return np.stack([open_network(model)(images) @ spectrum_matrix(model.labels, SEVEN).T for model in models])
