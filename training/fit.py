"""Fits a network by a recipe; a killed run goes on from its last finished epoch."""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np

from emocam.labels import EMOTIONS
from emocam.model_file import write_metadata
from emocam.preprocessing import network_input
from training.architectures import ARCHITECTURES
from training.augment import MIRROR_ONLY, augment
from training.calibrate import fit_temperature
from training.data import SIZE_PX, TRAINING, DataError, FaceData, choosing_tenth
from training.description import description
from training.history import EPOCH_COLUMNS, read_history, write_history
from training.machine import describe_machine
from training.quiet import quiet
from training.recipes import Recipe


class RunError(Exception):
    """A run's folder cannot be gone on with; the text says what to do."""


def fit(
    data: FaceData,
    recipe: Recipe,
    *,
    folder: Path,
    on_epoch: Callable[[dict[str, float]], None],
    on_step: Callable[[int, int], None] | None = None,
) -> Path:
    """Fit a network on Training less its choosing tenth; return the stamped .hdf5 file in `folder`.

    Nothing is selected: the weights are those of the last epoch. After each epoch the folder holds a
    checkpoint and a row more in `history.csv`; `on_epoch` gets that row. `on_step` gets the number of
    batches fitted so far, those of a resumed run included, and of the whole run. Raises DataError, RunError.
    """
    training = data.split(TRAINING)
    if recipe.ferplus_share > 0 and training.votes is None:
        raise DataError(f"recipe {recipe.name} mixes FER+ votes into the targets: give fer2013new.csv "
                        "with --ferplus")
    chooses = choosing_tenth(training)
    fitting, choosing = training.take(~chooses), training.take(chooses)
    targets = soft_targets(fitting, recipe)
    steps = math.ceil(len(fitting) / recipe.batch_size)
    _claim(folder, recipe, fitting, targets)
    with quiet():  # it imports TensorFlow, on whatever backend
        keras.utils.set_random_seed(recipe.seed)
    model, history = _resume(folder, steps) or (_compiled(recipe, steps), [])
    for epoch in range(len(history), recipe.epochs):
        started = datetime.now(UTC)
        callbacks = [_step_callback(on_step, epoch * steps, recipe.epochs * steps)] if on_step else []
        loss, accuracy = _fit_epoch(model, fitting, targets, recipe, epoch, callbacks)
        choosing_loss, choosing_accuracy = _evaluate(model, choosing, recipe)
        seconds = (datetime.now(UTC) - started).total_seconds()
        row = dict(zip(EPOCH_COLUMNS, (epoch + 1, loss, accuracy, choosing_loss, choosing_accuracy, seconds),
                       strict=True))
        history.append(row)
        _checkpoint(model, history, folder)
        on_epoch(row)
    return _finish(model, recipe, choosing, folder, history)


def soft_targets(data: FaceData, recipe: Recipe) -> np.ndarray:
    """Return (N, labels) float32 targets: FER-2013's label mixed with the share of the FER+ votes.

    A picture whose votes name none of the seven emotions keeps FER-2013's label alone.
    """
    targets = np.eye(len(recipe.labels), dtype=np.float32)[data.labels]
    if recipe.ferplus_share == 0 or data.votes is None:
        return targets
    votes = data.votes[:, : len(EMOTIONS)].astype(np.float32)
    count = votes.sum(axis=1, keepdims=True)
    share = np.where(count > 0, recipe.ferplus_share, 0).astype(np.float32)
    return (1 - share) * targets + share * votes / np.maximum(count, 1)


def network_faces(images: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Return (N, S, S) uint8 faces as the recipe's network takes them."""
    return network_input(images, scale=recipe.scale, offset=recipe.offset)


def _compiled(recipe: Recipe, steps: int) -> keras.Model:
    model = ARCHITECTURES[recipe.architecture](image_size_px=SIZE_PX, label_count=len(recipe.labels))
    warmup_epochs = min(recipe.warmup_epochs, recipe.epochs / 4)  # a short trial has to come down again too
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / 100,
        warmup_target=recipe.learning_rate,
        warmup_steps=round(warmup_epochs * steps),
        decay_steps=round((recipe.epochs - warmup_epochs) * steps),
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay)
    model.compile(optimizer, loss="categorical_crossentropy", jit_compile=keras.backend.backend() == "jax")
    return model


def _step_callback(
    on_step: Callable[[int, int], None], before: int, total: int
) -> keras.callbacks.Callback:
    return keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: on_step(before + batch + 1, total))


def _fit_epoch(
    model: keras.Model,
    data: FaceData,
    targets: np.ndarray,
    recipe: Recipe,
    epoch: int,
    callbacks: list[keras.callbacks.Callback],
) -> tuple[float, float]:
    # Seeded by the epoch, so that a resumed run sees the same faces in the same order.
    rng = np.random.default_rng([recipe.seed, epoch])
    calm = epoch >= recipe.epochs - recipe.calm_epochs
    order = rng.permutation(len(data))
    faces = augment(data.images[order], MIRROR_ONLY if calm else recipe.augmentation, rng=rng)
    history = model.fit(
        network_faces(faces, recipe),
        targets[order],
        batch_size=recipe.batch_size,
        shuffle=False,
        callbacks=callbacks,
        verbose=0,
    )
    # Accuracy on a fixed sample of unvaried faces: against soft targets the running figure means little.
    _, accuracy = _evaluate(model, data.take(np.arange(0, len(data), 8)), recipe)
    return float(history.history["loss"][0]), accuracy


def _evaluate(model: keras.Model, data: FaceData, recipe: Recipe) -> tuple[float, float]:
    """Return cross-entropy against FER-2013's label, and accuracy."""
    probabilities = model.predict(network_faces(data.images, recipe), batch_size=256, verbose=0)
    of_label = probabilities[np.arange(len(data)), data.labels]
    loss = -np.log(np.maximum(of_label, 1e-7)).mean()
    return float(loss), float((probabilities.argmax(axis=1) == data.labels).mean())


def _checkpoint(model: keras.Model, history: list[dict[str, float]], folder: Path) -> None:
    # History first: a kill between the two leaves a row too many, which `_resume` drops.
    write_history(folder / "history.csv", history)
    model.save(folder / "new.keras")
    (folder / "new.keras").replace(folder / "checkpoint.keras")


def _claim(folder: Path, recipe: Recipe, fitting: FaceData, targets: np.ndarray) -> None:
    """Write down what a run is made from; raises RunError where the folder holds another run."""
    digest = hashlib.sha256(fitting.images.tobytes() + targets.tobytes()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    for name, what, text in (
        ("recipe.json", "recipe", json.dumps(asdict(recipe), indent=2)),
        ("faces.sha256", "faces or targets", digest),
    ):
        written = folder / name
        if written.exists() and written.read_text() != text:
            raise RunError(f"{folder} holds a run of other {what}. Choose another folder with --out, or delete it")
        written.write_text(text)


def _resume(folder: Path, steps: int) -> tuple[keras.Model, list[dict[str, float]]] | None:
    """Return the checkpoint and the rows of the epochs in it; None where there is none yet."""
    if not (folder / "checkpoint.keras").exists():
        return None
    model = keras.saving.load_model(folder / "checkpoint.keras")
    finished = int(keras.ops.convert_to_numpy(model.optimizer.iterations)) // steps
    return model, read_history(folder / "history.csv")[:finished]


def _finish(
    model: keras.Model, recipe: Recipe, choosing: FaceData, folder: Path, history: list[dict[str, float]]
) -> Path:
    probabilities = model.predict(network_faces(choosing.images, recipe), batch_size=256, verbose=0)
    temperature = fit_temperature(probabilities, choosing.labels)
    path = folder / f"{recipe.name}.hdf5"
    with quiet():  # Keras calls HDF5 a legacy format
        keras.Model(model.inputs, model.outputs, name=model.name).save(path, include_optimizer=False)
    write_metadata(path, _description(recipe, temperature, history))
    return path


def _description(recipe: Recipe, temperature: float, history: list[dict[str, float]]) -> dict[str, Any]:
    votes = ", FER+ votes (Barsoum et al. 2016)" if recipe.ferplus_share else ""
    described = description(
        recipe,
        temperature=temperature,
        dataset=f"FER-2013 (Goodfellow et al. 2013){votes}",
        split="Training less its choosing tenth",
        selection_rule="none: the weights of the last epoch; the temperature is fitted on the choosing tenth, and the "
        "app's crop margin was chosen on faces that are not FER-2013's",
        licence="The weights are MIT, as Emocam is. FER-2013's pictures were collected from the web for "
        "research; none of them is in this file.",
    )
    return {
        **described,
        "metrics": {"choosing_tenth": {"accuracy": history[-1]["choosing_accuracy"]}},
        "training_seconds": round(sum(row["seconds"] for row in history)),
        "machine": describe_machine(),
    }
