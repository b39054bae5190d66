"""What a network is fitted to: FER-2013's label, the FER+ votes, the answers of teachers."""

import numpy as np

from emocam.labels import EMOTIONS
from training.data.faces import FERPLUS_LABELS, FaceData
from training.recipe import Head


def soft_targets(data: FaceData, head: Head) -> np.ndarray:
    """Return (N, labels) float32 targets: FER-2013's label mixed with the head's share of the FER+ votes.

    A row adds up to what it counts in the loss. A picture without votes keeps FER-2013's label alone; for a
    head of votes alone it counts nothing, and one whose votes fall on unknown or no face counts less.
    """
    labels = np.zeros((len(data), len(head.labels)), np.float32)
    labels[np.arange(len(data)), [head.labels.index(EMOTIONS[label]) for label in data.labels]] = 1
    if head.ferplus_share == 0 or data.votes is None:
        return labels
    votes, weights = _shares_of_votes(data, head.labels)
    if head.ferplus_share == 1:
        return votes * weights[:, None]
    share = np.where(weights > 0, head.ferplus_share, 0).astype(np.float32)[:, None]
    return (1 - share) * labels + share * votes


def weighted_targets(targets: np.ndarray, *, label_smoothing: float, rarity_power: float) -> np.ndarray:
    """Return (N, labels) targets, smoothed, whose rows count the more the rarer their labels are."""
    counts = targets.sum(axis=1, keepdims=True)
    smoothed = (1 - label_smoothing) * targets + label_smoothing * counts / targets.shape[1]
    frequencies = (targets.sum(axis=0) + 1) / (targets.sum() + targets.shape[1])
    weights = (targets @ frequencies**-rarity_power)[:, None] / np.maximum(counts, 1e-9)
    return np.asarray(smoothed * weights * counts.sum() / (weights * counts).sum(), np.float32)


def _shares_of_votes(data: FaceData, labels: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the votes as (N, labels) shares, and (N,) float32 how much of all votes they are.

    A single vote is dropped where another emotion has more, as FER+ does against outliers (Barsoum et al. 2016).
    """
    assert data.votes is not None and data.other_votes is not None
    columns = [FERPLUS_LABELS.index(label) for label in labels]
    votes = data.votes[:, columns].astype(np.float32)
    count = votes.sum(axis=1)
    weights = count / np.maximum(count + data.other_votes.sum(axis=1), 1)
    votes[(votes == 1) & (votes.max(axis=1, keepdims=True) > 1)] = 0
    return votes / np.maximum(votes.sum(axis=1, keepdims=True), 1), weights.astype(np.float32)
