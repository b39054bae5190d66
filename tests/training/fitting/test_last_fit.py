"""A last fit takes the validation split too, and its calibration from the network that had not seen it."""

from dataclasses import replace
from pathlib import Path

import pytest

from emocam.engine.model_file import read_model_file
from training.data.faces import TRAINING, FaceData, validation_split
from training.fitting.fit import fit
from training.fitting.history import RunError
from training.fitting.recipes import FER2013, MINI_XCEPTION_ALONE, RECIPES
from training.recipe import Recipe

pytestmark = pytest.mark.training

BEFORE = replace(MINI_XCEPTION_ALONE, name="before", epochs=2, batch_size=8, heads=(FER2013,), files_as="tiny")
LAST = replace(BEFORE, name="last", starts_from="before", fits_all=True)


def steps(data: FaceData, recipe: Recipe, runs: Path) -> int:
    """Fit; return how many batches that took."""
    counted: list[int] = []
    fit(data, recipe, folder=runs / recipe.name, on_epoch=lambda *_: None, on_step=lambda done, _: counted.append(done))
    return max(counted)


def test_a_last_fit_takes_all_faces_and_the_calibration_of_the_network_before(data, tmp_path, monkeypatch):
    monkeypatch.setitem(RECIPES, "before", BEFORE)
    training = data.split(TRAINING)
    held_out = int(validation_split(training).sum())
    assert held_out >= 8
    before, last = (steps(data, recipe, tmp_path) for recipe in (BEFORE, LAST))
    assert (before, last) == (2 * -(-(len(training) - held_out) // 8), 2 * -(-len(training) // 8))
    told, of_last = (read_model_file(tmp_path / name / "tiny_fer2013.hdf5").metadata for name in ("before", "last"))
    for figure in ("temperature", "added_to_logits", "logit_adjustment"):
        assert of_last[figure] == told[figure]
    assert any(told["added_to_logits"].values())
    assert (told["split"], of_last["split"]) == ("Training less its validation split", "Training, all of it")
    assert "choosing_tenth" in told["metrics"]
    assert of_last["metrics"] == {}
    assert "those of the recipe before" in of_last["selection_rule"]


def test_a_last_fit_says_what_has_to_be_fitted_first(data, tmp_path, monkeypatch):
    monkeypatch.setitem(RECIPES, "before", BEFORE)
    with pytest.raises(RunError, match="the recipe before has to be fitted first"):
        steps(data, LAST, tmp_path)
