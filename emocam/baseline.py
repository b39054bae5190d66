"""A person's neutral face as a baseline: what it is, and what it does to the probabilities of that person's face."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SET, CONTINUOUS, KEPT = "set", "continuous", "kept"
BETA = 0.5  # how far a baseline corrects: 0 not at all, 1 as if nothing but the change from it counted
# Of a probability: below it two networks differ by what they round, one of whole numbers by everything. So a baseline
# lifts no label by more than it lifts one of this probability.
FLOOR = 1e-4
NEUTRAL, NEUTRAL_PRIOR = "neutral", 0.2
_NOTHING = 1e-12  # stands for a probability of 0, whose logarithm there is none of


@dataclass(frozen=True, slots=True)
class AnsweringNetwork:
    """What a baseline was measured with: another network, or this one used otherwise, answers otherwise to a face."""

    weights_digest: str
    labels: tuple[str, ...]
    temperature: float
    is_mirrored: bool
    judges_like: str | None = None  # which of the answers that it gives side by side


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The neutral face of one person, as one network answers to it.

    number: from 1, of the baselines of one pipeline. face: the track it belongs to. kind: SET, CONTINUOUS or KEPT,
    which comes from another session. log_probabilities: (labels,) float64, the mean natural logarithm of the network's
    answers. log_prior: (labels,) float64, of what a label is expected to be without knowing the person.
    beta: how far it corrects. predictions: of how many it is the mean. spread_points: how far those were from their
    mean on average, in percentage points: see `spread_points`; None of one that is followed.
    start_s, end_s: the span on the source's clock in which they were made.
    """

    number: int
    face: int
    kind: str
    network: AnsweringNetwork
    log_probabilities: np.ndarray
    log_prior: np.ndarray
    predictions: int
    spread_points: float | None
    start_s: float
    end_s: float
    beta: float = BETA

    @property
    def labels(self) -> tuple[str, ...]:
        """The order of both arrays."""
        return self.network.labels


@dataclass(frozen=True, slots=True)
class NeutralBegun:
    """The two seconds have begun in which these faces should look neutral."""

    faces: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class NeutralSet:
    """A face has got a baseline: see its `face`, `spread_points` and `predictions`."""

    baseline: Baseline


@dataclass(frozen=True, slots=True)
class NeutralRefused:
    """A face has got no baseline; face: None where none was in sight. reason, advice: sentences for people."""

    face: int | None
    reason: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class NeutralCleared:
    """These faces have no baseline any more. reason: a sentence for people; empty where it was asked for."""

    faces: tuple[int, ...]
    reason: str = ""


NeutralNews = NeutralBegun | NeutralSet | NeutralRefused | NeutralCleared


def log_probabilities(predictions: np.ndarray) -> np.ndarray:
    """Return the (..., labels) float64 natural logarithms of predictions, none below that of FLOOR."""
    return np.log(np.maximum(predictions.astype(np.float64), FLOOR))


def spread_points(predictions: np.ndarray) -> float:
    """Return how far (N, labels) predictions are from their mean on average, in percentage points.

    The distance of two is the share of probability that would have to change labels (total variation).
    """
    return float(50 * np.abs(predictions - predictions.mean(axis=0)).sum(axis=1).mean())


def usual_log_prior(labels: Sequence[str]) -> np.ndarray:
    """Return (labels,) float64 logarithms of the prior of a network that states none: a fifth neutral, the rest even.

    It keeps neutral faces neutral: half of the way with an even prior, the networks for FER-2013's labels call 19 % of
    40 something else, with this one 8 %. With the labels' shares in FER+ the networks for its votes find 62 % of posed
    expressions instead of 79 %.
    """
    if NEUTRAL not in labels:
        return np.full(len(labels), -np.log(len(labels)))
    prior = np.full(len(labels), (1 - NEUTRAL_PRIOR) / (len(labels) - 1))
    prior[list(labels).index(NEUTRAL)] = NEUTRAL_PRIOR
    logarithms: np.ndarray = np.log(prior)
    return logarithms


def with_baseline(probabilities: np.ndarray, baseline: Baseline) -> np.ndarray:
    """Return (labels,) float32 probabilities as they are for somebody with this neutral face, in the baseline's labels.

    `log p - beta (log p_neutral - log prior)`, normalized: the person's own expression counts against what their face
    says at rest.
    """
    return _shifted(probabilities, -_correction(baseline))


def without_baseline(probabilities: np.ndarray, baseline: Baseline) -> np.ndarray:
    """Return what `with_baseline` was given, from what it returned."""
    return _shifted(probabilities, _correction(baseline))


def _correction(baseline: Baseline) -> np.ndarray:
    difference: np.ndarray = baseline.beta * (baseline.log_probabilities - baseline.log_prior)
    return difference


def _shifted(probabilities: np.ndarray, by: np.ndarray) -> np.ndarray:
    logarithms = np.log(np.maximum(probabilities.astype(np.float64), _NOTHING)) + by
    shifted = np.exp(logarithms - logarithms.max())
    normalized: np.ndarray = (shifted / shifted.sum()).astype(np.float32)
    return normalized
