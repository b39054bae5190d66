"""What a network answers to one face over a time: the two seconds in which it looks neutral, or its long run."""

import math
from dataclasses import dataclass, field

import numpy as np

from emocam.baseline import (
    CONTINUOUS,
    SET,
    AnsweringNetwork,
    Baseline,
    NeutralRefused,
    log_probabilities,
    spread_points,
    usual_log_prior,
)
from emocam.engine.model_file import ModelFile
from emocam.engine.model_metadata import LABEL_PRIOR

TAKEN_FOR_S = 2.0  # on the source's clock
FEWEST_PREDICTIONS = 5  # of a mean that one odd answer does not decide
LARGEST_SPREAD_POINTS = 20.0  # people who hold still vary by 1 to 15, a smile that begins by 30 and more
# What a face at rest is not taken for most of the time: at most 4.4, 2.8 and 2.1 % of 431 neutral press photographs.
# Sad, angry and afraid, as networks call some people at rest, it may look: a baseline is there for them.
NOT_AT_REST = {"happy": "happy", "surprise": "surprised", "disgust": "disgusted"}

LOOK_NEUTRAL = "Look neutral, and hold still, for two seconds."

# Of a baseline that follows a person's mean: after this long 63 % of it are theirs.
TIME_CONSTANT_S = 300.0
RENEWED_EVERY_S = 30.0  # so that a session describes 120 of them in an hour, and not one for each label
LONGEST_STEP_S = 1.0  # what a face shows between two predictions is known for no longer


def log_prior(model: ModelFile) -> np.ndarray:
    """Return (labels,) float64 logarithms of what a model file says of its labels' prior, or of the usual one."""
    stated = model.metadata.get(LABEL_PRIOR)
    if stated is None:
        return usual_log_prior(model.labels)
    prior = np.array([stated[label] for label in model.labels], np.float64)
    logarithms: np.ndarray = np.log(prior / prior.sum())
    return logarithms


def answering(model: ModelFile) -> AnsweringNetwork:
    """Return what identifies the answers of a network that is used as its file says."""
    return AnsweringNetwork(
        model.weights_digest, tuple(model.labels), model.temperature, model.is_mirrored, model.judges_like
    )


@dataclass(slots=True)
class Taking:
    """A face that should look neutral from one time to another, and what the network has answered to it."""

    start_s: float
    until_s: float
    network: AnsweringNetwork
    log_prior: np.ndarray
    predictions: list[np.ndarray] = field(default_factory=list)

    def is_over(self, time_s: float) -> bool:
        """Tell whether its time is up, or the source's time has begun again."""
        return not self.start_s <= time_s < self.until_s

    def refusal(self, face: int, time_s: float) -> NeutralRefused | None:
        """Return why this is no neutral face, if it is none."""
        if time_s < self.start_s:
            return NeutralRefused(face, f"Face {face}: the film began again meanwhile.", "Try again.")
        if len(self.predictions) < FEWEST_PREDICTIONS:
            lasted_s = self.until_s - self.start_s
            return NeutralRefused(
                face,
                f"Face {face} was classified {_times(len(self.predictions))} in {lasted_s:.3g} s; at least "
                f"{FEWEST_PREDICTIONS} times are needed.",
                "Stay in sight, or have faces classified more often (prediction frequency).",
            )
        answers = np.stack(self.predictions)
        taken_for = [self.network.labels[best] for best in answers.argmax(axis=1)]
        for label, looks in NOT_AT_REST.items():
            if 2 * taken_for.count(label) > len(taken_for):
                return NeutralRefused(face, f"Face {face} looked {looks} most of the time.", LOOK_NEUTRAL)
        if (spread := spread_points(answers)) > LARGEST_SPREAD_POINTS:
            return NeutralRefused(
                face,
                f"Face {face} was not steady: its probabilities varied by {spread:.0f} points; at most "
                f"{LARGEST_SPREAD_POINTS:.0f} are expected.",
                LOOK_NEUTRAL,
            )
        return None

    def baseline(self, face: int, time_s: float) -> Baseline:
        """Return the mean of what was answered until now, not numbered yet."""
        answers = np.stack(self.predictions)
        return Baseline(
            number=0,
            face=face,
            kind=SET,
            network=self.network,
            log_probabilities=log_probabilities(answers).mean(axis=0),
            log_prior=self.log_prior,
            predictions=len(answers),
            spread_points=spread_points(answers),
            start_s=self.start_s,
            end_s=time_s,
        )


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


@dataclass(slots=True)
class LongRunMean:
    """What a network answers to a face in the long run: a mean in which what lies back counts ever less."""

    network: AnsweringNetwork
    log_prior: np.ndarray
    log_mean: np.ndarray
    start_s: float
    last_s: float
    renewed_s: float
    predictions: int = 0

    @classmethod
    def begin(cls, time_s: float, model: ModelFile, baseline: Baseline | None) -> "LongRunMean":
        """Begin with a baseline, or as if the face at rest were nobody's in particular, which corrects nothing."""
        prior = log_prior(model)
        mean = prior if baseline is None else baseline.log_probabilities
        return cls(answering(model), prior, mean, time_s, time_s, time_s)

    def add(self, prediction: np.ndarray, time_s: float) -> None:
        """Let a (labels,) float32 prediction count for the time since the one before."""
        step_s = min(max(time_s - self.last_s, 0.0), LONGEST_STEP_S)
        share = -math.expm1(-step_s / TIME_CONSTANT_S)
        self.log_mean = self.log_mean + share * (log_probabilities(prediction) - self.log_mean)
        self.last_s, self.predictions = time_s, self.predictions + 1

    @property
    def is_due(self) -> bool:
        """Whether it may take its next step; a source's time may have begun again."""
        return not 0 <= self.last_s - self.renewed_s < RENEWED_EVERY_S

    def baseline(self, face: int) -> Baseline:
        """Take the next step: return the mean as it is now, not numbered yet."""
        self.renewed_s = self.last_s
        return Baseline(
            number=0,
            face=face,
            kind=CONTINUOUS,
            network=self.network,
            log_probabilities=self.log_mean,
            log_prior=self.log_prior,
            predictions=self.predictions,
            spread_points=None,
            start_s=self.start_s,
            end_s=self.last_s,
        )
