"""A third answer out of a network's two heads: their scores are mixed, and labels weighed by how rare they are.

Both are linear in the features that the heads share, so that the mixture is a head of its own: it costs no time.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from emocam.labels import CONTEMPT
from training.data.faces import FERPLUS_LABELS, FaceData, majority
from training.scoring.criterion import Judged, Result, result

PEOPLE, DATA_SET = "ferplus", "fer2013"  # the heads of the recipes
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
TILTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
TENTH = "tenth"  # the validation split, judged by FER+'s majority

KNOWN = [place for place, label in enumerate(FERPLUS_LABELS) if label != CONTEMPT]
UNKNOWN = FERPLUS_LABELS.index(CONTEMPT)


@dataclass(frozen=True, slots=True)
class Mixture:
    """data_set_share: of the scores, those of the head for FER-2013's labels. tilt: a label's score falls by so much
    times the logarithm of its frequency (Menon et al. 2021, arXiv:2007.07314).
    """

    data_set_share: float
    tilt: float

    def scores(self, people: np.ndarray, data_set: np.ndarray | None, log_frequencies: np.ndarray) -> np.ndarray:
        """Return (N, 8) scores from those of the heads, (N, 8) and (N, 7), whose softmax is the answer.

        The data set knows no contempt. It counts as far above or below the mean of the others as people have it.
        """
        mixed = people
        if data_set is not None and self.data_set_share:
            others = np.zeros_like(people)
            others[..., KNOWN] = data_set
            means = people[..., KNOWN].mean(axis=-1), data_set.mean(axis=-1)
            others[..., UNKNOWN] = people[..., UNKNOWN] - means[0] + means[1]
            mixed = (1 - self.data_set_share) * people + self.data_set_share * others
        return np.asarray(mixed - self.tilt * log_frequencies)


@dataclass(frozen=True, slots=True)
class Trial:
    """What one mixture scores."""

    mixture: Mixture
    result: Result

    @property
    def tenth_accuracy(self) -> float:
        """The share of the validation split that it calls as FER+'s majority does."""
        return self.result.by_collection[TENTH][0]


def answer(mixture: Mixture, faces: Judged, log_frequencies: np.ndarray) -> np.ndarray:
    """Return (N, L) probabilities of the labels that a collection judges by: the mean over the views of each face."""
    views = []
    people, data_set = faces.answers[PEOPLE], faces.answers.get(DATA_SET, (None,) * len(faces.answers[PEOPLE]))
    for by_people, by_data_set in zip(people, data_set, strict=True):
        views.append(softmax(mixture.scores(by_people, by_data_set, log_frequencies)))
    return np.asarray(np.mean(views, axis=0))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return (N, L) probabilities of (N, L) scores."""
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def log_frequencies(data: FaceData) -> np.ndarray:
    """Return (8,) logarithms of how often each label is the majority of the voters, less their mean."""
    labels = majority(data)
    counts = np.bincount(labels[labels >= 0], minlength=len(FERPLUS_LABELS)) + 1
    logarithms = np.log(counts / counts.sum())
    return np.asarray(logarithms - logarithms.mean())


def predicted(mixture: Mixture, faces: Judged, log_frequencies: np.ndarray) -> np.ndarray:
    """Return (N,) answers, indexes into FERPLUS_LABELS out of those that a collection judges by."""
    columns = np.array(faces.columns)
    return np.asarray(columns[answer(mixture, faces, log_frequencies)[:, columns].argmax(axis=1)])


def try_mixtures(collections: dict[str, Judged], log_frequencies: np.ndarray) -> list[Trial]:
    """Return what every mixture scores."""
    has_two = DATA_SET in collections[TENTH].answers
    trials = []
    for share, tilt in product(SHARES if has_two else SHARES[:1], TILTS):
        mixture = Mixture(share, tilt)
        answers = {name: predicted(mixture, faces, log_frequencies) for name, faces in collections.items()}
        trials.append(Trial(mixture, result(answers, collections)))
    return trials


def choose(trials: list[Trial], *, floor: float) -> Trial:
    """Return the best by the criterion among those right on at least `floor` of the validation split.

    Judged by the mean over itself and its neighbours in the grid, since a lone peak is chance. Where none reaches the
    floor, the one that is right most often.
    """
    allowed = [trial for trial in trials if trial.tenth_accuracy >= floor]
    if not allowed:
        return max(trials, key=lambda trial: trial.tenth_accuracy)
    return max(allowed, key=lambda trial: _around(trial, trials))


def _around(trial: Trial, trials: list[Trial]) -> float:
    near = [
        one.result.criterion
        for one in trials
        if abs(one.mixture.data_set_share - trial.mixture.data_set_share) <= SHARES[1] + 1e-9
        and abs(one.mixture.tilt - trial.mixture.tilt) <= TILTS[1] + 1e-9
    ]
    return float(np.mean(near))
