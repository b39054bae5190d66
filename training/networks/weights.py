"""Copies the weights that two networks of one architecture share, whichever heads each of them has."""

import re
from collections import defaultdict
from collections.abc import Collection

import keras

from training.networks.complexity import taken_tensors
from training.networks.register import NetworkError

Kind = tuple[str | int, ...]
START_FROM = "Start from a recipe of the same architecture and labels"


def copy_weights(source: keras.Model, network: keras.Model) -> None:
    """Copy all weights of a network from a source that has them too; further heads of the source are left out.

    A head's layers are found by their names, and all others by the way that leads to them from the input: their own
    names are numbers that Keras gives in the order of building. Raises NetworkError, before anything is copied, where
    the source lacks a head or a layer, or has a layer of another shape.
    """
    missing = [name for name in network.output_names if name not in source.output_names]
    if missing:
        raise NetworkError(f"expected a network with the head {missing[0]}; it has {', '.join(source.output_names)}. "
                           "Start from one that was fitted with that head, or leave the head out of the recipe")
    numbers: dict[Kind, int] = {}
    originals = _layers_by_kind(source, numbers)
    pairs = []
    for kind, layers in _layers_by_kind(network, numbers).items():
        found = originals.get(kind, [])
        if len(found) != len(layers):
            raise NetworkError(f"expected {len(layers)} layers in the place of {layers[0].name}; got {len(found)}. "
                               f"{START_FROM}")
        pairs += list(zip(layers, found, strict=True))
    for layer, original in pairs:
        _check_shapes(layer, original)
    for layer, original in pairs:
        layer.set_weights(original.get_weights())


def _layers_by_kind(network: keras.Model, numbers: dict[Kind, int]) -> dict[str | int, list[keras.layers.Layer]]:
    """Return the layers with weights: each of a head by its name, the others by the number of their kind.

    The kind of a layer is its class and the kinds of the layers that it takes from, so it holds the whole way from the
    input. Layers of one kind, side by side, stand in the order of building. numbers: those of the kinds met so far.
    """
    found: dict[str | int, list[keras.layers.Layer]] = defaultdict(list)
    kinds: dict[str, int] = {}
    for config in network.get_config()["layers"]:  # in an order in which a layer comes after those it takes from
        layer = network.get_layer(config["name"])
        taken = [kinds[tensor["keras_history"][0]] for tensor in taken_tensors(config["inbound_nodes"][:1])]
        kind = kinds[layer.name] = numbers.setdefault((_class_name(layer), *taken), len(numbers))
        if layer.weights:
            found[layer.name if _is_of_a_head(layer.name, network.output_names) else kind].append(layer)
    return {kind: sorted(layers, key=_order_of_building) for kind, layers in found.items()}


def _is_of_a_head(name: str, heads: Collection[str]) -> bool:
    return any(name == head or name.startswith(f"{head}_") for head in heads)


def _class_name(layer: keras.layers.Layer) -> str:
    """Return a layer's class; the fast batch normalization of the fit counts as Keras's own."""
    is_batch_norm = isinstance(layer, keras.layers.BatchNormalization)
    return "BatchNormalization" if is_batch_norm else type(layer).__name__


def _order_of_building(layer: keras.layers.Layer) -> int:
    """Return the number at the end of a name that Keras gave: `conv2d_9` comes before `conv2d_10`."""
    number = re.search(r"_(\d+)$", layer.name)
    return int(number[1]) if number else 0


def _check_shapes(layer: keras.layers.Layer, original: keras.layers.Layer) -> None:
    expected, found = ([tuple(weight.shape) for weight in each.weights] for each in (layer, original))
    if expected != found:
        raise NetworkError(f"layer {layer.name}: expected weights of the shapes {expected}; got {found}. {START_FROM}")
