"""The time of each frame goes forward, and is the file's wherever that makes sense."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from emocam.sources.film_times import DecodedOrder, FilmClock, StatedOrder, filmed_from

DAY_S = 86_400.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def placed(clock: FilmClock, stated_s: list[float | None]) -> list[float]:
    return [round(clock.place(time_s)[0], 6) for time_s in stated_s]


def test_times_are_those_that_the_file_states():
    clock = FilmClock(0.1)
    times_s = [2.0, 2.1, 2.101, 2.9, 60.0, 1800.0]
    assert placed(clock, times_s) == times_s
    assert clock.jumps == 0


def test_frames_without_times_are_an_interval_apart():
    assert placed(FilmClock(0.5), [None, None, None]) == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("step_s", [3 * DAY_S, 50 * 365 * DAY_S, 3700.0, -3 * DAY_S, -30.0])
def test_a_clock_that_was_set_counts_as_one_interval(step_s: float):
    clock = FilmClock(1 / 30)
    before = [4 * DAY_S * 365 * 60 + number / 10 for number in range(20)]
    clock.place(0.0)
    clock = FilmClock(0.1)
    start_s = before[0] if step_s < 0 else 0.0
    stated = [start_s + number / 10 for number in range(20)]
    stated += [stated[-1] + step_s + number / 10 for number in range(1, 20)]
    times_s = placed(clock, stated)
    first_s = times_s[0]
    assert times_s == pytest.approx([first_s + number / 10 for number in range(39)], abs=1e-4)
    assert clock.jumps == (2 if start_s else 1)


def test_frames_that_lie_hours_apart_all_along_are_no_jump():
    clock = FilmClock(7200.0)
    times_s = [number * 7200.0 for number in range(5)]
    assert placed(clock, times_s) == times_s
    assert clock.jumps == 0


def test_a_still_picture_during_hours_of_sound_is_no_jump():
    clock = FilmClock(0.1, sound_s=10_000.0)
    times_s = [0.0, 0.1, 0.2, 8000.0, 8000.1]
    assert placed(clock, times_s) == times_s
    assert clock.jumps == 0


def test_a_first_time_that_is_days_after_the_sound_s_is_a_jump():
    clock = FilmClock(0.1, sound_s=5.0)
    assert placed(clock, [60 * DAY_S, 60 * DAY_S + 0.1]) == pytest.approx([0.0, 0.1])
    assert clock.jumps == 1


def test_one_frame_out_of_order_leaves_the_others_where_they_are():
    clock = FilmClock(0.1)
    assert placed(clock, [0.0, 0.1, 0.3, 0.2, 0.4, 0.4, 0.5]) == pytest.approx(
        [0.0, 0.1, 0.3, 0.375, 0.4, 0.45, 0.5], abs=0.01
    )
    assert clock.jumps == 0


def test_a_time_that_stands_still_becomes_intervals():
    clock = FilmClock(0.1)
    times_s = placed(clock, [0.0, 0.1, 0.2, 0.3, 0.30001, 0.30002, 0.30003, 0.30004])
    assert all(0.04 < later - earlier < 0.11 for earlier, later in pairwise(times_s))
    assert clock.jumps > 0


def test_a_frame_lasts_as_long_as_the_file_shows_it_where_that_makes_sense():
    clock = FilmClock(0.1)
    assert clock.place(0.0, 0.1)[1] == 0.1
    assert clock.place(0.1, 5.0)[1] == 5.0
    assert clock.place(5.1, 0.0001)[1] != 0.0001
    clock = FilmClock(0.1)
    assert clock.place(0.0, 3 * DAY_S)[1] == 0.1
    assert clock.place(0.1, None)[1] == 0.1


def test_of_two_orders_the_one_that_goes_forward_counts():
    order = StatedOrder()
    pairs = [(2, 4), (6, 6), (4, 8), (12, 10), (10, 12), (14, 14), (8, 16)]
    shown = [order.shown_at(pts, dts) for pts, dts in pairs]
    assert shown[2:] == [8, 10, 12, 14, 16]
    order = StatedOrder()
    assert [order.shown_at(pts, None) for pts in (0, 3, 6)] == [0, 3, 6]
    assert [order.shown_at(None, dts) for dts in (7, 9)] == [7, 9]


def test_what_knows_only_the_order_of_decoding_begins_with_its_stream():
    order = DecodedOrder(10)
    assert [order.shown_at(None, dts) for dts in (12, 13, 15)] == [10, 11, 13]
    assert order.shown_at(17, None) is None


@pytest.mark.parametrize(
    "date",
    [
        "1904-01-01T00:00:00.000000Z",
        "1970-01-01T00:00:00.000000Z",
        "2036-02-06T06:28:15.000000Z",
        "2024-05-06T07:08:09",  # without a time zone it is anybody's
        "yesterday",
        "",
    ],
)
def test_a_date_that_cannot_be_is_none(date: str):
    assert filmed_from({"creation_time": date}, now=NOW) is None


def test_when_it_was_filmed_is_told_before_when_it_was_exported():
    summer = timezone(timedelta(hours=2))
    metadata = {
        "com.apple.quicktime.creationdate": "2023-07-01T10:00:00+0200",
        "creation_time": "2025-01-01T00:00:00.000000Z",
    }
    assert filmed_from(metadata, now=NOW) == datetime(2023, 7, 1, 10, tzinfo=summer)
    assert filmed_from({"creation_time": "2025-01-01T00:00:00.000000Z"}, now=NOW) == datetime(2025, 1, 1, tzinfo=UTC)
