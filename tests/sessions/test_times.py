"""Time that adds up: for how long rows count, by the source that they come from."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emocam.messages import FrameResult, Gap
from emocam.sessions.recovery import complete_session
from emocam.sessions.statistics import SharesSoFar
from tests.sessions.recordings import (
    FakeClock,
    make_face,
    make_measures,
    make_result,
    read_rows,
    record_into,
    utc_start,
)
from tests.sessions.test_inputs import described

HAPPY, NEUTRAL = make_face(1, "happy", 0.6), make_face(1, "neutral", 0.6)
UNLABELLED = make_face(1)


def of_film(index: int, *faces, time_s: float, lasts_s: float, taken: datetime | None = None) -> FrameResult:
    result = make_result(index, *faces, time_s=time_s)
    return replace(result, frame=replace(result.frame, lasts_s=lasts_s, taken=taken))


def of_folder(index: int, *faces) -> FrameResult:
    result = make_result(index, *faces, time_s=float(index))
    return replace(result, frame=replace(result.frame, picture=f"{index}.jpg"))


def film(*labels: str | None, spacing_s: float) -> list[FrameResult]:
    """Return a film's results, of one face that is always in sight."""
    return [
        of_film(index, make_face(1, label, label and 0.6), time_s=index * spacing_s, lasts_s=spacing_s)
        for index, label in enumerate(labels)
    ]


def seconds_of(folder: Path, face: str = "all") -> dict[str, float]:
    """Return the seconds of each label that was shown at all."""
    rows = [row for row in read_rows(folder / "statistics.csv") if row["face"] == face]
    return {row["label"]: float(row["seconds"]) for row in rows if row["seconds"] and float(row["seconds"])}


def recorded(folder: Path, results: list[FrameResult], **choices) -> Path:
    with record_into(folder, **choices) as recorder:
        for result in results:
            recorder.record(result)
    return folder


def test_the_labels_of_a_film_last_as_long_as_the_film(tmp_path):
    folder = recorded(tmp_path, film(*["neutral"] * 18, *["happy"] * 54, spacing_s=1 / 30))
    assert seconds_of(folder) == {"neutral": 0.6, "happy": 1.8}
    assert described(folder)["duration_s"] == 2.4


@pytest.mark.parametrize("spacing_s", [1.0, 1.1, 5.0, 3600.0])
def test_a_row_of_a_film_counts_until_the_next_however_far_apart_they_are(tmp_path, spacing_s):
    folder = recorded(tmp_path, film("happy", "happy", "neutral", spacing_s=spacing_s))
    assert seconds_of(folder) == {"happy": 2 * spacing_s, "neutral": spacing_s}
    assert described(folder)["duration_s"] == pytest.approx(3 * spacing_s)


def test_a_row_counts_until_the_next_frame_though_the_film_says_that_it_is_shorter(tmp_path):
    frames = [
        of_film(0, HAPPY, time_s=0.0, lasts_s=0.04), of_film(1, NEUTRAL, time_s=20.0, lasts_s=0.04)
    ]  # fmt: skip
    assert seconds_of(recorded(tmp_path, frames)) == {"happy": 20.0, "neutral": 0.04}


def test_a_film_with_a_single_frame_lasts_as_long_as_that(tmp_path):
    folder = recorded(tmp_path, film("happy", spacing_s=0.5))
    assert seconds_of(folder) == {"happy": 0.5}
    (row,) = [row for row in read_rows(folder / "statistics.csv") if (row["face"], row["label"]) == ("1", "happy")]
    assert float(row["share"]) == 1.0


@settings(max_examples=40)
@given(
    frames=st.lists(
        st.tuples(st.floats(0.001, 30), st.sampled_from(["happy", "neutral", "uncertain", None])),
        min_size=1, max_size=40,
    ),
    kept=st.lists(st.booleans(), min_size=40, max_size=40),
)  # fmt: skip
def test_what_was_shown_and_what_had_no_label_add_up_to_the_length_of_the_film(tmp_path_factory, frames, kept):
    """A face always in sight; frames that could not be decoded leave their time to the one before."""
    folder, time_s, results, unlabelled = tmp_path_factory.mktemp("film"), 0.0, [], []
    for index, (lasts_s, label) in enumerate(frames):
        if index == 0 or kept[index]:
            face = make_face(1, label, label and 0.5)
            results.append(of_film(index, face, time_s=time_s, lasts_s=lasts_s))
            unlabelled.append(make_face(1, label or "sad", 0.5))
        time_s += lasts_s
    recorded(folder / "labelled", results)
    recorded(folder / "all", [replace(one, faces=(face,)) for one, face in zip(results, unlabelled, strict=True)])
    duration_s = described(folder / "labelled")["duration_s"]
    last = results[-1].frame
    ends_s = last.time_s + (last.lasts_s or 0.0)
    assert duration_s == pytest.approx(ends_s, abs=0.00051)
    shown_s = sum(seconds_of(folder / "labelled").values())
    # Those without a label are "sad" in the second session.
    without_s = seconds_of(folder / "all").get("sad", 0.0)
    assert shown_s + without_s == pytest.approx(duration_s, abs=1e-9)


def test_pictures_are_counted_and_not_timed(tmp_path):
    folder = recorded(tmp_path, [of_folder(0, NEUTRAL), of_folder(1, HAPPY), of_folder(2, NEUTRAL),
                                 of_folder(3, NEUTRAL)])  # fmt: skip
    for face in ("1", "all"):
        rows = {row["label"]: row for row in read_rows(folder / "statistics.csv") if row["face"] == face}
        assert (rows["neutral"]["share"], rows["neutral"]["pictures"]) == ("0.750000", "3")
        assert (rows["happy"]["share"], rows["happy"]["pictures"]) == ("0.250000", "1")
        assert rows["sad"]["pictures"] == "0"
        assert {row["seconds"] for row in rows.values()} == {""}


def test_a_single_picture_is_the_whole(tmp_path):
    folder = recorded(tmp_path, [of_folder(0, HAPPY)])
    rows = {row["label"]: row for row in read_rows(folder / "statistics.csv") if row["face"] == "all"}
    assert (rows["happy"]["share"], rows["happy"]["pictures"], rows["happy"]["seconds"]) == ("1.000000", "1", "")
    assert described(folder)["duration_s"] is None


def test_pictures_without_a_face_have_no_seconds_either(tmp_path):
    folder = recorded(tmp_path, [of_folder(0), of_folder(1)])
    assert {row["seconds"] for row in read_rows(folder / "statistics.csv")} == {""}
    (row,) = read_rows(folder / "measures.csv")
    assert (row["seconds_seen"], row["seconds_watched"], row["blinks"]) == ("", "", "")


def test_an_animation_is_a_film_though_its_frames_are_pictures(tmp_path):
    frames = film("happy", "neutral", "neutral", spacing_s=0.25)
    frames = [replace(one, frame=replace(one.frame, picture="smile.gif")) for one in frames]
    folder = recorded(tmp_path, frames)
    assert seconds_of(folder) == {"happy": 0.25, "neutral": 0.5}
    assert {row["pictures"] for row in read_rows(folder / "statistics.csv")} == {""}


def record_mixed(folder: Path):
    """Record a camera that is lost, then a film that loops, then pictures, then a sparse film, then the camera."""
    clock = FakeClock()
    recorder = record_into(folder, is_live=True, clock=clock)

    def live(*times_s, offset_s):
        for time_s in times_s:
            clock.now_s = 1000.0 + offset_s + time_s
            recorder.record(make_result(round(time_s * 10), make_face(1, "sad", 0.5), time_s=time_s))

    live(0.0, 0.5, 1.0, 1.5, offset_s=0.0)
    clock.now_s = 1002.5
    recorder.record_gap(Gap(16, 2.5, "lost"))
    live(4.0, 4.5, 9.5, offset_s=0.0)  # 1 s at most of the pause
    clock.now_s = 1012.0
    recorder.change_source("loop.mp4", is_live=False)
    for _ in range(2):
        for result in film("happy", "happy", "neutral", spacing_s=0.4):
            recorder.record(replace(result, faces=tuple(replace(face, track_id=2) for face in result.faces)))
    clock.now_s = 1030.0
    recorder.change_source("folder", is_live=False)
    for index, label in enumerate(("happy", "fear")):
        recorder.record(of_folder(index, make_face(3 + index, label, 0.7, measures=make_measures())))
    recorder.change_source("sparse.mp4", is_live=False)
    for result in film("surprise", "surprise", spacing_s=5.0):
        recorder.record(replace(result, faces=tuple(replace(face, track_id=5) for face in result.faces)))
    clock.now_s = 1060.0
    recorder.change_source("Camera", is_live=True)
    clock.now_s = 1062.0
    for time_s in (0.0, 0.1):
        recorder.record(make_result(0, make_face(6, "angry", 0.5), time_s=time_s))
    return recorder


def test_each_source_is_counted_by_its_own_rule(tmp_path):
    recorder = record_mixed(tmp_path / "mixed")
    recorder.close()
    assert seconds_of(recorder.folder, "1") == {"sad": pytest.approx(1.5 + 0.5 + 1.0)}
    assert seconds_of(recorder.folder, "2") == {"happy": 1.6, "neutral": 0.8}
    assert seconds_of(recorder.folder, "3") == {}
    assert seconds_of(recorder.folder, "5") == {"surprise": 10.0}
    assert seconds_of(recorder.folder, "6") == {"angry": 0.1}
    rows = {(row["face"], row["label"]): row for row in read_rows(recorder.folder / "statistics.csv")}
    assert (rows["3", "happy"]["share"], rows["3", "happy"]["pictures"]) == ("1.000000", "1")
    assert (rows["all", "happy"]["seconds"], rows["all", "happy"]["pictures"]) == (rows["2", "happy"]["seconds"], "1")
    assert float(rows["all", "surprise"]["share"]) == pytest.approx(10 / (3 + 2.4 + 10 + 0.1), abs=1e-6)
    measures = {row["face"]: row for row in read_rows(recorder.folder / "measures.csv")}
    assert (measures["3"]["seconds_seen"], measures["1"]["seconds_seen"][:3]) == ("", "0.0")


def test_a_killed_session_of_mixed_sources_is_completed_as_it_would_have_been_closed(tmp_path):
    recorder = record_mixed(tmp_path / "closed")
    killed = shutil.copytree(recorder.folder, tmp_path / "killed", ignore=shutil.ignore_patterns("*.lock"))
    recorder.close()
    complete_session(killed)
    for name in ("faces.csv", "statistics.csv", "measures.csv"):
        assert (killed / name).read_bytes() == (recorder.folder / name).read_bytes()


def test_the_parts_of_a_session_follow_one_another_without_overlap(tmp_path):
    recorder = record_mixed(tmp_path / "mixed")
    recorder.close()
    rows = [(float(row["time_s"]), row["input"]) for row in read_rows(recorder.folder / "faces.csv")]
    assert [time_s for time_s, _ in rows] == sorted(time_s for time_s, _ in rows)
    loop = [time_s for time_s, number in rows if number == "2"]
    assert loop == pytest.approx([12.0, 12.4, 12.8, 13.2, 13.6, 14.0])
    assert [time_s for time_s, number in rows if number == "3"] == pytest.approx([14.4, 15.4])


def test_a_film_that_is_left_counts_to_the_end_of_its_frame_and_not_into_the_next_source(tmp_path):
    clock = FakeClock()
    with record_into(tmp_path, clock=clock) as recorder:
        for result in film("happy", "neutral", spacing_s=1 / 30):
            recorder.record(result)
        clock.now_s += 8
        recorder.change_source("Camera", is_live=True)
        recorder.record(make_result(0, make_face(2, "sad", 0.5), time_s=0.0))
        recorder.record(make_result(1, make_face(2, "sad", 0.5), time_s=0.5))
    assert seconds_of(tmp_path) == {"happy": 0.033, "neutral": 0.034, "sad": 0.5}


def test_a_camera_that_follows_a_film_goes_by_the_clock(tmp_path):
    clock = FakeClock()
    with record_into(tmp_path, clock=clock) as recorder:
        recorder.record(of_film(0, HAPPY, time_s=0.0, lasts_s=60.0))
        clock.now_s += 8
        recorder.change_source("Camera", is_live=True)
        recorder.record(make_result(0, make_face(2, "sad", 0.5), time_s=0.0))
    assert [float(row["time_s"]) for row in read_rows(tmp_path / "faces.csv")] == [0.0, 8.0]
    assert seconds_of(tmp_path) == {"happy": 8.0}


# --- when a frame was taken


def test_a_file_has_no_time_of_day_unless_it_says_when_it_was_taken(tmp_path):
    taken = datetime(2019, 7, 14, 12, 0, 0, 40_000, tzinfo=UTC)
    folder = recorded(
        tmp_path,
        [of_film(0, HAPPY, time_s=0.0, lasts_s=0.04), of_film(1, HAPPY, time_s=0.04, lasts_s=0.04, taken=taken)],
    )
    assert [row["utc"] for row in read_rows(folder / "faces.csv")] == ["", "2019-07-14T12:00:00.040Z"]


def test_the_time_of_day_of_a_camera_is_when_the_frame_arrived_and_not_when_it_was_analysed(tmp_path):
    clock = FakeClock()
    with record_into(tmp_path, is_live=True, clock=clock) as recorder:
        clock.now_s += 3.25
        slow = make_result(0, time_s=0.0)
        recorder.record(replace(slow, latency=replace(slow.latency, total_ms=250.0)))
        recorder.record(make_result(1, time_s=0.1))
    moments = [datetime.fromisoformat(row["utc"]) for row in read_rows(tmp_path / "faces.csv")]
    assert [moment - utc_start() for moment in moments] == [timedelta(seconds=3), timedelta(seconds=3.1)]


def test_the_time_of_day_of_a_camera_is_right_after_a_film_that_was_longer_than_it_took(tmp_path):
    clock = FakeClock()
    with record_into(tmp_path, clock=clock) as recorder:
        for result in film("happy", "happy", spacing_s=100.0):
            recorder.record(result)
        clock.now_s += 2
        recorder.change_source("Camera", is_live=True)
        clock.now_s += 1
        recorder.record(make_result(0, time_s=0.0))
        recorder.record_gap(Gap(1, 1.5, "lost"))
    *_, frame, gap = read_rows(tmp_path / "faces.csv")
    assert datetime.fromisoformat(frame["utc"]) == utc_start() + timedelta(seconds=3)
    assert datetime.fromisoformat(gap["utc"]) == utc_start() + timedelta(seconds=4.5)


def test_a_session_of_a_file_ends_when_it_was_analysed(tmp_path):
    clock = FakeClock()
    with record_into(tmp_path, clock=clock) as recorder:
        for result in film("happy", "happy", spacing_s=3600.0):
            recorder.record(result)
        clock.now_s += 5
    description = described(tmp_path)
    assert (description["start"], description["end"]) == ("2026-03-01T07:30:00.250Z", "2026-03-01T07:30:05.250Z")
    assert description["duration_s"] == 7200.0


# --- what the window shows so far


def test_shares_so_far_are_those_of_the_statistics_of_a_film(tmp_path):
    results, shares = film(None, "happy", "happy", "neutral", spacing_s=5.0), SharesSoFar()
    for result in results:
        shares.add(result)
    rows = read_rows(recorded(tmp_path, results) / "statistics.csv")
    expected = {row["label"]: float(row["share"]) for row in rows if row["face"] == "all"}
    assert shares.shares() == pytest.approx(expected, abs=1e-6)


def test_shares_so_far_count_pictures(tmp_path):
    shares = SharesSoFar()
    shares.add(of_folder(0, HAPPY))
    assert shares.shares()["happy"] == 1.0
    for index in (1, 2, 3):
        shares.add(of_folder(index, NEUTRAL))
    assert (shares.shares()["happy"], shares.shares()["neutral"]) == (0.25, 0.75)


def test_shares_so_far_go_on_where_a_film_begins_again():
    shares = SharesSoFar()
    for _ in range(2):
        for result in film("happy", "neutral", spacing_s=2.0):
            shares.add(result)
    assert (shares.shares()["happy"], shares.shares()["neutral"]) == (0.5, 0.5)
