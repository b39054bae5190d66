"""Tells what a person's own neutral face is worth to a network, and how far it should correct."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emocam.baseline import SET, Baseline, log_probabilities, with_baseline
from emocam.engine.model_file import ModelFile
from emocam.engine.neutral_face import answering, log_prior
from emocam.labels import SEVEN, spectrum_matrix
from training.data.people import NEUTRAL, PeopleFaces
from training.scoring.inference import open_network
from training.scoring.metrics import mean_recall
from training.tables import share, table

BETAS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class BaselineScore:
    """What a network scores on one collection, over seven labels.

    accuracy, balanced: of the expressions alone. neutral_kept, neutral_count: how many of the neutral faces that can be
    measured against another one of the same person are called neutral, and how many there are.
    """

    accuracy: float
    balanced: float
    neutral_kept: int
    neutral_count: int


def score_baselines(
    model: ModelFile, collections: Mapping[str, PeopleFaces], *, betas: Sequence[float] = BETAS
) -> dict[float, dict[str, BaselineScore]]:
    """Return a network's scores by how far the baseline corrects, and by collection; raises ModelFileError."""
    network = open_network(model)
    scores: dict[float, dict[str, BaselineScore]] = {beta: {} for beta in betas}
    for name, people in collections.items():
        crops = people.faces.crops(
            size_px=model.image_size_px, margin=model.crop_margin, points_crop=model.points_crop
        )
        answers = network(crops)
        for beta in betas:
            scores[beta][name] = score_people(model, answers, people, beta=beta)
    return scores


def score_people(model: ModelFile, answers: np.ndarray, people: PeopleFaces, *, beta: float) -> BaselineScore:
    """Score (N, labels) float32 answers to the faces of a collection, each corrected by its person's faces at rest."""
    seven, labels = spectrum_matrix(model.labels, SEVEN), people.faces.labels
    resting = [people.at_rest(place) for place in range(len(labels))]
    corrected = [
        with_baseline(answer, _baseline(model, answers[rest], beta)) if rest and beta else answer
        for answer, rest in zip(answers, resting, strict=True)
    ]
    predicted = (np.stack(corrected) @ seven.T).argmax(axis=1)
    shows = labels != NEUTRAL
    at_rest = np.array([bool(rest) for rest in resting]) & ~shows
    return BaselineScore(
        float((predicted[shows] == labels[shows]).mean()),
        mean_recall(predicted[shows], labels[shows]),
        int((predicted[at_rest] == NEUTRAL).sum()),
        int(at_rest.sum()),
    )


def _baseline(model: ModelFile, answers: np.ndarray, beta: float) -> Baseline:
    mean = log_probabilities(answers).mean(axis=0)
    return Baseline(1, 1, SET, answering(model), mean, log_prior(model), len(answers), None, 0.0, 0.0, beta)


def baseline_table(scores: Mapping[str, Mapping[float, Mapping[str, BaselineScore]]]) -> str:
    """Return scores by network, β and collection as a Markdown table."""
    names = list(next(iter(next(iter(scores.values())).values())))
    rows = []
    for network, by_beta in scores.items():
        for beta, by_name in by_beta.items():
            rows.append([f"`{network}`", f"{beta:g}", *(_told(by_name[name]) for name in names)])
    return table(("network", "β", *(f"{name}: expressions, balanced; neutral kept" for name in names)), rows)


def _told(score: BaselineScore) -> str:
    kept = f"; {score.neutral_kept} of {score.neutral_count}" if score.neutral_count else ""
    return f"{share(score.accuracy)}, {share(score.balanced)}{kept}"
