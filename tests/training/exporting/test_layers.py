"""Every layer that the app accepts answers alike both ways that the app runs a file: compiled, and by Keras."""

import json
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from emocam.engine.classification import open_classifier
from emocam.engine.model_file import KNOWN_LAYERS, LITERT, ModelFileError, refused_layers
from emocam.labels import EMOTIONS
from training.data.real_faces import shipped_faces
from training.exporting.export import export
from training.exporting.foreign import Feeding

pytestmark = pytest.mark.training
FEEDING = Feeding(EMOTIONS, scale=1 / 127.5, offset=-1.0)
Part = Callable[[keras.KerasTensor], keras.KerasTensor]
Layer = Callable[[], keras.layers.Layer]


def of_maps(x: keras.KerasTensor) -> keras.KerasTensor:
    """Lead (N, 12, 12, 8) through the layers that work on maps."""
    for layer in (
        layers.BatchNormalization(), layers.ReLU(), layers.SeparableConv2D(8, 3, padding="same"),
        layers.LeakyReLU(negative_slope=0.2), layers.DepthwiseConv2D(3, padding="same"), layers.PReLU(),
        layers.LayerNormalization(), layers.ELU(), layers.GroupNormalization(groups=4), layers.Activation("gelu"),
        layers.RMSNormalization(), layers.UpSampling2D(), layers.Cropping2D(2), layers.MaxPooling2D(),
        layers.ZeroPadding2D(1), layers.AveragePooling2D(2), layers.Conv2DTranspose(8, 3, strides=2, padding="same"),
        layers.SpatialDropout2D(0.2), layers.Dropout(0.2), layers.Permute((2, 1, 3)), layers.Rescaling(0.5, 0.1),
        layers.UnitNormalization(),
    ):  # fmt: skip
        x = layer(x)
    joined = [join([x, layers.Conv2D(8, 1)(x)]) for join in (
        layers.Add(), layers.Subtract(), layers.Multiply(), layers.Average(), layers.Maximum(), layers.Minimum(),
    )]  # fmt: skip
    pooled = [layers.GlobalMaxPooling2D()(joined[0]), layers.GlobalAveragePooling2D()(layers.Concatenate()(joined))]
    return layers.Concatenate()(pooled)


def of_tokens(x: keras.KerasTensor) -> keras.KerasTensor:
    """Lead (N, 12, 12, 8) through attention and the layers that work on rows of features."""
    x = layers.Reshape((144, 8))(layers.Flatten()(x))
    x = layers.MaxPooling1D()(layers.Conv1D(8, 3, padding="same")(x))
    x = layers.Add()([x, layers.MultiHeadAttention(2, 4, dropout=0.1)(layers.LayerNormalization()(x), x)])
    x = layers.AveragePooling1D(2)(layers.SpatialDropout1D(0.1)(x))
    looked = [
        layers.Attention()([x, layers.Dense(8)(x)]),
        layers.Attention(use_scale=True, score_mode="concat")([x, layers.Dense(8)(x)]),
        layers.AdditiveAttention()([x, layers.Dense(8)(x)]),
    ]
    x = layers.Concatenate()(looked)
    return layers.Concatenate()([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])


def nested(x: keras.KerasTensor) -> keras.KerasTensor:
    """Lead (N, 12, 12, 8) through a network within the network."""
    inner = keras.Sequential([keras.Input((12, 12, 8)), layers.Conv2D(8, 3), layers.GlobalAveragePooling2D()])
    return inner(x)


def network_of(part: Part) -> keras.Model:
    """Return a small network with a part in its middle and weights that are all far from their first values."""
    keras.utils.set_random_seed(3)
    face = keras.Input((48, 48, 1))
    x = layers.Conv2D(8, 5, strides=4, padding="same")(face)
    network = keras.Model(face, layers.Softmax()(layers.Dense(7)(part(x))))
    rng = np.random.default_rng(3)
    for weight in network.weights:
        if weight.dtype == "float32":
            spread = rng.normal(0, 0.3, weight.shape)
            weight.assign(weight.numpy() + (np.abs(spread) if "variance" in weight.path else spread))
    return network


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return shipped_faces(size_px=48)


@pytest.mark.parametrize("part", [of_maps, of_tokens, nested])
def test_compiled_and_by_keras_a_network_answers_alike_on_real_faces(tmp_path: Path, faces: np.ndarray, part: Part):
    network, out = network_of(part), tmp_path / "network.hdf5"
    network.save(tmp_path / "theirs.keras")
    expected = network.predict(faces[..., np.newaxis] / np.float32(127.5) - 1, verbose=0)
    assert expected.std(axis=0).max() > 0.002  # it tells faces apart at all
    exported = export(tmp_path / "theirs.keras", out, images=faces, feeding=FEEDING)
    compiled = open_classifier(out).classify(faces)
    with h5py.File(out, "r+") as file:
        del file[LITERT]
    by_keras = open_classifier(out).classify(faces)
    np.testing.assert_allclose(compiled, expected, atol=1e-5)
    np.testing.assert_allclose(by_keras, expected, atol=1e-5)
    assert exported.agreement == 1


def test_the_networks_above_hold_every_layer_that_is_accepted():
    configs = [json.loads(network_of(part).to_json()) for part in (of_maps, of_tokens, nested)]
    names = {name for config in configs for name in names_in(config)}
    assert names >= KNOWN_LAYERS - {"Model"}  # what old files call a Functional
    assert not [refused for config in configs for refused in refused_layers(config)]


MISREAD = [lambda: layers.LayerNormalization(axis=[1, 2, 3]), lambda: layers.Softmax(axis=(1, 2))]
REFUSED = [lambda: layers.Normalization(mean=0.1, variance=2.0), lambda: layers.Lambda(abs)]


@pytest.mark.parametrize("layer", MISREAD)
def test_a_layer_along_several_axes_is_refused_since_keras_misreads_it(tmp_path: Path, faces: np.ndarray, layer: Layer):
    network_of(lambda x: layers.GlobalAveragePooling2D()(layer()(x))).save(tmp_path / "theirs.keras")
    with pytest.raises(ModelFileError, match=r"along several axes .*flatten"):
        export(tmp_path / "theirs.keras", tmp_path / "out.hdf5", images=faces, feeding=FEEDING)
    assert not (tmp_path / "out.hdf5").exists()


@pytest.mark.parametrize("layer", REFUSED)
def test_a_layer_that_files_cannot_hold_is_refused(tmp_path: Path, faces: np.ndarray, layer: Layer):
    network_of(lambda x: layers.GlobalAveragePooling2D()(layer()(x))).save(tmp_path / "theirs.keras")
    with pytest.raises(ModelFileError, match=r"Normalization|Lambda"):
        export(tmp_path / "theirs.keras", tmp_path / "out.hdf5", images=faces, feeding=FEEDING)


def names_in(part: object) -> set[str]:
    if isinstance(part, list):
        return set().union(*map(names_in, part))
    if not isinstance(part, dict):
        return set()
    return {str(part.get("class_name"))}.union(*map(names_in, part.values()))
