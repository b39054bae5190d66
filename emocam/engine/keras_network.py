"""The network of a model file that has no compiled one, opened by Keras."""

import json
import math
import random
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

from emocam.engine.model_file import KEPT_TEXTS, ModelFile, check_size, open_checked

NUMBER_BYTES = 4  # of a weight, and of what flows between layers


def open_with_keras(model: ModelFile) -> Any:
    """Return the Keras model of a file whose layers `read_model_file` has accepted; raises whatever Keras raises."""
    import keras

    with open_checked(model.path) as file:
        config = json.loads(file.attrs["model_config"])
    check_plan(config)
    return keras.saving.load_model(model.path, compile=False, custom_objects=KEPT_TEXTS)


def check_plan(config: dict[str, Any]) -> None:
    """Raise ValueError for a network that would take gigabytes, before its weights are made, or whatever Keras raises.

    Its description is some kB, whatever sizes it names, and Keras makes all weights before it looks for those in the
    file. config: what Keras writes of a network, read from its JSON.
    """
    # On a thread of its own, which takes with it what Keras remembers for each thread: else the next scope of this one
    # would make the weights of the plan.
    seeds = random.getstate()  # layers draw from them as they are made, and a fit begun after this would be another
    try:
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(_check_plan, deepcopy(config)).result()  # Keras changes what it reads
    finally:
        random.setstate(seeds)


def _check_plan(config: dict[str, Any]) -> None:
    import keras

    kind = keras.Sequential if config["class_name"] == "Sequential" else keras.Model
    with keras.StatelessScope(initialize_variables=False):  # shapes alone: no weight is made
        plan = kind.from_config(config["config"], custom_objects=KEPT_TEXTS)
    check_size(NUMBER_BYTES * plan.count_params())
    for layer in plan.layers:
        for tensor in keras.tree.flatten(layer.output):
            check_size(NUMBER_BYTES * math.prod(size or 1 for size in tensor.shape))
