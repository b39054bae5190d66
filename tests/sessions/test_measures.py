"""The statistics of the measures: what each number means."""

import statistics

import pytest

from emocam.messages import Gap
from emocam.sessions.columns import MEASURE_COLUMNS
from emocam.sessions.measures import MeasureStatistics
from emocam.sessions.rows import RowReader, RowWriter
from tests.sessions.recordings import make_face, make_measures, make_result, read_rows, record_into, utc_start


def measures_of(folder, *happenings) -> dict[str, dict[str, str]]:
    """Record what happened and return the rows of measures.csv by face."""
    with record_into(folder) as recorder:
        for happening in happenings:
            if isinstance(happening, Gap):
                recorder.record_gap(happening)
            else:
                recorder.record(happening)
    return {row["face"]: row for row in read_rows(folder / "measures.csv")}


def film(faces_of, *, for_s=4.0, fps=30.0):
    """Return what is concluded of a film; faces_of: the faces at a time in seconds."""
    return [make_result(index, *faces_of(index / fps), time_s=index / fps) for index in range(round(for_s * fps))]


def blinking(time_s: float, *, at_s: float, yaw_deg: float = 0.0):
    openness = 0.14 if at_s <= time_s < at_s + 0.15 else 0.28
    return make_measures(eyes_open_left=openness + 0.01, eyes_open_right=openness - 0.01, yaw_deg=yaw_deg)


def test_means_and_deviations_are_those_of_the_cells(tmp_path):
    angles = [1.004, -2.5, 7.25]
    rows = measures_of(
        tmp_path,
        *(make_result(i, make_face(1, measures=make_measures(yaw_deg=angle))) for i, angle in enumerate(angles)),
        make_result(3, make_face(1)),
    )
    assert rows["1"]["mean_yaw_deg"] == "1.9200"  # of 1.00, as written
    assert float(rows["1"]["sd_yaw_deg"]) == pytest.approx(statistics.stdev(angles), abs=0.01)
    assert (rows["1"]["mean_eyes_open_left"], rows["1"]["sd_eyes_open_left"]) == ("0.2700", "0.0000")
    assert rows["all"] == {**rows["1"], "face": "all"}


def test_time_counts_while_the_points_are_seen(tmp_path):
    seen, unseen = make_face(1, measures=make_measures()), make_face(1)
    rows = measures_of(
        tmp_path, make_result(0, seen), make_result(1, unseen), make_result(2, seen), make_result(3),
        make_result(4, seen), Gap(5, 0.5, "lost"), make_result(6, seen), make_result(60, seen), make_result(61),
    )  # fmt: skip
    assert rows["1"]["seconds_seen"] == "1.3000"


def test_a_face_whose_points_were_never_seen_has_a_row_that_says_so(tmp_path):
    rows = measures_of(tmp_path, make_result(0, make_face(3, "happy", 0.5)), make_result(1, make_face(3)))
    assert list(rows) == ["3", "all"]
    assert list(rows["3"].values()) == ["3", "0.0000", "0.0000", *[""] * (2 + 2 * len(MEASURE_COLUMNS))]


def test_a_single_value_has_no_deviation(tmp_path):
    rows = measures_of(tmp_path, make_result(0, make_face(1, measures=make_measures(mouth_open=0.5))))
    assert (rows["1"]["mean_mouth_open"], rows["1"]["sd_mouth_open"]) == ("0.5000", "")


def test_a_session_without_faces_has_a_row_for_all(tmp_path):
    assert list(measures_of(tmp_path, make_result(0))) == ["all"]


def test_blinks_are_counted_for_each_face_and_add_up(tmp_path):
    rows = measures_of(
        tmp_path,
        *film(
            lambda time_s: [
                make_face(1, measures=blinking(time_s, at_s=2.0)),
                make_face(2, measures=blinking(time_s, at_s=1.5) if time_s < 2.5 else None),
                make_face(3, measures=blinking(time_s, at_s=9.0)),
            ]
        ),
    )
    assert [rows[face]["blinks"] for face in ("1", "2", "3", "all")] == ["1", "1", "0", "2"]
    assert float(rows["1"]["seconds_watched"]) == pytest.approx(3.5, abs=0.05)
    assert float(rows["2"]["seconds_watched"]) == pytest.approx(2.0, abs=0.05)
    assert float(rows["2"]["blinks_per_minute"]) == pytest.approx(60 / 2.0, abs=1)
    assert float(rows["all"]["blinks_per_minute"]) == pytest.approx(2 * 60 / 9.0, abs=0.3)


def test_eyes_of_a_face_that_is_turned_away_are_not_watched(tmp_path):
    rows = measures_of(
        tmp_path, *film(lambda time_s: [make_face(1, measures=blinking(time_s, at_s=2.0, yaw_deg=-40.0))])
    )
    assert (rows["1"]["blinks"], rows["1"]["blinks_per_minute"], rows["1"]["seconds_watched"]) == ("", "", "0.0000")


@pytest.mark.parametrize("unseen", [lambda: [make_face(1)], list])
def test_a_dip_during_which_the_points_were_lost_is_no_blink(tmp_path, unseen):
    def faces_of(time_s):
        return unseen() if 2.05 < time_s < 2.1 else [make_face(1, measures=blinking(time_s, at_s=2.0))]

    assert measures_of(tmp_path, *film(faces_of))["1"]["blinks"] == "0"


def test_memory_does_not_grow_with_time():
    writer = RowWriter(start=utc_start(), labels=("happy",))
    reader, counted = RowReader(writer.header), MeasureStatistics()

    def size() -> int:
        tally = counted._tallies[1]
        return len(tally.blinks._recent) + len(counted._seen) + len(counted._watched) + len(counted._tallies)

    def count(first: int, last: int) -> None:
        for index in range(first, last):
            result = make_result(index, make_face(1, measures=make_measures()), model_labels=("happy",))
            for cells in writer.frame_rows(result, time_ms=index * 33):
                counted.add(reader.read(cells))

    count(0, 100)
    before = size()
    count(100, 2000)
    assert size() == before
    for cells in writer.frame_rows(make_result(2000), time_ms=70_000):
        counted.add(reader.read(cells))
    counted.add(reader.read(writer.frame_rows(make_result(2001), time_ms=70_033)[0]))
    assert size() == 1  # a face that is gone leaves its sums, and no values
