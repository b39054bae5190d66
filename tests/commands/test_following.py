"""How quickly labels follow a face is measured on what the app would show."""

import json

import numpy as np
import pytest

from emocam.__main__ import main
from emocam.commands.following import Answers, Change, collect, find_changes, measure, play
from emocam.labels import EMOTIONS
from emocam.messages import Frame
from emocam.resources import asset_path
from emocam.settings import Settings
from tests.engine.test_pipeline import BOX, ScriptedClassifier, scripted_pipeline

SETTINGS = Settings(prediction_every_frames=1, label_every_frames=9)


def answers(*labels: str | None) -> Answers:
    """Return a face, at 30 frames a second, of which each is answered with one label or does not show it."""
    sure = dict(zip(EMOTIONS, np.eye(7, dtype=np.float32) * 0.86 + 0.02, strict=True))
    predictions = tuple(None if label is None else sure[label] for label in labels)
    return Answers("film", np.arange(len(labels)) / 30, predictions)


def changed_to_sad() -> Answers:
    return answers(*["happy"] * 30, *["sad"] * 30)


def test_a_raw_answer_that_stays_is_a_change_and_one_that_flickers_is_none():
    face = answers(*["happy"] * 15, *["fear"] * 5, *["happy"] * 15, None, None, *["sad"] * 15, *["happy"] * 3)
    assert find_changes(face, EMOTIONS, SETTINGS) == [Change(pytest.approx(37 / 30), pytest.approx(51 / 30), "sad")]


def test_a_change_within_one_label_of_the_spectrum_is_none():
    face = answers(*["angry"] * 15, *["sad"] * 15)
    assert find_changes(face, EMOTIONS, Settings(spectrum="three")) == []


def test_the_delay_is_from_the_raw_change_to_the_label_s():
    found = measure([changed_to_sad()], EMOTIONS, SETTINGS, every=1)
    assert (found.changes, found.followed) == (9, 9)  # played from each of nine frames
    assert found.delay_ms_p50 == pytest.approx(1000 * 4 / 30, abs=1)
    assert found.still_changes_per_minute == 0
    slowly = measure([changed_to_sad()], EMOTIONS, Settings(prediction_every_frames=1, label_every_frames=30), every=1)
    assert slowly.delay_ms_p50 is not None
    assert slowly.delay_ms_p50 >= 400


def test_labels_follow_a_slow_camera_as_quickly_by_the_clock():
    quick, slow = (measure([changed_to_sad()], EMOTIONS, SETTINGS, every=every) for every in (1, 3))
    assert quick.delay_ms_p50 is not None
    assert slow.delay_ms_p50 is not None
    assert slow.delay_ms_p50 <= quick.delay_ms_p50 + 100  # a frame of the slow one


def test_a_change_that_no_label_follows_has_no_delay():
    strict = Settings(prediction_sensitivity_percent=95)
    found = measure([changed_to_sad()], EMOTIONS, strict, every=1)
    assert (found.changes, found.followed, found.delay_ms_p50) == (9, 0, None)


def test_labels_that_change_while_the_raw_answer_does_not_are_counted_apart():
    flickers = answers(*(["happy"] * 20 + ["fear"] * 6) * 10)
    found = measure([flickers], EMOTIONS, SETTINGS, every=1)
    assert found.changes == 0
    assert found.still_changes_per_minute == found.label_changes_per_minute > 100


def test_what_is_measured_is_what_the_app_shows():
    boxes = [[BOX]] * 22 + [[]] * 3 + [[BOX]] * 25
    pipeline = scripted_pipeline(boxes, ScriptedClassifier())
    pictures = [np.full((400, 640, 3), 200 if number < 20 else 30, np.uint8) for number in range(len(boxes))]
    results = [
        pipeline.analyze(Frame(number, number / 30, picture), SETTINGS) for number, picture in enumerate(pictures)
    ]
    (face,) = collect(results, source="film")
    played = play(face, EMOTIONS, SETTINGS)
    shown = [one.label for result in results for one in result.faces]
    assert [label for label, answer in zip(played, face.predictions, strict=True) if answer is not None] == shown
    assert {"happy", "sad"} <= set(shown)


def test_the_command_prints_a_line_for_each_rate(capsys):
    film = str(asset_path("demo.mp4"))
    assert main(["benchmark", "--labels", film, "--every", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["faces"] == 2  # it leaves, and comes again
    assert [one["frames"] for one in found["following"]] == ["all", "1 in 2", "1 in 3"]
    assert main(["benchmark", "--labels", film]) == 0
    assert "1 in 3" in capsys.readouterr().out


def test_a_film_that_cannot_be_read_ends_the_command_with_a_sentence(tmp_path, capsys):
    assert main(["benchmark", "--labels", str(tmp_path / "gone.mp4")]) == 1
    assert "emocam benchmark: " in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--every", "--label-every"])
def test_the_frequencies_go_with_labels_alone(option, capsys):
    assert main(["benchmark", "--source", "x.mp4", option, "2"]) == 2
    assert "--labels" in capsys.readouterr().err
