"""One of FER+'s people is compared with the others, and a network with the same."""

import numpy as np
import pytest

from training.data.errors import DataError
from training.data.faces import FERPLUS_LABELS, FaceData
from training.scoring.voters import score_voters


def pictures(*votes: dict[str, int]) -> FaceData:
    """Return blank pictures with these votes; `unknown` and `NF` are for no emotion."""
    counts = np.array([[of.get(name, 0) for name in (*FERPLUS_LABELS, "unknown", "NF")] for of in votes], np.uint8)
    blank = np.zeros((len(votes), 48, 48), np.uint8)
    return FaceData(blank, np.zeros(len(votes), np.uint8), np.full(len(votes), "x"), counts[:, :8], counts[:, 8:])


def answering(*labels: str) -> np.ndarray:
    return np.eye(len(FERPLUS_LABELS), dtype=np.float32)[[FERPLUS_LABELS.index(label) for label in labels]]


def compare(data: FaceData, *labels: str) -> dict:
    return score_voters(answering(*labels), data, model_labels=FERPLUS_LABELS)


def test_each_voter_is_compared_with_what_the_others_chose():
    scores = compare(pictures({"happy": 7, "sad": 3}), "sad")
    assert (scores["eight"]["voter"], scores["eight"]["network"], scores["eight"]["turns"]) == (0.7, 0.0, 10)
    assert scores["eight"]["lead"] == pytest.approx(-0.7)


def test_the_voter_left_out_does_not_decide_what_the_others_chose():
    # Without one of the five who say happy the others are tied, so that only the four turns of the sad are left.
    scores = compare(pictures({"happy": 5, "sad": 4, "fear": 1}), "happy")
    assert (scores["eight"]["turns"], scores["eight"]["voter"], scores["eight"]["network"]) == (5, 0.0, 1.0)


def test_who_named_no_emotion_takes_no_turn_but_counts_among_the_others():
    named_by_eight = compare(pictures({"happy": 8, "unknown": 2}), "happy")["eight"]
    assert (named_by_eight["turns"], named_by_eight["voter"]) == (8, 1.0)
    # Five of the others are as many as the five who saw no face: no turn of those who say happy.
    scores = compare(pictures({"happy": 6, "NF": 4}, {"happy": 5, "sad": 1, "NF": 4}), "happy", "happy")
    assert (scores["eight"]["n"], scores["eight"]["turns"]) == (2, 6 + 1)


def test_three_labels_are_summed_before_the_majority_is_taken():
    data = pictures({"angry": 4, "sad": 3, "disgust": 3})
    scores = compare(data, "sad")
    assert (scores["three"]["voter"], scores["three"]["network"], scores["three"]["turns"]) == (1.0, 1.0, 10)
    assert scores["eight"]["network"] == 0.0


def test_pictures_without_a_clear_majority_are_left_out():
    assert compare(pictures({"happy": 10}, {"happy": 5, "sad": 5}), "happy", "happy")["eight"]["n"] == 1
    with pytest.raises(DataError, match="clear majority"):
        compare(pictures({"happy": 5, "sad": 5}), "happy")


def test_a_network_is_compared_by_the_names_of_its_labels():
    data, names = pictures({"contempt": 10}, {"sad": 10}), ("sad", "happy")
    scores = score_voters(np.array([[0.2, 0.8], [0.9, 0.1]]), data, model_labels=names)
    assert (scores["eight"]["network"], scores["three"]["network"]) == (0.5, 0.5)


def test_intervals_are_as_wide_as_pictures_differ_from_each_other_and_not_as_turns_do():
    unanimous = compare(pictures(*[{"happy": 10}] * 50), *["happy"] * 50)["eight"]
    assert unanimous["network_ci95"] == pytest.approx([1, 1])
    half = compare(pictures(*[{"happy": 10}] * 50), *["happy", "sad"] * 25)["eight"]
    low, high = half["network_ci95"]
    # Of 50 pictures, and not of 500 turns: 0.5 ± 1.96 · √(0.25 / 49).
    assert (low, high) == pytest.approx((0.5 - 0.14, 0.5 + 0.14), abs=0.001)
