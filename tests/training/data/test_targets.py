"""Targets say what people said."""

import numpy as np
import pytest

from emocam.labels import EMOTIONS
from training.data.faces import FERPLUS_LABELS, FaceData
from training.data.targets import soft_targets, weighted_targets
from training.fitting.recipes import FER2013, FERPLUS


def one_face(label: str, votes: dict[str, int], *, other: int = 0) -> FaceData:
    counts = np.array([[votes.get(name, 0) for name in FERPLUS_LABELS]], np.uint8)
    return FaceData(
        np.zeros((1, 48, 48), np.uint8),
        np.array([EMOTIONS.index(label)], np.uint8),
        np.array(["Training"]),
        counts,
        np.array([[other, 0]], np.uint8),
    )


def test_votes_become_shares_and_single_ones_are_dropped():
    targets = soft_targets(one_face("fear", {"surprise": 6, "fear": 3, "happy": 1}), FERPLUS)[0]
    assert targets[FERPLUS.labels.index("surprise")] == pytest.approx(2 / 3)
    assert targets[FERPLUS.labels.index("fear")] == pytest.approx(1 / 3)
    assert targets[FERPLUS.labels.index("happy")] == 0


def test_a_face_counts_as_much_as_people_saw_an_emotion_in_it():
    assert soft_targets(one_face("sad", {"sad": 5}, other=5), FERPLUS).sum() == pytest.approx(0.5)
    assert soft_targets(one_face("sad", {}, other=10), FERPLUS).sum() == 0


def test_the_label_is_mixed_with_the_votes_and_stands_alone_without_them():
    mixed = soft_targets(one_face("fear", {"surprise": 10}), FER2013)[0]
    assert mixed[EMOTIONS.index("fear")] == pytest.approx(1 - FER2013.ferplus_share)
    assert mixed[EMOTIONS.index("surprise")] == pytest.approx(FER2013.ferplus_share)
    alone = soft_targets(one_face("fear", {}, other=10), FER2013)[0]
    assert alone[EMOTIONS.index("fear")] == 1


def test_smoothing_spreads_a_share_and_rare_labels_count_more():
    targets = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], np.float32)
    smoothed = weighted_targets(targets, label_smoothing=0.2, rarity_power=0)
    np.testing.assert_allclose(smoothed[0], [0.9, 0.1], rtol=1e-6)
    weighted = weighted_targets(targets, label_smoothing=0, rarity_power=1)
    assert weighted[3].sum() == pytest.approx(2 * weighted[0].sum())  # as (3 + 1) to (1 + 1): nobody is at zero
    assert weighted.sum() == pytest.approx(4)
    np.testing.assert_allclose(weighted_targets(targets, label_smoothing=0, rarity_power=0), targets, rtol=1e-6)


def test_a_face_that_counts_nothing_stays_so():
    weighted = weighted_targets(np.array([[0, 0], [0, 1]], np.float32), label_smoothing=0.1, rarity_power=0.5)
    assert weighted[0].sum() == 0
    assert np.isfinite(weighted).all()
