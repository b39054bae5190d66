"""Writes a finished fit as one model file whose network gives several answers side by side."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from emocam.engine.model_file import ModelFileError, read_model_file, write_metadata
from emocam.engine.preprocessing import network_input
from emocam.settings import BETWEEN, DATA_SET, PEOPLE
from training.data.elsewhere import OtherFaces
from training.data.faces import FERPLUS_LABELS, TRAINING, FaceData, majority, resized, validation_split
from training.fitting.checkpoints import load_network
from training.fitting.description import described_points_crop
from training.fitting.finish import NETWORK_FILE
from training.fitting.history import RunError, check_fitted, history_path
from training.fitting.recipes import find_recipe
from training.networks.build import build
from training.networks.weights import copy_weights
from training.quiet import quiet
from training.recipe import Head, Recipe
from training.scoring import mixture as mixtures
from training.scoring.calibration import fit_temperature
from training.scoring.criterion import Judged
from training.scoring.mixture import TENTH, Mixture, Trial, answer, choose, log_frequencies, try_mixtures
from training.whole_files import put_in_place

ANSWER_OF = {mixtures.PEOPLE: PEOPLE, mixtures.DATA_SET: DATA_SET}  # a head's, in the app


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A finished run. heads: by name; stated: what the file of each head says of itself."""

    folder: Path
    recipe: Recipe
    network: keras.Model
    heads: Mapping[str, Head]
    stated: Mapping[str, dict[str, Any]]


def read_run(folder: Path) -> Fitted:
    """Return a finished run; raises RunError where something of it is missing, ModelFileError."""
    try:
        name = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))["name"]
        recipe = find_recipe(name)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise RunError(f"{folder}: expected the folder of a finished run ({error})") from None
    check_fitted(folder / NETWORK_FILE, recipe.name)
    heads = {head.name: head for head in recipe.heads}
    if mixtures.PEOPLE not in heads:
        raise RunError(f"{folder}: expected a fit with a head for FER+; it has {', '.join(heads)}")
    files = {name: folder / f"{recipe.model_name(head)}.hdf5" for name, head in heads.items()}
    stated = {name: read_model_file(path).metadata for name, path in files.items()}
    with quiet():
        fitted = load_network(folder / NETWORK_FILE)
        network = build(recipe, recipe.heads, image_size_px=recipe.image_size_px)
        copy_weights(fitted, network)
    return Fitted(folder, recipe, network, heads, stated)


def ask(run: Fitted, data: FaceData, elsewhere: Mapping[str, OtherFaces], *, is_mirrored: bool) -> dict[str, Judged]:
    """Return the heads' answers to the validation split and to the faces from elsewhere, cut out as the app does it."""
    training = data.split(TRAINING)
    tenth = training.take(validation_split(training))
    labels = majority(tenth)
    faces = {TENTH: (resized(tenth.images[labels >= 0], run.recipe.image_size_px), labels[labels >= 0])}
    crop = run.heads[mixtures.PEOPLE].points_crop
    for name, collection in elsewhere.items():
        crops = collection.crops(
            size_px=run.recipe.image_size_px, margin=run.recipe.crop_margin, points_crop=crop
        )
        faces[name] = crops, collection.labels.astype(int)
    seven = tuple(mixtures.KNOWN)
    return {
        name: Judged(_answers(run, images, is_mirrored=is_mirrored), labels,
                     tuple(range(len(FERPLUS_LABELS))) if name == TENTH else seven)
        for name, (images, labels) in faces.items()
    }


def _answers(run: Fitted, images: np.ndarray, *, is_mirrored: bool) -> dict[str, tuple[np.ndarray, ...]]:
    inputs = network_input(images, scale=run.recipe.scale, offset=run.recipe.offset)
    views = [inputs, inputs[:, :, ::-1]] if is_mirrored else [inputs]
    with quiet():
        told = [run.network.predict(view, batch_size=256, verbose=0) for view in views]
    told = [one if isinstance(one, dict) else {next(iter(run.heads)): one} for one in told]
    return {
        name: tuple(np.log(np.maximum(one[name], 1e-12)).astype(float) for one in told) for name in run.heads
    }


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What was chosen, out of what. temperature: of the mixture."""

    trials: list[Trial]
    chosen: Trial
    log_frequencies: np.ndarray
    temperature: float
    collections: dict[str, Judged]


def choose_mixture(run: Fitted, collections: dict[str, Judged], data: FaceData, *, floor: float) -> Choice:
    """Try every mixture, and choose one: see `mixture.choose`."""
    frequencies = log_frequencies(data.split(TRAINING))
    trials = try_mixtures(collections, frequencies)
    chosen = choose(trials, floor=floor)
    tenth = collections[TENTH]
    temperature = fit_temperature(answer(chosen.mixture, tenth, frequencies), tenth.labels)
    return Choice(trials, chosen, frequencies, temperature, collections)


def write_together(run: Fitted, choice: Choice, out: Path, *, is_mirrored: bool) -> None:
    """Write one file with the mixture first, and each head beside it; its network is not compiled yet."""
    answers = [_mixture_answer(run, choice)] + [_head_answer(run, name) for name in run.heads]
    for one in answers:
        one["mirrored"] = is_mirrored
    keras.utils.clear_session(free_memory=False)  # the layers' names count from one in every file
    with quiet():
        network = _network(run, choice, [one["name"] for one in answers], name=out.stem)
        draft = out.with_name(f"{out.stem}.new.h5")
        network.save(draft, include_optimizer=False)
    first = answers[0]
    common = {name: value for name, value in run.stated[mixtures.PEOPLE].items() if name not in _OF_AN_ANSWER}
    crop = described_points_crop(run.heads[mixtures.PEOPLE], run.recipe)
    usual = {name: first[name] for name in first if name not in ("name", "mixture")}
    write_metadata(draft, {**common, **crop, **usual, "answers": answers})
    put_in_place(draft, out)
    history = history_path(run.folder, mixtures.PEOPLE)
    if history.exists():  # where the report looks for it
        kept = out.with_suffix("") / "history.csv"
        kept.parent.mkdir(exist_ok=True)
        shutil.copyfile(history, kept)


_OF_AN_ANSWER = frozenset({"weights_digest", "head", "metrics", "logit_adjustment", "added_to_logits", "labels",
                           "temperature", "mirrored", "parameters"})  # fmt: skip


def _head_answer(run: Fitted, name: str) -> dict[str, Any]:
    stated = run.stated[name]
    kept = ("labels", "temperature", "logit_adjustment", "added_to_logits", "metrics", "selection_rule")
    return {"name": ANSWER_OF[name], "head": name, **{key: stated[key] for key in kept if key in stated}}


def _mixture_answer(run: Fitted, choice: Choice) -> dict[str, Any]:
    mixture = choice.chosen.mixture
    added = -mixture.tilt * choice.log_frequencies
    accuracy, balanced = choice.chosen.result.by_collection[TENTH]
    collections = ", ".join(choice.collections)
    return {
        "name": BETWEEN,
        "head": mixtures.PEOPLE,  # by whose labels it is judged
        "labels": list(FERPLUS_LABELS),
        "temperature": choice.temperature,
        "mixture": {PEOPLE: round(1 - mixture.data_set_share, 3), DATA_SET: mixture.data_set_share},
        "logit_adjustment": mixture.tilt,
        "added_to_logits": {label: round(float(bias), 3) for label, bias in zip(FERPLUS_LABELS, added, strict=True)},
        "selection_rule": "none of the weights, which are those of the last epoch; the mixture of the two heads and "
        f"the weight of rare labels have the best mean of the balanced accuracies on {collections} (the first is the "
        "validation split, judged by FER+'s majority; the others are faces that were in no fit)",
        "metrics": {"choosing_tenth": {"accuracy": accuracy, "balanced_accuracy": balanced,
                                       "criterion": choice.chosen.result.criterion}},
    }


def _network(run: Fitted, choice: Choice, names: list[str], *, name: str) -> keras.Model:
    """Return a network of one output, in which the probabilities of each answer stand side by side."""
    source = build(run.recipe, run.recipe.heads, image_size_px=run.recipe.image_size_px)
    copy_weights(run.network, source)
    heads = {head: source.get_layer(f"{head}_scores") for head in run.heads}
    features = heads[mixtures.PEOPLE].input
    outputs, weights = [], {}
    for answer_name in names:
        head = next((head for head, its in ANSWER_OF.items() if its == answer_name), mixtures.PEOPLE)
        config = {**heads[head].get_config(), "name": f"{answer_name}_scores"}
        scores = heads[head].__class__.from_config(config)
        outputs.append(_softmax(scores(features), answer_name))
        weights[scores.name] = scores
    together = keras.layers.Concatenate(name="answers")(outputs) if len(outputs) > 1 else outputs[0]
    network = keras.Model(source.inputs, together, name=name)
    _set_mixture(weights[f"{BETWEEN}_scores"], heads, choice)
    for head, layer in heads.items():
        kernel, bias = layer.get_weights()
        stated = run.stated[head]
        balance = np.array([stated["added_to_logits"][label] for label in stated["labels"]], np.float32)
        weights[f"{ANSWER_OF[head]}_scores"].set_weights([kernel, bias + balance])
    return network


def _softmax(scores: keras.KerasTensor, name: str) -> keras.KerasTensor:
    if len(scores.shape) == 4:  # a score for each place, as in mini-Xception
        scores = keras.layers.GlobalAveragePooling2D(name=f"{name}_pooled")(scores)
    return keras.layers.Softmax(name=name, dtype="float32")(scores)


def _set_mixture(layer: keras.layers.Layer, heads: Mapping[str, keras.layers.Layer], choice: Choice) -> None:
    """Put the mixture's weights into a layer: what holds for scores holds for the weights that they are sums of."""
    mixture: Mixture = choice.chosen.mixture
    people, data_set = heads[mixtures.PEOPLE].get_weights(), None
    if mixtures.DATA_SET in heads:
        data_set = heads[mixtures.DATA_SET].get_weights()
    none = np.zeros(len(FERPLUS_LABELS))
    kernel = mixture.scores(people[0], None if data_set is None else data_set[0], none)
    bias = mixture.scores(people[1], None if data_set is None else data_set[1], choice.log_frequencies)
    layer.set_weights([kernel.astype(np.float32), bias.astype(np.float32)])


def check_out(out: Path) -> None:
    """Raise ModelFileError for a name by which Keras would not know what is in the file."""
    if out.suffix not in (".hdf5", ".h5"):
        raise ModelFileError(f"{out}: expected a name that ends in .hdf5, by which Keras knows what is in a file")
