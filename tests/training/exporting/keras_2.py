"""Files as Keras 2 wrote them in 2017: networks published before this project, without their weights."""

import json
from pathlib import Path
from typing import Any

import h5py
import keras
from keras import layers


def published_mini_xception() -> keras.Model:
    """Build face_classification's mini-Xception for 64×64 pixels and seven labels, as its `cnn.py` does."""
    keras.utils.set_random_seed(5)
    regularized = {"kernel_regularizer": keras.regularizers.L1L2(l2=0.01), "use_bias": False}
    face = keras.Input((64, 64, 1), name="input_1")
    x = face
    for _ in range(2):
        x = layers.Activation("relu")(layers.BatchNormalization()(layers.Conv2D(8, (3, 3), **regularized)(x)))
    for filters in (16, 32, 64, 128):
        residual = layers.Conv2D(filters, (1, 1), strides=(2, 2), padding="same", use_bias=False)(x)
        residual = layers.BatchNormalization()(residual)
        x = layers.BatchNormalization()(layers.SeparableConv2D(filters, (3, 3), padding="same", use_bias=False)(x))
        x = layers.SeparableConv2D(filters, (3, 3), padding="same", use_bias=False)(layers.Activation("relu")(x))
        x = layers.MaxPooling2D((3, 3), strides=(2, 2), padding="same")(layers.BatchNormalization()(x))
        x = layers.Add()([x, residual])
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(7, (3, 3), padding="same")(x))
    return keras.Model(face, layers.Activation("softmax", name="predictions")(x))


def save_as_keras_2(network: keras.Model, path: Path) -> None:
    """Save a network's .hdf5 file and rewrite its configuration as Keras 2.0 would have written it."""
    network.save(path, include_optimizer=False)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["class_name"] = "Model" if config["class_name"] == "Functional" else config["class_name"]
        for layer in config["config"]["layers"]:
            _age(layer)
        for name in ("input_layers", "output_layers"):
            if name in config["config"]:
                config["config"][name] = [config["config"][name]]
        if config["class_name"] == "Sequential":  # a list of layers alone, of which the first tells the input
            first, *others = config["config"]["layers"]
            others[0]["config"]["batch_input_shape"] = first["config"]["batch_input_shape"]
            config["config"] = others
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"], file.attrs["backend"] = "2.0.5", "tensorflow"
        file.attrs["training_config"] = json.dumps({
            "optimizer_config": {"class_name": "Adam", "config": {"lr": 0.0001, "beta_1": 0.9, "decay": 0.0}},
            "loss": "categorical_crossentropy", "metrics": ["accuracy"], "sample_weight_mode": None,
            "loss_weights": None,
        })  # fmt: skip
        file.create_group("optimizer_weights").attrs["weight_names"] = []


def _age(layer: dict[str, Any]) -> None:
    """Rewrite one layer's configuration, in place."""
    for name in ("module", "registered_name", "build_config"):
        layer.pop(name, None)
    config = layer["config"] = _plain(layer["config"])
    config.pop("dtype", None)
    if "batch_shape" in config:
        config["batch_input_shape"], config["dtype"] = config.pop("batch_shape"), "float32"
        for name in ("ragged", "optional"):
            config.pop(name, None)
    if layer["class_name"] == "BatchNormalization":
        config["axis"] = [3]
    if layer["class_name"] == "SeparableConv2D":
        config |= {"groups": 1, "kernel_regularizer": None, "kernel_constraint": None, "kernel_initializer": {
            "class_name": "VarianceScaling",
            "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}}}
    layer["inbound_nodes"] = [
        [[*tensor, {}] for tensor in _histories(node["args"])] for node in layer.get("inbound_nodes", [])
    ]


def _plain(part: Any) -> Any:
    """Return a part of a configuration without Keras 3's modules."""
    if isinstance(part, list):
        return [_plain(each) for each in part]
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items() if name not in ("module", "registered_name")}
    return part


def _histories(part: Any) -> list[list[Any]]:
    if isinstance(part, list):
        return [found for each in part for found in _histories(each)]
    if isinstance(part, dict) and part.get("class_name") == "__keras_tensor__":
        return [part["config"]["keras_history"]]
    return []
