"""The plain way to read expressions, to compare with: a full scan of each frame, and Keras's `predict`."""

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from emocam.engine.keras_network import open_with_keras
from emocam.engine.model_file import ModelFile, read_model_file
from emocam.engine.preprocessing import crop_face, gray_picture, network_input
from emocam.messages import Box
from emocam.resources import asset_path


def measure_plain(images: Sequence[np.ndarray], model: Path) -> list[float] | None:
    """Return the milliseconds that each (H, W, 3) uint8 BGR image takes; None where Keras is not installed.

    The way of the packages `fer` and face_classification: the frontal Haar cascade over the whole picture at scale
    factor 1.1, five neighbours, and a call of `predict` for each face.
    """
    if importlib.util.find_spec("keras") is None:
        return None
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    described = read_model_file(model)  # first, since it refuses what Keras must not see
    try:
        network = open_with_keras(described)
    except Exception:  # no backend, or a file that Keras refuses, by whatever it raises then
        return None
    cascade = cv2.CascadeClassifier(str(asset_path("haarcascade_frontalface_default.xml")))
    _analyze(images[0], cascade, network, described)  # the first call of `predict` traces the network
    times_ms = []
    for image in images:
        started = perf_counter()
        _analyze(image, cascade, network, described)
        times_ms.append((perf_counter() - started) * 1e3)
    return times_ms


def _analyze(image: np.ndarray, cascade: cv2.CascadeClassifier, network: object, model: ModelFile) -> None:
    gray = gray_picture(image)
    found = cascade.detectMultiScale(gray, scaleFactor=1.1, minNeighbors=5, minSize=(24, 24))
    for x, y, width, height in np.asarray(found, int).reshape(-1, 4).tolist():
        crop = crop_face(gray, Box(x, y, width, height), size_px=model.image_size_px, margin=model.crop_margin)
        faces = network_input(crop[np.newaxis], scale=model.scale, offset=model.offset)
        network.predict(faces, verbose=0)  # type: ignore[attr-defined]  # Keras has no types
