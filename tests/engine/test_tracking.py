"""Faces keep their numbers."""

import math
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emocam.engine.tracking import FORGET_AFTER_S, Track, Tracker
from emocam.messages import Box


class Followed(Tracker):
    """A tracker whose finder needs as many hits for each face."""

    def __init__(self, *, hits_to_start: int) -> None:
        super().__init__()
        self._hits_to_start = hits_to_start

    def update(  # type: ignore[override]
        self, boxes: Sequence[Box], *, time_s: float, sensitivity_px: float, frames_to_forget: int = 0
    ) -> list[Track]:
        return super().update(
            boxes,
            hits_to_start=[self._hits_to_start] * len(boxes),
            time_s=time_s,
            sensitivity_px=sensitivity_px,
            frames_to_forget=frames_to_forget,
        )


def box(x: float, y: float = 100, side: int = 60) -> Box:
    return Box(round(x), round(y), side, side)


def numbers_by_place(tracker: Tracker) -> dict[int, int]:
    return {track.box.x: track.track_id for track in tracker.tracks if track.is_seen}


def test_a_face_that_moves_less_than_the_sensitivity_keeps_its_number():
    tracker = Followed(hits_to_start=1)
    for step in range(10):
        tracker.update([box(step * 20)], time_s=step / 30, sensitivity_px=40)
    assert [track.track_id for track in tracker.tracks] == [1]


def test_a_face_that_jumps_farther_than_the_sensitivity_is_another():
    tracker = Followed(hits_to_start=1)
    tracker.update([box(0)], time_s=0, sensitivity_px=40)
    tracker.update([box(200)], time_s=1 / 30, sensitivity_px=40)
    assert numbers_by_place(tracker) == {200: 2}


def test_two_faces_that_cross_keep_their_numbers():
    tracker = Followed(hits_to_start=1)
    for step in range(41):
        left, right = box(step * 10), box(400 - step * 10)
        # In the middle one hides the other: a single box remains.
        boxes = [left] if abs(left.x - right.x) < 50 else [left, right]
        tracker.update(boxes, time_s=step / 30, sensitivity_px=80)
    assert numbers_by_place(tracker) == {400: 1, 0: 2}


def test_a_face_that_returns_within_a_second_keeps_its_number():
    tracker = Followed(hits_to_start=1)
    tracker.update([box(100)], time_s=0, sensitivity_px=80)
    for step in range(1, 30):
        assert tracker.update([], time_s=step / 30, sensitivity_px=80) == []
    tracker.update([box(110)], time_s=1.0, sensitivity_px=80)
    assert numbers_by_place(tracker) == {110: 1}


def test_a_face_that_returns_later_gets_a_number_never_used_before():
    tracker = Followed(hits_to_start=1)
    tracker.update([box(100)], time_s=0, sensitivity_px=80)
    ended = tracker.update([], time_s=FORGET_AFTER_S + 0.1, sensitivity_px=80)
    assert [track.track_id for track in ended] == [1]
    tracker.update([box(100)], time_s=FORGET_AFTER_S + 0.2, sensitivity_px=80)
    assert numbers_by_place(tracker) == {100: 2}


def test_after_a_gap_of_seconds_without_frames_a_face_in_the_same_place_is_new():
    tracker = Followed(hits_to_start=1)
    tracker.update([box(100)], time_s=0, sensitivity_px=80)
    ended = tracker.update([box(100)], time_s=5, sensitivity_px=80)
    assert [track.track_id for track in ended] == [1]
    assert numbers_by_place(tracker) == {100: 2}


@pytest.mark.parametrize("spacing_s", [1 / 30, 1.0, 1.1, 5.0, 3600.0])
def test_a_face_of_a_film_keeps_its_number_however_far_apart_the_frames_are(spacing_s):
    tracker = Followed(hits_to_start=1)
    for step in range(5):
        ended = tracker.update([box(100)], time_s=step * spacing_s, sensitivity_px=80, frames_to_forget=2)
        assert ended == []
    assert numbers_by_place(tracker) == {100: 1}


@pytest.mark.parametrize(("spacing_s", "missed"), [(5.0, 2), (1.1, 2), (0.4, 2), (0.1, 10)])
def test_a_face_that_leaves_a_film_is_forgotten_after_a_second_and_two_frames(spacing_s, missed):
    tracker, ended_at = Followed(hits_to_start=1), []
    tracker.update([box(100)], time_s=0, sensitivity_px=80, frames_to_forget=2)
    for step in range(1, 20):
        if tracker.update([], time_s=step * spacing_s, sensitivity_px=80, frames_to_forget=2):
            ended_at.append(step)
    assert ended_at == [missed + 1]


def test_a_face_hidden_in_one_frame_of_a_film_keeps_its_number():
    tracker = Followed(hits_to_start=1)
    for step, boxes in enumerate([[box(100)], [], [box(100)], [], [box(100)]]):
        tracker.update(boxes, time_s=step * 5.0, sensitivity_px=80, frames_to_forget=2)
    assert numbers_by_place(tracker) == {100: 1}


def test_two_still_faces_keep_their_numbers_over_a_long_gap_though_their_boxes_trembled():
    tracker = Followed(hits_to_start=1)
    tracker.update([box(100), box(160)], time_s=0, sensitivity_px=80, frames_to_forget=2)
    # Two pixels in a thirtieth of a second would be 300 pixels in five seconds.
    tracker.update([box(102), box(158)], time_s=1 / 30, sensitivity_px=80, frames_to_forget=2)
    tracker.update([box(101), box(159)], time_s=5, sensitivity_px=80, frames_to_forget=2)
    assert numbers_by_place(tracker) == {101: 1, 159: 2}


def test_a_track_tells_where_its_face_was_found_before_it_was_sure():
    tracker = Followed(hits_to_start=3)
    for step in range(4):
        tracker.update([box(100 + step)], time_s=step / 30, sensitivity_px=80)
        before = [track.boxes_before for track in tracker.tracks]
        assert before == ([] if step < 2 else [(box(100), box(101))] if step == 2 else [()])


def test_something_found_once_is_no_face_and_three_times_in_a_row_is_one():
    tracker = Followed(hits_to_start=3)
    script = [[], [box(100)], [box(102)], [], [box(100)], [box(102)], [box(104)]]
    for step, boxes in enumerate(script):
        assert tracker.tracks == ()
        tracker.update(boxes, time_s=step / 30, sensitivity_px=80)
    assert numbers_by_place(tracker) == {104: 1}


def test_each_box_says_how_many_hits_it_needs():
    tracker = Tracker()
    for step in range(3):
        tracker.update([box(0), box(300)], hits_to_start=[1, 3], time_s=step / 30, sensitivity_px=80)
        assert len(tracker.tracks) == (1 if step < 2 else 2)
    tracker.end_all()
    tracker.update([box(0)], hits_to_start=[1], time_s=1, sensitivity_px=80)
    assert numbers_by_place(tracker) == {0: 3}


def test_a_near_and_a_far_face_that_cross_are_told_apart_by_size():
    tracker = Followed(hits_to_start=3)
    for step in range(21):
        near, far = box(step * 10, 100, side=140), box(240 - step * 10, 140, side=50)
        tracker.update([far, near], time_s=step / 10, sensitivity_px=400)
    assert {track.track_id: track.box.width for track in tracker.tracks} == {1: 50, 2: 140}


def test_numbers_go_on_after_all_tracks_were_ended():
    tracker = Followed(hits_to_start=1)
    tracker.update([box(0), box(300)], time_s=0, sensitivity_px=80)
    assert len(tracker.end_all()) == 2
    tracker.update([box(0)], time_s=0, sensitivity_px=80)
    assert numbers_by_place(tracker) == {0: 3}


def test_the_nearer_of_two_boxes_is_the_face_and_the_other_is_new():
    tracker = Followed(hits_to_start=1)
    tracker.update([box(100)], time_s=0, sensitivity_px=80)
    tracker.update([box(150), box(105)], time_s=1 / 30, sensitivity_px=80)
    assert numbers_by_place(tracker) == {105: 1, 150: 2}


def least_total_distance(before: Sequence[Box], now: Sequence[Box], *, farthest_px: float) -> tuple[Box, ...]:
    """Return the boxes of now in the order of those before, as the Hungarian method would pair them."""

    def total(order: Sequence[Box]) -> float:
        distances = [math.dist(one.centroid, other.centroid) for one, other in zip(before, order, strict=True)]
        return math.inf if max(distances) > farthest_px else sum(distances)

    return min(permutations(now), key=total)


def test_an_unmoved_face_keeps_its_number_when_another_leaves_and_a_third_arrives():
    # Nearest first: the least total distance would hand every number on to the next face. It also spares SciPy,
    # which takes 144 MB, to pair at most a handful of faces.
    leaving, unmoved, arriving = box(0), box(70), box(140)
    tracker = Followed(hits_to_start=1)
    tracker.update([leaving, unmoved], time_s=0, sensitivity_px=80)
    assert numbers_by_place(tracker) == {leaving.x: 1, unmoved.x: 2}
    tracker.update([unmoved, arriving], time_s=1 / 30, sensitivity_px=80)
    optimal = least_total_distance([leaving, unmoved], [unmoved, arriving], farthest_px=80)
    assert {place.x: number for number, place in enumerate(optimal, start=1)} == {unmoved.x: 1, arriving.x: 2}
    assert numbers_by_place(tracker) == {unmoved.x: 2, arriving.x: 3}


boxes = st.lists(st.builds(box, st.integers(0, 600), st.integers(0, 400)), max_size=6)


@given(st.lists(st.tuples(boxes, st.floats(0, 0.7)), max_size=12))
def test_every_box_has_one_track_and_no_number_is_used_twice(frames: list[tuple[list[Box], float]]):
    tracker, time_s, gone = Followed(hits_to_start=1), 0.0, set()
    for found, step_s in frames:
        time_s += step_s
        gone |= {track.track_id for track in tracker.update(found, time_s=time_s, sensitivity_px=80)}
        seen = [track for track in tracker.tracks if track.is_seen]
        assert sorted((t.box.x, t.box.y) for t in seen) == sorted((b.x, b.y) for b in found)
        ids = [track.track_id for track in tracker.tracks]
        assert len(set(ids)) == len(ids)
        assert not gone & set(ids)
