"""The networks of the literature have as many weights as is published, but for gray faces and our labels."""

import math
from dataclasses import replace

import keras
import pytest

from training.fitting.recipes import FER2013, RECIPES
from training.networks.build import build
from training.networks.register import NETWORKS

pytestmark = pytest.mark.training
IMAGENET_LABELS, LABELS = 1000, 7

# The weights that are fitted, for ImageNet's colour pictures, as torchvision 0.15 documents them: VGG with batch
# normalization, GoogLeNet without its classifiers on the way. Then the channels before the last layer, and the weights
# that the first layer has for each channel of the picture.
PUBLISHED = {
    "resnet18": (11_689_512, 512, 64 * 49),
    "resnet34": (21_797_672, 512, 64 * 49),
    "resnet50": (25_557_032, 2048, 64 * 49),
    "resnet101": (44_549_160, 2048, 64 * 49),
    "resnet152": (60_192_808, 2048, 64 * 49),
    "resnext50": (25_028_904, 2048, 64 * 49),
    "wide_resnet50": (68_883_240, 2048, 64 * 49),
    "densenet121": (7_978_856, 1024, 64 * 49),
    "densenet161": (28_681_000, 2208, 96 * 49),
    "densenet169": (14_149_480, 1664, 64 * 49),
    "densenet201": (20_013_928, 1920, 64 * 49),
    "googlenet": (6_624_904, 1024, 64 * 49),
    "vgg11": (132_868_840, 4096, 64 * 9),
    "vgg13": (133_053_736, 4096, 64 * 9),
    "vgg16": (138_365_992, 4096, 64 * 9),
    "vgg19": (143_678_248, 4096, 64 * 9),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_network_has_the_weights_that_are_published(name):
    published, features, of_a_channel = PUBLISHED[name]
    for_more_labels = (IMAGENET_LABELS - LABELS) * (features + 1)
    # VGG's first dense layer takes 7×7 positions of 512 channels at 224 pixels; of small faces a single one is left.
    for_positions = (49 - 1) * 512 * 4096 if name.startswith("vgg") else 0
    assert fitted_weights(name) == published - for_more_labels - 2 * of_a_channel - for_positions


def test_the_wide_network_has_the_weights_that_its_paper_rounds():
    # Zagoruyko and Komodakis 2016 have 5.9 million for CIFAR-10: colour pictures and ten labels.
    assert round((fitted_weights("wide_resnet_28_4") + 3 * 257 + 2 * 16 * 9) / 1e6, 1) == 5.8


def test_the_network_of_ferplus_has_the_size_of_its_published_file():
    # Microsoft's emotion-ferplus-8.onnx has 34 MiB of 32-bit weights, for eight labels.
    assert 33 <= (fitted_weights("vgg13_ferplus") + 1025) * 4 / 2**20 < 34


def test_the_codes_of_the_autoencoder_are_686_numbers():
    recipe = replace(RECIPES["residual"], architecture="autoencoder", sizes_px=((1.0, 42),))
    flat = [layer for layer in build(recipe, [FER2013]).layers if isinstance(layer, keras.layers.Flatten)]
    assert [layer.output.shape for layer in flat] == [(None, 686)]


def fitted_weights(name: str) -> int:
    size_px = NETWORKS[name].image_size_px or 42
    recipe = replace(RECIPES["residual"], architecture=name, sizes_px=((1.0, size_px),))
    return sum(math.prod(weight.shape) for weight in build(recipe, [FER2013]).trainable_weights)
