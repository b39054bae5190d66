"""From face crops to probabilities: the compiled network, or Keras where a file has none."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from emocam.engine.keras_network import open_with_keras
from emocam.engine.model_file import LONGEST_QUOTE, ModelFile, ModelFileError, export_command, read_model_file
from emocam.engine.network import classify, open_interpreter
from emocam.engine.parallel import Pair
from emocam.engine.preprocessing import network_input

# A network: (N, S, S, 1) float32 -> (N, outputs) float32 probabilities, those of each of its answers side by side.
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

    def judging_like(self, name: str) -> "Classifier":
        """Return a classifier of the same network with another of its answers: see `ModelFile.judging_like`."""
        model = self.model.judging_like(name)
        return self if model.judges_like == self.model.judges_like else Classifier(model, self._network)


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
    except Exception as error:  # of LiteRT, by whatever the file has it do
        raise _refused(model, f": the compiled network is damaged ({_in_short(error)})") from None
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
    try:
        import keras

        loaded = open_with_keras(model)
    except Exception as error:  # of Keras or its backend, by whatever the file has them do
        raise _refused(model, f" cannot be opened by Keras ({_in_short(error)})") from None
    # Called directly: `predict` costs 98 ms a call, most of it preparation.
    return lambda faces: keras.ops.convert_to_numpy(loaded([faces], training=False))


def _check_outputs(model: ModelFile, network: Network) -> None:
    """Feed unlike faces: what comes back must be one probability for each label, whatever the face."""
    faces = _trial_faces(model.image_size_px)
    try:
        answers = np.asarray(network(network_input(faces, scale=model.scale, offset=model.offset)))
    except Exception as error:  # of Keras or LiteRT, by whatever the file has them do
        raise _refused(model, f": the network cannot be run ({_in_short(error)})") from None
    count = model.output_count
    if answers.shape != (len(faces), count):
        raise _refused(model, f": expected {count} outputs, one for each label; got {answers.shape[1:]}")
    uses = [model.judging_like(name) for name in model.answers] or [model]
    for answer in (answer for use in uses for answer in answers[:, use.outputs]):
        if not (np.isfinite(answer).all() and (answer >= 0).all() and abs(float(answer.sum()) - 1) < 1e-3):
            raise ModelFileError(
                f"{model.path.name}: expected probabilities that sum to 1; got {answer[:8].tolist()}. "
                "The network must end in a softmax"
            )


def _trial_faces(size_px: int) -> np.ndarray:
    """Return (N, S, S) uint8 faces: even, bright on one side, striped, noisy, and an oval with eyes and a mouth.

    A network may answer to a gray face, and with no number to one that differs from pixel to pixel.
    """
    ramp = np.linspace(0, 255, size_px).astype(np.uint8)
    rows, columns = np.mgrid[-1 : 1 : size_px * 1j, -1 : 1 : size_px * 1j]
    features = (np.abs(np.abs(columns) - 0.35) < 0.15) & (np.abs(rows + 0.25) < 0.1)
    features |= (np.abs(columns) < 0.35) & (np.abs(rows - 0.5) < 0.08)
    face = np.where(columns**2 + rows**2 < 0.9, np.where(features, 40, 190), 90).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (2, size_px, size_px), np.uint8)
    even = [np.full((size_px, size_px), level, np.uint8) for level in (0, 128, 255)]
    ramps = [np.tile(ramp, (size_px, 1)), np.tile(ramp[:, np.newaxis], (1, size_px))]
    stripes = np.tile(np.array([0, 255], np.uint8), (size_px, size_px))[:, :size_px]
    return np.stack([*even, *ramps, stripes, *noise, face])


def _in_short(error: Exception) -> str:
    """Return the beginning of what a library says, which may go on for pages, on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST_QUOTE]


def _refused(model: ModelFile, problem: str) -> ModelFileError:
    return ModelFileError(f"{model.path.name}{problem}. {export_command(model.path)}")
