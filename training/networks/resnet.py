"""ResNet (He et al. 2016, arXiv:1512.03385), ResNeXt (Xie et al. 2017, arXiv:1611.05431) and wide ones.

As they are published for ImageNet, with a gray input: a 7×7 convolution and a maximum, each of stride 2, which at 42
pixels leave 11×11 positions. Stride 2 stands in the 3×3 convolution of a bottleneck, as in PyTorch's.
`wide_resnet_28_4` is one for 32 pixels (Zagoruyko and Komodakis 2016, arXiv:1605.07146), which keeps the full size.
"""

from collections.abc import Callable, Mapping
from functools import partial

import keras
from keras import layers

from training.networks.batch_norm import batch_normalization
from training.networks.heads import dense_heads
from training.networks.register import network

Block = Callable[..., keras.KerasTensor]
DROPOUT = 0.3  # before the heads, as in `residual`: it holds no weights


@network("resnet18", parameters=11_183_431)
def resnet18(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build ResNet-18; 11,183,431 parameters."""
    return _network(image_size_px, heads, _basic, (2, 2, 2, 2), is_fitted=is_fitted, name="resnet18")


@network("resnet34", parameters=21_299_015)
def resnet34(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build ResNet-34; 21,299,015 parameters."""
    return _network(image_size_px, heads, _basic, (3, 4, 6, 3), is_fitted=is_fitted, name="resnet34")


@network("resnet50", parameters=23_569_223)
def resnet50(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build ResNet-50; 23,569,223 parameters."""
    return _network(image_size_px, heads, _bottleneck, (3, 4, 6, 3), is_fitted=is_fitted, name="resnet50")


@network("resnet101", parameters=42_613_575)
def resnet101(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build ResNet-101; 42,613,575 parameters."""
    return _network(image_size_px, heads, _bottleneck, (3, 4, 23, 3), is_fitted=is_fitted, name="resnet101")


@network("resnet152", parameters=58_303_303)
def resnet152(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build ResNet-152; 58,303,303 parameters."""
    return _network(image_size_px, heads, _bottleneck, (3, 8, 36, 3), is_fitted=is_fitted, name="resnet152")


@network("resnext50", parameters=23_056_199)
def resnext50(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build ResNeXt-50 of 32 groups of four channels; 23,056,199 parameters."""
    block = partial(_bottleneck, width=2, groups=32)
    return _network(image_size_px, heads, block, (3, 4, 6, 3), is_fitted=is_fitted, name="resnext50")


@network("wide_resnet50", parameters=66_910_535)
def wide_resnet50(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build ResNet-50 with bottlenecks of twice the channels; 66,910,535 parameters."""
    block = partial(_bottleneck, width=2)
    return _network(image_size_px, heads, block, (3, 4, 6, 3), is_fitted=is_fitted, name="wide_resnet50")


@network("wide_resnet_28_4", parameters=5_855_191)
def wide_resnet_28_4(*, image_size_px: int | None, heads: Mapping[str, int], is_fitted: bool = False) -> keras.Model:
    """Build WRN-28-4, whose blocks normalize before they convolve; 5,855,191 parameters."""
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = _convolution(inputs, 16, 3)
    for filters, first in ((64, 1), (128, 2), (256, 2)):
        for block in range(4):
            x = _normalized_first(x, filters, strides=first if block == 0 else 1, is_fitted=is_fitted)
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x)))
    return keras.Model(inputs, dense_heads(layers.Dropout(DROPOUT)(x), heads), name="wide_resnet_28_4")


def _network(
    image_size_px: int | None,
    heads: Mapping[str, int],
    block: Block,
    depths: tuple[int, ...],
    *,
    is_fitted: bool,
    name: str,
) -> keras.Model:
    inputs = keras.Input((image_size_px, image_size_px, 1), name="face")
    x = _convolution(inputs, 64, 7, strides=2)
    x = layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for stage, depth in enumerate(depths):
        for number in range(depth):
            strides = 2 if stage > 0 and number == 0 else 1
            x = block(x, 64 * 2**stage, strides=strides, is_fitted=is_fitted)
    x = layers.Dropout(DROPOUT)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, dense_heads(x, heads), name=name)


def _basic(x: keras.KerasTensor, filters: int, *, strides: int, is_fitted: bool) -> keras.KerasTensor:
    shortcut = _shortcut(x, filters, strides=strides, is_fitted=is_fitted)
    x = batch_normalization(is_fitted=is_fitted)(_convolution(x, filters, 3, strides=strides))
    x = batch_normalization(is_fitted=is_fitted)(_convolution(layers.ReLU()(x), filters, 3))
    return layers.ReLU()(layers.Add()([x, shortcut]))


def _bottleneck(
    x: keras.KerasTensor, filters: int, *, strides: int, is_fitted: bool, width: int = 1, groups: int = 1
) -> keras.KerasTensor:
    shortcut = _shortcut(x, 4 * filters, strides=strides, is_fitted=is_fitted)
    x = batch_normalization(is_fitted=is_fitted)(_convolution(x, width * filters, 1))
    x = _convolution(layers.ReLU()(x), width * filters, 3, strides=strides, groups=groups)
    x = batch_normalization(is_fitted=is_fitted)(x)
    x = batch_normalization(is_fitted=is_fitted)(_convolution(layers.ReLU()(x), 4 * filters, 1))
    return layers.ReLU()(layers.Add()([x, shortcut]))


def _shortcut(x: keras.KerasTensor, filters: int, *, strides: int, is_fitted: bool) -> keras.KerasTensor:
    if strides == 1 and x.shape[-1] == filters:
        return x
    return batch_normalization(is_fitted=is_fitted)(_convolution(x, filters, 1, strides=strides))


def _normalized_first(x: keras.KerasTensor, filters: int, *, strides: int, is_fitted: bool) -> keras.KerasTensor:
    normalized = layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
    is_widened = x.shape[-1] != filters
    shortcut = _convolution(normalized, filters, 1, strides=strides) if is_widened else x
    x = _convolution(normalized, filters, 3, strides=strides)
    x = layers.ReLU()(batch_normalization(is_fitted=is_fitted)(x))
    return layers.Add()([_convolution(x, filters, 3), shortcut])


def _convolution(
    x: keras.KerasTensor, filters: int, kernel: int, *, strides: int = 1, groups: int = 1
) -> keras.KerasTensor:
    return layers.Conv2D(filters, kernel, strides=strides, groups=groups, padding="same", use_bias=False,
                         kernel_initializer="he_normal")(x)
