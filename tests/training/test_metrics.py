"""Scores are what they are called."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emocam.labels import EMOTIONS
from emocam.model_file import with_temperature
from training.augment import MIRROR_ONLY, Augmentation, augment
from training.calibrate import calibration_error, fit_temperature
from training.metrics import score_seven, wilson_interval


def answers(*labels: str, confidence: float = 0.7) -> np.ndarray:
    probabilities = np.full((len(labels), 7), (1 - confidence) / 6, np.float32)
    for row, label in enumerate(labels):
        probabilities[row, EMOTIONS.index(label)] = confidence
    return probabilities


def indexes(*labels: str) -> np.ndarray:
    return np.array([EMOTIONS.index(label) for label in labels])


def test_accuracy_confusion_and_three_classes():
    truth = indexes("happy", "happy", "sad", "angry")
    scores = score_seven(answers("happy", "sad", "sad", "sad"), truth, model_labels=EMOTIONS)
    assert scores["accuracy"] == 0.5
    assert scores["three_class_accuracy"] == 0.75
    happy, sad = EMOTIONS.index("happy"), EMOTIONS.index("sad")
    assert scores["confusion"][happy][sad] == 1
    assert scores["per_class"]["sad"] == pytest.approx(
        {"precision": 1 / 3, "recall": 1.0, "f1": 0.5, "support": 1}
    )
    assert scores["ece"] == pytest.approx(0.2, abs=1e-5)


def test_three_classes_are_summed_before_they_are_compared():
    probabilities = np.array([[0.2, 0.2, 0.1, 0.4, 0.05, 0.03, 0.02]], np.float32)
    scores = score_seven(probabilities, indexes("angry"), model_labels=EMOTIONS)
    assert (scores["accuracy"], scores["three_class_accuracy"]) == (0.0, 1.0)


def test_a_model_with_other_labels_is_scored_by_name():
    labels = ("contempt", *reversed(EMOTIONS))
    probabilities = np.zeros((1, 8), np.float32)
    probabilities[0, labels.index("fear")] = 1
    assert score_seven(probabilities, indexes("fear"), model_labels=labels)["accuracy"] == 1.0


def test_wilson_s_interval_is_the_published_one():
    # Newcombe 1998, table I: 81 of 263.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


@given(st.integers(1, 5000), st.data())
def test_an_interval_holds_its_share(count, data):
    right = data.draw(st.integers(0, count))
    low, high = wilson_interval(right, count)
    assert 0 <= low <= right / count + 1e-12
    assert right / count - 1e-12 <= high <= 1


def test_confidence_that_is_as_often_right_as_it_says_has_no_calibration_error():
    confidences = np.repeat([0.9, 0.5], 100)
    are_right = np.concatenate([np.arange(100) < 90, np.arange(100) < 50])
    assert calibration_error(confidences, are_right) == pytest.approx(0, abs=1e-9)
    assert calibration_error(np.full(10, 0.95), np.zeros(10, bool)) == pytest.approx(0.95)


def test_the_temperature_that_made_a_network_overconfident_is_found():
    rng = np.random.default_rng(5)
    honest = rng.dirichlet(np.full(7, 0.6), 4000)
    labels = np.array([rng.choice(7, p=row / row.sum()) for row in honest])
    overconfident = with_temperature(honest, 0.5)
    assert fit_temperature(overconfident, labels) == pytest.approx(2.0, rel=0.1)


def test_augmentation_is_seeded_and_keeps_shape_and_kind():
    faces = np.random.default_rng(1).integers(0, 256, (20, 48, 48), np.uint8)
    numbers = Augmentation(rotation_deg=10, shift_share=0.06, zoom_share=0.08, contrast=0.15)
    once = augment(faces, numbers, rng=np.random.default_rng(3))
    again = augment(faces, numbers, rng=np.random.default_rng(3))
    assert (once.shape, once.dtype) == (faces.shape, np.uint8)
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, faces)


def test_mirroring_alone_leaves_each_face_or_turns_it_round():
    faces = np.random.default_rng(1).integers(0, 256, (50, 48, 48), np.uint8)
    mirrored = augment(faces, MIRROR_ONLY, rng=np.random.default_rng(3))
    turned = [np.array_equal(new, old[:, ::-1]) for new, old in zip(mirrored, faces, strict=True)]
    same = [np.array_equal(new, old) for new, old in zip(mirrored, faces, strict=True)]
    assert all(one != other for one, other in zip(turned, same, strict=True))
    assert 10 < sum(turned) < 40
