"""GoogLeNet (Szegedy et al. 2015, arXiv:1409.4842): inception modules, four ways side by side."""

from collections.abc import Mapping

import keras
from keras import layers

from training.networks.batch_norm import batch_normalization
from training.networks.heads import dense_heads
from training.networks.register import network

# By module: the 1×1 convolutions; those before the 3×3 ones, and these; those of the third way, before and after;
# those after the maximum. None: a maximum of stride 2 between two modules.
MODULES: tuple[tuple[int, ...] | None, ...] = (
    (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), None,
    (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128), None,
    (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128),
)  # fmt: skip


@network("googlenet", parameters=5_615_367)
def googlenet(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build GoogLeNet without its two classifiers on the way; 5,615,367 parameters.

    With batch normalization for its normalization of responses, and 3×3 convolutions in the third way, as in
    PyTorch's.
    """
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = _convolution(inputs, 64, 7, strides=2, is_fitted=is_fitted)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = _convolution(_convolution(x, 64, 1, is_fitted=is_fitted), 192, 3, is_fitted=is_fitted)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for widths in MODULES:
        if widths is None:
            x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        else:
            x = _inception(x, widths, is_fitted=is_fitted)
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, dense_heads(x, heads), name="googlenet")


def _inception(x: keras.KerasTensor, widths: tuple[int, ...], *, is_fitted: bool) -> keras.KerasTensor:
    single, before_second, second, before_third, third, after_maximum = widths
    ways = [_convolution(x, single, 1, is_fitted=is_fitted)]
    for before, filters in ((before_second, second), (before_third, third)):
        ways.append(_convolution(_convolution(x, before, 1, is_fitted=is_fitted), filters, 3, is_fitted=is_fitted))
    maximum = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    ways.append(_convolution(maximum, after_maximum, 1, is_fitted=is_fitted))
    return layers.Concatenate()(ways)


def _convolution(
    x: keras.KerasTensor, filters: int, kernel: int, *, strides: int = 1, is_fitted: bool
) -> keras.KerasTensor:
    x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False,
                      kernel_initializer="he_normal")(x)
    return layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
