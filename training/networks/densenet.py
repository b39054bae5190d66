"""DenseNet (Huang et al. 2017, arXiv:1608.06993): each layer takes in all those before it.

As published for ImageNet, with a gray input, a stem of stride 1 as Jönsson and Söderberg 2018 have it at 42 pixels,
and their dropout. `_reduced` leaves the last block out.
"""

from collections.abc import Mapping

import keras
from keras import layers

from training.networks.batch_norm import batch_normalization
from training.networks.heads import dense_heads
from training.networks.register import network

DROPOUT = (0.05, 0.2, 0.2, 0.3)  # by block
COMPRESSION = 0.5


@network("densenet121", parameters=7_038_407)
def densenet121(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build DenseNet-121; 7,038,407 parameters."""
    return _network(image_size_px, heads, (6, 12, 24, 16), is_fitted=is_fitted, name="densenet121")


@network("densenet161", parameters=26_697_991)
def densenet161(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build DenseNet-161, which grows by 48 channels a layer; 26,697,991 parameters."""
    return _network(image_size_px, heads, (6, 12, 36, 24), growth=48, is_fitted=is_fitted, name="densenet161")


@network("densenet169", parameters=12_648_263)
def densenet169(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build DenseNet-169; 12,648,263 parameters."""
    return _network(image_size_px, heads, (6, 12, 32, 32), is_fitted=is_fitted, name="densenet169")


@network("densenet201", parameters=18_329_159)
def densenet201(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build DenseNet-201; 18,329,159 parameters."""
    return _network(image_size_px, heads, (6, 12, 48, 32), is_fitted=is_fitted, name="densenet201")


@network("densenet121_reduced", parameters=4_323_783)
def densenet121_reduced(
    *, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False
) -> keras.Model:
    """Build DenseNet-121 without its last block; 4,323,783 parameters."""
    return _network(image_size_px, heads, (6, 12, 24), is_fitted=is_fitted, name="densenet121_reduced")


@network("densenet161_reduced", parameters=14_885_095)
def densenet161_reduced(
    *, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False
) -> keras.Model:
    """Build DenseNet-161 without its last block; 14,885,095 parameters."""
    return _network(image_size_px, heads, (6, 12, 36), growth=48, is_fitted=is_fitted, name="densenet161_reduced")


@network("densenet169_reduced", parameters=5_825_223)
def densenet169_reduced(
    *, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False
) -> keras.Model:
    """Build DenseNet-169 without its last block; 5,825,223 parameters."""
    return _network(image_size_px, heads, (6, 12, 32), is_fitted=is_fitted, name="densenet169_reduced")


@network("densenet201_reduced", parameters=9_639_111)
def densenet201_reduced(
    *, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False
) -> keras.Model:
    """Build DenseNet-201 without its last block; 9,639,111 parameters."""
    return _network(image_size_px, heads, (6, 12, 48), is_fitted=is_fitted, name="densenet201_reduced")


def _network(
    image_size_px: int | None,
    heads: Mapping[str, int],
    depths: tuple[int, ...],
    *,
    is_fitted: bool,
    name: str,
    growth: int = 32,
) -> keras.Model:
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = _normalized(_convolution(inputs, 2 * growth, 7), is_fitted=is_fitted)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for block, (depth, dropout) in enumerate(zip(depths, DROPOUT, strict=False)):
        if block > 0:
            x = _convolution(_normalized(x, is_fitted=is_fitted), int(x.shape[-1] * COMPRESSION), 1)
            x = layers.AveragePooling2D(2, padding="same")(x)
        for _ in range(depth):
            grown = _convolution(_normalized(x, is_fitted=is_fitted), 4 * growth, 1)
            grown = _convolution(_normalized(grown, is_fitted=is_fitted), growth, 3)
            x = layers.Concatenate()([x, layers.Dropout(dropout)(grown)])
    x = layers.GlobalAveragePooling2D()(_normalized(x, is_fitted=is_fitted))
    return keras.Model(inputs, dense_heads(x, heads), name=name)


def _normalized(x: keras.KerasTensor, *, is_fitted: bool) -> keras.KerasTensor:
    return layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))


def _convolution(x: keras.KerasTensor, filters: int, kernel: int) -> keras.KerasTensor:
    return layers.Conv2D(filters, kernel, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
