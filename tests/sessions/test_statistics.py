"""The session statistics: what each number means."""

from dataclasses import replace

import pytest

from emocam.labels import EMOTIONS, SEVEN, SPECTRA, THREE, UNCERTAIN
from emocam.messages import Gap
from emocam.sessions.statistics import SharesSoFar
from emocam.settings import Settings
from tests.sessions.recordings import make_face, make_result, random_results, read_rows, record_into

THREE_SHOWN = Settings(spectrum="three")


def statistics_of(folder, *happenings) -> dict[tuple[str, str], dict[str, str]]:
    """Record what happened and return the rows of statistics.csv by face and label."""
    with record_into(folder) as recorder:
        for happening in happenings:
            if isinstance(happening, Gap):
                recorder.record_gap(happening)
            else:
                recorder.record(happening)
    return {(row["face"], row["label"]): row for row in read_rows(folder / "statistics.csv")}


def seconds(rows, face="1") -> dict[str, float]:
    return {label: float(row["seconds"]) for (number, label), row in rows.items() if number == face}


def test_a_label_is_shown_until_the_next_frame(tmp_path):
    happy, sad = make_face(1, "happy", 0.6), make_face(1, "sad", 0.8)
    rows = statistics_of(
        tmp_path, make_result(0, happy), make_result(1, happy), make_result(2, sad), make_result(6, sad)
    )
    assert seconds(rows)["happy"] == 0.2
    assert seconds(rows)["sad"] == 0.4
    assert rows["1", "happy"]["share"] == "0.333333"
    assert rows["1", "sad"]["share"] == "0.666667"


def test_time_before_the_first_label_counts_for_none(tmp_path):
    rows = statistics_of(
        tmp_path, make_result(0, make_face(1, predicted=True)), make_result(1, make_face(1, "sad", 0.5))
    )
    assert sum(seconds(rows).values()) == 0
    assert rows["1", "sad"]["predictions"] == "0"


def test_a_face_out_of_sight_shows_nothing(tmp_path):
    happy = make_face(1, "happy", 0.6)
    gone = make_face(1, "happy", 0.9, box=False)
    rows = statistics_of(
        tmp_path, make_result(0, happy), make_result(1), make_result(5), make_result(6, departed=[gone]),
        make_result(9),
    )  # fmt: skip
    assert seconds(rows)["happy"] == 0.1
    assert rows["1", "happy"]["peak_probability"] == "0.900000"


def test_time_in_which_the_source_was_lost_is_not_counted(tmp_path):
    happy = make_face(1, "happy", 0.6)
    rows = statistics_of(
        tmp_path, make_result(0, happy), make_result(1, happy), Gap(2, 0.9, "lost"), Gap(2, 1.9, "lost"),
        make_result(25, happy), make_result(26, happy),
    )  # fmt: skip
    assert seconds(rows)["happy"] == 0.2


def test_a_long_pause_counts_a_second_at_most(tmp_path):
    happy = make_face(1, "happy", 0.6)
    rows = statistics_of(tmp_path, make_result(0, happy), make_result(100, happy))
    assert seconds(rows)["happy"] == 1.0


def test_probabilities_are_those_of_the_rows_that_showed_the_label(tmp_path):
    rows = statistics_of(
        tmp_path,
        make_result(0, make_face(1, "happy", 0.5, predicted=True)),
        make_result(1, make_face(1, "happy", 0.8)),
        make_result(2, make_face(1, "happy", 0.8, predicted=True)),
        make_result(3, make_face(1, UNCERTAIN, 0.2, predicted=True)),
    )
    happy = rows["1", "happy"]
    assert happy["mean_probability"] == "0.700000"
    assert (happy["peak_probability"], happy["peak_time_s"]) == ("0.800000", "0.1000")
    assert happy["predictions"] == "2"
    assert rows["1", UNCERTAIN]["mean_probability"] == "0.200000"


def test_episodes_are_separate_runs_of_a_label(tmp_path):
    labels = ["happy", "happy", "sad", "happy", "happy", UNCERTAIN, "happy"]
    rows = statistics_of(
        tmp_path, *(make_result(index, make_face(1, label, 0.5)) for index, label in enumerate(labels))
    )
    assert [rows["1", label]["episodes"] for label in ("happy", "sad", UNCERTAIN)] == ["3", "1", "1"]


def test_every_label_of_the_spectrum_has_a_row_even_if_never_shown(tmp_path):
    rows = statistics_of(tmp_path, make_result(0, make_face(3, "happy", 0.5)))
    assert [label for face, label in rows if face == "3"] == [*EMOTIONS, UNCERTAIN]
    assert [label for face, label in rows if face == "all"] == [*EMOTIONS, UNCERTAIN]
    assert list(rows["3", "sad"].values()) == ["3", "sad", "0.0000", "0.000000", "0", "", "", "", "0", ""]


def test_all_faces_together_add_up(tmp_path):
    one, two = make_face(1, "happy", 0.6, predicted=True), make_face(2, "happy", 0.9, predicted=True)
    rows = statistics_of(
        tmp_path, make_result(0, one, two), make_result(1, one, make_face(2, "sad", 0.4)), make_result(2)
    )
    together = rows["all", "happy"]
    assert list(together.values()) == [
        "all", "happy", "0.3000", "0.750000", "3", "0.700000", "0.900000", "0.0000", "2", ""
    ]  # fmt: skip
    assert seconds(rows, "all")["sad"] == 0.1


def test_labels_of_both_spectra_have_rows_after_a_switch(tmp_path):
    rows = statistics_of(
        tmp_path,
        make_result(0, make_face(1, "happy", 0.5)),
        make_result(1, make_face(1, "neutral", 0.5)),
        make_result(2, make_face(1, "neutral", 0.7), settings=THREE_SHOWN),
        make_result(3, make_face(1, "positive", 0.6), settings=THREE_SHOWN),
    )
    assert [label for face, label in rows if face == "1"] == [*EMOTIONS, "positive", "negative", UNCERTAIN]
    neutral = rows["1", "neutral"]
    assert (neutral["seconds"], neutral["mean_probability"], neutral["episodes"]) == ("0.2000", "0.600000", "1")


@pytest.mark.parametrize("name", SPECTRA)
def test_every_label_of_any_spectrum_has_a_row_and_a_live_share(tmp_path, name):
    spectrum, settings = SPECTRA[name], Settings(spectrum=name)
    results = [
        make_result(index, make_face(1, label, 0.5), settings=settings) for index, label in enumerate(spectrum.labels)
    ]
    results.append(make_result(len(spectrum.labels), settings=settings))
    rows, shares = statistics_of(tmp_path, *results), SharesSoFar()
    for result in results:
        shares.add(result)
    labels = [*spectrum.labels, UNCERTAIN]
    assert [label for face, label in rows if face == "1"] == list(shares.shares()) == labels
    assert seconds(rows) == {**dict.fromkeys(labels, 0.1), UNCERTAIN: 0.0}


def test_labels_of_three_spectra_stand_in_order_and_shared_ones_once(tmp_path):
    shown = [("two", "positive"), ("seven", "happy"), ("three", "positive"), ("two", "non-positive")]
    rows = statistics_of(
        tmp_path,
        *(
            make_result(index, make_face(1, label, 0.5), settings=Settings(spectrum=name))
            for index, (name, label) in enumerate(shown)
        ),
        make_result(len(shown)),
    )
    expected = [*EMOTIONS, "positive", "negative", "non-positive", UNCERTAIN]
    assert [label for face, label in rows if face == "1"] == expected
    assert (rows["1", "positive"]["seconds"], rows["1", "positive"]["episodes"]) == ("0.2000", "2")


@pytest.mark.parametrize("seed", range(3))
def test_shares_of_each_face_add_up_to_one(tmp_path, seed):
    rows = statistics_of(tmp_path, *random_results(seed, 200))
    for face in ("1", "2", "3", "4", "all"):
        shares = [float(row["share"]) for (number, _), row in rows.items() if number == face]
        assert sum(shares) == pytest.approx(1, abs=1e-5)


def test_live_shares_agree_with_the_statistics(tmp_path):
    results = [result for result in random_results(5, 300) if result.settings.spectrum == "seven"]
    shares = SharesSoFar()
    for result in results:
        shares.add(result)
    rows = statistics_of(tmp_path, *[result for result in results if not result.departed])
    assert set(shares.shares()) == {*SEVEN.labels, UNCERTAIN}
    assert sum(shares.shares().values()) == pytest.approx(1)
    assert sum(float(rows["all", label]["share"]) for label in shares.shares()) == pytest.approx(1, abs=1e-5)


def test_live_shares_are_counted_for_each_spectrum_by_itself():
    shares = SharesSoFar()
    assert shares.shares() == {}
    shares.add(make_result(0, make_face(1, "happy", 0.5), make_face(2, "sad", 0.5)))
    assert set(shares.shares().values()) == {0.0}
    shares.add(make_result(1, make_face(1, "positive", 0.5), settings=THREE_SHOWN))
    assert shares.shares() == dict.fromkeys([*THREE.labels, UNCERTAIN], 0.0)
    shares.add(make_result(2))
    assert (shares.shares()["happy"], shares.shares()["sad"]) == (0.5, 0.5)


def test_live_shares_count_no_time_where_a_source_begins_again():
    shares = SharesSoFar()
    shares.add(make_result(100, make_face(1, "happy", 0.5)))
    shares.add(make_result(0, make_face(1, "sad", 0.5)))
    shares.add(make_result(1))
    assert shares.shares()["sad"] == 1.0


def test_a_picture_that_is_shown_again_counts_once_with_its_newest_label():
    shares = SharesSoFar()
    frame = replace(make_result(0).frame, picture="portrait.jpg", lasts_s=None)
    shares.add(replace(make_result(0, make_face(1, "happy", 0.5)), frame=frame))
    shares.amend(replace(make_result(0, make_face(1, "sad", 0.5)), frame=frame))
    assert (shares.shares()["happy"], shares.shares()["sad"]) == (0.0, 1.0)
