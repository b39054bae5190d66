"""Logit adjustment (Menon et al. 2021, arXiv:2007.07314): rare labels are given back what their rarity took."""

import numpy as np

from training.metrics import mean_recall

STRENGTHS = np.linspace(0, 1, 21)


def adjusted(probabilities: np.ndarray, frequencies: np.ndarray, strength: float) -> np.ndarray:
    """Return (N, L) probabilities divided by (L,) label frequencies to the power of `strength`, normalized."""
    weighted = probabilities * frequencies ** -float(strength)
    return weighted / weighted.sum(axis=1, keepdims=True)


def choose_strength(
    probabilities: np.ndarray, labels: np.ndarray, frequencies: np.ndarray, *, accuracy_to_give: float
) -> float:
    """Return the strength of the best mean recall whose accuracy is at most `accuracy_to_give` below the best.

    probabilities: (N, L) before adjustment. labels: (N,) int.
    """
    answers = [adjusted(probabilities, frequencies, strength).argmax(axis=1) for strength in STRENGTHS]
    accuracies = np.array([(answer == labels).mean() for answer in answers])
    recalls = np.array([mean_recall(answer, labels) for answer in answers])
    recalls[accuracies < accuracies.max() - accuracy_to_give] = -1
    return round(float(STRENGTHS[int(recalls.argmax())]), 2)
