"""Films whose frames are far apart: faces keep their numbers, and each frame is seen and labelled for itself."""

import numpy as np
import pytest

from emocam.capture.offline import all_results
from emocam.engine.pipeline import Pipeline
from emocam.messages import Box, Frame, FrameResult
from emocam.settings import Settings
from tests.clips import FACE_FROM, NO_FACE_FROM, demo_frames
from tests.engine.test_pipeline import BOX, SETTINGS, ScriptedClassifier, scripted_pipeline

SPACINGS_S = (0.5, 1.0, 1.1, 5.0, 86_400.0)


class Film:
    """Frames at a spacing, as a source."""

    is_independent = False

    def __init__(self, images: list[np.ndarray], spacing_s: float) -> None:
        self._frames = [
            Frame(number, number * spacing_s, image, lasts_s=spacing_s) for number, image in enumerate(images)
        ]

    @property
    def ended(self) -> bool:
        return not self._frames

    def read(self) -> Frame:
        return self._frames.pop(0)


def bright(level: int) -> np.ndarray:
    return np.full((400, 640, 3), level, np.uint8)


def results_of(
    script: list[list[Box]], spacing_s: float, *, levels: list[int] | None = None, settings: Settings = SETTINGS
) -> list[FrameResult]:
    images = [bright(level) for level in levels or [200] * len(script)]
    pipeline = scripted_pipeline(script, ScriptedClassifier())
    return list(all_results(Film(images, spacing_s), pipeline, settings))


@pytest.mark.parametrize("spacing_s", SPACINGS_S)
def test_each_frame_that_is_far_from_the_next_shows_one_face_with_its_own_label(spacing_s):
    levels = [200, 30, 200, 30, 30]
    results = results_of([[BOX]] * 5, spacing_s, levels=levels)
    assert [[face.track_id for face in result.faces] for result in results] == [[1]] * 5
    assert [result.faces[0].label for result in results] == ["happy", "sad", "happy", "sad", "sad"]
    assert all(result.faces[0].prediction is not None for result in results)


@pytest.mark.parametrize("spacing_s", SPACINGS_S)
def test_a_face_that_comes_late_is_there_from_the_frame_in_which_it_is_found(spacing_s):
    results = results_of([[], [], [BOX], [BOX]], spacing_s)
    assert [len(result.faces) for result in results] == [0, 0, 1, 1]


@pytest.mark.parametrize("spacing_s", [1.0, 5.0])
def test_a_face_that_leaves_is_out_of_sight_and_another_after_three_frames(spacing_s):
    results = results_of([[BOX], [BOX], [], [], [], [BOX]], spacing_s)
    assert [[face.track_id for face in result.faces] for result in results] == [[1], [1], [], [], [], [2]]
    assert [face for result in results for face in result.departed] == []  # it has had its label


def test_frames_that_are_close_are_pooled_by_the_settings():
    results = results_of([[BOX]] * 10, 0.4)
    assert [result.faces[0].label for result in results[:9]] == [None] * 8 + ["happy"]


def test_what_was_pooled_before_a_gap_does_not_count_after_it():
    pipeline = scripted_pipeline([[BOX]] * 12, ScriptedClassifier())
    labels = []
    for number in range(12):  # six bright frames at 30 a second, and after ten seconds six dark ones
        time_s = number / 30 + (10 if number >= 6 else 0)
        frame = Frame(number, time_s, bright(200 if number < 6 else 30), lasts_s=1 / 30)
        (face,) = pipeline.analyze(frame, SETTINGS).faces
        labels.append((face.track_id, face.label))
    assert labels == [(1, None)] * 6 + [(1, "sad")] * 6


def test_a_live_source_keeps_its_second_and_its_settings():
    pipeline = scripted_pipeline([[BOX]] * 5, ScriptedClassifier(), hits_to_start=1)
    results = [pipeline.analyze(Frame(number, number * 1.1, bright(200)), SETTINGS) for number in range(5)]
    assert [result.faces[0].track_id for result in results] == [1, 2, 3, 4, 5]
    assert [result.faces[0].label for result in results] == [None] * 5


def test_a_face_of_a_dense_film_is_told_from_the_frame_in_which_it_was_first_found():
    moved = [Box(100 + number, 100, 60, 60) for number in range(8)]
    results = results_of([[], [], *([box] for box in moved)], 1 / 30)
    assert [[face.track_id for face in result.faces] for result in results] == [[], []] + [[1]] * 8
    assert [result.faces[0].box for result in results[2:]] == moved
    assert [result.faces[0].label for result in results[2:5]] == [None] * 3


def test_what_was_found_once_is_no_face_of_a_dense_film():
    results = results_of([[], [BOX], [], [BOX], [BOX], []], 1 / 30)
    assert [result.faces for result in results] == [()] * 6


@pytest.mark.parametrize("spacing_s", [1.1, 5.0])
def test_the_face_of_the_demo_clip_is_one_in_every_frame_however_far_apart(spacing_s):
    images = demo_frames(FACE_FROM, 30)[::3]
    results = list(all_results(Film(images, spacing_s), Pipeline(), Settings()))
    assert [[face.track_id for face in result.faces] for result in results] == [[1]] * 10


def test_a_face_that_jumps_between_frames_far_apart_is_found_in_each():
    one, nobody = demo_frames(FACE_FROM, 1)[0], demo_frames(NO_FACE_FROM + 10, 1)[0]
    images = [one, np.roll(one, 250, axis=1), nobody, np.roll(one, -200, axis=1), one]
    results = list(all_results(Film(images, 5.0), Pipeline(), Settings()))
    assert [len(result.faces) for result in results] == [1, 1, 0, 1, 1]
