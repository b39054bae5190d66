"""Several predictions make one label."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emocam.labels import EMOTIONS, SPECTRA, UNCERTAIN, spectrum_matrix
from emocam.pooling import (
    LEAD_TO_BE_CERTAIN,
    LEAD_TO_CHANGE,
    ROUNDING,
    Pool,
    label_shown,
    needed_percent,
    whole_percent,
)
from emocam.settings import Settings


def probabilities(**shares: float) -> np.ndarray:
    """Give the named emotions their shares and spread the rest evenly over the others."""
    rest = (1 - sum(shares.values())) / (len(EMOTIONS) - len(shares))
    return np.array([shares.get(emotion, rest) for emotion in EMOTIONS], np.float32)


def pooled(*predictions: np.ndarray) -> np.ndarray:
    pool = Pool()
    for prediction in predictions:
        pool.advance()
        pool.add(prediction)
    assert pool.present(label_every_frames=len(predictions))
    assert pool.presented is not None
    return pool.presented


def test_a_tie_between_two_predictions_goes_to_the_more_confident():
    mean = pooled(probabilities(happy=0.9), probabilities(sad=0.6))
    assert label_shown(mean, EMOTIONS, Settings()).label == "happy"


def test_no_label_is_presented_before_it_is_due():
    pool = Pool()
    pool.advance()
    pool.add(probabilities(happy=0.9))
    assert not pool.present(label_every_frames=2)
    pool.advance()
    assert pool.present(label_every_frames=2)


def test_an_empty_pool_presents_nothing_and_keeps_the_last_label():
    pool = Pool()
    pool.advance()
    pool.add(probabilities(happy=0.9))
    pool.present(label_every_frames=1)
    before = pool.presented
    pool.advance()
    assert not pool.present(label_every_frames=1)
    assert pool.presented is before


def test_a_label_is_made_only_from_predictions_since_the_last_one():
    pool = Pool()
    for prediction in (probabilities(happy=0.9), probabilities(sad=0.8)):
        pool.advance()
        pool.add(prediction)
        pool.present(label_every_frames=1)
    np.testing.assert_allclose(pool.presented, probabilities(sad=0.8), atol=1e-6)


def test_a_face_is_classified_when_it_is_new_and_then_every_nth_frame():
    pool, classified = Pool(), []
    for frame in range(7):
        pool.advance()
        if pool.is_prediction_due(3):
            pool.add(probabilities(happy=0.9))
            classified.append(frame)
    assert classified == [0, 3, 6]


@pytest.mark.parametrize(("percent", "label"), [(40, "happy"), (41, "uncertain")])
def test_a_confidence_below_the_sensitivity_reads_uncertain(percent: int, label: str):
    settings = Settings(prediction_sensitivity_percent=percent)
    shown = label_shown(probabilities(happy=0.405), EMOTIONS, settings)
    assert (shown.label, round(shown.confidence, 3)) == (label, 0.405)


def test_a_label_stays_until_another_leads_clearly():
    close, clear = probabilities(happy=0.40, sad=0.45), probabilities(happy=0.36, sad=0.45)
    assert label_shown(close, EMOTIONS, Settings()).label == "sad"
    kept = label_shown(close, EMOTIONS, Settings(), previous="happy")
    assert (kept.label, round(kept.confidence, 3)) == ("happy", 0.4)
    assert label_shown(clear, EMOTIONS, Settings(), previous="happy").label == "sad"
    assert label_shown(close, EMOTIONS, Settings(), previous="uncertain").label == "sad"
    assert label_shown(close, EMOTIONS, Settings(spectrum="three"), previous="happy").label == "negative"


def test_a_label_below_the_sensitivity_does_not_stay():
    mean = probabilities(happy=0.33, sad=0.36)
    assert label_shown(mean, EMOTIONS, Settings(), previous="happy").label == "sad"


def test_after_uncertain_a_label_needs_a_little_more_than_the_sensitivity():
    barely, clearly = probabilities(happy=0.37), probabilities(happy=0.40)
    assert label_shown(barely, EMOTIONS, Settings(), previous="uncertain").label == "uncertain"
    assert label_shown(clearly, EMOTIONS, Settings(), previous="uncertain").label == "happy"
    assert label_shown(barely, EMOTIONS, Settings(), previous="happy").label == "happy"


def test_a_percent_that_is_shown_reaches_the_sensitivity_exactly_if_the_probability_does():
    shares = (0.726, 0.7299, float(np.float32(0.73)), 0.996, 1.0)
    assert [whole_percent(share) for share in shares] == [72, 72, 73, 99, 100]


def test_what_is_certain_enough_after_uncertain_can_always_be_reached():
    needed = [needed_percent(Settings(prediction_sensitivity_percent=at), after_uncertain=True) for at in range(101)]
    assert max(needed) == 100
    assert needed[35] == 39
    certain = np.array([0, 0, 0, 1, 0, 0, 0], np.float32)
    strict = Settings(prediction_sensitivity_percent=99)
    assert label_shown(certain, EMOTIONS, strict, previous="uncertain").label == "happy"


def test_labels_are_compared_by_the_percents_that_are_shown():
    # 40.9 and 48.8 are 7.9 apart, and read 40 and 48: eight points.
    mean = probabilities(happy=0.409, sad=0.488)
    assert label_shown(mean, EMOTIONS, Settings(), previous="happy").label == "sad"


def test_three_labels_sum_the_emotions_that_they_stand_for():
    mean = probabilities(angry=0.28, sad=0.28, happy=0.38)
    assert label_shown(mean, EMOTIONS, Settings()).label == "happy"
    shown = label_shown(mean, EMOTIONS, Settings(spectrum="three"))
    assert shown.label == "negative"
    assert shown.confidence > 0.56


def test_a_contemptuous_face_reads_uncertain_in_seven_and_negative_in_three():
    labels = (*EMOTIONS, "contempt")
    mean = np.array([0.03, 0.01, 0.01, 0.1, 0.01, 0.02, 0.12, 0.7], np.float32)
    assert label_shown(mean, labels, Settings()).label == "uncertain"
    assert label_shown(mean, labels, replace(Settings(), spectrum="three")).label == "negative"


raw = st.lists(st.floats(0.01, 1), min_size=7, max_size=7).map(lambda v: np.array(v, np.float32) / np.float32(sum(v)))


@given(st.lists(raw, min_size=1, max_size=20))
def test_a_pool_holds_probabilities_that_sum_to_one(predictions: list[np.ndarray]):
    mean = pooled(*predictions)
    assert (mean >= 0).all()
    assert abs(float(mean.sum()) - 1) < 1e-4


@given(st.lists(st.none() | raw, max_size=40), st.integers(1, 9))
def test_a_label_is_the_mean_of_the_predictions_since_the_last_one_and_nothing_else(happenings, every_frames):
    pool, since, frames, expected = Pool(), [], 0, None
    for prediction in happenings:
        pool.advance()
        frames += 1
        if prediction is not None:
            pool.add(prediction)
            since.append(prediction)
        is_due = frames >= every_frames and bool(since)
        assert pool.present(every_frames) == is_due
        if is_due:
            expected, since, frames = np.mean(since, axis=0), [], 0
        assert (pool.presented is None) == (expected is None)
        if expected is not None:
            np.testing.assert_allclose(pool.presented, expected, atol=1e-5)


@given(raw, st.sampled_from(sorted(SPECTRA)), st.integers(0, 100), st.none() | st.sampled_from([*EMOTIONS, UNCERTAIN]))
def test_a_label_is_the_best_or_the_kept_one_and_uncertain_only_below_the_sensitivity(mean, name, percent, previous):
    settings = Settings(spectrum=name, prediction_sensitivity_percent=percent)
    shown = label_shown(mean, EMOTIONS, settings, previous=previous)
    of_label = dict(zip(SPECTRA[name].labels, spectrum_matrix(EMOTIONS, SPECTRA[name]) @ mean, strict=True))
    best = max(of_label.values())
    if shown.label == UNCERTAIN:
        lead = LEAD_TO_BE_CERTAIN if previous == UNCERTAIN else 0
        assert shown.confidence == pytest.approx(best)
        assert best < percent / 100 + lead
    else:
        assert shown.confidence == pytest.approx(of_label[shown.label])
        assert shown.confidence >= percent / 100 - ROUNDING
        assert shown.label == previous or shown.confidence == pytest.approx(best)
        assert best - shown.confidence < LEAD_TO_CHANGE
