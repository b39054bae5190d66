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
    """Raise NetworkError where a recipe's network is unknown, or where the app would refuse the file it becomes: for a
    layer in it, or for answers that are not one probability for each label.

    To be asked before a fit, which takes hours.
    """
    built = build(recipe, recipe.heads)
    refused = refused_layers(json.loads(built.to_json()))
    if refused:
        raise NetworkError(
            f"recipe {recipe.name}: the network {recipe.architecture} holds {', '.join(refused)}, and Emocam opens no "
            "file with that in it. Build the network of other layers; or add the name to those that "
            "emocam/engine/model_file.py knows, if it is Keras's own and runs no code from a file"
        )
    for head in recipe.heads:
        _check_head(built, recipe, head)


def _check_head(built: keras.Model, recipe: Recipe, head: Head) -> None:
    """Raise NetworkError where a head is not as the register asks for: scores with a bias, then a softmax."""
    count, layers = len(head.labels), {layer.name: layer for layer in built.layers}
    scores, last = layers.get(f"{head.name}_scores"), layers.get(head.name)
    is_softmax = isinstance(last, keras.layers.Softmax) and head.name in built.output_names
    if last is None or not is_softmax or tuple(last.output.shape)[1:] != (count,):
        raise NetworkError(f"recipe {recipe.name}: expected of the network {recipe.architecture} a softmax over "
                           f"{count} labels named {head.name}, as training/networks/register.py describes it")
    if scores is None or [tuple(weight.shape)[-1:] for weight in scores.weights] != [(count,), (count,)]:
        raise NetworkError(f"recipe {recipe.name}: expected of the network {recipe.architecture} a layer "
                           f"{head.name}_scores with a kernel and a bias for {count} labels, into which the balance of "
                           "the labels is built")
