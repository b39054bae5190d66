"""What Keras 2 wrote of a network, in words that Keras 3 reads."""

from typing import Any

# Of a separable convolution, Keras 2 also wrote what its base class has, and Keras 3 refuses that; so it does the
# groups of a depthwise one, of which there is one.
WITHOUT_KERNEL = {"SeparableConv1D", "SeparableConv2D", "DepthwiseConv2D"}
OF_THE_BASE = ("kernel_initializer", "kernel_regularizer", "kernel_constraint", "groups")


def mended(part: Any) -> Any:
    """Return a configuration, or a part of one, as Keras 3 reads it; what Keras 3 wrote stays as it is."""
    if isinstance(part, list):
        return [mended(each) for each in part]
    if not isinstance(part, dict):
        return part
    part = {name: mended(value) for name, value in part.items()}
    name, config = part.get("class_name"), part.get("config")
    if name in ("Policy", "PolicyV1") and isinstance(config, dict):
        return config.get("name", "float32")  # the type of a layer's numbers, once an object of its own
    if name == "Sequential" and isinstance(config, list):  # before Keras 2.2.3 a list of layers alone
        return {**part, "config": {"name": "sequential", "layers": config}}
    if name != "InputLayer" and isinstance(config, dict) and isinstance(config.get("batch_input_shape"), list):
        # Of a first layer: the input's shape after the size of a batch, which Keras 3 would take for a part of it.
        config = {**config, "input_shape": config["batch_input_shape"][1:]}
        del config["batch_input_shape"]
        part["config"] = config
    if name in WITHOUT_KERNEL and isinstance(config, dict) and config.get("groups", 1) == 1:
        return {**part, "config": {key: value for key, value in config.items() if key not in OF_THE_BASE}}
    return part
