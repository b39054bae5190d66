"""From face crops to probabilities: the compiled network, or Keras where a file has none."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from emocam.engine.model_file import KEPT_TEXTS, ModelFile, ModelFileError, export_command, read_model_file
from emocam.engine.network import classify, open_interpreter
from emocam.engine.parallel import Pair
from emocam.engine.preprocessing import network_input

# A network: (N, S, S, 1) float32 -> (N, labels) float32 probabilities.
Network = Callable[[np.ndarray], np.ndarray]


class Classifier:
    """A model that is ready to classify face crops."""

    def __init__(self, model: ModelFile, network: Network) -> None:
        self.model = model
        self._network = network

    def classify(self, crops: np.ndarray) -> np.ndarray:
        """Return (N, labels) float32 probabilities for (N, S, S) uint8 gray crops."""
        inputs = network_input(crops, scale=self.model.scale, offset=self.model.offset)
        return classify(self.model, self._network, inputs)


def open_classifier(path: Path) -> Classifier:
    """Open a model file and try it once; raises ModelFileError where it cannot be used."""
    model = read_model_file(path)
    network = _keras_network(model) if model.litert is None else _litert_network(model, model.litert)
    _check_outputs(model, network)
    return Classifier(model, network)


def _litert_network(model: ModelFile, flatbuffer: bytes) -> Network:
    try:
        interpreters = Pair(lambda: open_interpreter(flatbuffer))
        inputs, outputs = interpreters.first.get_input_details(), interpreters.first.get_output_details()
    except (ValueError, RuntimeError) as error:
        raise _refused(model, f": the compiled network is damaged ({error})") from None
    side = model.image_size_px
    if len(inputs) != 1 or tuple(inputs[0]["shape"]) != (1, side, side, 1) or inputs[0]["dtype"] != np.float32:
        got = [tuple(int(n) for n in one["shape"]) for one in inputs]
        raise _refused(model, f": expected a network fed one {side}×{side} gray face; got input {got}")

    def answer(interpreter: Any, face: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(inputs[0]["index"], face[np.newaxis])
        interpreter.invoke()
        probabilities: np.ndarray = interpreter.get_tensor(outputs[0]["index"])[0]
        return probabilities

    return lambda faces: np.stack(interpreters.share(answer, list(faces)))


def _keras_network(model: ModelFile) -> Network:
    if importlib.util.find_spec("keras") is None:
        raise _refused(model, " has no compiled network that fits its weights")
    import keras

    try:
        loaded = keras.saving.load_model(model.path, compile=False, custom_objects=KEPT_TEXTS)
    except (ValueError, TypeError, OSError, KeyError, AttributeError) as error:
        raise _refused(model, f" cannot be opened by Keras ({error})") from None
    # Called directly: `predict` costs 98 ms a call, most of it preparation.
    return lambda faces: keras.ops.convert_to_numpy(loaded([faces], training=False))


def _check_outputs(model: ModelFile, network: Network) -> None:
    """Feed one gray face: what comes back must be one probability for each label."""
    gray = np.full((1, model.image_size_px, model.image_size_px), 128, np.uint8)
    try:
        answer = network(network_input(gray, scale=model.scale, offset=model.offset))
    except (ValueError, RuntimeError) as error:
        raise _refused(model, f": the network cannot be run ({error})") from None
    count = len(model.labels)
    if answer.shape != (1, count):
        raise _refused(model, f": expected {count} outputs, one for each label; got {answer.shape[1:]}")
    if not (np.isfinite(answer).all() and (answer >= 0).all() and abs(float(answer.sum()) - 1) < 1e-3):
        raise ModelFileError(
            f"{model.path.name}: expected probabilities that sum to 1; got {answer[0].tolist()}. "
            "The network must end in a softmax"
        )


def _refused(model: ModelFile, problem: str) -> ModelFileError:
    return ModelFileError(f"{model.path.name}{problem}. {export_command(model.path)}")
