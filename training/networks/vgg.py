"""VGG (Simonyan and Zisserman 2015, arXiv:1409.1556) and the smaller one of FER+ (Barsoum et al. 2016).

`vgg11` to `vgg19` have batch normalization, without which they cannot be fitted from random weights at once, and take
the mean of what their last pooling leaves, which is a single position up to 63 pixels.
"""

from collections.abc import Mapping

import keras
from keras import layers

from training.networks.batch_norm import batch_normalization
from training.networks.heads import dense_heads
from training.networks.register import network

WIDTHS = (64, 128, 256, 512, 512)


@network("vgg11", parameters=28_141_575)
def vgg11(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build VGG-11; 28,141,575 parameters."""
    return _network(image_size_px, heads, (1, 1, 2, 2, 2), is_fitted=is_fitted, name="vgg11")


@network("vgg13", parameters=28_326_855)
def vgg13(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build VGG-13; 28,326,855 parameters."""
    return _network(image_size_px, heads, (2, 2, 2, 2, 2), is_fitted=is_fitted, name="vgg13")


@network("vgg16", parameters=33_641_671)
def vgg16(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build VGG-16; 33,641,671 parameters."""
    return _network(image_size_px, heads, (2, 2, 3, 3, 3), is_fitted=is_fitted, name="vgg16")


@network("vgg19", parameters=38_956_487)
def vgg19(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build VGG-19; 38,956,487 parameters."""
    return _network(image_size_px, heads, (2, 2, 4, 4, 4), is_fitted=is_fitted, name="vgg19")


@network("vgg13_ferplus", parameters=8_756_679, image_size_px=64)
def vgg13_ferplus(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build the network that FER+ came with: ten convolutions, three dense layers; 8,756,679 parameters at 64 pixels.

    It has no batch normalization.
    """
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = inputs
    for filters, depth in ((64, 2), (128, 2), (256, 3), (256, 3)):
        for _ in range(depth):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
        x = layers.Dropout(0.25)(layers.MaxPooling2D(2, padding="same")(x))
    return keras.Model(inputs, dense_heads(_dense(layers.Flatten()(x), 1024), heads), name="vgg13_ferplus")


def _network(
    image_size_px: int | None, heads: Mapping[str, int], depths: tuple[int, ...], *, is_fitted: bool, name: str
) -> keras.Model:
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = inputs
    for filters, depth in zip(WIDTHS, depths, strict=True):
        for _ in range(depth):
            x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
            x = layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
        x = layers.MaxPooling2D(2, padding="same")(x)
    return keras.Model(inputs, dense_heads(_dense(layers.GlobalAveragePooling2D()(x), 4096), heads), name=name)


def _dense(x: keras.KerasTensor, units: int) -> keras.KerasTensor:
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(units, activation="relu", kernel_initializer="he_normal")(x))
    return x
