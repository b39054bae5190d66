"""Networks with some of the heads of a larger one answer as that one does."""

import keras
import numpy as np
import pytest

from training.fitting.recipes import FER2013, FERPLUS, RECIPES
from training.networks.register import build, copy_weights

pytestmark = pytest.mark.training


@pytest.mark.parametrize("name", ["mini_xception_taught", "residual"])
@pytest.mark.parametrize("head", [FER2013, FERPLUS], ids=lambda head: head.name)
def test_a_network_with_one_head_takes_its_part_of_one_with_two(name, head):
    keras.utils.set_random_seed(3)
    recipe = RECIPES[name]
    both, single = build(recipe, recipe.heads), build(recipe, [head], is_fitted=True)
    faces = np.random.default_rng(4).random((2, 48, 48, 1), np.float32)
    before = keras.ops.convert_to_numpy(single(faces)[head.name])
    copy_weights(both, single)
    answer = keras.ops.convert_to_numpy(single(faces)[head.name])
    np.testing.assert_allclose(answer, keras.ops.convert_to_numpy(both(faces)[head.name]), atol=1e-5)
    assert np.abs(answer - before).max() > 1e-3
