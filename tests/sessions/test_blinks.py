"""Blinks: short dips of what is usual for a face, and nothing else."""

import math
import random
from collections.abc import Callable, Iterable

import pytest

from emocam.sessions.blinks import BlinkCounter

OPEN, SHUT = 0.27, 0.15

Course = Callable[[float], float]  # from the time in seconds to how far the eyes are open


def watched(course: Course, *, for_s: float = 4.0, fps: float = 30.0, without: Iterable[int] = ()) -> BlinkCounter:
    """Show a course to a counter, frame by frame; without: frames that were dropped."""
    counter = BlinkCounter()
    dropped = set(without)
    for index in range(round(for_s * fps)):
        if index not in dropped:
            counter.add(course(index / fps), time_ms=round(index / fps * 1000))
    return counter


def with_dips(*dips: tuple[float, float], usual: float = OPEN, lowest: float = SHUT, noise: float = 0.004) -> Course:
    """Return eyes that close at each time for so long: down in a third of it, up in the rest."""
    chance = random.Random(4)

    def course(time_s: float) -> float:
        closed = 0.0
        for start_s, lasts_s in dips:
            part = (time_s - start_s) / lasts_s
            if 0 < part < 1:
                closed = max(closed, part * 3 if part < 1 / 3 else (1 - part) * 1.5)
        return usual - (usual - lowest) * closed + chance.gauss(0, noise)

    return course


def test_open_eyes_do_not_blink():
    counter = watched(with_dips(), for_s=60)
    assert counter.count == 0
    assert counter.watched_ms == pytest.approx(59_500, abs=100)  # the first half second tells what is usual


@pytest.mark.parametrize("fps", [12, 15, 24, 30, 60, 240])
def test_blinks_are_counted_whatever_the_frame_rate(fps: float):
    dips = [(1.0, 0.3), (1.9, 0.25), (3.0, 0.3)]
    assert watched(with_dips(*dips), fps=fps).count == 3


@pytest.mark.parametrize(("usual", "lowest"), [(0.21, 0.14), (0.34, 0.17), (0.3, 0.23)])
def test_what_is_open_differs_from_one_person_to_the_next(usual: float, lowest: float):
    assert watched(with_dips((2.0, 0.25), usual=usual, lowest=lowest)).count == 1


def test_two_blinks_in_a_row_are_two():
    assert watched(with_dips((2.0, 0.2), (2.25, 0.2))).count == 2


def test_with_five_frames_a_second_nothing_is_watched():
    counter = watched(with_dips((2.0, 0.3)), fps=5)
    assert (counter.count, counter.watched_ms) == (0, 0)


def test_eyes_that_stay_shut_do_not_blink():
    def closing(time_s: float) -> float:
        return SHUT if 2.0 <= time_s < 2.7 or time_s >= 5.0 else OPEN

    assert watched(closing, for_s=8).count == 0


def test_a_blink_after_a_long_closing_counts():
    def closing(time_s: float) -> float:
        return SHUT if 2.0 <= time_s < 2.7 or 3.5 <= time_s < 3.7 else OPEN

    assert watched(closing).count == 1


def test_eyes_that_narrow_slowly_do_not_blink():
    def squint(time_s: float) -> float:
        return OPEN - 0.08 * min(1.0, max(0.0, time_s - 2) / 0.8) * (time_s < 4) + 0.01 * math.sin(time_s * 9)

    assert watched(squint, for_s=8).count == 0


def test_eyes_that_stay_narrower_after_a_blink_blinked_once():
    def smile(time_s: float) -> float:
        return SHUT if 2.0 <= time_s < 2.15 else 0.31 if time_s < 1.9 else 0.245

    assert watched(smile).count == 1


def test_eyes_that_close_in_two_steps_do_not_blink():
    steps = [(1.9, 0.24), (2.0, 0.2), (2.1, SHUT), (2.2, SHUT + 0.03), (9.0, SHUT + 0.02)]

    def closing(time_s: float) -> float:
        return next((level for until_s, level in steps if time_s < until_s), OPEN)

    assert watched(closing, for_s=6).count == 0


@pytest.mark.parametrize("lasts_s", [0.8, 1.2, 2.0])
def test_a_nod_is_no_blink(lasts_s: float):
    def nod(time_s: float) -> float:
        part = (time_s - 2) / lasts_s
        return OPEN - 0.06 * math.sin(math.pi * part) if 0 < part < 1 else OPEN

    assert watched(nod, for_s=6).count == 0


def test_eyes_that_look_down_are_not_watched():
    counter = watched(with_dips((2.0, 0.2), usual=0.17, lowest=0.13))
    assert (counter.count, counter.watched_ms) == (0, 0)


def test_one_odd_value_of_a_fast_camera_is_no_blink():
    assert watched(lambda time_s: SHUT if abs(time_s - 2) < 0.004 else OPEN, fps=120).count == 0


def test_a_dropped_frame_hides_no_blink_and_a_longer_gap_makes_none():
    course = with_dips((2.0, 0.3))
    assert watched(course, without=[62]).count == 1
    assert watched(course, without=range(59, 66)).count == 0
    assert watched(course, without=range(63, 120)).count == 0  # nobody knows when it ended


def test_a_face_that_was_lost_is_watched_anew():
    counter = watched(with_dips(), for_s=2)
    before_ms = counter.watched_ms
    counter.forget()
    for index in range(10):
        counter.add(SHUT if index in (3, 4) else OPEN, time_ms=2000 + index * 33)
    assert (counter.count, counter.watched_ms) == (0, before_ms)


def test_time_that_goes_back_is_taken_as_a_new_beginning():
    counter = watched(with_dips(), for_s=2)
    counter.add(OPEN, time_ms=10**12)
    for index in range(60):
        counter.add(SHUT if 40 <= index < 44 else OPEN, time_ms=index * 33)
    assert counter.count == 1


def test_memory_does_not_grow_with_time_or_frame_rate():
    counter = watched(with_dips(), for_s=5, fps=1000)
    assert len(counter._recent) == len(counter._sorted) <= 42
