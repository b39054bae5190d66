"""The networks, as plain Keras 3: gray faces in, label probabilities out, one output for each head."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import keras
from keras import layers

from training.fitting.recipes import Head, Recipe
from training.networks.batch_norm import batch_normalization

# The fast layers of the fit have no place in a file: a network is built with them to be fitted, and without
# them, with the same weights, to be stored.
Build = Callable[..., keras.Model]


def mini_xception(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build mini-Xception (Arriaga, Valdenegro-Toro, Plöger 2017, arXiv:1710.07557); 58,423 parameters.

    Two 3×3 convolutions, four residual modules of two depthwise-separable convolutions with batch
    normalization, then for each head a convolution to one map for each label, global average pooling, softmax.
    """
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = inputs
    for _ in range(2):
        x = layers.Conv2D(8, 3, use_bias=False)(x)
        x = layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
    for filters in (16, 32, 64, 128):
        x = _separable_module(x, filters, is_fitted=is_fitted)
    outputs = {}
    for name, count in heads.items():
        maps = layers.Conv2D(count, 3, padding="same", name=f"{name}_scores", dtype="float32")(x)
        outputs[name] = layers.Softmax(name=name, dtype="float32")(layers.GlobalAveragePooling2D()(maps))
    return keras.Model(inputs, outputs, name="mini_xception")


def _separable_module(x: keras.KerasTensor, filters: int, *, is_fitted: bool) -> keras.KerasTensor:
    shortcut = layers.Conv2D(filters, 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = batch_normalization(is_fitted=is_fitted)(shortcut)
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
    x = batch_normalization(is_fitted=is_fitted)(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    return layers.Add()([x, shortcut])


def residual(
    *, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False, is_gated: bool = True
) -> keras.Model:
    """Build a residual network with squeeze-and-excitation of about 880,000 parameters.

    A 3×3 convolution at full size, then three stages of two residual blocks (He et al. 2016,
    arXiv:1512.03385), each gated by channel (Hu et al. 2018, arXiv:1709.01507), global average pooling and
    for each head a dense layer. Plain convolutions, not depthwise ones: those wait for memory on a processor.
    """
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = layers.Conv2D(24, 3, padding="same", use_bias=False)(inputs)
    x = layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
    for filters in (32, 72, 144):
        for strides in (2, 1):
            x = _residual_block(x, filters, strides=strides, is_fitted=is_fitted, is_gated=is_gated)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.3)(x)
    outputs = {}
    for name, count in heads.items():
        scores = layers.Dense(count, name=f"{name}_scores", dtype="float32")(x)
        outputs[name] = layers.Softmax(name=name, dtype="float32")(scores)
    return keras.Model(inputs, outputs, name="residual")


def _residual_block(
    x: keras.KerasTensor, filters: int, *, strides: int, is_fitted: bool, is_gated: bool
) -> keras.KerasTensor:
    shortcut = x
    if strides > 1:
        shortcut = layers.Conv2D(filters, 1, strides=strides, padding="same", use_bias=False)(x)
        shortcut = batch_normalization(is_fitted=is_fitted)(shortcut)
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    x = layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = batch_normalization(is_fitted=is_fitted)(x)
    if is_gated:
        gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
        gate = layers.Conv2D(filters // 8, 1, activation="relu")(gate)
        gate = layers.Conv2D(filters, 1, activation="sigmoid")(gate)
        x = layers.Multiply()([x, gate])
    return layers.ReLU()(layers.Add()([x, shortcut]))


ARCHITECTURES: dict[str, Build] = {
    "mini_xception": mini_xception,
    "residual": residual,
    "ungated": partial(residual, is_gated=False),
}


def build(
    recipe: Recipe, heads: Iterable[Head], *, image_size_px: int | None = None, is_fitted: bool = False
) -> keras.Model:
    """Build a recipe's network with some of its heads, for faces of one size or, by default, of any."""
    counts = {head.name: len(head.labels) for head in heads}
    return ARCHITECTURES[recipe.architecture](image_size_px=image_size_px, heads=counts, is_fitted=is_fitted)


def copy_weights(source: keras.Model, network: keras.Model) -> None:
    """Copy what a network shares with one of more heads in its order, and each head's own layer by its name."""
    shared = [layer for layer in source.layers if layer.weights and not layer.name.endswith("_scores")]
    for layer in [layer for layer in network.layers if layer.weights]:
        original = source.get_layer(layer.name) if layer.name.endswith("_scores") else shared.pop(0)
        layer.set_weights(original.get_weights())
