"""Residual networks: plain convolutions, which keep a processor busy, with or without gated channels."""

from collections.abc import Mapping

import keras
from keras import layers

from training.networks.batch_norm import batch_normalization
from training.networks.register import network


@network("residual", parameters=882_205)
def residual(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build a residual network with squeeze-and-excitation; 882,205 parameters.

    A 3×3 convolution at full size, then three stages of two residual blocks (He et al. 2016,
    arXiv:1512.03385), each gated by channel (Hu et al. 2018, arXiv:1709.01507), global average pooling and
    for each head a dense layer. Plain convolutions, not depthwise ones: those wait for memory on a processor.
    """
    return _network(image_size_px, heads, is_fitted=is_fitted, is_gated=True)


@network("ungated", parameters=868_175)
def ungated(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build `residual` without squeeze-and-excitation; 868,175 parameters.

    As accurate in short fits and an eighth quicker to fit: see training/EXPERIMENTS.md.
    """
    return _network(image_size_px, heads, is_fitted=is_fitted, is_gated=False)


def _network(
    image_size_px: int | None, heads: Mapping[str, int], *, is_fitted: bool, is_gated: bool
) -> keras.Model:
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
