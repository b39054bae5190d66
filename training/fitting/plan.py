"""What a chain of fits takes: told before it begins, and how long is left told after each epoch."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from pathlib import Path

from training.data.faces import DataError
from training.fitting.fit import what_is_fitted
from training.fitting.history import RunError, history_path, read_history
from training.fitting.recipes import RECIPES
from training.networks.build import build, check_network
from training.networks.complexity import layer_flops
from training.output import check_output
from training.recipe import Head, Recipe

PASSES = 3  # the backward pass multiplies twice for each multiplication of the forward one
WEIGHT_BYTES, COPIES_IN_A_CHECKPOINT = 4, 4  # weights, their average, and the optimizer's two moments
SCORED = 1 / 16 + 1 / 9  # of the faces that are fitted, those that each epoch is scored on


@dataclass(frozen=True, slots=True)
class PlannedFit:
    """One fit of the chain. costs: of each of its epochs, in operations for each face. epochs_finished: by a run that
    was stopped, or is done.
    """

    recipe: Recipe
    costs: tuple[float, ...]
    epochs_finished: int

    @property
    def epochs_left(self) -> int:
        """How many epochs are to be fitted."""
        return self.recipe.epochs - self.epochs_finished


class Plan:
    """The fits that are to be done one after the other, and what the epochs since the start have taken."""

    def __init__(self, fits: Sequence[PlannedFit]) -> None:
        self.fits = fits
        self._finished = {fit.recipe.name: fit.epochs_finished for fit in fits}
        self._seconds: dict[str, float] = {}
        self._costs: dict[str, float] = {}

    def told(self) -> str:
        """Return a sentence about what is to come."""
        left = sum(fit.epochs_left for fit in self.fits)
        count = f"{_counted(len(self.fits), 'fit')}, {_counted(left, 'epoch')}"
        done = sum(fit.epochs_finished for fit in self.fits)
        after = f" after {done} that are finished" if done else ""
        return (f"{count}{after}: {'; '.join(map(_described, self.fits))}. Each is then calibrated and written. "
                "How long it takes is told after the first epoch.")

    def note_epoch(self, name: str, seconds: float) -> None:
        """Take note of the next epoch of the fit of a recipe."""
        fit = next(fit for fit in self.fits if fit.recipe.name == name)
        self._seconds[name] = self._seconds.get(name, 0.0) + seconds
        self._costs[name] = self._costs.get(name, 0.0) + fit.costs[self._finished[name]]
        self._finished[name] += 1

    def left(self) -> str:
        """Return how long the rest takes, by the epochs noted; nothing where none is left or none has been noted."""
        fits = [fit for fit in self.fits if self._finished[fit.recipe.name] < fit.recipe.epochs]
        epochs = sum(fit.recipe.epochs - self._finished[fit.recipe.name] for fit in fits)
        if not epochs or not self._seconds:
            return ""
        seconds = sum(self._seconds_left(fit) for fit in fits)
        return f"about {_duration(seconds)} left for {_counted(epochs, 'epoch')} in {_counted(len(fits), 'fit')}"

    def _seconds_left(self, fit: PlannedFit) -> float:
        """Return a fit's seconds by its own epochs, or by those of all fits so far; their costs make them alike."""
        name = fit.recipe.name
        seconds, costs = self._seconds.get(name), self._costs.get(name)
        if not seconds or not costs:
            seconds, costs = sum(self._seconds.values()), sum(self._costs.values())
        return seconds / costs * sum(fit.costs[self._finished[name] :])


def plan_fits(runs: Sequence[tuple[Recipe, Path]]) -> Plan:
    """Return the plan of fits in their folders, once all that can be known to be wrong with them has been looked for.

    Raises NetworkError for a network that the app would refuse, RunError for a folder that holds another run, DataError
    for a damaged history and OutputError for a folder that cannot be written or a disk that is too small.
    """
    needed_bytes = 0
    for recipe, folder in runs:
        check_network(recipe)
        _check_recipe_in(folder, recipe)
        if epochs_finished(recipe, folder) < recipe.epochs:
            needed_bytes += _bytes_of(recipe)
        check_output(folder, needed_bytes=needed_bytes)
    return Plan([PlannedFit(recipe, _costs(recipe), epochs_finished(recipe, folder)) for recipe, folder in runs])


def _check_recipe_in(folder: Path, recipe: Recipe) -> None:
    """Raise RunError where a folder holds a run of another recipe, or of one that this version does not know."""
    path = folder / "recipe.json"
    if not path.exists():
        return
    another = "Choose another folder with --out, or delete it"
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        unknown = sorted(set(written) - {field.name for field in fields(Recipe)})
        fitted = what_is_fitted(json.dumps(written))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunError(f"{path}: expected the recipe of a run; it is damaged ({error}). {another}") from None
    if unknown:
        raise RunError(f"{folder} holds a run of another version, whose recipes also have {', '.join(unknown)}. Go on "
                       f"with it by that version. {another}")
    if fitted != what_is_fitted(json.dumps(asdict(recipe))):
        raise RunError(f"{folder} holds a run of other recipe. {another}")


def _bytes_of(recipe: Recipe) -> int:
    """Return what a run writes at most: while a checkpoint replaces another, both are there."""
    copies = 2 * COPIES_IN_A_CHECKPOINT + 1 + 2 * len(recipe.heads)
    return int(WEIGHT_BYTES * copies * build(recipe, recipe.heads).count_params())


def epochs_finished(recipe: Recipe, folder: Path) -> int:
    """Return how many epochs of a recipe a folder holds; raises DataError where its history is damaged."""
    if not (folder / "checkpoint.keras").exists():
        return 0
    try:
        rows = min(len(read_history(history_path(folder, head.name))) for head in recipe.heads)
    except DataError as error:
        raise DataError(f"the run in {folder} cannot be gone on with: {error}") from None
    return min(rows, recipe.epochs)


def flops_for_a_face(recipe: Recipe, size_px: int) -> int:
    """Return the floating-point operations of a recipe's network for one face of a size."""
    return _flops(recipe.architecture, recipe.heads, size_px)


def _costs(recipe: Recipe) -> tuple[float, ...]:
    seen: set[tuple[int, bool, int]] = set()
    costs = []
    for epoch in range(recipe.epochs):
        size_px = recipe.size_px_in(epoch)
        cost = (PASSES + SCORED) * flops_for_a_face(recipe, size_px)
        view = (size_px, epoch >= recipe.epochs - recipe.calm_epochs, epoch % recipe.views if recipe.views else epoch)
        if view not in seen:  # the teachers are asked about new faces alone
            seen.add(view)
            cost += sum(flops_for_a_face(RECIPES[name], size_px) for name in recipe.teachers)
        costs.append(cost * (10 / 9 if recipe.fits_all else 1))
    return tuple(costs)


@cache  # several recipes of a chain fit one network, each epoch in one of two or three sizes
def _flops(architecture: str, heads: tuple[Head, ...], size_px: int) -> int:
    sized = replace(RECIPES["residual"], architecture=architecture, heads=heads, sizes_px=((1.0, size_px),))
    config = json.loads(build(sized, heads, image_size_px=size_px).to_json())["config"]
    return sum(layer_flops(config).values())


def _described(fit: PlannedFit) -> str:
    recipe = fit.recipe
    told = f"{recipe.name} ({_counted(fit.epochs_left, 'epoch')}"
    if fit.epochs_finished:
        told += f" of {recipe.epochs}"
    if recipe.teachers:
        told += f", taught by {' and '.join(recipe.teachers)}"
    return f"{told})"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
