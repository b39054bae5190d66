"""Builds a recipe's network out of the register, and checks that the app will open it."""

import json
from collections.abc import Iterable

import keras

from emocam.engine.model_file import refused_layers
from training.networks import (  # noqa: F401  every family, so that it is in the register
    autoencoder,
    bk,
    densenet,
    googlenet,
    mini_xception,
    residual,
    resnet,
    vgg,
)
from training.networks.register import NetworkError, find_network
from training.recipe import Head, Recipe


def build(
    recipe: Recipe, heads: Iterable[Head], *, image_size_px: int | None = None, is_fitted: bool = False
) -> keras.Model:
    """Build a recipe's network with some of its heads, for faces of one size or, by default, of any.

    A network whose weights depend on the size of the faces is built for the recipe's. is_fitted: with the fast layers
    of the fit, which have no place in a file; a network is stored without them, with the same weights. Raises
    NetworkError for an unknown architecture.
    """
    counts = {head.name: len(head.labels) for head in heads}
    found = find_network(recipe.architecture)
    if found.image_size_px is not None:
        image_size_px = recipe.image_size_px
    return found.builder(image_size_px=image_size_px, heads=counts, is_fitted=is_fitted)


def check_network(recipe: Recipe) -> None:
    """Raise NetworkError where a recipe's network is unknown, or where the app would refuse the file it becomes.

    To be asked before a fit, which takes hours.
    """
    refused = refused_layers(json.loads(build(recipe, recipe.heads).to_json()))
    if refused:
        raise NetworkError(
            f"recipe {recipe.name}: the network {recipe.architecture} holds {', '.join(refused)}, and Emocam opens no "
            "file with that in it. Build the network of other layers; or add the name to those that "
            "emocam/engine/model_file.py knows, if it is Keras's own and runs no code from a file"
        )
