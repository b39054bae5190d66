"""Fits a network by a recipe; a killed run goes on from its last finished epoch."""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np

from emocam.engine.preprocessing import network_input
from training.data.aligned import aligned_faces
from training.data.augment import augment, mix
from training.data.faces import TRAINING, DataError, FaceData, resized, validation_split
from training.data.targets import soft_targets, weighted_targets
from training.fitting.checkpoints import load_network, save_network
from training.fitting.finish import NETWORK_FILE, finish, head_truth
from training.fitting.history import EPOCH_COLUMNS, RunError, check_fitted, history_path, read_history, write_history
from training.fitting.recipes import RECIPES
from training.networks.build import build, check_network
from training.networks.weights import copy_weights
from training.quiet import quiet
from training.recipe import MIRROR_ONLY, Augmentation, Head, Recipe
from training.scoring.mixture import DATA_SET, PEOPLE, Mixture, log_frequencies, softmax
from training.whole_files import write_whole

Targets = dict[str, np.ndarray]


def fit(
    data: FaceData,
    recipe: Recipe,
    *,
    folder: Path,
    on_epoch: Callable[[int, float, dict[str, dict[str, float]]], None],
    on_step: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Fit a network on Training less, as a rule, its validation split; return the stamped .hdf5 files, one a head.

    Nothing is selected: the weights are those of the last epoch. After each epoch the folder holds a
    checkpoint and a row more in each head's history; `on_epoch` gets the epoch's number, its seconds and the
    rows by head. `on_step` gets the number of batches fitted so far, those of a resumed run included, and of
    the whole run. The finished runs that a recipe needs lie beside `folder`. Raises DataError, RunError, NetworkError.
    """
    check_network(recipe)
    training = data.split(TRAINING)
    if training.votes is None and any(head.ferplus_share > 0 for head in recipe.heads):
        raise DataError(f"recipe {recipe.name} mixes FER+ votes into the targets: give fer2013new.csv "
                        "with --ferplus")
    is_held_out = validation_split(training)
    if not is_held_out.any():
        raise DataError(f"expected at least 6 pictures of one label in {TRAINING}, of which a tenth is held out to "
                        f"calibrate by; got {len(training)} of all labels")
    fitting, validation = training.take(~is_held_out | recipe.fits_all), training.take(is_held_out)
    targets = {head.name: _targets(fitting, head, recipe) for head in recipe.heads}
    _claim(folder, recipe, fitting, targets)
    as_they_stand = fitting.images
    fitting, validation = _aligned(fitting, recipe), _aligned(validation, recipe)
    run = _Run(recipe, folder, fitting, as_they_stand, targets, on_step)
    for epoch in range(run.epochs_finished, recipe.epochs):
        started = datetime.now(UTC)
        losses = run.fit_epoch(epoch)
        scores = {
            head.name: (run.score(head, _sample(fitting)), run.score(head, validation)) for head in recipe.heads
        }
        seconds = (datetime.now(UTC) - started).total_seconds()
        rows = {
            name: dict(zip(EPOCH_COLUMNS, (epoch + 1, losses[name], fitted[1], *validated, seconds), strict=True))
            for name, (fitted, validated) in scores.items()
        }
        run.checkpoint(rows)
        on_epoch(epoch + 1, seconds, rows)
    return finish(run.network, recipe, validation, folder, histories=run.histories, targets=targets)


class _Run:
    """A network on its way: its weights, its histories, its teachers."""

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        data: FaceData,
        as_they_stand: np.ndarray,
        targets: Targets,
        on_step: Callable[[int, int], None] | None,
    ) -> None:
        self.recipe, self.folder, self.data, self.targets, self.on_step = recipe, folder, data, targets, on_step
        self.as_they_stand = as_they_stand
        self.steps = math.ceil(len(data) / recipe.batch_size)
        with quiet():  # it imports TensorFlow, on whatever backend
            keras.utils.set_random_seed(recipe.seed)
        self.teachers = [_load_finished(folder.parent, name) for name in recipe.teachers]
        self.views: dict[tuple[Augmentation, int, int], tuple[np.ndarray, Targets]] = {}
        self.histories: dict[str, list[dict[str, float]]] = {head.name: [] for head in recipe.heads}
        if (folder / "checkpoint.keras").exists():
            self.network = load_network(folder / "checkpoint.keras", is_compiled=True)
            finished = int(keras.ops.convert_to_numpy(self.network.optimizer.iterations)) // self.steps
            self.histories = {
                head.name: read_history(history_path(folder, head.name))[:finished] for head in recipe.heads
            }
            if self.epochs_finished < finished:
                raise RunError(f"{folder} holds a network of {finished} epochs and the figures of "
                               f"{self.epochs_finished}. Delete checkpoint.keras to fit from the first epoch")
        else:
            self.network = _compiled(recipe, self.steps)
            if recipe.starts_from:
                copy_weights(_load_finished(folder.parent, recipe.starts_from), self.network)

    @property
    def epochs_finished(self) -> int:
        return min(map(len, self.histories.values()))

    def fit_epoch(self, epoch: int) -> dict[str, float]:
        """Fit one epoch; return the loss of each head."""
        recipe = self.recipe
        faces, targets = self._varied_faces(epoch)
        history = self.network.fit(
            network_faces(faces, recipe),
            targets,
            batch_size=recipe.batch_size,
            shuffle=False,
            callbacks=self._callbacks(epoch),
            verbose=0,
        ).history
        of_head = "{}_loss" if len(recipe.heads) > 1 else "loss"
        return {head.name: float(history[of_head.format(head.name)][0]) for head in recipe.heads}

    def _varied_faces(self, epoch: int) -> tuple[np.ndarray, Targets]:
        """Return an epoch's faces and targets, drawn by its number: a resumed run sees the same."""
        recipe = self.recipe
        is_calm = epoch >= recipe.epochs - recipe.calm_epochs
        size, augmentation = recipe.size_px_in(epoch), MIRROR_ONLY if is_calm else recipe.augmentation
        rng = np.random.default_rng([recipe.seed, epoch])
        if recipe.views == 0:
            faces, targets = self._varied_and_taught(augmentation, size, rng)
        else:
            view = epoch % recipe.views
            if any(known[:2] != (augmentation, size) for known in self.views):
                self.views.clear()  # those of the former size would only take up memory
            if (augmentation, size, view) not in self.views:
                self.views[augmentation, size, view] = self._varied_and_taught(
                    augmentation, size, np.random.default_rng([recipe.seed, size, view])
                )
            faces, targets = self.views[augmentation, size, view]
            order = rng.permutation(len(faces))
            faces, targets = faces[order], {name: each[order] for name, each in targets.items()}
            mirrored = rng.random(len(faces)) < 0.5
            faces[mirrored] = faces[mirrored, :, ::-1]
        if recipe.mixup_alpha and not is_calm:
            return mix(faces, targets, alpha=recipe.mixup_alpha, rng=rng)
        return faces, targets

    def _varied_and_taught(
        self, augmentation: Augmentation, size: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, Targets]:
        order = rng.permutation(len(self.data))
        faces = self.data.images[order]
        if self.recipe.aligned is not None and self.recipe.aligned_share < 1:
            is_left = rng.random(len(order)) >= self.recipe.aligned_share
            faces[is_left] = self.as_they_stand[order[is_left]]
        faces = augment(faces, augmentation, rng=rng, size_px=size)
        return faces, self._taught(faces, {name: each[order] for name, each in self.targets.items()})

    def score(self, head: Head, data: FaceData) -> tuple[float, float]:
        """Return cross-entropy against what the head is to say of each face, and accuracy."""
        probabilities, labels = ask_head(self.network, head, data, self.recipe)
        loss = -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)).mean()
        return float(loss), float((probabilities.argmax(axis=1) == labels).mean())

    def checkpoint(self, rows: dict[str, dict[str, float]]) -> None:
        """Keep an epoch's weights and figures."""
        # Histories first: a kill between the two leaves a row too many, which the next start drops.
        for name, row in rows.items():
            self.histories[name].append(row)
            write_history(history_path(self.folder, name), self.histories[name])
        save_network(self.network, self.folder / "checkpoint.keras")

    def _taught(self, faces: np.ndarray, targets: Targets) -> Targets:
        """Return the targets with the teachers' share in them: against soft targets that is distillation."""
        if not self.teachers:
            return targets
        inputs, share = network_faces(faces, self.recipe), np.float32(self.recipe.teacher_share)
        answers = [self._taught_by(teacher.predict(inputs, batch_size=256, verbose=0)) for teacher in self.teachers]
        return {
            name: (1 - share) * each + share * np.mean([answer[name] for answer in answers], axis=0)
            for name, each in targets.items()
        }

    def _taught_by(self, answers: Targets) -> Targets:
        """Return a teacher's answers to be learnt, by head."""
        if self.recipe.taught_mixture is None:
            return answers
        mixture = Mixture(*self.recipe.taught_mixture)
        people, data_set = (np.log(np.maximum(answers[name], 1e-12)) for name in (PEOPLE, DATA_SET))
        return {**answers, PEOPLE: softmax(mixture.scores(people, data_set, log_frequencies(self.data)))}

    def _callbacks(self, epoch: int) -> list[keras.callbacks.Callback]:
        if self.on_step is None:
            return []
        on_step, before, total = self.on_step, epoch * self.steps, self.recipe.epochs * self.steps
        return [
            keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: on_step(before + batch + 1, total))
        ]


def network_faces(images: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Return (N, S, S) uint8 faces as the recipe's network takes them."""
    return network_input(images, scale=recipe.scale, offset=recipe.offset)


def ask_head(network: keras.Model, head: Head, data: FaceData, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Return (N, L) what a head says of the N faces whose label is not open, and (N,) what it is to say.

    The faces have the size that the recipe's last epochs fit.
    """
    labels = head_truth(head, data)
    faces = network_faces(resized(data.images[labels >= 0], recipe.sizes_px[-1][1]), recipe)
    return network.predict(faces, batch_size=256, verbose=0)[head.name], labels[labels >= 0]


def _aligned(data: FaceData, recipe: Recipe) -> FaceData:
    """Return the faces as the recipe has them cut out."""
    return data if recipe.aligned is None else replace(data, images=aligned_faces(data.images, recipe.aligned))


def _targets(data: FaceData, head: Head, recipe: Recipe) -> np.ndarray:
    targets = soft_targets(data, head)
    if not recipe.label_smoothing and not recipe.rarity_power:
        return targets
    return weighted_targets(targets, label_smoothing=recipe.label_smoothing, rarity_power=recipe.rarity_power)


def _sample(data: FaceData) -> FaceData:
    """Return a fixed sixteenth of the faces, unvaried: a running accuracy against soft targets means little."""
    return data.take(np.arange(0, len(data), 16))


def _compiled(recipe: Recipe, steps: int) -> keras.Model:
    network = build(recipe, recipe.heads, is_fitted=True)
    warmup_epochs = min(recipe.warmup_epochs, recipe.epochs / 4)  # a short trial has to come down again too
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / 100,
        warmup_target=recipe.learning_rate,
        warmup_steps=round(warmup_epochs * steps),
        decay_steps=round((recipe.epochs - warmup_epochs) * steps),
        alpha=recipe.last_learning_rate,
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=recipe.weight_decay,
        use_ema=recipe.average_momentum is not None,
        ema_momentum=recipe.average_momentum or 0.0,
    )
    network.compile(
        optimizer,
        loss={head.name: "categorical_crossentropy" for head in recipe.heads},
        loss_weights={head.name: head.weight for head in recipe.heads},
        jit_compile=keras.backend.backend() == "jax",
    )
    return network


def _load_finished(runs: Path, name: str) -> keras.Model:
    """Return a finished network with the quick layers of the fit; raises RunError where it is missing."""
    path, recipe = runs / name / NETWORK_FILE, RECIPES[name]
    check_fitted(path, name)
    network = build(recipe, recipe.heads, is_fitted=True)
    copy_weights(load_network(path), network)
    return network


def _claim(folder: Path, recipe: Recipe, fitting: FaceData, targets: Targets) -> None:
    """Write down what a run is made from; raises RunError where the folder holds another run."""
    digest = hashlib.sha256(fitting.images.tobytes() + b"".join(each.tobytes() for each in targets.values()))
    folder.mkdir(parents=True, exist_ok=True)
    for name, what, text, read in (
        ("recipe.json", "recipe", json.dumps(asdict(recipe), indent=2), what_is_fitted),
        ("faces.sha256", "faces or targets", digest.hexdigest(), _digest),
    ):
        written = folder / name
        if written.exists() and _read(written, read) != read(text):
            raise RunError(f"{folder} holds a run of other {what}. Choose another folder with --out, or delete it")
        write_whole(written, text)


def _read(path: Path, read: Callable[[str], Any]) -> Any:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(f"{path} is empty, cut short or damaged ({type(error).__name__}). If the run beside it is the "
                       "one to go on with, delete this file, which is written anew") from None


def _digest(text: str) -> str:
    if len(text) != hashlib.sha256().digest_size * 2:
        raise ValueError
    return text


def what_is_fitted(text: str) -> dict[str, Any]:
    """Read a recipe, in whatever order of its fields, without what is chosen after the fit.

    What a former version could not say, it did as a recipe does that says nothing of it.
    """
    unsaid = {field.name: field.default for field in fields(Recipe) if field.default is not MISSING}
    recipe: dict[str, Any] = {**json.loads(json.dumps(unsaid)), **json.loads(text)}
    heads = [{name: value for name, value in head.items() if name != "points_crop"} for head in recipe["heads"]]
    return {**recipe, "heads": heads}
