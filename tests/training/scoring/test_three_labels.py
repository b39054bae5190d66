"""Few labels, binned after a fit."""

import numpy as np
import pytest

from emocam.labels import EMOTIONS
from training.data.faces import FERPLUS_LABELS
from training.scoring.three_labels import BINNINGS, score_binned

TONES, WITHOUT_SURPRISE, POSITIVE_OR_NOT = BINNINGS


def indexes(*labels: str) -> np.ndarray:
    return np.array([FERPLUS_LABELS.index(label) for label in labels])


def sharing(**shares: float) -> np.ndarray:
    return np.array([[shares.get(emotion, 0.0) for emotion in EMOTIONS]], np.float32)


def test_probabilities_are_added_up_before_they_are_compared():
    answer = sharing(happy=0.4, angry=0.3, sad=0.3)
    assert score_binned(answer, indexes("fear"), TONES, model_labels=EMOTIONS).accuracy == 1
    assert score_binned(answer, indexes("contempt"), POSITIVE_OR_NOT, model_labels=EMOTIONS).accuracy == 1


def test_surprise_that_is_left_out_is_neither_scored_nor_answered():
    answers = np.concatenate([sharing(surprise=0.7, neutral=0.1, sad=0.2)] * 3)
    truth = indexes("sad", "surprise", "neutral")
    with_it = score_binned(answers, truth, TONES, model_labels=EMOTIONS)
    assert (with_it.faces, with_it.accuracy) == (3, pytest.approx(2 / 3))
    without = score_binned(answers, truth, WITHOUT_SURPRISE, model_labels=EMOTIONS)
    assert (without.faces, without.accuracy, without.recall) == (2, 0.5, 0.5)


def test_faces_without_a_label_are_not_scored():
    truth = np.array([-1, EMOTIONS.index("happy")])
    answers = np.concatenate([sharing(happy=1.0)] * 2)
    assert score_binned(answers, truth, POSITIVE_OR_NOT, model_labels=EMOTIONS).faces == 1


def test_a_network_that_was_fitted_to_bins_is_scored_by_the_emotions_that_stand_for_them():
    answers = np.array([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]])
    score = score_binned(answers, indexes("surprise", "happy"), TONES, model_labels=("happy", "sad", "neutral"))
    assert score.accuracy == 1
