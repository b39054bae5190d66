"""Mini-Xception: small enough for any laptop, of depthwise-separable convolutions."""

from collections.abc import Mapping

import keras
from keras import layers

from training.networks.batch_norm import batch_normalization
from training.networks.register import network


@network("mini_xception", parameters=58_423)
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
