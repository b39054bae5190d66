"""Weights go to the layers that are reached in the same way, heads by name; what does not fit is said."""

import keras
import numpy as np
import pytest
from keras import layers

from emocam.engine.model_file import read_model_file
from emocam.resources import shipped_models
from tests.training.faces_file import picture
from training.fitting.recipes import FER2013, FERPLUS, RECIPES, find_head, model_names
from training.networks.build import build
from training.networks.register import NetworkError
from training.networks.weights import copy_weights
from training.scoring.inference import load_keras, network_faces

pytestmark = pytest.mark.training
RESIDUAL = RECIPES["residual"]


def branching(heads: dict[str, int], *, width: int = 4) -> keras.Model:
    """Return a network whose long head `early` leaves from a branch, which Keras then orders before the other one."""
    inputs = keras.Input((6,))
    first = layers.Dense(width)(inputs)
    right = layers.Dense(width, activation="relu")(layers.Dense(width)(first))
    left = layers.Dense(width)(first)
    last = layers.Dense(width)(layers.Concatenate()([left, right]))
    outputs = {}
    for name, count in heads.items():
        x = last
        if name == "early":
            x = layers.ReLU()(layers.Dense(5, name="early_first")(left))
            x = layers.ReLU()(layers.Dense(5, name="early_second")(x))
        outputs[name] = layers.Softmax(name=name)(layers.Dense(count, name=f"{name}_scores")(x))
    return keras.Model(inputs, outputs)


def randomized(model: keras.Model, *, seed: int) -> keras.Model:
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 1, weight.shape) for weight in model.weights])
    return model


@pytest.mark.parametrize("heads", [{"late": 3}, {"late": 3, "early": 2}], ids="+".join)
def test_layers_are_found_in_whatever_order_keras_puts_them(heads):
    source = randomized(branching({"early": 2, "other": 3, "late": 3}), seed=1)
    network = randomized(branching(heads), seed=2)
    copy_weights(source, network)
    faces = np.random.default_rng(3).normal(0, 1, (5, 6)).astype(np.float32)
    for name in heads:
        np.testing.assert_allclose(network(faces)[name], source(faces)[name], atol=1e-6)


def test_a_network_that_was_stored_by_keras_gives_its_weights(tmp_path):
    source = randomized(branching({"late": 3, "early": 2}), seed=1)
    source.save(tmp_path / "network.keras")
    network = branching({"late": 3})
    copy_weights(keras.saving.load_model(tmp_path / "network.keras"), network)
    faces = np.random.default_rng(3).normal(0, 1, (5, 6)).astype(np.float32)
    np.testing.assert_allclose(network(faces)["late"], source(faces)["late"], atol=1e-6)


@pytest.mark.parametrize("name", [name for name in shipped_models() if name in model_names()])
def test_a_file_of_a_former_version_gives_its_weights(name):
    recipe, head = find_head(name)
    model = read_model_file(shipped_models()[name])
    stored, network = load_keras(model), build(recipe, [head], is_fitted=True)
    copy_weights(stored, network)
    faces = network_faces(model, np.stack([picture(label, seed=1) for label in range(3)]))
    np.testing.assert_allclose(network(faces)[head.name], stored([faces]), atol=1e-5)


def test_layers_that_cannot_be_told_apart_are_not_copied():
    with pytest.raises(NetworkError, match=r"expected 1 layers in the place of dense\w*; got 2"):
        copy_weights(branching({"late": 3, "early": 2}), branching({"early": 2}))  # without the other branch


def test_a_head_that_the_source_lacks_is_named():
    with pytest.raises(NetworkError, match=r"expected a network with the head ferplus; it has fer2013\. Start from"):
        copy_weights(build(RESIDUAL, [FER2013]), build(RESIDUAL, [FER2013, FERPLUS]))


def test_a_layer_of_another_shape_is_named_and_nothing_is_copied():
    network = branching({"late": 3}, width=8)
    before = network.get_weights()
    with pytest.raises(NetworkError, match=r"layer dense\w*: expected weights of the shapes .*8.*; got .*4"):
        copy_weights(branching({"late": 3}), network)
    for one, other in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_head_of_other_labels_is_named():
    with pytest.raises(NetworkError, match=r"layer late_scores: .*\(4, 7\).*; got .*\(4, 3\)"):
        copy_weights(branching({"late": 3}), branching({"late": 7}))


def test_another_architecture_is_refused():
    with pytest.raises(NetworkError, match="Start from a recipe of the same architecture"):
        copy_weights(build(RECIPES["mini_xception_taught"], [FERPLUS]), build(RESIDUAL, [FERPLUS]))
