"""How honest a network's confidence is: the reliability curve, and what each prediction sensitivity gives."""

from typing import Any

import numpy as np

from training.scoring.calibration import ECE_BINS

FACES_TO_DRAW = 10  # a bin of fewer tells chance, not the network
SENSITIVITIES = np.arange(101) / 100


def reliability(confidences: np.ndarray, are_right: np.ndarray) -> list[dict[str, float]]:
    """Return, for each of the 15 bins of confidence that holds faces, `faces`, mean `confidence`, `accuracy`.

    confidences: (N,) from 0 to 1. are_right: (N,) bool.
    """
    bins = np.minimum((confidences * ECE_BINS).astype(int), ECE_BINS - 1)
    return [
        {
            "faces": int((bins == one).sum()),
            "confidence": float(confidences[bins == one].mean()),
            "accuracy": float(are_right[bins == one].mean()),
        }
        for one in np.unique(bins)
    ]


def by_sensitivity(confidences: np.ndarray, are_right: np.ndarray) -> dict[str, list[Any]]:
    """Return for each prediction sensitivity from 0 to 100 % the share `labelled`, and how often that is `right`.

    A face whose confidence lies below the sensitivity reads `uncertain`. `right` is None where no face is labelled.
    """
    are_labelled = confidences[None, :] >= SENSITIVITIES[:, None]
    counts = are_labelled.sum(axis=1)
    rights = (are_labelled & are_right[None, :]).sum(axis=1)
    return {
        "labelled": [round(float(count / len(confidences)), 4) for count in counts],
        "right": [
            round(float(right / count), 4) if count else None for right, count in zip(rights, counts, strict=True)
        ],
    }
