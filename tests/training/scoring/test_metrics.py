"""Scores are what they are called."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emocam.engine.network import with_temperature
from emocam.labels import EMOTIONS, KNOWN_EMOTIONS, SPECTRA, THREE, TWO
from training.data.augment import augment, mix
from training.fitting.balance import adjusted, choose_strength, frequency_biases, likeliest_biases, raise_weakest
from training.recipe import MIRROR_ONLY, Augmentation
from training.scoring.calibration import calibration_error, fit_temperature
from training.scoring.confidence import by_sensitivity, reliability
from training.scoring.metrics import score_seven, wilson_interval


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


@pytest.mark.parametrize("name", SPECTRA)
def test_every_spectrum_is_scored_by_the_labels_that_it_shows(name):
    spectrum, rng = SPECTRA[name], np.random.default_rng(8)
    probabilities = rng.dirichlet(np.full(len(KNOWN_EMOTIONS), 0.4), 300).astype(np.float32)
    truth = rng.integers(0, len(EMOTIONS), 300)
    scores = score_seven(probabilities, truth, model_labels=KNOWN_EMOTIONS)
    right = []
    for row, true in zip(probabilities, truth, strict=True):
        summed = dict.fromkeys(spectrum.labels, 0.0)
        for emotion, probability in zip(KNOWN_EMOTIONS, row, strict=True):
            if emotion in spectrum.shown_as:
                summed[spectrum.shown_as[emotion]] += probability
        right.append(max(summed, key=summed.get) == spectrum.shown_as[EMOTIONS[true]])
    assert scores[spectrum.accuracy_name] == pytest.approx(np.mean(right))
    assert scores["sensitivity"][name]["right"][0] == pytest.approx(np.mean(right), abs=1e-4)
    assert list(scores["sensitivity"]) == list(SPECTRA)


def test_positive_or_not_is_right_more_often_than_the_tone():
    truth = indexes("happy", "happy", "sad", "surprise")
    scores = score_seven(answers("happy", "sad", "neutral", "sad"), truth, model_labels=EMOTIONS)
    assert [scores[spectrum.accuracy_name] for spectrum in (THREE, TWO)] == [0.25, 0.75]


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


def test_augmentation_hides_parts_and_makes_other_sizes():
    faces = np.full((200, 48, 48), 128, np.uint8)
    numbers = Augmentation(rotation_deg=0, shift_share=0, zoom_share=0, contrast=0, erased_share=0.5)
    varied = augment(faces, numbers, rng=np.random.default_rng(3), size_px=32)
    assert varied.shape == (200, 32, 32)
    hidden = (varied != 128).mean(axis=(1, 2))
    assert 0.35 < (hidden > 0).mean() < 0.6
    assert hidden.max() < 0.35


def test_a_degraded_face_is_still_that_face():
    face = np.tile(np.linspace(0, 255, 48).astype(np.uint8), (60, 48, 1))
    numbers = Augmentation(rotation_deg=0, shift_share=0, zoom_share=0, contrast=0, degraded_share=1)
    varied = augment(face, numbers, rng=np.random.default_rng(3)).astype(float)
    assert (np.abs(varied - face).max(axis=(1, 2)) > 0).all()
    upright = np.where(varied[:, :, :1].mean(axis=1, keepdims=True) > 128, varied[:, :, ::-1], varied)
    assert np.abs(upright - face).mean() < 20


def test_faces_and_targets_are_mixed_by_one_share():
    faces = np.zeros((400, 4, 4), np.uint8)
    faces[::2] = 200
    targets = {"one": np.tile(np.array([[1, 0], [0, 1]], np.float32), (200, 1))}
    mixed, mixed_targets = mix(faces, targets, alpha=0.5, rng=np.random.default_rng(2))
    np.testing.assert_allclose(mixed[:, 0, 0] / 200, mixed_targets["one"][:, 0], atol=0.003)
    assert ((mixed_targets["one"][:, 0] > 0.1) & (mixed_targets["one"][:, 0] < 0.9)).mean() > 0.2


def test_the_balance_gives_no_more_accuracy_than_it_may():
    rng = np.random.default_rng(4)
    frequencies = np.array([0.9, 0.1])
    labels = (rng.random(5000) < 0.1).astype(int)
    evidence = np.exp(rng.normal(0, 1, 5000) + 1.5 * (2 * labels - 1))
    probabilities = np.stack([frequencies[0] / (1 + evidence), frequencies[1] * evidence / (1 + evidence)], axis=1)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    plain = (probabilities.argmax(axis=1) == labels).mean()
    assert choose_strength(probabilities, labels, frequencies, accuracy_to_give=1.0) == pytest.approx(1.0, abs=0.2)
    strength = choose_strength(probabilities, labels, frequencies, accuracy_to_give=0.01)
    assert strength > 0
    balanced = adjusted(probabilities, frequency_biases(frequencies, strength))
    assert (balanced.argmax(axis=1) == labels).mean() >= plain - 0.0101


def test_labels_come_as_often_as_they_are_true_and_accuracy_rises():
    rng = np.random.default_rng(6)
    labels = rng.choice(3, 6000, p=[0.2, 0.3, 0.5])
    # Evidence that is normal and 1.5 higher for the true label has logarithmic odds of 1.5 times its value.
    logits = 1.5 * (rng.normal(0, 1, (6000, 3)) + 1.5 * np.eye(3)[labels]) + np.log([0.2, 0.3, 0.5])
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    skewed = adjusted(true, np.array([0.0, -0.7, 0.9]))  # as a network that has learnt from other labels
    biases = likeliest_biases(skewed, labels)
    mended = adjusted(skewed, biases)
    np.testing.assert_allclose(biases - biases[0], [0, 0.7, -0.9], atol=0.15)
    accuracies = [(answers.argmax(axis=1) == labels).mean() for answers in (skewed, mended, true)]
    assert accuracies[0] + 0.02 < accuracies[1] < accuracies[2] + 0.01


def test_the_weakest_label_is_raised_for_little_accuracy():
    rng = np.random.default_rng(7)
    labels = rng.choice(3, 6000, p=[0.2, 0.3, 0.5])
    logits = rng.normal(0, 1, (6000, 3)) + 1.0 * np.eye(3)[labels] + np.log([0.2, 0.3, 0.5])
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    biases = raise_weakest(probabilities, labels, accuracy_to_give=0.006)
    before, after = probabilities.argmax(axis=1), adjusted(probabilities, biases).argmax(axis=1)
    assert (after == labels).mean() >= (before == labels).mean() - 0.0061
    assert (after[labels == 0] == 0).mean() > (before[labels == 0] == 0).mean() + 0.05


def test_a_label_of_few_faces_counts_as_weaker_than_it_looks():
    # Right in 6 of 8 and in 140 of 200: the first recall is higher, and far less sure.
    labels = np.repeat([0, 1, 2], [8, 200, 500])
    sure, doubtful = np.array([0.1, 0.1, 0.8]), np.array([0.33, 0.33, 0.34])
    probabilities = np.tile(sure, (708, 1))
    probabilities[:6] = [0.8, 0.1, 0.1]
    probabilities[6:8] = [0.34, 0.3, 0.36]
    probabilities[8:148] = [0.1, 0.8, 0.1]
    probabilities[148:208] = doubtful
    biases = raise_weakest(probabilities, labels, accuracy_to_give=0.05)
    assert biases[0] > 0
    assert (adjusted(probabilities, biases).argmax(axis=1)[:8] == 0).all()


def test_a_higher_sensitivity_labels_fewer_faces():
    found = by_sensitivity(np.array([0.2, 0.4, 0.6, 0.8]), np.array([False, False, True, True]))
    assert (len(found["labelled"]), found["labelled"][0], found["right"][0]) == (101, 1.0, 0.5)
    assert (found["labelled"][50], found["right"][50]) == (0.5, 1.0)
    assert (found["labelled"][100], found["right"][100]) == (0.0, None)


def test_the_reliability_curve_counts_every_face_once():
    confidences = np.array([0.0, 0.5, 0.51, 1.0])
    curve = reliability(confidences, np.array([False, True, False, True]))
    assert sum(one["faces"] for one in curve) == 4
    assert curve[-1] == {"faces": 1, "confidence": 1.0, "accuracy": 1.0}
