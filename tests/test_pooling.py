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
    next_label,
    whole_percent,
)
from emocam.settings import Settings

STEADY = Settings(prediction_every_frames=1, label_every_frames=9)


def probabilities(**shares: float) -> np.ndarray:
    """Give the named emotions their shares and spread the rest evenly over the others."""
    rest = (1 - sum(shares.values())) / (len(EMOTIONS) - len(shares))
    return np.array([shares.get(emotion, rest) for emotion in EMOTIONS], np.float32)


def pooled(*predictions: np.ndarray, apart_s: float = 0.0, label_every_frames: int = 9) -> np.ndarray:
    pool = Pool()
    for number, prediction in enumerate(predictions):
        pool.advance()
        pool.add(prediction, time_s=number * apart_s, label_every_frames=label_every_frames)
    assert pool.present(label_every_frames=len(predictions))
    assert pool.presented is not None
    return pool.presented


def test_a_tie_between_two_predictions_goes_to_the_more_confident():
    mean = pooled(probabilities(happy=0.9), probabilities(sad=0.6))
    assert label_shown(mean, EMOTIONS, Settings()).label == "happy"


def test_no_label_is_presented_before_it_is_due():
    pool = Pool()
    pool.advance()
    pool.add(probabilities(happy=0.9), time_s=0.0, label_every_frames=2)
    assert not pool.present(label_every_frames=2)
    pool.advance()
    assert pool.present(label_every_frames=2)


def test_an_empty_pool_presents_nothing_and_keeps_the_last_label():
    pool = Pool()
    pool.advance()
    pool.add(probabilities(happy=0.9), time_s=0.0, label_every_frames=2)
    pool.present(label_every_frames=1)
    before = pool.presented
    pool.advance()
    assert not pool.present(label_every_frames=1)
    assert pool.presented is before


def test_with_a_label_in_every_frame_it_is_made_only_from_the_prediction_since_the_last_one():
    pool = Pool()
    for number, prediction in enumerate((probabilities(happy=0.9), probabilities(sad=0.8))):
        pool.advance()
        pool.add(prediction, time_s=number / 30, label_every_frames=1)
        pool.present(label_every_frames=1)
    np.testing.assert_allclose(pool.presented, probabilities(sad=0.8), atol=1e-6)


def test_a_prediction_counts_half_when_it_is_as_old_as_the_half_life():
    mean = pooled(probabilities(happy=1.0), probabilities(sad=1.0), apart_s=0.13)
    assert mean[EMOTIONS.index("happy")] == pytest.approx(1 / 3)
    twice_as_calm = pooled(probabilities(happy=1.0), probabilities(sad=1.0), apart_s=0.26, label_every_frames=17)
    np.testing.assert_allclose(twice_as_calm, mean, atol=1e-6)


def test_what_was_pooled_before_a_parting_counts_for_nothing():
    pool = Pool()
    pool.add(probabilities(happy=0.9), time_s=0.0, label_every_frames=9)
    pool.part()
    pool.add(probabilities(sad=0.8), time_s=0.01, label_every_frames=9)
    assert pool.present(label_every_frames=0)
    np.testing.assert_allclose(pool.presented, probabilities(sad=0.8), atol=1e-6)


def shown_frame_by_frame(*predictions: np.ndarray, settings: Settings = STEADY) -> list[str | None]:
    """Return what is shown at 30 frames a second, each of them classified."""
    pool, labels = Pool(), []
    for number, prediction in enumerate(predictions):
        pool.advance()
        pool.add(prediction, time_s=number / 30, label_every_frames=settings.label_every_frames)
        shown, _ = next_label(pool, EMOTIONS, settings)
        labels.append(shown.label if shown else None)
    return labels


def test_another_expression_is_shown_as_soon_as_the_pool_names_it():
    happy, sad = probabilities(happy=0.9), probabilities(sad=0.9)
    labels = shown_frame_by_frame(*[happy] * 19, *[sad] * 10)
    # The labels of every 9th frame would be those of frames 8, 17 and 26.
    assert labels == [None] * 8 + ["happy"] * 15 + ["sad"] * 6


def test_an_expression_that_flickers_is_not_shown():
    happy, sad = probabilities(happy=0.9), probabilities(sad=0.9)
    assert set(shown_frame_by_frame(*[happy] * 12, sad, sad, *[happy] * 12)[8:]) == {"happy"}


def test_a_longer_label_frequency_holds_a_label_longer():
    happy, sad = probabilities(happy=0.9), probabilities(sad=0.9)
    frames = [happy] * 100 + [sad] * 100
    changed_in = [
        shown_frame_by_frame(*frames, settings=replace(STEADY, label_every_frames=every)).index("sad")
        for every in (1, 9, 30)
    ]
    assert changed_in == [100, 104, 115]


def test_to_uncertain_and_from_it_a_label_changes_only_when_it_is_due():
    happy, nothing = probabilities(happy=0.9), np.full(7, 1 / 7, np.float32)
    labels = shown_frame_by_frame(*[happy] * 9, *[nothing] * 20)
    assert labels.index("uncertain") == 17
    labels = shown_frame_by_frame(*[nothing] * 9, *[happy] * 20)
    assert labels.index("happy") == 17


def test_one_sure_prediction_changes_no_label_before_it_is_due():
    faintly, surely = probabilities(happy=0.40, sad=0.36), probabilities(sad=1.0)
    # The pool of frame 12 names sadness by one prediction.
    labels = shown_frame_by_frame(*[faintly] * 12, surely, *[faintly] * 3)
    assert set(labels[8:]) == {"happy"}
    assert shown_frame_by_frame(*[faintly] * 12, *[surely] * 4)[-1] == "sad"


def test_a_face_is_classified_when_it_is_new_and_then_every_nth_frame():
    pool, classified = Pool(), []
    for frame in range(7):
        pool.advance()
        if pool.is_prediction_due(3):
            pool.add(probabilities(happy=0.9), time_s=0.0, label_every_frames=2)
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


@given(st.lists(st.none() | raw, max_size=40), st.integers(1, 90), st.floats(0.01, 0.5))
def test_a_label_is_the_mean_of_the_predictions_so_far_each_halved_by_its_age(happenings, every_frames, frame_s):
    pool, added, frames, expected, is_news = Pool(), [], 0, None, False
    for number, prediction in enumerate(happenings):
        pool.advance()
        frames += 1
        if prediction is not None:
            pool.add(prediction, time_s=number * frame_s, label_every_frames=every_frames)
            added.append((number * frame_s, prediction))
            is_news = True
        is_due = frames >= every_frames and is_news
        assert pool.present(every_frames) == is_due
        if is_due:
            newest_s, half_life_s = added[-1][0], 0.13 / 8 * (every_frames - 1)
            ages = np.array([newest_s - time_s for time_s, _ in added])
            weights = 0.5 ** (ages / half_life_s) if half_life_s else (ages == 0).astype(float)
            expected = np.average([each for _, each in added], axis=0, weights=weights)
            frames, is_news = 0, False
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
