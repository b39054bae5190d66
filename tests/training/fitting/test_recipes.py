"""The networks that ship are those that the recipes make."""

import json
from dataclasses import asdict, fields

import pytest

from emocam.engine.model_file import read_model_file
from emocam.resources import shipped_models
from training.fitting.recipes import RECIPES, find_head, find_recipe, model_names, with_those_before
from training.recipe import Recipe


@pytest.mark.parametrize("network", sorted(shipped_models()))
def test_a_shipped_network_is_made_by_the_recipe_as_it_stands(network):
    made_by = read_model_file(shipped_models()[network]).metadata["recipe"]
    recipe = find_recipe(made_by["name"])
    # A file from before a recipe could say something says nothing of it: it was made as those are that say nothing.
    unsaid = {field.name: field.default for field in fields(Recipe) if field.name not in made_by}
    assert {**made_by, **unsaid} == json.loads(json.dumps(asdict(recipe)))
    if network in model_names():
        assert find_head(network)[0] == recipe, "the file bears the name of another recipe's"


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_what_a_recipe_needs_is_fitted_before_it(recipe):
    chain = [each.name for each in with_those_before(recipe)]
    assert chain[-1] == recipe.name
    for place, name in enumerate(chain):
        needed = {each for each in (*RECIPES[name].teachers, RECIPES[name].starts_from) if each}
        assert needed <= set(chain[:place])
        assert not any(RECIPES[each].fits_all for each in needed), "a teacher has to hold the validation split out"


def test_a_network_that_several_recipes_make_is_made_by_the_last():
    assert find_recipe("residual_ferplus").name == "residual_last"
    assert find_recipe("residual").name == "residual"
