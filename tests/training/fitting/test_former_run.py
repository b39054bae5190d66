"""A run that a former version began is gone on with: other names of columns, other order of a recipe's fields."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from emocam.resources import shipped_models
from training.data.faces import FaceData
from training.fitting.fit import fit
from training.fitting.history import EPOCH_COLUMNS, RunError, read_history
from training.fitting.recipes import FER2013, MINI_XCEPTION_ALONE
from training.recipe import Recipe

pytestmark = pytest.mark.training
RECIPE = replace(MINI_XCEPTION_ALONE, name="former", epochs=1, heads=(FER2013,))


def epochs_fitted(data: FaceData, recipe: Recipe, folder: Path) -> list[int]:
    told: list[int] = []
    fit(data, recipe, folder=folder, on_epoch=lambda epoch, *_: told.append(epoch))
    return told


def test_a_run_of_a_former_version_goes_on(data, tmp_path):
    assert epochs_fitted(data, RECIPE, tmp_path) == [1]
    history, recipe = tmp_path / "history_fer2013.csv", tmp_path / "recipe.json"
    written = read_history(history)
    history.write_text(history.read_text().replace("validation_", "choosing_"))
    made_by = json.loads(recipe.read_text())
    for head in made_by["heads"]:
        del head["points_crop"]
    del made_by["aligned"], made_by["aligned_share"]
    recipe.write_text(json.dumps(made_by, sort_keys=True))
    assert read_history(history) == written
    assert epochs_fitted(data, RECIPE, tmp_path) == []
    with pytest.raises(RunError, match="holds a run of other recipe"):
        epochs_fitted(data, replace(RECIPE, seed=5), tmp_path)


@pytest.mark.parametrize("name", shipped_models())
def test_the_history_of_a_shipped_model_is_read(name):
    rows = read_history(shipped_models()[name].with_suffix("") / "history.csv")
    assert all(tuple(row) == EPOCH_COLUMNS for row in rows)
    assert all(0.5 < row["validation_accuracy"] < 1 < row["epoch"] + 1 for row in rows)
