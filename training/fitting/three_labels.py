"""Fits networks to labels that were binned before, and tells how they compare with those binned after the fit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emocam.engine.model_file import read_model_file
from emocam.labels import EMOTIONS, THREE, TWO, Spectrum
from training.data.faces import PUBLIC_TEST, TRAINING, FaceData, majority
from training.fitting.compare import ALONE, SHORT
from training.fitting.progress import fit_with_progress
from training.recipe import Recipe
from training.scoring.inference import open_network
from training.scoring.metrics import wilson_interval
from training.scoring.three_labels import BINNINGS, SURPRISE, BinnedScore, Binning, score_binned
from training.tables import ends, share, table

EPOCHS = 7
STANDS_FOR = {"positive": "happy", "neutral": "neutral", "negative": "sad", "non-positive": "neutral"}


@dataclass(frozen=True, slots=True)
class Study:
    """What a network is fitted to.

    shown_as: the emotion as which each emotion is fitted; any other is left out. binnings: in which it is scored.
    """

    told: str
    shown_as: Mapping[str, str]
    binnings: tuple[Binning, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the network, in FER-2013's order."""
        return tuple(label for label in EMOTIONS if label in self.shown_as.values())

    @property
    def recipe(self) -> Recipe:
        """The recipe of its short fit: a mini-Xception at 32 pixels, by FER-2013's label alone."""
        head = replace(ALONE, labels=self.labels, accuracy_for_balance=None, accuracy_for_weakest=None)
        return replace(SHORT, name="three_labels", epochs=EPOCHS, heads=(head,))


def _binned(spectrum: Spectrum) -> dict[str, str]:
    return {emotion: STANDS_FOR[spectrum.shown_as[emotion]] for emotion in EMOTIONS}


STUDIES = {
    "seven": Study("seven labels, binned after the fit", {one: one for one in EMOTIONS}, BINNINGS),
    "three": Study("three labels, binned before the fit", _binned(THREE), BINNINGS),
    "no_surprise": Study(
        "three labels, binned before the fit, surprise left out of it",
        {emotion: shown for emotion, shown in _binned(THREE).items() if emotion != SURPRISE},
        BINNINGS[1:2],
    ),
    "two": Study("positive and the rest, binned before the fit", _binned(TWO), BINNINGS[2:]),
}


def fit_studies(data: FaceData, *, seeds: Sequence[int], runs: Path) -> list[tuple[Study, list[Path]]]:
    """Fit what is not finished in `runs`; return the model files of each study, one for each seed."""
    found = []
    for name, study in STUDIES.items():
        files = []
        for seed in seeds:
            folder = runs / f"three_labels_{name}_{seed}"
            path = folder / f"{study.recipe.model_name(study.recipe.heads[0])}.hdf5"
            if not path.exists():
                fit_with_progress(binned(data, study), replace(study.recipe, seed=seed), folder=folder)
            files.append(path)
        found.append((study, files))
    return found


def binned(data: FaceData, study: Study) -> FaceData:
    """Return Training with the labels that a study fits, without the faces that it leaves out."""
    training = data.split(TRAINING)
    kept = training.take(np.array([EMOTIONS[label] in study.shown_as for label in training.labels], bool))
    labels = np.array([EMOTIONS.index(study.shown_as[EMOTIONS[label]]) for label in kept.labels], np.uint8)
    return replace(kept, labels=labels, votes=None, other_votes=None)


def tell(data: FaceData, files: Sequence[Path], studies: Sequence[tuple[Study, Sequence[Path]]]) -> str:
    """Return Markdown: accuracy and mean recall on PublicTest, by FER-2013's label and, with votes, by FER+'s majority.

    files: models that were fitted to emotions, whose answers are binned. Of several seeds the mean, and how far one of
    them lies from it; of a single network a 95 % interval. Raises DataError, ModelFileError.
    """
    faces = data.split(PUBLIC_TEST)
    truths = {"FER-2013's label": faces.labels.astype(int)}
    if faces.votes is not None:
        truths["FER+'s majority"] = majority(faces)
    rows: list[tuple[str, Sequence[Path], tuple[Binning, ...]]] = [(path.stem, [path], BINNINGS) for path in files]
    rows += [(study.told, paths, study.binnings) for study, paths in studies]
    answers = [[_answers(path, faces) for path in paths] for _, paths, _ in rows]
    return "\n\n".join(
        f"By {judge}:\n\n" + table(("network", *(binning.title for binning in BINNINGS)), [
            (told, *(_cell(found, truth, binning) if binning in scored else "" for binning in BINNINGS))
            for (told, _, scored), found in zip(rows, answers, strict=True)
        ])
        for judge, truth in truths.items()
    )  # fmt: skip


def _answers(path: Path, faces: FaceData) -> Callable[[np.ndarray, Binning], BinnedScore]:
    model = read_model_file(path)
    probabilities = open_network(model)(faces.images)
    return lambda truth, binning: score_binned(probabilities, truth, binning, model_labels=model.labels)


def _cell(
    found: Sequence[Callable[[np.ndarray, Binning], BinnedScore]], truth: np.ndarray, binning: Binning
) -> str:
    scores = [score(truth, binning) for score in found]
    accuracy, recall = (float(np.mean([getattr(one, of) for one in scores])) for of in ("accuracy", "recall"))
    if len(scores) == 1:
        around = ends(wilson_interval(round(accuracy * scores[0].faces), scores[0].faces))
    else:
        around = f"± {100 * max(abs(one.accuracy - accuracy) for one in scores):.1f}"
    return f"{share(accuracy)} ({around}), recall {share(recall)}, {scores[0].faces:,} faces"
