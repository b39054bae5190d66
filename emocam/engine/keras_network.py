"""The network of a model file that has no compiled one, opened by Keras."""

import json
import math
from typing import Any

from emocam.engine.model_file import ModelFile, check_size, open_checked

NUMBER_BYTES = 4  # of a weight, and of what flows between layers


def open_with_keras(model: ModelFile) -> Any:
    """Return the Keras model of a file whose layers `read_model_file` has accepted; raises whatever Keras raises."""
    import keras

    with open_checked(model.path) as file:
        _check_plan(json.loads(file.attrs["model_config"]))
    return keras.saving.load_model(model.path, compile=False)


def _check_plan(config: dict[str, Any]) -> None:
    """Raise ValueError for a network that would take gigabytes, before its weights are made.

    Its description is some kB, whatever sizes it names, and Keras makes all weights before it looks for those in the
    file.
    """
    import keras

    kind = keras.Sequential if config["class_name"] == "Sequential" else keras.Model
    with keras.StatelessScope(initialize_variables=False):  # shapes alone: no weight is made
        plan = kind.from_config(config["config"])
    check_size(NUMBER_BYTES * plan.count_params())
    for layer in plan.layers:
        for tensor in keras.tree.flatten(layer.output):
            check_size(NUMBER_BYTES * math.prod(size or 1 for size in tensor.shape))
