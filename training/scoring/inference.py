"""Runs a model file on faces as the app does: the compiled network, or Keras where a file has none."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from emocam.engine.model_file import KEPT_TEXTS, LONGEST_QUOTE, ModelFile, ModelFileError
from emocam.engine.network import classify, open_interpreter
from emocam.engine.preprocessing import network_input
from training.data.faces import resized
from training.quiet import quiet

# A network: (N, S, S, 1) float32 -> (N, outputs) float32 probabilities, those of each of its answers side by side.
Network = Callable[[np.ndarray], np.ndarray]
# The same with all that its file says: (N, H, W) uint8 gray faces -> (N, labels) float32 probabilities.
Classify = Callable[[np.ndarray], np.ndarray]


def open_network(model: ModelFile, *, is_mirrored: bool = False) -> Classify:
    """Return a function from (N, H, W) uint8 gray faces to (N, labels) float32 probabilities.

    is_mirrored: average the mirror image in also where the file does not ask for it. Raises ModelFileError where the
    network cannot be run, or does not give one number for each label.
    """
    if model.litert is None:
        network = keras_network(model)
    else:
        with quiet():  # it announces its delegate
            network = litert_network(model.litert)

    used = replace(model, is_mirrored=model.is_mirrored or is_mirrored)

    def checked(faces: np.ndarray) -> np.ndarray:
        outputs = network(faces)
        if outputs.shape != (len(faces), model.output_count):
            raise ModelFileError(
                f"{model.path.name}: expected {model.output_count} outputs, one for each label; got "
                f"{outputs.shape[1:]}. Stamp it with the recipe that it was trained by: "
                f'python -m training export "{model.path}" --recipe NAME --data fer2013.csv'
            )
        return outputs

    return lambda images: classify(used, checked, network_faces(model, images))


def network_faces(model: ModelFile, images: np.ndarray) -> np.ndarray:
    """Return (N, H, W) uint8 faces as (N, S, S, 1) float32, in the size and scale that the model takes."""
    return network_input(resized(images, model.image_size_px), scale=model.scale, offset=model.offset)


def litert_network(flatbuffer: bytes) -> Network:
    """Open a compiled network; raises ModelFileError where its bytes are damaged."""
    try:
        interpreter = open_interpreter(flatbuffer)
    except (ValueError, RuntimeError) as error:
        raise ModelFileError(f"the compiled network is damaged ({error}). Export the model anew") from None
    taken, given = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def network(faces: np.ndarray) -> np.ndarray:
        answers = []
        for face in faces:
            interpreter.set_tensor(taken, face[np.newaxis])
            interpreter.invoke()
            answers.append(interpreter.get_tensor(given)[0])
        return np.stack(answers)

    return network


def keras_network(model: ModelFile) -> Network:
    """Open a model's Keras weights; raises ModelFileError where Keras is missing or refuses the file."""
    if importlib.util.find_spec("keras") is None:
        raise ModelFileError(
            f"{model.path.name} has no compiled network that fits its weights, and Keras is not installed. "
            "Install the extra `train`: pip install -e '.[train]'"
        )
    with quiet():
        loaded = load_keras(model)
    return lambda faces: np.asarray(loaded.predict(faces, batch_size=256, verbose=0))


def load_keras(model: ModelFile) -> Any:
    """Return the Keras model of a file whose layers `read_model_file` has accepted; raises ModelFileError."""
    import keras

    try:
        return keras.saving.load_model(model.path, compile=False, custom_objects=KEPT_TEXTS)
    except Exception as error:  # of Keras or its backend, by whatever the file has them do
        told = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_QUOTE]
        raise ModelFileError(f"{model.path.name} cannot be opened by Keras ({told})") from None
