"""From the predictions of one track to its label."""

import math
from dataclasses import dataclass

import numpy as np

from emocam.labels import SPECTRA, UNCERTAIN, spectrum_matrix
from emocam.settings import Settings

# Shares by which another label must be more probable than the one shown, and one more probable than the
# sensitivity asks for after `uncertain`. Chosen on stills with a webcam's noise: fewer changes, and none later.
LEAD_TO_CHANGE, LEAD_TO_BE_CERTAIN = 0.08, 0.04
ROUNDING = 1e-6  # probabilities are sums of float32


class Pool:
    """The predictions of one track since its last label, that label, and the pool it was made from."""

    def __init__(self) -> None:
        self.presented: np.ndarray | None = None
        self.label: str | None = None  # the one shown last
        self._sum: np.ndarray | None = None
        self._count = 0
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

    def add(self, prediction: np.ndarray) -> None:
        """Add one prediction, (labels,) float32."""
        self._sum = prediction.astype(np.float64) if self._sum is None else self._sum + prediction
        self._count += 1
        self._frames_since_prediction = 0

    def present(self, label_every_frames: int) -> bool:
        """Present the mean of the pool if a label is due and the pool holds a prediction; tell whether."""
        if self._frames_since_label < label_every_frames or self._sum is None:
            return False
        # Probabilities are averaged, not labels counted: that settles the ties of a vote.
        self.presented = (self._sum / self._count).astype(np.float32)
        self._sum, self._count, self._frames_since_label = None, 0, 0
        return True

    def part(self) -> None:
        """Begin anew, because what comes is no longer what was pooled: the label shown until now holds nothing back."""
        self.label, self._sum, self._count = None, None, 0

    def clear(self) -> None:
        """Forget the predictions and the label: another network answers from now on."""
        self.presented, self.label, self._sum, self._count = None, None, None, 0
        self._frames_since_prediction = None


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
