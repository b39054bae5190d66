"""Writes into a model file what its recipe says of its use in the app and did not say when the file was made."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from emocam.engine.model_file import ModelFileError, read_model_file, write_metadata
from emocam.engine.region import PointsCrop
from training.fitting.description import described_points_crop
from training.fitting.recipes import find_recipe
from training.recipe import Head


def stamp_points_crop(path: Path) -> PointsCrop:
    """Write how a face is cut out whose points are known; return that. The weights and the compiled network stay.

    Raises ModelFileError for a file that no recipe here has made, or whose recipe leaves the geometry open.
    """
    metadata = read_model_file(path).stated
    head = _head(path, metadata.get("recipe"), metadata.get("head"))
    if head.points_crop is None:
        raise ModelFileError(f"{path.name}: the head {head.name} of its recipe has no points_crop. Choose one: "
                             f"python -m training geometry {path} --elsewhere FOLDER")
    # The recipe in the file goes on being the one that made it, with the epochs and the seed of its run.
    heads = {each.name: each for each in find_recipe(metadata["recipe"]["name"]).heads}
    told = [{**each, "points_crop": _asdict(heads[each["name"]].points_crop)} for each in metadata["recipe"]["heads"]]
    recipe = {**metadata["recipe"], "heads": told}
    made_by = find_recipe(metadata["recipe"]["name"])
    write_metadata(path, {**metadata, "recipe": recipe, **described_points_crop(head, made_by)})
    return head.points_crop


def _asdict(crop: PointsCrop | None) -> dict[str, object] | None:
    return None if crop is None else asdict(crop)


def _head(path: Path, recipe: Any, name: object) -> Head:
    try:
        return next(head for head in find_recipe(recipe["name"]).heads if head.name == name)
    except (KeyError, TypeError, StopIteration):
        raise ModelFileError(f"{path.name}: expected a file that a recipe here has made. Describe it by one: "
                             f'python -m training export "{path}" --recipe NAME --data fer2013.csv') from None
