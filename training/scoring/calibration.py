"""Temperature scaling (Guo et al. 2017, arXiv:1706.04599): one number that makes confidences honest."""

import numpy as np

from emocam.engine.network import with_temperature

ECE_BINS = 15


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature from 0.25 to 4 with the least cross-entropy on (N, L) probabilities."""
    candidates = np.geomspace(0.25, 4, 401)
    rows = np.arange(len(labels))
    losses = [
        -np.log(np.maximum(with_temperature(probabilities, candidate)[rows, labels], 1e-9)).mean()
        for candidate in candidates
    ]
    return round(float(candidates[int(np.argmin(losses))]), 4)


def calibration_error(confidences: np.ndarray, are_right: np.ndarray) -> float:
    """Return the expected calibration error: |confidence − accuracy| over 15 equal bins, weighted by their faces.

    confidences: (N,) from 0 to 1. are_right: (N,) bool.
    """
    bins = np.minimum((confidences * ECE_BINS).astype(int), ECE_BINS - 1)
    sums = np.bincount(bins, weights=confidences - are_right, minlength=ECE_BINS)
    return float(np.abs(sums).sum() / len(confidences))
