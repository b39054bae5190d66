"""Networks vote in three ways, and join an ensemble in the order of the validation split alone."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from emocam.labels import EMOTIONS
from training.data.faces import DataError, FaceData
from training.scoring import ensemble
from training.scoring.ensemble import growing_ensemble, vote

pytestmark = pytest.mark.training
EVEN = np.full(3, 0.6)


def said(*rows: tuple[float, ...]) -> np.ndarray:
    """Return (M, 1, L) probabilities, a row for each network."""
    return np.array(rows)[:, None]


def test_one_sure_network_wins_the_mean_and_loses_the_majority():
    answers = said((0.9, 0.1, 0), (0.4, 0.6, 0), (0.45, 0.55, 0))
    assert vote(answers, how="mean", accuracies=EVEN).labels.tolist() == [0]
    assert vote(answers, how="majority", accuracies=EVEN).labels.tolist() == [1]


def test_a_tie_of_the_majority_is_counted_and_goes_to_the_likelier_label():
    answers = said((0.5, 0.3, 0.2), (0.1, 0.2, 0.7), (0.3, 0.4, 0.3))
    voted = vote(answers, how="majority", accuracies=EVEN)
    assert (voted.labels.tolist(), voted.ties) == ([2], 1)


def test_the_better_network_outweighs_two_that_guess():
    answers = said((0.6, 0.4, 0), (0.3, 0.7, 0), (0.3, 0.7, 0))
    accuracies = np.array([0.9, 0.52, 0.52])
    assert vote(answers, how="weighted", accuracies=accuracies).labels.tolist() == [0]
    assert vote(answers, how="weighted", accuracies=EVEN).labels.tolist() == [1]


def stand_in(name: str, *, fits_all: bool = False) -> Any:
    path = SimpleNamespace(stem=name, name=f"{name}.hdf5")
    return SimpleNamespace(path=path, labels=EMOTIONS, metadata={"recipe": {"fits_all": fits_all}})


def faces(labels: list[int], split: int) -> FaceData:
    """Return faces whose first pixel says which of them it is, and whose second one in which split."""
    images = np.zeros((len(labels), 48, 48), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.arange(len(labels)), split
    return FaceData(images, np.array(labels, np.uint8), np.full(len(labels), "any"))


def test_models_join_in_the_order_of_the_validation_split(monkeypatch):
    # Of each split's four faces, all of label 3, how many the model gets right: the last one shines on the test alone.
    right = {"weak": (1, 1), "strong": (4, 3), "shining": (2, 4)}

    def opened(model):
        def answer(images):
            is_right = images[:, 0, 0] < np.array(right[model.path.stem])[images[:, 0, 1]]
            return np.eye(7)[np.where(is_right, 3, 0)]
        return answer

    monkeypatch.setattr(ensemble, "open_network", opened)
    models = [stand_in(name) for name in right]
    rows = growing_ensemble(models, faces([3] * 4, 0), faces([3] * 4, 1), how="majority")
    assert [row["models"] for row in rows] == [["strong"], ["strong", "shining"], ["strong", "shining", "weak"]]
    assert [row["validation"] for row in rows] == [1.0, 0.5, 0.5]
    assert [row["ties"] for row in rows] == [0, 1, 0]
    assert (rows[0]["accuracy"], rows[2]["accuracy"], rows[2]["n"]) == (0.75, 0.75, 4)


def test_a_model_that_was_fitted_with_the_validation_split_is_refused():
    with pytest.raises(DataError, match=r"last\.hdf5 was fitted with the validation split"):
        growing_ensemble([stand_in("last", fits_all=True)], faces([3], 0), faces([3], 1), how="mean")
