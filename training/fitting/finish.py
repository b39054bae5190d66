"""Ends a run: balances and calibrates each head on the validation split, and writes it as a file of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from emocam.engine.model_file import read_model_file, write_metadata
from emocam.engine.preprocessing import network_input
from emocam.labels import EMOTIONS
from training.data.faces import FaceData, majority, resized
from training.fitting.balance import adjusted, choose_strength, frequency_biases, likeliest_biases, raise_weakest
from training.fitting.checkpoints import save_network
from training.fitting.description import description
from training.fitting.history import check_fitted
from training.fitting.recipes import RECIPES
from training.machine import describe_machine
from training.networks.build import build
from training.networks.weights import copy_weights
from training.quiet import quiet
from training.recipe import Head, Recipe
from training.scoring.calibration import fit_temperature
from training.whole_files import put_in_place

NETWORK_FILE = "network.keras"


def finish(
    network: keras.Model,
    recipe: Recipe,
    validation: FaceData,
    folder: Path,
    *,
    histories: dict[str, list[dict[str, float]]],
    targets: dict[str, np.ndarray],
) -> list[Path]:
    """Write the network with all its heads for its pupils, and each head as a stamped .hdf5; return those."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    plain = build(recipe, recipe.heads)
    copy_weights(network, plain)
    save_network(plain, folder / NETWORK_FILE)
    written = [
        _write_head(plain, recipe, head, validation, folder, histories[head.name], targets[head.name])
        for head in recipe.heads
    ]
    keras.config.set_dtype_policy(policy)  # the next recipe of a chain is fitted as this one was
    return written


def head_truth(head: Head, data: FaceData) -> np.ndarray:
    """Return (N,) int: what a head is to say of each face, an index into its labels; -1 where that is open."""
    if head.ferplus_share == 1:
        return majority(data)
    places = [head.labels.index(emotion) if emotion in head.labels else -1 for emotion in EMOTIONS]
    return np.array(places)[data.labels]


@dataclass(frozen=True, slots=True, eq=False)
class _Calibration:
    """What is done to a head after the fit. biases: (L,), added to its logits. accuracy: on the validation split,
    None where the fit has seen that.
    """

    strength: float
    biases: np.ndarray
    temperature: float
    accuracy: float | None


def _write_head(
    plain: keras.Model,
    recipe: Recipe,
    head: Head,
    validation: FaceData,
    folder: Path,
    history: list[dict[str, float]],
    targets: np.ndarray,
) -> Path:
    if recipe.fits_all:
        done = _calibration_before(recipe, head, folder.parent)
    else:
        done = _calibrate(plain, recipe, head, validation, targets)
    name = recipe.model_name(head)
    keras.utils.clear_session(free_memory=False)  # the layers' names count from one in every file
    keras.config.set_dtype_policy("float32")
    single = build(recipe, [head], image_size_px=recipe.image_size_px)
    copy_weights(plain, single)
    _adjust(single.get_layer(f"{head.name}_scores"), done.biases)
    path, draft = folder / f"{name}.hdf5", folder / f"{name}.new.h5"
    with quiet():  # Keras calls HDF5 a legacy format
        keras.Model(single.inputs, single.outputs[0], name=name).save(draft, include_optimizer=False)
    added = {label: round(float(bias), 3) for label, bias in zip(head.labels, done.biases, strict=True)}
    written = _description(recipe, head, done, history)
    write_metadata(draft, {**written, "logit_adjustment": done.strength, "added_to_logits": added})
    put_in_place(draft, path)
    return path


def _calibrate(
    plain: keras.Model, recipe: Recipe, head: Head, validation: FaceData, targets: np.ndarray
) -> _Calibration:
    labels = head_truth(head, validation)
    images = resized(validation.images[labels >= 0], recipe.image_size_px)
    faces = network_input(images, scale=recipe.scale, offset=recipe.offset)
    labels = labels[labels >= 0]
    views = [faces, faces[:, :, ::-1]] if head.is_mirrored else [faces]
    answers = [plain.predict(view, batch_size=256, verbose=0)[head.name] for view in views]
    probabilities = np.mean(answers, axis=0)
    counts = targets.sum(axis=0) + 1  # a label that no face bears has a logarithm, too
    frequencies = counts / counts.sum()
    strength, biases = 0.0, np.zeros(len(head.labels))
    if head.accuracy_for_balance is not None:
        strength = choose_strength(
            probabilities, labels, frequencies, accuracy_to_give=head.accuracy_for_balance
        )
        biases = frequency_biases(frequencies, strength)
    if head.accuracy_for_weakest is not None:
        biases = biases + likeliest_biases(adjusted(probabilities, biases), labels)
        balanced = adjusted(probabilities, biases)
        biases = biases + raise_weakest(balanced, labels, accuracy_to_give=head.accuracy_for_weakest)
    probabilities = np.mean([adjusted(answer, biases) for answer in answers], axis=0)
    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    return _Calibration(strength, biases, fit_temperature(probabilities, labels), accuracy)


def _calibration_before(recipe: Recipe, head: Head, runs: Path) -> _Calibration:
    """Return that of the network that a last fit began with, which had not seen the validation split."""
    assert recipe.starts_from is not None
    before = RECIPES[recipe.starts_from]
    path = runs / before.name / f"{before.model_name(head)}.hdf5"
    check_fitted(path, before.name)
    told = read_model_file(path).metadata
    biases = np.array([told["added_to_logits"][label] for label in head.labels])
    return _Calibration(told["logit_adjustment"], biases, told["temperature"], accuracy=None)


def _adjust(scores: keras.layers.Layer, biases: np.ndarray) -> None:
    """Build the balance into the biases of the last layer, so that every reader of the file has it."""
    kernel, bias = scores.get_weights()
    scores.set_weights([kernel, bias + biases.astype(np.float32)])


def _description(
    recipe: Recipe, head: Head, done: _Calibration, history: list[dict[str, float]]
) -> dict[str, Any]:
    calibrated = "temperature and the balance of the labels are fitted on the validation split"
    if recipe.fits_all:
        calibrated = f"temperature and the balance of the labels are those of the recipe {recipe.starts_from}, with " \
                     "which this fit began and which had not seen the validation split"
    described = description(
        recipe,
        head,
        temperature=done.temperature,
        dataset="FER-2013 (Goodfellow et al. 2013), FER+ votes (Barsoum et al. 2016)",
        split="Training, all of it" if recipe.fits_all else "Training less its validation split",
        selection_rule=f"none: the weights of the last epoch; {calibrated}, "
        "and the app's crop margin was chosen on faces that are not FER-2013's",
        licence="The weights are MIT, as Emocam is. FER-2013's pictures were collected from the web for "
        "research; none of them is in this file.",
    )
    return {
        **described,
        # The app reads the validation split's scores under this name, which files have had from the first.
        "metrics": {} if done.accuracy is None else {"choosing_tenth": {"accuracy": done.accuracy}},
        "training_seconds": round(sum(row["seconds"] for row in history)),
        "machine": describe_machine(),
    }
