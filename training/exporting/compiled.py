"""Makes a model file in a process of its own, where Keras runs on TensorFlow, and times the compiled network."""

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

ROUNDS, FACES_OF_A_ROUND = 7, 20


def compile_apart(path: Path, images: np.ndarray) -> float:
    """Compile a fitted file's network into it; return the milliseconds of one face on one core.

    images: (N, 48, 48) uint8 real faces, on which LiteRT and Keras are compared. Raises what `export` does.
    """
    backend = os.environ.get("KERAS_BACKEND")
    os.environ["KERAS_BACKEND"] = "tensorflow"  # the new process reads it as it starts
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(_compile_and_time, path, images).result()
    finally:
        os.environ.pop("KERAS_BACKEND") if backend is None else os.environ.update(KERAS_BACKEND=backend)


def _compile_and_time(path: Path, images: np.ndarray) -> float:
    from training.exporting.export import export
    from training.scoring.inference import litert_network, network_faces

    model = export(path, path, images=images).model
    assert model.litert is not None
    network, faces = litert_network(model.litert), network_faces(model, images[:FACES_OF_A_ROUND])
    network(faces)
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        network(faces)
        rounds.append(time.perf_counter() - started)
    # The quickest round: the others may have waited for other programs of the machine.
    return 1000 * min(rounds) / len(faces)
