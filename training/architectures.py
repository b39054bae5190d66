"""The networks, as plain Keras 3: 48×48 gray in, label probabilities out."""

from collections.abc import Callable

import keras
from keras import layers


def mini_xception(*, image_size_px: int, label_count: int) -> keras.Model:
    """Build mini-Xception (Arriaga, Valdenegro-Toro, Plöger 2017, arXiv:1710.07557); 58,423 parameters.

    Two 3×3 convolutions, four residual modules of two depthwise-separable convolutions with batch
    normalization, then a convolution to one map for each label, global average pooling and softmax.
    """
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = inputs
    for _ in range(2):
        x = layers.Conv2D(8, 3, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    for filters in (16, 32, 64, 128):
        x = _residual_module(x, filters)
    x = layers.Conv2D(label_count, 3, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Softmax(name="probabilities")(x), name="mini_xception")


def _residual_module(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    shortcut = layers.Conv2D(filters, 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = layers.BatchNormalization()(shortcut)
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    return layers.Add()([x, shortcut])


ARCHITECTURES: dict[str, Callable[..., keras.Model]] = {"mini_xception": mini_xception}
