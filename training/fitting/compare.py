"""Tries one change at a time in short fits with several seeds, and tells what each is worth."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from training.data.faces import PUBLIC_TEST, TRAINING, DataError, FaceData, validation_split
from training.fitting.checkpoints import load_network
from training.fitting.finish import NETWORK_FILE
from training.fitting.fit import ask_head
from training.fitting.history import RunError, history_path, read_history
from training.fitting.progress import fit_with_progress
from training.fitting.recipes import FER2013, FERPLUS, MINI_XCEPTION_TAUGHT, RESIDUAL_START, STRONG
from training.recipe import MIRROR_ONLY, Head, Recipe
from training.scoring.metrics import mean_recall
from training.tables import share, table
from training.whole_files import write_whole

SCORES_FILE = "scores.json"
COLUMNS = ("FER-2013", "mean recall", "on PublicTest", "FER+", "mean recall", "on PublicTest")
Figures = tuple[float | None, ...]

# Small faces and ten epochs: minutes on one core. What needs long fits to show, as strong variations do, is
# judged too low here.
SHORT = replace(
    MINI_XCEPTION_TAUGHT, name="short", epochs=10, sizes_px=((1.0, 32),), teachers=(), teacher_share=0.0, views=0
)
SHORT_RESIDUAL = replace(
    RESIDUAL_START, name="short_residual", epochs=10, calm_epochs=0, sizes_px=((1.0, 32),), mixup_alpha=0.0
)
ALONE = replace(FER2013, ferplus_share=0.0)
CHANGES: dict[str, tuple[str, Recipe]] = {
    "none": ("mini-Xception, two heads, light variations, cosine", SHORT),
    "label_alone": ("FER-2013's head alone, no votes in its targets", replace(SHORT, heads=(ALONE,))),
    "fer2013_alone": ("FER-2013's head alone, 20 % votes", replace(SHORT, heads=(FER2013,))),
    "half_votes": (
        "FER-2013's head alone, 50 % votes",
        replace(SHORT, heads=(replace(FER2013, ferplus_share=0.5),)),
    ),
    "ferplus_alone": ("FER+'s head alone", replace(SHORT, heads=(FERPLUS,))),
    "taught": (
        "taught by `residual_first`, 70 % of the targets",
        replace(SHORT, teachers=("residual_first",), teacher_share=0.7, views=4),
    ),
    "mirror_only": ("no variations but the mirror", replace(SHORT, augmentation=MIRROR_ONLY)),
    "strong": ("strong variations", replace(SHORT, augmentation=STRONG)),
    "mixup": ("mixup, 0.2", replace(SHORT, mixup_alpha=0.2)),
    "smoothing": ("label smoothing, 0.1", replace(SHORT, label_smoothing=0.1)),
    "rare_weigh_more": ("rare labels weigh more, power 0.5", replace(SHORT, rarity_power=0.5)),
    "average": ("average of weights, 0.99", replace(SHORT, average_momentum=0.99)),
    "constant_rate": ("no cosine: the rate stays", replace(SHORT, last_learning_rate=1.0)),
    "half_rate": ("half the learning rate", replace(SHORT, learning_rate=SHORT.learning_rate / 2)),
    "48px": ("faces of 48 pixels", replace(SHORT, sizes_px=((1.0, 48),))),
    "64px": ("faces of 64 pixels", replace(SHORT, sizes_px=((1.0, 64),))),
    "residual": ("residual, two heads, strong variations", SHORT_RESIDUAL),
    "residual_no_gates": ("… without squeeze-and-excitation", replace(SHORT_RESIDUAL, architecture="ungated")),
    "residual_mixup": ("… with mixup, 0.2", replace(SHORT_RESIDUAL, mixup_alpha=0.2)),
    "residual_light": ("… with light variations", replace(SHORT_RESIDUAL, augmentation=SHORT.augmentation)),
}


def compare(data: FaceData, names: Sequence[str], *, seeds: Sequence[int], runs: Path) -> str:
    """Fit each change, all without names, with each seed, what is not yet finished in `runs`; return a Markdown table.

    A score is the mean of the seeds, on the validation split in the size that was fitted, without mirror images and
    before the labels are balanced; beside it the farthest that a seed lies from that mean. Accuracy on PublicTest,
    where the data holds it, stands beside and chooses nothing. Raises DataError, RunError.
    """
    unknown = [name for name in names if name not in CHANGES]
    if unknown:
        raise DataError(f"{unknown[0]}: no such change; known are {', '.join(CHANGES)}")
    training = data.split(TRAINING)
    public = data.split(PUBLIC_TEST) if (data.splits == PUBLIC_TEST).any() else None
    scored = (training.take(validation_split(training)), public)
    rows = []
    for name in names or CHANGES:
        told, recipe = CHANGES[name]
        scores = [
            _scores(data, scored, replace(recipe, seed=seed), runs / f"compare_{name}_{seed}") for seed in seeds
        ]
        cells = [_mean([score[column] for score in scores]) for column in range(len(COLUMNS))]
        seconds = np.median([score[-1] for score in scores])
        rows.append((told, *cells, f"{seconds:.0f}"))
    return table(("change", *COLUMNS, "seconds an epoch"), rows)


def _mean(scores: list[float | None]) -> str:
    """Write the mean of the seeds and how far one of them lies from it; nothing for a head that is not there."""
    found = [score for score in scores if score is not None]
    if not found:
        return ""
    mean = float(np.mean(found))
    return f"{share(mean)} ± {100 * max(abs(score - mean) for score in found):.1f}"


def _scores(
    data: FaceData, scored: tuple[FaceData, FaceData | None], recipe: Recipe, folder: Path
) -> list[float | None]:
    """Return a run's figures in the order of the columns and its seconds an epoch; fit it first if need be."""
    path = folder / SCORES_FILE
    if path.exists():
        return _read_scores(path)
    fit_with_progress(data, recipe, folder=folder)
    network = load_network(folder / NETWORK_FILE)
    figures = {head.name: _score(network, head, scored, recipe) for head in recipe.heads}
    seconds = np.median([row["seconds"] for row in read_history(history_path(folder, recipe.heads[0].name))])
    missing: Figures = (None, None, None)
    scores = [*figures.get(FER2013.name, missing), *figures.get(FERPLUS.name, missing), float(seconds)]
    write_whole(path, json.dumps(scores))
    return scores


def _read_scores(path: Path) -> list[float | None]:
    try:
        scores: list[float | None] = json.loads(path.read_text(encoding="utf-8"))
        if len(scores) != len(COLUMNS) + 1:
            raise ValueError
    except (ValueError, TypeError):
        raise RunError(f"{path} is empty, cut short or damaged. Delete it, and the run is scored anew") from None
    return scores


def _score(
    network: keras.Model, head: Head, scored: tuple[FaceData, FaceData | None], recipe: Recipe
) -> Figures:
    """Return one head's accuracy and mean recall on the validation split, and its accuracy on PublicTest."""
    validation, public = scored
    probabilities, labels = ask_head(network, head, validation, recipe)
    said = probabilities.argmax(axis=1)
    figures = (float((said == labels).mean()), mean_recall(said, labels))
    if public is None:
        return (*figures, None)
    probabilities, labels = ask_head(network, head, public, recipe)
    return (*figures, float((probabilities.argmax(axis=1) == labels).mean()))
