"""Scores one of FER+'s ten people by what most of the others say, and a network by the same, on the same pictures."""

import math
from typing import Any

import numpy as np

from emocam.labels import THREE, spectrum_matrix
from training.data.faces import FERPLUS_LABELS, DataError, FaceData, majority
from training.scoring.metrics import Z_95

KINDS = {"eight": np.eye(len(FERPLUS_LABELS), dtype=int), "three": spectrum_matrix(FERPLUS_LABELS, THREE).astype(int)}


def score_voters(probabilities: np.ndarray, data: FaceData, *, model_labels: tuple[str, ...]) -> dict[str, Any]:
    """Return how often one voter, and the network, agree with the majority of the nine others, for each of KINDS.

    probabilities: (N, L) in the order of `model_labels`; a network never answers a label that it does not know. Of the
    pictures whose majority is clear, each voter who named an emotion is left out in turn, which leaves the label that
    most of the others chose; where their top is tied, unknown or no face, the turn is left out. `n`: pictures; `turns`;
    `voter`, `network` and `lead` (network − voter): shares of the turns, each with a 95 % interval over pictures
    (`…_ci95`), since the turns of one picture belong together. Raises DataError without votes or clear pictures.
    """
    is_clear = majority(data) >= 0
    if data.votes is None or data.other_votes is None or not is_clear.any():
        raise DataError("expected FER+ votes with a clear majority; give fer2013new.csv with --ferplus")
    known = np.zeros((int(is_clear.sum()), len(FERPLUS_LABELS)))
    for column, label in enumerate(model_labels):
        known[:, FERPLUS_LABELS.index(label)] = probabilities[is_clear, column]
    votes, other = data.votes[is_clear].astype(int), data.other_votes[is_clear].astype(int)
    compared = {
        name: _compare(votes @ matrix.T, other, (known @ matrix.T).argmax(axis=1)) for name, matrix in KINDS.items()
    }
    return {name: one for name, one in compared.items() if one["turns"]}


def _compare(votes: np.ndarray, other: np.ndarray, answers: np.ndarray) -> dict[str, Any]:
    """Compare on (N, labels) votes for labels, (N, 2) for none of them, and (N,) answers of the network."""
    turns, voter, network = (np.zeros(len(votes)) for _ in range(3))
    for left_out in range(votes.shape[1]):
        others = np.concatenate([votes, other], axis=1)
        others[:, left_out] -= 1
        top = others.argmax(axis=1)
        is_clear = (others == others.max(axis=1, keepdims=True)).sum(axis=1) == 1
        count = np.where(is_clear & (top < votes.shape[1]), votes[:, left_out], 0)
        turns += count
        voter += count * (top == left_out)
        network += count * (top == answers)
    return {
        "n": int((turns > 0).sum()),
        "turns": int(turns.sum()),
        **_share("voter", voter, turns),
        **_share("network", network, turns),
        **_share("lead", network - voter, turns),
    }


def _share(name: str, part: np.ndarray, turns: np.ndarray) -> dict[str, Any]:
    """Return a share of all turns, and its interval as that of a ratio of means over pictures (Cochran 1977, 6.3)."""
    value = part.sum() / max(turns.sum(), 1)
    pictures = int((turns > 0).sum())
    squares = ((part - value * turns) ** 2).sum() * pictures / max(pictures - 1, 1)
    spread = math.sqrt(squares) / max(turns.sum(), 1)
    return {name: float(value), f"{name}_ci95": [float(value - Z_95 * spread), float(value + Z_95 * spread)]}
