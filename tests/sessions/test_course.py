"""The course of a session: means over spans that grow longer as it does."""

from itertools import pairwise

import pytest

from emocam.labels import SEVEN, THREE
from emocam.sessions.course import MOST_POINTS, SPANS_MS, Course


def test_a_point_is_the_mean_of_its_span_and_empty_where_there_was_nothing():
    course = Course(SEVEN)
    course.add(0, {"happy": 1.0, "sad": 0.0, "contempt": 0.5})
    course.add(90, {"happy": 0.5, "sad": 0.25})
    course.add(250, {"happy": 0.1})
    happy, sad = SEVEN.labels.index("happy"), SEVEN.labels.index("sad")
    points = list(course.points())
    assert [start_ms for start_ms, _ in points] == [0, 100, 200]
    assert (points[0][1][happy], points[0][1][sad], points[2][1][happy]) == (0.75, 0.125, 0.1)
    assert points[1][1] == [None] * 7


def test_labels_are_summed_as_the_spectrum_shows_them():
    course = Course(THREE)
    course.add(0, {"happy": 0.25, "neutral": 0.25, "surprise": 0.125, "sad": 0.25, "contempt": 0.125})
    assert list(course.points()) == [(0, [0.25, 0.375, 0.375])]


@pytest.mark.parametrize("length_ms", [59_999, 60_000, 3_600_000, 36_000_000, 366 * 86_400_000])
def test_a_session_of_any_length_has_as_many_points_as_a_chart_can_show(length_ms):
    course = Course(SEVEN)
    for step in range(2001):
        course.add(length_ms * step // 2000, {"happy": 0.5})
    points = list(course.points())
    assert len(points) <= MOST_POINTS
    assert points[-1][0] <= length_ms < points[-1][0] + course.span_ms
    assert {means[SEVEN.labels.index("happy")] for _, means in points} <= {0.5, None}


def test_a_span_holds_whole_spans_of_those_before():
    assert all(longer % shorter == 0 for shorter, longer in pairwise(SPANS_MS))


def test_joined_spans_keep_the_mean_of_all():
    course = Course(SEVEN)
    for time_ms, happy in ((0, 1.0), (10, 1.0), (150, 0.25), (70_000, 0.5)):
        course.add(time_ms, {"happy": happy})
    assert course.span_ms == 200
    assert next(course.points())[1][SEVEN.labels.index("happy")] == 0.75
