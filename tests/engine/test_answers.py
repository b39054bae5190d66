"""A network may give several answers side by side; a file says which outputs are whose, or is refused."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from emocam.engine.classification import open_classifier
from emocam.engine.model_file import METADATA, ModelFileError, read_model_file
from emocam.resources import shipped_models
from emocam.settings import BETWEEN, DATA_SET, JUDGES, PEOPLE

LARGE = shipped_models()["residual"]
CROPS = np.random.default_rng(1).integers(0, 256, (4, 48, 48), np.uint8)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copy(LARGE, tmp_path / "model.hdf5"))


def stated(path: Path) -> dict:
    with h5py.File(path) as file:
        told: dict = json.loads(file.attrs[METADATA])
    return told


def state(path: Path, told: dict) -> None:
    with h5py.File(path, "r+") as file:
        file.attrs[METADATA] = json.dumps(told)


def test_each_answer_has_its_own_labels_and_sums_to_one():
    usual = open_classifier(LARGE)
    assert usual.model.judges_like == BETWEEN and set(usual.model.answers) == set(JUDGES)
    answers = {name: usual.judging_like(name) for name in JUDGES}
    for name, classifier in answers.items():
        assert classifier.model.judges_like == name
        probabilities = classifier.classify(CROPS)
        assert probabilities.shape == (len(CROPS), len(classifier.model.labels))
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert "contempt" in answers[PEOPLE].model.labels and "contempt" not in answers[DATA_SET].model.labels
    people, between = (answers[name].classify(CROPS) for name in (PEOPLE, BETWEEN))
    assert np.abs(people - between).max() > 1e-3


def test_asking_for_what_a_file_lacks_leaves_its_usual_answer(model: Path):
    classifier = open_classifier(model)
    assert classifier.judging_like(BETWEEN) is classifier
    small = open_classifier(shipped_models()["mini_xception_ferplus"])
    assert small.model.answers == () and small.judging_like(PEOPLE) is small


def test_what_stands_in_front_of_the_answers_holds_for_all_of_them(model: Path):
    told = stated(model)
    told["crop_margin"] = 0.31
    state(model, told)
    read = read_model_file(model)
    assert {read.judging_like(name).crop_margin for name in read.answers} == {0.31}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: told["answers"].pop(), "expected 15 outputs"),
        (lambda told: told["answers"][1].pop("labels"), "in its answer"),
        (lambda told: told["answers"][1].update(labels=["angry", "bored"]), "expected labels out of"),
        (lambda told: told["answers"][1].update(name=BETWEEN), "answers with different names"),
        (lambda told: told["answers"][1].update(name=7), "answers with different names"),
        (lambda told: told["answers"][1].update(scale=1.0), "expected scale of the network"),
        (lambda told: told.update(answers="two"), "expected answers as a list"),
        (lambda told: told.update(answers=[]), "expected answers as a list"),
        (lambda told: told["answers"].insert(0, told["answers"].pop(1)), "expected probabilities that sum to 1"),
    ],
)
def test_a_file_whose_answers_make_no_sense_is_refused(model: Path, change, said):
    told = stated(model)
    change(told)
    state(model, told)
    with pytest.raises(ModelFileError, match=said):
        open_classifier(model)
