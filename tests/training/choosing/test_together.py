"""A finished fit becomes one file whose network answers like people, like its data set, and in between."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emocam.engine.model_file import read_model_file
from emocam.labels import EMOTIONS
from emocam.settings import BETWEEN, DATA_SET, PEOPLE
from tests.training.faces_file import picture
from training.choosing.together import Choice, Fitted, write_together
from training.data.faces import FERPLUS_LABELS
from training.exporting.export import export
from training.fitting.description import description
from training.fitting.recipes import FER2013, FERPLUS, MINI_XCEPTION_TAUGHT, RESIDUAL
from training.networks.build import build
from training.recipe import Recipe
from training.scoring import mixture as mixtures
from training.scoring.criterion import Result
from training.scoring.inference import open_network
from training.scoring.mixture import TENTH, Mixture, Trial, softmax

FREQUENCIES = np.linspace(-1.5, 1.5, len(FERPLUS_LABELS))
BALANCE = {"ferplus": 0.25, "fer2013": -0.5}  # added to a head's first label
FACES = np.stack([picture(label, seed=label) for label in range(7)])


def fitted(recipe: Recipe, folder: Path) -> Fitted:
    """Return a run of a network with random weights."""
    recipe = replace(recipe, heads=(FER2013, FERPLUS))
    told = dict(temperature=1.0, dataset="", split="", selection_rule="", licence="")
    stated = {}
    for head in recipe.heads:
        added = {label: BALANCE[head.name] * (place == 0) for place, label in enumerate(head.labels)}
        stated[head.name] = {**description(recipe, head, **told), "added_to_logits": added}
    network = build(recipe, recipe.heads, image_size_px=recipe.image_size_px)
    return Fitted(folder, recipe, network, {head.name: head for head in recipe.heads}, stated)


def chosen(mixture: Mixture) -> Choice:
    trial = Trial(mixture, Result({TENTH: (0.8, 0.7)}))
    return Choice([trial], trial, FREQUENCIES, 1.0, {})


@pytest.mark.parametrize("recipe", [RESIDUAL, MINI_XCEPTION_TAUGHT], ids=lambda recipe: recipe.architecture)
def test_each_answer_is_that_of_its_head_and_the_first_their_mixture(recipe, tmp_path):
    run, mixture = fitted(recipe, tmp_path), Mixture(0.3, 0.2)
    out = tmp_path / "together.hdf5"
    write_together(run, chosen(mixture), out, is_mirrored=False)
    export(out, out, images=FACES)
    model = read_model_file(out)
    assert model.answers == (BETWEEN, DATA_SET, PEOPLE) and model.judges_like == BETWEEN
    assert (len(model.labels), len(model.judging_like(DATA_SET).labels)) == (8, 7)

    inputs = FACES[..., np.newaxis].astype(np.float32) * run.recipe.scale + run.recipe.offset
    heads = run.network.predict(inputs, verbose=0)
    logs = {name: np.log(heads[name].astype(float)) for name in heads}
    balanced = {}
    for name, scores in logs.items():
        scores = scores.copy()
        scores[:, 0] += BALANCE[name]
        balanced[name] = softmax(scores)
    expected = {
        BETWEEN: softmax(mixture.scores(logs[mixtures.PEOPLE], logs[mixtures.DATA_SET], FREQUENCIES)),
        PEOPLE: balanced["ferplus"],
        DATA_SET: balanced["fer2013"],
    }
    for name, answers in expected.items():
        np.testing.assert_allclose(open_network(model.judging_like(name))(FACES), answers, atol=2e-4)
    assert model.judging_like("nobody").judges_like == BETWEEN
    assert model.judging_like(DATA_SET).labels == EMOTIONS


def test_a_file_says_of_each_answer_what_it_was_made_of(tmp_path):
    out = tmp_path / "together.hdf5"
    write_together(fitted(MINI_XCEPTION_TAUGHT, tmp_path), chosen(Mixture(0.3, 0.2)), out, is_mirrored=True)
    model = read_model_file(out)
    assert model.metadata["mixture"] == {"people": 0.7, "data_set": 0.3}
    assert model.metadata["added_to_logits"]["angry"] == pytest.approx(0.3)
    people = model.judging_like(PEOPLE)
    assert people.metadata["added_to_logits"]["angry"] == 0.25 and "mixture" not in people.metadata
    assert people.is_mirrored and people.image_size_px == model.image_size_px == 48
