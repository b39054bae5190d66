"""Every network of the register can be fitted, stored, opened by the app, and fitted on with fewer heads."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from emocam.engine.model_file import read_model_file, refused_layers, write_metadata
from emocam.engine.preprocessing import network_input
from tests.training.faces_file import picture
from training.data.faces import resized
from training.exporting.export import LARGEST_DIFFERENCE, export
from training.fitting.description import description
from training.fitting.recipes import FER2013, FERPLUS, RECIPES
from training.networks.batch_norm import FusedBatchNormalization
from training.networks.build import build
from training.networks.register import NETWORKS, Network, NetworkError, find_network, network
from training.networks.weights import copy_weights
from training.recipe import Recipe
from training.scoring.inference import litert_network

pytestmark = pytest.mark.training
SIZE_PX = 32
# The others of a family are made of the same parts, and take minutes to be stored and compiled: 67 million weights.
LIGHT = [name for name in NETWORKS if name in (
    "autoencoder", "bkmin", "bkvgg12", "densenet121_reduced", "googlenet", "mini_xception", "residual", "resnet18",
    "ungated", "vgg13_ferplus",
)]  # fmt: skip
every_light_network = pytest.mark.parametrize("entry", [NETWORKS[name] for name in LIGHT], ids=LIGHT)


def recipe_of(entry: Network) -> Recipe:
    size_px = entry.image_size_px or SIZE_PX
    return replace(RECIPES["residual"], name="throw_away", architecture=entry.name, sizes_px=((1.0, size_px),))


def scatter(model: keras.Model, *, seed: int) -> None:
    """Give the biases and statistics, which begin as zeros and ones, values of their own, as a fit does."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if len(weight.shape) == 1:
            drawn = rng.normal(0, 0.1, weight.shape)
            weight.assign(np.abs(keras.ops.convert_to_numpy(weight) + drawn) if "variance" in weight.path else drawn)
            if "gamma" in weight.path:
                weight.assign(1 + drawn)


def tell_apart(model: keras.Model, head: str, inputs: np.ndarray) -> None:
    """Scale a head's last layer, so that its answers to the inputs differ.

    Not by more: faces hardly differ to random layers, and rounding is scaled up with what there is.
    """
    logits = np.log(keras.ops.convert_to_numpy(model(inputs)[head]))
    scores = model.get_layer(f"{head}_scores")
    kernel, bias = scores.get_weights()
    factor = 0.2 / logits.std(axis=0).max()
    scores.set_weights([factor * kernel, factor * (bias - logits.mean(axis=0))])


def some_faces() -> np.ndarray:
    """Return (21, 48, 48) uint8 faces, three of each label."""
    return np.stack([picture(label, seed=seed) for seed in range(3) for label in range(7)])


def inputs_of(entry: Network) -> np.ndarray:
    faces = resized(some_faces(), recipe_of(entry).image_size_px)
    return network_input(faces, scale=1 / 127.5, offset=-1)


def answers(model: keras.Model, head: str, inputs: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(model(inputs)[head])


@pytest.fixture(scope="module", params=NETWORKS.values(), ids=list(NETWORKS))
def built(request) -> tuple[Network, keras.Model]:
    """Return an entry and its network with two heads, built once for the tests that only look at it."""
    return request.param, build(recipe_of(request.param), [FER2013, FERPLUS])


def test_a_network_has_as_many_parameters_as_it_says(built):
    entry, both = built
    ferplus = [layer for layer in both.layers if layer.name.startswith("ferplus")]
    assert both.count_params() - sum(layer.count_params() for layer in ferplus) == entry.parameters
    assert f"{entry.parameters:,}" in entry.builder.__doc__


def test_a_network_is_made_of_layers_that_the_app_opens(built):
    assert refused_layers(json.loads(built[1].to_json())) == []


def test_each_head_ends_with_a_bias_for_each_label(built):
    _, both = built
    assert list(both.output_names) == ["fer2013", "ferplus"]
    for head in (FER2013, FERPLUS):
        _kernel, bias = both.get_layer(f"{head.name}_scores").get_weights()
        assert bias.shape == (len(head.labels),)


@every_light_network
def test_a_network_answers_in_its_file_as_it_did_before(entry, tmp_path):
    keras.utils.set_random_seed(1)
    inputs = inputs_of(entry)
    model = build(recipe_of(entry), [FERPLUS], image_size_px=inputs.shape[1])
    scatter(model, seed=1)
    tell_apart(model, "ferplus", inputs)
    path = stored(model, recipe_of(entry), tmp_path / "network.hdf5")
    assert export(path, path, images=some_faces()).face_count == len(inputs)
    by_keras = keras.ops.convert_to_numpy(model(inputs)["ferplus"])
    np.testing.assert_allclose(litert_network(read_model_file(path).litert)(inputs), by_keras, atol=LARGEST_DIFFERENCE)
    assert np.ptp(by_keras, axis=0).max() > 100 * LARGEST_DIFFERENCE, "the faces are answered alike"


def stored(model: keras.Model, recipe: Recipe, path: Path) -> Path:
    """Write a network with one head as a fit does."""
    keras.Model(model.inputs, model.outputs[0]).save(path, include_optimizer=False)
    told = dict.fromkeys(("dataset", "split", "selection_rule", "licence"), "not known")
    write_metadata(path, description(recipe, FERPLUS, temperature=1.0, **told))
    return path


# Each way for ours; for the others, which take longer to build, one.
OURS = [NETWORKS[name] for name in ("mini_xception", "residual", "ungated")]
HEADS_TAKEN = [
    *((entry, head, is_fitted) for entry in OURS for head in (FER2013, FERPLUS) for is_fitted in (True, False)),
    *((NETWORKS[name], FERPLUS, False) for name in LIGHT if NETWORKS[name] not in OURS),
]


@pytest.mark.parametrize(
    ("entry", "head", "is_fitted"),
    HEADS_TAKEN,
    ids=[f"{entry.name}-{head.name}-{'fitted' if fitted else 'stored'}" for entry, head, fitted in HEADS_TAKEN],
)
def test_a_network_with_one_head_takes_its_part_of_one_with_two(entry, head, is_fitted):
    both = build(recipe_of(entry), [FER2013, FERPLUS], is_fitted=not is_fitted)
    scatter(both, seed=2)
    single = build(recipe_of(entry), [head], is_fitted=is_fitted)
    inputs = inputs_of(entry)
    before = answers(single, head.name, inputs)
    copy_weights(both, single)
    np.testing.assert_allclose(answers(single, head.name, inputs), answers(both, head.name, inputs), atol=1e-5)
    assert np.abs(answers(single, head.name, inputs) - before).max() > 1e-3


@every_light_network
def test_the_fast_layers_of_a_fit_give_their_weights_to_plain_ones(entry, monkeypatch):
    family = sys.modules[entry.builder.__module__]
    plain = build(recipe_of(entry), [FER2013])
    # As with PyTorch, whose function is called by no other backend, and not while a network is built.
    monkeypatch.setattr(family, "batch_normalization", lambda *, is_fitted: FusedBatchNormalization(), raising=False)
    fast = build(recipe_of(entry), [FER2013, FERPLUS], is_fitted=True)
    normalized = [layer for layer in plain.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert len([layer for layer in fast.layers if isinstance(layer, FusedBatchNormalization)]) == len(normalized)
    assert normalized or entry.name in ("bkmin", "bkvgg12", "vgg13_ferplus"), "described without it"
    scatter(fast, seed=3)
    copy_weights(fast, plain)
    shared = [layer for layer in fast.layers if layer.name != "ferplus_scores"]
    expected = [weight for layer in shared for weight in layer.get_weights()]
    copied = plain.get_weights()
    assert len(copied) == len(expected)
    for one, other in zip(copied, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_unknown_network_is_answered_with_the_known_ones():
    with pytest.raises(NetworkError, match=r"no network is called alexnet; known are andreas100, .*, ungated"):
        find_network("alexnet")


def test_a_name_is_given_once():
    before = NETWORKS["residual"]
    with pytest.raises(ValueError, match=r"training\.networks\.residual has added one of that name"):
        network("residual", parameters=1)(lambda **_: None)
    assert NETWORKS["residual"] is before
