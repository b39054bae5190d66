"""How a face is cut out by its points goes from the recipe into the model file, and changes nothing else there."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from emocam.engine.model_file import ModelFileError, read_model_file, write_metadata
from emocam.engine.region import PointsCrop
from emocam.resources import shipped_models
from training.exporting.stamp import stamp_points_crop
from training.fitting.description import description
from training.fitting.recipes import find_head, find_recipe

NAME = "mini_xception_ferplus"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of a shipped model, as it was before its geometry was chosen."""
    path = Path(shutil.copy(shipped_models()[NAME], tmp_path / "model.hdf5"))
    metadata = dict(read_model_file(path).metadata)
    for name in ("points_crop", "points_crop_rule"):
        metadata.pop(name, None)
    write_metadata(path, metadata)
    return path


def test_a_file_is_stamped_with_its_recipe_s_geometry_and_keeps_its_network(model):
    before = read_model_file(model)
    stamped = stamp_points_crop(model)
    after = read_model_file(model)
    _, head = find_head(NAME)
    assert stamped == after.points_crop == head.points_crop
    assert (after.weights_digest, after.litert) == (before.weights_digest, before.litert)
    changed = {name for name in after.metadata if after.metadata[name] != before.metadata.get(name)}
    assert changed == {"points_crop", "points_crop_rule"}
    assert "yale" in after.metadata["points_crop_rule"]


@pytest.mark.parametrize("changes", [{"recipe": None}, {"recipe": {"name": "another"}}, {"head": "another"}])
def test_a_file_that_no_recipe_has_made_is_refused_and_stays(model, changes):
    write_metadata(model, {**read_model_file(model).metadata, **changes})
    before = model.read_bytes()
    with pytest.raises(ModelFileError, match="a recipe here has made"):
        stamp_points_crop(model)
    assert model.read_bytes() == before


def described(points_crop: PointsCrop | None) -> dict:
    recipe, head = find_head(NAME)
    told = dict(temperature=1.0, dataset="", split="", selection_rule="", licence="")
    return description(recipe, replace(head, points_crop=points_crop), **told)


def test_a_recipe_s_geometry_is_written_into_the_description():
    crop = PointsCrop(-0.05, 0.1, is_turned=False)
    assert described(crop)["points_crop"] == {"margin": -0.05, "raised": 0.1, "turned": False}
    assert not {"points_crop", "points_crop_rule"} & set(described(None))


@pytest.mark.parametrize("name", shipped_models())
def test_a_shipped_model_has_the_geometry_of_its_recipe(name):
    model = read_model_file(shipped_models()[name])
    recipe = find_recipe(model.metadata["recipe"]["name"])
    assert model.points_crop == {head.name: head for head in recipe.heads}[model.metadata["head"]].points_crop
    rule = "cut out that the network was fitted on" if recipe.aligned else "mean of the three balanced accuracies"
    assert rule in model.metadata["points_crop_rule"]
