"""Scores networks in few labels as the literature binned them: by tone, with surprise or without.

Jönsson and Söderberg 2018 compare labels that are binned before a fit with answers that are binned after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emocam.labels import THREE, TWO, Spectrum, spectrum_matrix
from training.data.faces import FERPLUS_LABELS
from training.scoring.metrics import mean_recall

SURPRISE = "surprise"


@dataclass(frozen=True, slots=True)
class Binning:
    """A way to bin labels. leaves_out: a label whose faces are not scored and which is never answered."""

    title: str
    spectrum: Spectrum
    leaves_out: str | None = None


BINNINGS = (
    Binning("positive, neutral with surprise, negative", THREE),
    Binning("the same without surprise", THREE, leaves_out=SURPRISE),
    Binning("positive, the rest", TWO),
)


@dataclass(frozen=True, slots=True)
class BinnedScore:
    """How often a network is right in one binning."""

    accuracy: float
    recall: float  # the mean of the labels
    faces: int


def score_binned(
    probabilities: np.ndarray, labels: np.ndarray, binning: Binning, *, model_labels: Sequence[str]
) -> BinnedScore:
    """Score (N, L) probabilities against (N,) int indexes into FERPLUS_LABELS, −1 for a face without a label.

    Probabilities of one bin are added up. A network that was fitted to bins answers with one emotion of each.
    """
    kept = labels >= 0
    matrix = spectrum_matrix(model_labels, binning.spectrum)
    if binning.leaves_out is not None:
        kept &= labels != FERPLUS_LABELS.index(binning.leaves_out)
        matrix[:, [label == binning.leaves_out for label in model_labels]] = 0
    said = (probabilities[kept] @ matrix.T).argmax(axis=1)
    truth = spectrum_matrix(FERPLUS_LABELS, binning.spectrum).argmax(axis=0)[labels[kept]]
    return BinnedScore(float((said == truth).mean()), mean_recall(said, truth), len(truth))
