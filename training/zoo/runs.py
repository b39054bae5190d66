"""Runs the zoo: fits, scores and compiles what is not yet finished, and keeps a line of JSON for each fit."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from emocam.engine.model_file import read_model_file
from training.data.elsewhere import OtherFaces
from training.data.faces import PUBLIC_TEST, TRAINING, FaceData, majority, validation_split
from training.exporting.compiled import compile_apart
from training.fitting.history import history_path, read_history
from training.fitting.plan import PASSES, flops_for_a_face
from training.fitting.progress import fit_with_progress
from training.fitting.recipes import FER2013, FERPLUS
from training.recipe import Recipe
from training.scoring.evaluate import evaluate
from training.scoring.inference import open_network
from training.zoo.entries import full_fit_flops, zoo_recipe

RESULTS_FILE = "zoo.jsonl"
FIGURES = ("n", "accuracy", "accuracy_ci95", "balanced_accuracy", "three_class_accuracy")
COMPARED_FACES = 256


def run_zoo(
    data: FaceData,
    names: Sequence[str],
    *,
    budget: str,
    rates: Sequence[float],
    seeds: Sequence[int],
    runs: Path,
    elsewhere: Mapping[str, OtherFaces],
) -> Iterator[list[dict[str, Any]]]:
    """Fit each network at each rate with each seed; after each of them yield the lines of all finished fits.

    They stand in `zoo.jsonl` in `runs`. A fit that has its line there is not fitted again, one that was stopped goes
    on from its last finished epoch. Raises DataError, RunError, NetworkError.
    """
    training = data.split(TRAINING)
    faces = int((~validation_split(training)).sum())
    results = runs / RESULTS_FILE
    runs.mkdir(parents=True, exist_ok=True)
    for rate in rates:
        for seed in seeds:
            for name in names:
                recipe = zoo_recipe(name, budget=budget, faces=faces, learning_rate=rate, seed=seed)
                if recipe.name not in {line["recipe"] for line in read_results(results)}:
                    fit_with_progress(data, recipe, folder=runs / recipe.name)
                    line = _told(data, recipe, runs / recipe.name, faces, elsewhere)
                    with results.open("a", encoding="utf-8") as file:
                        file.write(json.dumps({"network": name, "budget": budget, **line}) + "\n")
                yield read_results(results)


def read_results(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of results; none where there is no file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _told(
    data: FaceData, recipe: Recipe, folder: Path, faces: int, elsewhere: Mapping[str, OtherFaces]
) -> dict[str, Any]:
    """Score and compile a finished run; return its line of the results."""
    public = data.split(PUBLIC_TEST)
    paths = {head.name: folder / f"{recipe.model_name(head)}.hdf5" for head in recipe.heads}
    label, votes = read_model_file(paths[FER2013.name]), read_model_file(paths[FERPLUS.name])
    label_scores = evaluate([label], public, elsewhere=elsewhere)
    votes_scores = evaluate([votes], public, elsewhere=elsewhere)
    history = read_history(history_path(folder, FER2013.name))
    flops = flops_for_a_face(recipe, recipe.image_size_px)
    return {
        "recipe": recipe.name,
        "learning_rate": recipe.learning_rate,
        "seed": recipe.seed,
        "size_px": recipe.image_size_px,
        "epochs": recipe.epochs,
        "seconds": round(sum(row["seconds"] for row in history)),
        "parameters": label_scores["parameters"],
        "flops": flops,
        "fit_flops": PASSES * flops * faces * recipe.epochs,
        "full_fit_flops": full_fit_flops(faces),
        "validation": label.metadata["metrics"]["choosing_tenth"]["accuracy"],
        "validation_ferplus": votes.metadata["metrics"]["choosing_tenth"]["accuracy"],
        "fer2013": _only(label_scores),
        "ferplus": _only(votes_scores["ferplus"]["eight_labels"]),
        "ferplus_seven": _only(votes_scores["ferplus"]),
        "elsewhere": {source: _only(one) for source, one in votes_scores.get("elsewhere", {}).items()},
        "right": right_answers(open_network(label)(public.images), public.labels),
        "right_ferplus": right_answers(open_network(votes)(public.images), majority(public)),
        "litert_ms": round(compile_apart(paths[FER2013.name], public.images[:COMPARED_FACES]), 2),
    }


def right_answers(probabilities: np.ndarray, labels: np.ndarray) -> str:
    """Return which of the N faces are answered rightly, eight a byte, in hexadecimal."""
    return np.packbits(probabilities.argmax(axis=1) == labels).tobytes().hex()


def _only(scores: Mapping[str, Any]) -> dict[str, Any]:
    return {name: scores[name] for name in FIGURES if name in scores}
