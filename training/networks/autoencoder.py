"""A convolutional autoencoder's first half, which says a face in 686 numbers, with a classifier on them.

Of the works on ensembles and autoencoders for FER-2013: eight convolutions with batch normalization.
"""

from collections.abc import Mapping

import keras
from keras import layers

from training.networks.batch_norm import batch_normalization
from training.networks.heads import dense_heads
from training.networks.register import network

CODE_FILTERS = 14  # on 7×7 positions: 686 numbers
SIZE_PX = 42


@network("autoencoder", parameters=518_751, image_size_px=SIZE_PX)
def autoencoder(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build the encoder with a classifier of 256 units on its 686 numbers; 518,751 parameters at 42 pixels."""
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = layers.Flatten()(encode(inputs, is_fitted=is_fitted))
    x = layers.Dropout(0.3)(layers.Dense(256, activation="relu", kernel_initializer="he_normal")(x))
    return keras.Model(inputs, dense_heads(x, heads), name="autoencoder")


def encode(face: keras.KerasTensor, *, is_fitted: bool) -> keras.KerasTensor:
    """Return a face's code, (N, S / 6, S / 6, 14): at 42 pixels 686 numbers."""
    x = face
    for filters, depth, pool in ((32, 2, 2), (64, 3, 3), (128, 2, None)):
        for _ in range(depth):
            x = _convolution(x, filters, is_fitted=is_fitted)
        if pool is not None:
            x = layers.MaxPooling2D(pool, padding="same")(x)
    return _convolution(x, CODE_FILTERS, is_fitted=is_fitted)


def _convolution(x: keras.KerasTensor, filters: int, *, is_fitted: bool) -> keras.KerasTensor:
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    return layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
