"""Tries in which geometry a network answers best to faces that are cut out by their points, and chooses one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emocam.engine.model_file import ModelFile
from emocam.engine.region import PointsCrop
from emocam.labels import SEVEN, spectrum_matrix
from training.data.elsewhere import OtherFaces
from training.scoring.inference import open_network
from training.scoring.metrics import mean_recall
from training.tables import share, table

STEP = 0.05
MARGINS = (-0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.2)
RAISES = (-0.1, -0.05, 0.0, 0.05, 0.1)

# Of the mean of three collections, of which the smallest has 60 faces of four labels: there two more right answers move
# the mean by this much, so that what lies closer is alike.
PLATEAU = 0.01


@dataclass(frozen=True, slots=True)
class Score:
    """What a network scores on one collection, over seven labels."""

    accuracy: float
    balanced: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What a network scores in one geometry, by collection. crop: None for the crop by the box."""

    crop: PointsCrop | None
    scores: Mapping[str, Score]

    @property
    def mean(self) -> float:
        """The mean of the collections' balanced accuracies."""
        return float(np.mean([score.balanced for score in self.scores.values()]))


def all_crops() -> list[PointsCrop]:
    """Return the geometries that are tried."""
    return [
        PointsCrop(margin, raised, is_turned) for is_turned in (True, False) for margin in MARGINS for raised in RAISES
    ]


def try_crops(model: ModelFile, collections: Mapping[str, OtherFaces]) -> list[Trial]:
    """Return a network's scores in the crop by the box, and in every geometry; raises ModelFileError."""
    network, seven = open_network(model), spectrum_matrix(model.labels, SEVEN).T
    trials = []
    for crop in (None, *all_crops()):
        scores = {}
        for name, faces in collections.items():
            crops = faces.crops(size_px=model.image_size_px, margin=model.crop_margin, points_crop=crop)
            predicted = (network(crops) @ seven).argmax(axis=1)
            scores[name] = Score(float((predicted == faces.labels).mean()), mean_recall(predicted, faces.labels))
        trials.append(Trial(crop, scores))
    return trials


def choose_crop(trials: Sequence[Trial]) -> Trial:
    """Return the trial of the geometry to use: from the middle of a plateau, since a lone peak is chance.

    Each is judged by the mean over itself and its eight neighbours, where the grid has them all. Of those within one
    point of the best, the one is chosen whose worst collection gains most on the crop by the box. Only of those that
    turn the head upright: where heads stand upright already, as in what faces a camera to be labelled, it makes no
    difference, and live it does.
    """
    box = next(trial for trial in trials if trial.crop is None)
    tried = {trial.crop: trial for trial in trials if trial.crop is not None}
    around = {crop: [tried[each] for each in neighbours(crop) if each in tried] for crop in tried}
    judged = {crop: near for crop, near in around.items() if crop.is_turned and len(near) == len(neighbours(crop))}
    means = {crop: np.mean([trial.mean for trial in near]) for crop, near in judged.items()}

    def worst_gain(crop: PointsCrop) -> float:
        return min(
            float(np.mean([trial.scores[name].balanced for trial in judged[crop]])) - score.balanced
            for name, score in box.scores.items()
        )

    plateau = [crop for crop, mean in means.items() if mean >= max(means.values()) - PLATEAU]
    return tried[max(plateau, key=worst_gain)]


def neighbours(crop: PointsCrop) -> list[PointsCrop]:
    """Return a geometry and those a step away from it in margin, in raise or in both."""
    steps = (-STEP, 0.0, STEP)
    return [
        PointsCrop(round(crop.margin + wider, 2), round(crop.raised + higher, 2), crop.is_turned)
        for wider in steps
        for higher in steps
    ]


def crop_table(trials: Sequence[Trial], *, chosen: Trial) -> str:
    """Return the trials as a Markdown table, the crop by the box first and the best mean next; the chosen one bold."""
    box, *others = trials
    names = list(box.scores)
    rows = []
    for trial in (box, *sorted(others, key=lambda each: -each.mean)):
        cells = [_told(trial.crop), share(trial.mean)]
        cells += [f"{share(score.balanced)} ({share(score.accuracy)})" for score in trial.scores.values()]
        rows.append([f"**{cell}**" for cell in cells] if trial is chosen else cells)
    return table(("crop", "mean of balanced accuracies", *(f"{name} (accuracy)" for name in names)), rows)


def _told(crop: PointsCrop | None) -> str:
    if crop is None:
        return "by the box"
    return f"margin {crop.margin:g}, raised {crop.raised:g}{', turned' if crop.is_turned else ''}"
