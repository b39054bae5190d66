"""From the predictions of one track to its label."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from emocam.labels import SPECTRA, UNCERTAIN, spectrum_matrix
from emocam.settings import Settings

# Shares by which another label must be more probable than the one shown, and one more probable than the
# sensitivity asks for after `uncertain`. Chosen on stills with a webcam's noise: fewer changes, and none later.
LEAD_TO_CHANGE, LEAD_TO_BE_CERTAIN = 0.08, 0.04
ROUNDING = 1e-6  # probabilities are sums of float32

# After how long a prediction counts half, for each frame by which the label frequency is longer than one: 0.13 s with
# labels in every 9th frame. Longer, and a label follows an expression in more than 150 ms; shorter, and it changes
# more often than the plain mean of the predictions since the last label did (`emocam benchmark --labels`). In seconds
# and not in predictions, so that labels follow a slow camera as quickly.
HALF_LIFE_S = 0.13 / 8
AGREE_S = 0.06  # for so long each prediction names another expression before it is shown: a blink lasts two frames


class Pool:
    """The recent predictions of one track, newer ones counting more, and the label made from them last."""

    def __init__(self) -> None:
        self.presented: np.ndarray | None = None
        self.label: str | None = None  # the one shown last
        self._sum: np.ndarray | None = None
        self._weight = 0.0  # of what was summed
        self._time_s = 0.0  # of the last prediction
        self._has_news = False  # since the last label
        self._lately: list[tuple[float, np.ndarray]] = []  # times and predictions, back to AGREE_S before the newest
        self._frames_since_label = 0
        self._frames_since_prediction: int | None = None

    def advance(self) -> None:
        """Count one analysed frame of the track's life."""
        self._frames_since_label += 1
        if self._frames_since_prediction is not None:
            self._frames_since_prediction += 1

    def is_prediction_due(self, every_frames: int) -> bool:
        """Tell whether the face should be classified now; a new face always should."""
        return self._frames_since_prediction is None or self._frames_since_prediction >= every_frames

    def add(self, prediction: np.ndarray, *, time_s: float, label_every_frames: int) -> None:
        """Add a prediction, (labels,) float32, of a frame at that time; what came before counts less from then on.

        With a label in every frame it counts nothing: each label is made of its own prediction.
        """
        before, half_life_s = self._sum, HALF_LIFE_S * (label_every_frames - 1)
        kept = 0.5 ** (max(time_s - self._time_s, 0.0) / half_life_s) if half_life_s else 0.0
        self._sum = prediction.astype(np.float64) if before is None else kept * before + prediction
        self._weight = kept * self._weight + 1
        self._time_s, self._has_news, self._frames_since_prediction = time_s, True, 0
        self._lately.append((time_s, prediction))
        while len(self._lately) > 1 and self._lately[1][0] <= time_s - AGREE_S:
            self._lately.pop(0)

    def agrees(self, is_so: Callable[[np.ndarray], bool]) -> bool:
        """Tell whether something is so of each prediction of the last AGREE_S; not where there was none before that."""
        is_known = bool(self._lately) and self._lately[0][0] <= self._time_s - AGREE_S
        return is_known and all(is_so(prediction) for _, prediction in self._lately)

    def present(
        self, label_every_frames: int, *, names_another: Callable[[np.ndarray], bool] = lambda pooled: False
    ) -> bool:
        """Present the mean of the pool if a label is due and there was a prediction since the last one; tell whether.

        names_another: tells of the mean whether it gives another label than the one shown, which is then due at once.
        """
        if not self._has_news or self._sum is None:
            return False
        # Probabilities are averaged, not labels counted: that settles the ties of a vote.
        pooled = (self._sum / self._weight).astype(np.float32)
        if self._frames_since_label < label_every_frames and (self.label is None or not names_another(pooled)):
            return False
        self.presented, self._has_news, self._frames_since_label = pooled, False, 0
        return True

    def part(self) -> None:
        """Begin anew, because what comes is no longer what was pooled: the label shown until now holds nothing back."""
        self.label = None
        self._empty()

    def clear(self) -> None:
        """Forget the predictions and the label: another network answers from now on."""
        self.presented, self.label, self._frames_since_prediction = None, None, None
        self._empty()

    def _empty(self) -> None:
        self._sum, self._weight, self._has_news = None, 0.0, False
        self._lately.clear()


def whole_percent(probability: float) -> int:
    """Return a probability as the whole percent that is shown and compared.

    Rounded down, so that a figure reaches a sensitivity exactly if its probability does.
    """
    return math.floor(100 * (probability + ROUNDING))


def needed_percent(settings: Settings, *, after_uncertain: bool) -> int:
    """Return the whole percent from which on a label is shown.

    After `uncertain` it is 4 above the sensitivity, or half of what is left to 100 where that is less.
    """
    sensitivity = settings.prediction_sensitivity_percent
    lead = min(round(100 * LEAD_TO_BE_CERTAIN), (100 - sensitivity) // 2) if after_uncertain else 0
    return sensitivity + lead


@dataclass(frozen=True, slots=True)
class LabelShown:
    """A label, and its pooled probability in the spectrum shown, 0 to 1."""

    label: str
    confidence: float


def label_shown(
    pooled: np.ndarray, model_labels: tuple[str, ...], settings: Settings, *, previous: str | None = None
) -> LabelShown:
    """Return the label of (labels,) pooled probabilities, `uncertain` below the prediction sensitivity.

    previous: the label shown until now under the same settings. It stays until another is more probable by 8
    points, or for `uncertain` until one is 4 points above the sensitivity: otherwise two expressions of about
    the same probability take turns. Of labels that are exactly as probable, the first of the spectrum is shown.
    Whole percents are compared, so that the figures that people see explain the label.
    """
    spectrum = SPECTRA[settings.spectrum]
    shown = spectrum_matrix(model_labels, spectrum) @ pooled
    percents = [whole_percent(float(probability)) for probability in shown]
    best = int(np.argmax(shown))
    if previous in spectrum.labels:
        kept = spectrum.labels.index(previous)
        leads = percents[best] - percents[kept] >= round(100 * LEAD_TO_CHANGE)
        if percents[kept] >= settings.prediction_sensitivity_percent and not leads:
            best = kept
    is_certain = percents[best] >= needed_percent(settings, after_uncertain=previous == UNCERTAIN)
    return LabelShown(spectrum.labels[best] if is_certain else UNCERTAIN, float(shown[best]))


def next_label(pool: Pool, model_labels: tuple[str, ...], settings: Settings) -> tuple[LabelShown | None, bool]:
    """Return what a pool shows after one more frame, None before its first label, and whether that is new."""
    is_new = present_next(pool, model_labels, settings)
    if pool.presented is None:
        return None, False
    shown = label_shown(pool.presented, model_labels, settings, previous=pool.label)
    pool.label = shown.label
    return shown, is_new


def present_next(
    pool: Pool,
    model_labels: tuple[str, ...],
    settings: Settings,
    *,
    corrected: Callable[[np.ndarray], np.ndarray | None] = lambda probabilities: probabilities,
) -> bool:
    """Present the mean of a pool after one more frame if a label is due; tell whether it was.

    A label is due as often as the label frequency says. Between two expressions it changes at once, as soon as the pool
    names the other and single predictions have done so for AGREE_S. To `uncertain` and from it a label changes only
    when it is due, or a face of which the network is not sure would flicker. corrected: what (labels,) probabilities
    become before they are labelled, None where nothing is.
    """

    def label_of(probabilities: np.ndarray, previous: str | None) -> str | None:
        labelled = corrected(probabilities)
        return None if labelled is None else label_shown(labelled, model_labels, settings, previous=previous).label

    def names_another(pooled: np.ndarray) -> bool:
        label = label_of(pooled, pool.label)
        is_another = label != pool.label and None not in (label, pool.label) and UNCERTAIN not in (label, pool.label)
        return is_another and pool.agrees(lambda prediction: label_of(prediction, None) == label)

    return pool.present(settings.label_every_frames, names_another=names_another)
