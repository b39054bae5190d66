"""Running a network: a compiled one, and the way a model file says its answers are to be used."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from emocam.engine.model_file import ModelFile, check_size


def classify(model: ModelFile, network: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray) -> np.ndarray:
    """Return the (N, labels) float32 probabilities that a file's network gives when it is used as the file says.

    network: (N, S, S, 1) float32 inputs -> (N, outputs) float32 probabilities, those of each answer side by side.
    Mirror images are asked for in the same call, so that two threads can share a face and its image.
    """
    if not model.is_mirrored:
        return with_temperature(network(inputs)[:, model.outputs], model.temperature)
    answers = network(np.concatenate([inputs, inputs[:, :, ::-1]]))[:, model.outputs]
    return with_temperature((answers[: len(inputs)] + answers[len(inputs) :]) / 2, model.temperature)


def open_interpreter(flatbuffer: bytes) -> Any:
    """Return a LiteRT interpreter of a compiled network, with its memory; raises ValueError, RuntimeError."""
    from ai_edge_litert.interpreter import Interpreter  # 0.14 s, so only once a model is opened

    # One thread: measured, a second one makes one face slower, 2.1 -> 2.6 ms.
    interpreter = Interpreter(model_content=flatbuffer, num_threads=1)
    # A flipped bit in a shape can claim gigabytes, which the allocation would take.
    check_size(sum(_tensor_bytes(tensor) for tensor in interpreter.get_tensor_details()))
    interpreter.allocate_tensors()
    check_size(sum(_tensor_bytes(tensor) for tensor in interpreter.get_tensor_details()))  # as computed, not as claimed
    return interpreter


def _tensor_bytes(tensor: dict[str, Any]) -> int:
    return abs(math.prod(map(int, tensor["shape"]))) * np.dtype(tensor["dtype"]).itemsize


def with_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return (N, labels) float32 probabilities as if their logits had been divided by the temperature.

    Source: Guo et al. 2017, arXiv:1706.04599.
    """
    logits = np.log(np.maximum(probabilities, 1e-9)) / temperature
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (scaled / scaled.sum(axis=1, keepdims=True)).astype(np.float32)
