"""What a model file says of its scores is read part by part: nonsense costs its own part, and raises nothing."""

import json

import pytest

from emocam.gui.model.scores import SPLITS, Confusion, network_scores

HUGE = 10**400  # JSON knows no bounds: this one fits no float
CURVE = {"labelled": [1.0] * 101, "right": [0.5] * 100 + [None]}


def read_metrics(metrics):
    return network_scores({"metrics": metrics})


def read(**figures):
    return read_metrics({"public_test": json.loads(json.dumps(figures))})


@pytest.mark.parametrize(
    "metrics",
    [None, {}, [], 3, "good", {"test": None}, {"test": {"accuracy": "high"}}, {"test": {}}, {"accuracy": 0.6}],
)
def test_a_file_without_scores_has_none(metrics):
    assert network_scores({"metrics": metrics}) is None
    assert network_scores({}) is None


def test_each_part_is_read_without_the_others():
    score = {"accuracy": 0.5}
    assert read(ferplus=score).ferplus.accuracy == 0.5
    assert read(ferplus={"eight_labels": score}).eight.accuracy == 0.5
    assert read(without_pictures_of_training=score).distinct.accuracy == 0.5
    assert read(elsewhere={"news": score}).elsewhere[0][0] == "news"
    assert list(read(sensitivity={"three": CURVE}).by_spectrum) == ["three"]
    assert read(confusion={"labels": ["sad", "fear"], "counts": [[1, 0], [0, 0]]}).confusion is not None


@pytest.mark.parametrize("value", [HUGE, -HUGE, float("nan"), float("inf"), -0.1, 1.1, True, "0.5", None, [0.5], {}])
def test_what_is_no_share_is_not_told(value):
    odd = {"ece": value, "three_class_accuracy": value, "accuracy_ci95": [value, 1.0]}
    scores = read(accuracy=0.5, ferplus={"accuracy": value}, **odd)
    assert (scores.fer2013.ece, scores.fer2013.by_spectrum, scores.fer2013.interval) == (None, {}, None)
    assert scores.ferplus is None


@pytest.mark.parametrize("value", [HUGE, 0, -5, True, 2.5, "many", None, [3]])
def test_what_is_no_count_is_not_told(value):
    assert read(accuracy=0.5, n=value).fer2013.faces is None


@pytest.mark.parametrize("interval", [[0.4], [0.4, 0.5, 0.6], [0.6, 0.7], [0.6, 0.4], {"low": 0.4}, 0.5, "ab"])
def test_an_interval_that_is_none_is_not_told(interval):
    assert read(accuracy=0.5, accuracy_ci95=interval).fer2013.interval is None


@pytest.mark.parametrize(
    ("labels", "counts"),
    [
        (["happy"], [[1]]),
        (["happy", "happy"], [[1, 0], [0, 1]]),
        (["happy", "<b>sad</b>"], [[1, 0], [0, 1]]),
        (["happy", "s" * 100_000], [[1, 0], [0, 1]]),
        (["happy", ["sad"]], [[1, 0], [0, 1]]),
        (["happy", "sad"], [[1, 0]]),
        (["happy", "sad"], [[1, 0], [0, 1], [0, 0]]),
        (["happy", "sad"], [[1, 0], [0]]),
        (["happy", "sad"], [[1, 0], None]),
        (["happy", "sad"], [[0, 0], [0, 0]]),
        (["happy", "sad"], [[1, 0], [0, HUGE]]),
        (["happy", "sad"], [[1, 0], [0, -1]]),
        (["happy", "sad"], [[1, 0], [0, float("nan")]]),
        (["happy", "sad"], [[True, 0], [0, 1]]),
        ("happy", "sad"),
        (None, None),
    ],
)
def test_a_confusion_matrix_that_is_none_is_not_told(labels, counts):
    assert read(accuracy=0.5, confusion={"labels": labels, "counts": counts}).confusion is None


def test_a_label_that_no_face_had_may_stand_in_the_matrix():
    assert read(confusion={"labels": ["sad", "fear"], "counts": [[3, 1], [0, 0]]}).confusion == Confusion(
        ("sad", "fear"), ((3, 1), (0, 0))
    )


@pytest.mark.parametrize(
    "curve",
    [
        None, 3, [], {}, {"labelled": [1.0] * 101}, {**CURVE, "labelled": [1.0] * 100}, {**CURVE, "right": [0.5] * 102},
        {**CURVE, "labelled": [HUGE] * 101}, {**CURVE, "labelled": [None] * 101}, {**CURVE, "right": ["0.5"] * 101},
        {**CURVE, "right": [float("nan")] * 101}, {**CURVE, "right": "r" * 101},
    ],
)  # fmt: skip
def test_a_curve_that_is_none_is_not_told_and_the_other_is(curve):
    assert list(read(sensitivity={"seven": curve, "three": CURVE}).by_spectrum) == ["three"]


@pytest.mark.parametrize("judge", [{}, 7, "<b>me</b>", "nobody"])
def test_a_judge_that_nobody_knows_is_not_named(judge):
    scores = read(accuracy=0.5, ece=0.1, judged_by=judge, sensitivity={"seven": CURVE})
    assert scores.judge is None
    assert scores.aim == ""
    assert scores.by_spectrum["seven"].measured == "PublicTest"


def test_collections_with_long_names_and_many_of_them_are_cut():
    scores = read(elsewhere={f"{number} " + "x" * 1000: {"accuracy": 0.5} for number in range(1000)})
    assert len(scores.elsewhere) == 12
    assert max(len(name) for name, _ in scores.elsewhere) == 40


def test_the_split_that_is_told_most_of_is_the_one_quoted():
    score = {"accuracy": 0.5}
    metrics = {"choosing_tenth": score, "public_test": {**score, "n": 9, "ece": 0.1}}
    assert read_metrics(metrics).split == "PublicTest"
    assert read_metrics({"choosing_tenth": score}).split == SPLITS["choosing_tenth"]
    assert read_metrics({"my_own_faces": score}).split == "my own faces"
