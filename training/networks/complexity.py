"""How large a network is and how much it computes, counted from its file alone."""

import json
import math
from pathlib import Path
from typing import Any

import h5py


def count_parameters(path: Path) -> int:
    """Return how many numbers a Keras HDF5 file's weights hold, the moving averages of batch norm included."""
    sizes: list[int] = []

    def add(_name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            sizes.append(math.prod(item.shape))

    with h5py.File(path, "r") as file:
        file["model_weights"].visititems(add)
    return sum(sizes)


def count_flops(path: Path) -> dict[str, int]:
    """Return the floating-point operations for one face, by layer: two for each multiply-accumulate.

    Convolutions and dense layers are counted. Batch normalization is not: the compiled network has it
    folded into the convolutions. Activations, additions, pooling and softmax multiply no weights.
    Raises ValueError for a network that is no Keras 3 functional model.
    """
    with h5py.File(path, "r") as file:
        return layer_flops(json.loads(file.attrs["model_config"])["config"])


def layer_flops(config: dict[str, Any]) -> dict[str, int]:
    """Return what `count_flops` does, from the configuration of a functional model for faces of one size."""
    shapes = _output_shapes(config)
    flops = {}
    for layer in config["layers"]:
        inbound = taken_tensors(layer.get("inbound_nodes", []))
        if layer["class_name"] in _MULTIPLIES and not inbound:
            raise ValueError(f"expected the shapes of layer {layer['config']['name']}, as Keras 3 writes them")
        if layer["class_name"] in _MULTIPLIES:
            taken = inbound[0]["shape"]
            # Nothing takes in the last layer's output; a dense one says how wide that is.
            given = shapes.get(layer["config"]["name"]) or [*taken[:-1], layer["config"]["units"]]
            flops[layer["config"]["name"]] = 2 * _macs(layer, taken, given)
    return flops


_MULTIPLIES = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense")


def _macs(layer: dict[str, Any], taken: list[int], given: list[int]) -> int:
    """Return the multiply-accumulates of a layer between two (batch, height, width, channels) shapes."""
    config, positions = layer["config"], math.prod(given[1:-1])
    if layer["class_name"] == "Dense":
        return positions * taken[-1] * given[-1]
    kernel = math.prod(config["kernel_size"])
    if layer["class_name"] == "Conv2D":
        return positions * kernel * taken[-1] // config.get("groups", 1) * given[-1]
    depthwise = positions * kernel * taken[-1] * config["depth_multiplier"]
    if layer["class_name"] == "DepthwiseConv2D":
        return depthwise
    return depthwise + positions * taken[-1] * config["depth_multiplier"] * given[-1]


def _output_shapes(config: dict[str, Any]) -> dict[str, list[int]]:
    """Return each layer's output shape, which stands where another layer takes it in."""
    return {
        tensor["keras_history"][0]: tensor["shape"]
        for layer in config["layers"]
        for tensor in taken_tensors(layer.get("inbound_nodes", []))
    }


def taken_tensors(part: object) -> list[dict[str, Any]]:
    """Return the tensors that a layer takes in, each with `shape` and `keras_history`, from its `inbound_nodes`."""
    if isinstance(part, dict) and part.get("class_name") == "__keras_tensor__":
        return [part["config"]]
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ()
    return [tensor for each in parts for tensor in taken_tensors(each)]
