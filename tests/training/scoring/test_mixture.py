"""A third answer is mixed out of two heads, by a criterion in which every label and every collection counts alike."""

import numpy as np
import pytest

from emocam.labels import CONTEMPT
from training.data.faces import FERPLUS_LABELS
from training.scoring.criterion import Judged, Result, interval, result
from training.scoring.mixture import (
    DATA_SET,
    KNOWN,
    PEOPLE,
    SHARES,
    TENTH,
    TILTS,
    UNKNOWN,
    Mixture,
    Trial,
    answer,
    choose,
    predicted,
    softmax,
    try_mixtures,
)

EIGHT = tuple(range(len(FERPLUS_LABELS)))
EVEN = np.zeros(len(EIGHT))


def scores(count: int, labels: int, *, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 2, (count, labels))


def log_softmax(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(softmax(values)))


def test_the_mixture_of_scores_is_that_of_the_answers_whatever_is_added_to_all_scores_of_a_face():
    people, data_set = scores(20, 8, seed=1), scores(20, 7, seed=2)
    mixture = Mixture(0.3, 0.2)
    frequencies = np.linspace(-1, 1, 8)
    expected = softmax(mixture.scores(people, data_set, frequencies))
    by_answers = softmax(mixture.scores(log_softmax(people), log_softmax(data_set), frequencies))
    np.testing.assert_allclose(by_answers, expected, atol=1e-9)


def test_what_holds_for_scores_holds_for_the_weights_that_they_are_sums_of():
    rng = np.random.default_rng(3)
    features, mixture = rng.normal(0, 1, (5, 12)), Mixture(0.4, 0.0)
    people, data_set = rng.normal(0, 1, (12, 8)), rng.normal(0, 1, (12, 7))
    mixed = features @ mixture.scores(people, data_set, EVEN)
    np.testing.assert_allclose(mixed, mixture.scores(features @ people, features @ data_set, EVEN), atol=1e-9)


def test_contempt_lies_as_far_from_the_mean_of_the_others_as_people_have_it():
    people, data_set = scores(1, 8, seed=4), scores(1, 7, seed=5)
    mixed = Mixture(1.0, 0.0).scores(people, data_set, EVEN)
    np.testing.assert_allclose(mixed[:, KNOWN], data_set)
    expected = people[0, UNKNOWN] - people[0, KNOWN].mean()
    assert mixed[0, UNKNOWN] - mixed[0, KNOWN].mean() == pytest.approx(expected)


def test_a_tilt_raises_rare_labels_and_no_share_leaves_people_alone():
    people = scores(6, 8, seed=6)
    frequencies = np.where(np.arange(8) == UNKNOWN, -3.0, 0.4)
    np.testing.assert_array_equal(Mixture(0.0, 0.0).scores(people, scores(6, 7, seed=7), EVEN), people)
    tilted = softmax(Mixture(0.0, 0.5).scores(people, None, frequencies))
    assert (tilted[:, UNKNOWN] > softmax(people)[:, UNKNOWN]).all()


def judged(labels: list[int], *, seed: int, columns: tuple[int, ...] = EIGHT, is_mirrored: bool = False) -> Judged:
    """Faces whose heads lean to their labels."""
    lean = 2.0 * np.eye(8)[labels]
    views = 2 if is_mirrored else 1
    people = tuple(log_softmax(scores(len(labels), 8, seed=seed + view) + lean) for view in range(views))
    data_set = tuple(log_softmax(scores(len(labels), 7, seed=seed + 9 + view) + lean[:, :7]) for view in range(views))
    return Judged({PEOPLE: people, DATA_SET: data_set}, np.array(labels), columns)


def test_an_answer_is_the_mean_over_a_face_and_its_mirror_image():
    both = judged([0, 1, 2], seed=10, is_mirrored=True)
    views = [
        Judged({name: (views[place],) for name, views in both.answers.items()}, both.labels, EIGHT) for place in (0, 1)
    ]
    mixture = Mixture(0.2, 0.1)
    expected = np.mean([answer(mixture, view, EVEN) for view in views], axis=0)
    np.testing.assert_allclose(answer(mixture, both, EVEN), expected)


def test_a_collection_without_contempt_is_never_answered_with_it():
    faces = judged([UNKNOWN] * 9, seed=11, columns=tuple(KNOWN))
    assert FERPLUS_LABELS[UNKNOWN] == CONTEMPT
    assert UNKNOWN in predicted(Mixture(0.0, 0.0), judged([UNKNOWN] * 9, seed=11), EVEN)
    assert UNKNOWN not in predicted(Mixture(0.0, 0.0), faces, EVEN)


def test_in_the_criterion_every_label_and_every_collection_counts_alike():
    collections = {
        "many": Judged({}, np.array([0] * 98 + [1] * 2), EIGHT), "few": Judged({}, np.array([3, 4]), EIGHT),
    }  # fmt: skip
    told = result({"many": np.zeros(100, int), "few": np.array([3, 4])}, collections)
    assert told.by_collection["many"] == (0.98, 0.5)
    assert told.criterion == pytest.approx((0.5 + 1.0) / 2)
    low, high = interval({"many": np.zeros(100, int), "few": np.array([3, 0])}, collections)
    assert low <= 0.5 <= high


def trial(share: float, tilt: float, *, tenth: float, criterion: float) -> Trial:
    return Trial(Mixture(share, tilt), Result({TENTH: (tenth, criterion)}))


def test_the_best_that_keeps_to_the_floor_is_chosen_and_a_lone_peak_is_chance():
    trials = [
        trial(SHARES[0], TILTS[0], tenth=0.90, criterion=0.60),
        trial(SHARES[0], TILTS[2], tenth=0.86, criterion=0.66),
        trial(SHARES[0], TILTS[3], tenth=0.85, criterion=0.67),
        trial(SHARES[0], TILTS[6], tenth=0.85, criterion=0.68),  # beside one that is much worse
        trial(SHARES[0], TILTS[7], tenth=0.83, criterion=0.50),
        trial(SHARES[4], TILTS[9], tenth=0.70, criterion=0.90),
    ]
    assert choose(trials, floor=0.84).mixture == Mixture(SHARES[0], TILTS[2])
    assert choose(trials, floor=0.95) is trials[0]


def test_a_network_with_one_head_is_only_tilted():
    tenth = judged([0, 1, 2, 3] * 5, seed=20)
    alone = Judged({PEOPLE: tenth.answers[PEOPLE]}, tenth.labels, EIGHT)
    assert {one.mixture.data_set_share for one in try_mixtures({TENTH: alone}, EVEN)} == {0.0}
    assert len(try_mixtures({TENTH: tenth}, EVEN)) == len(SHARES) * len(TILTS)
