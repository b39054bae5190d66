"""Networks of Sang, Dat and Thuan 2017, which Jönsson and Söderberg 2018 fitted again, for faces of 42 pixels.

"Facial expression recognition using deep convolutional neural networks", KSE 2017. `bkstart` is the winner of the
FER-2013 contest (Tang 2013, arXiv:1306.0239). Each picture is brought to mean 0 and a deviation of 3.125.
"""

from collections.abc import Mapping
from typing import Literal

import keras
from keras import layers

from training.networks.heads import dense_heads
from training.networks.register import network

DEVIATION = 3.125  # of the grays of a picture, after it has been brought to mean 0
SIZE_PX = 42
DROPOUT = (0.05, 0.05, 0.2, 0.2, 0.4)  # growing with depth: after each pooling, then between the dense layers


@network("bkstart", parameters=7_170_983, image_size_px=SIZE_PX)
def bkstart(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build BKStart; 7,170,983 parameters at 42 pixels.

    Convolutions of 5×5, 4×4 and 5×5 with a maximum and two means over 3×3, then 3,072 units.
    """
    return _shallow(image_size_px, heads, padding="same", name="bkstart")


@network("bkmin", parameters=289_703, image_size_px=SIZE_PX)
def bkmin(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build `bkstart` without padding, which leaves a single position at the end; 289,703 parameters at 42 pixels."""
    return _shallow(image_size_px, heads, padding="valid", name="bkmin")


@network("bkvgg12", parameters=2_419_431, image_size_px=SIZE_PX)
def bkvgg12(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build BKVGG12: nine convolutions of 3×3, three dense layers; 2,419,431 parameters at 42 pixels."""
    return _deep(image_size_px, heads, width=32, name="bkvgg12")


@network("andreas100", parameters=13_534_407, image_size_px=100)
def andreas100(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build `bkvgg12` for faces of 100 pixels, with twice the kernels in each layer; 13,534,407 parameters."""
    return _deep(image_size_px, heads, width=64, name="andreas100")


def _normalized_face(image_size_px: int | None) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input and the picture with mean 0 and a deviation of 3.125, in float32: bfloat16 rounds off a dim one.
    """
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    # Over one axis: Keras 3.15 reads a normalization over several from an .hdf5 file as one over the last.
    face = layers.Flatten(dtype="float32")(inputs)
    # The deviation of a blank picture is 0; that of a face is above 0.1, where this changes it by 1 part in 2,000.
    face = layers.LayerNormalization(center=False, scale=False, epsilon=1e-5, dtype="float32")(face)
    face = layers.Rescaling(DEVIATION, dtype="float32")(face)
    return inputs, layers.Reshape((image_size_px, image_size_px, 1), dtype="float32")(face)


def _shallow(
    image_size_px: int | None, heads: Mapping[str, int], *, padding: Literal["same", "valid"], name: str
) -> keras.Model:
    inputs, x = _normalized_face(image_size_px)
    for filters, kernel, pooling in (
        (32, 5, layers.MaxPooling2D), (32, 4, layers.AveragePooling2D), (64, 5, layers.AveragePooling2D)
    ):  # fmt: skip
        x = layers.Conv2D(filters, kernel, padding=padding, activation="relu", kernel_initializer="he_normal")(x)
        x = pooling(3, strides=2, padding=padding)(x)
    x = layers.Dense(3072, activation="relu", kernel_initializer="he_normal")(layers.Flatten()(x))
    return keras.Model(inputs, dense_heads(layers.Dropout(0.2)(x), heads), name=name)


def _deep(image_size_px: int | None, heads: Mapping[str, int], *, width: int, name: str) -> keras.Model:
    inputs, x = _normalized_face(image_size_px)
    for stage, depth in enumerate((2, 2, 2, 3)):
        for _ in range(depth):
            x = layers.Conv2D(width * 2**stage, 3, padding="same", activation="relu",
                              kernel_initializer="he_normal")(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
        x = layers.Dropout(DROPOUT[stage])(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(256, activation="relu", kernel_initializer="he_normal")(x)
        x = layers.Dropout(DROPOUT[-1])(x)
    return keras.Model(inputs, dense_heads(x, heads), name=name)
