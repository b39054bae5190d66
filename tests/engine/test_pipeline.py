"""From frames to labels: the stories of faces, told with a finder and a network that are scripted."""

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from emocam.engine.detection.finder import Sighting
from emocam.engine.picture import Picture
from emocam.engine.pipeline import Pipeline
from emocam.engine.watch import Watch
from emocam.labels import EMOTIONS
from emocam.messages import Box, Face, Frame, FrameResult
from emocam.settings import Settings

SETTINGS = Settings(prediction_every_frames=3, label_every_frames=9)
BOX = Box(100, 100, 60, 60)


class ScriptedWatch:
    """Sees in each frame the boxes that were written down for it."""

    problem = None

    def __init__(self, script: list[list[Box]], *, hits_to_start: int = 3) -> None:
        self._script = iter(script)
        self._hits_to_start = hits_to_start
        self._is_first = True

    def look(self, picture: Picture, *, known: object = (), likely: object = ()) -> list[Sighting]:
        hits = 1 if self._is_first else self._hits_to_start
        self._is_first = False
        return [Sighting(box, hits) for box in next(self._script)]

    def start_anew(self) -> None:
        self._is_first = True

    def search_everywhere(self) -> None:
        self._is_first = True


def scripted_pipeline(script: list[list[Box]], classifier: object = None, **watch: int) -> Pipeline:
    made = ScriptedWatch(script, **watch)
    return Pipeline(classifier, make_watch=lambda _: cast(Watch, made))


class ScriptedClassifier:
    """Sees happiness in a bright crop and sadness in a dark one."""

    class model:  # noqa: N801 - stands for ModelFile
        labels = EMOTIONS
        image_size_px = 8
        crop_margin = 0.0

    def __init__(self) -> None:
        self.classified = 0

    def classify(self, crops: np.ndarray) -> np.ndarray:
        self.classified += len(crops)
        answers = np.full((len(crops), 7), 0.02, np.float32)
        for row, crop in enumerate(crops):
            answers[row, EMOTIONS.index("happy" if crop.mean() > 127 else "sad")] = 0.88
        return answers


def play(script: list[list[Box]], settings: Settings = SETTINGS, brightness: int = 200) -> list[FrameResult]:
    pipeline = scripted_pipeline(script, ScriptedClassifier())
    image = np.full((400, 640, 3), brightness, np.uint8)
    return [pipeline.analyze(Frame(i, i / 30, image), settings) for i in range(len(script))]


def only_face(result: FrameResult) -> Face:
    (face,) = result.faces
    return face


def test_a_face_gets_its_first_label_when_it_is_due():
    results = play([[BOX]] * 9)
    assert [only_face(result).label for result in results] == [None] * 8 + ["happy"]
    assert [only_face(result).prediction is not None for result in results] == [True, False, False] * 3


def test_between_labels_the_last_one_is_shown():
    results = play([[BOX]] * 20)
    assert {only_face(result).label for result in results[8:]} == {"happy"}
    assert [i for i, result in enumerate(results) if only_face(result).is_new_label] == [8, 17]


def test_a_face_lost_before_its_label_is_due_still_gets_one():
    results = play([[BOX]] * 2 + [[]] * 10)
    departed = [(i, face.track_id, face.label, face.box) for i, r in enumerate(results) for face in r.departed]
    assert departed == [(8, 1, "happy", None)]


def test_a_face_whose_track_ends_before_its_label_is_due_still_gets_one():
    settings = replace(SETTINGS, label_every_frames=90)
    results = play([[BOX]] * 2 + [[]] * 40, settings)
    departed = [(face.track_id, face.label) for result in results for face in result.departed]
    assert departed == [(1, "happy")]


def test_a_face_lost_without_a_prediction_in_its_pool_gets_no_label():
    # The pool was emptied by the label of frame 1; the next prediction would have come in frame 3.
    settings = replace(SETTINGS, label_every_frames=2)
    results = play([[BOX]] * 2 + [[]] * 40, settings)
    assert only_face(results[1]).label == "happy"
    assert [face for result in results for face in result.departed] == []


def test_a_spectrum_switched_in_the_middle_changes_the_label_and_not_the_pool():
    pipeline = scripted_pipeline([[BOX]] * 12, ScriptedClassifier())
    image = np.full((400, 640, 3), 30, np.uint8)
    three = replace(SETTINGS, spectrum="three")
    results = [pipeline.analyze(Frame(i, i / 30, image), SETTINGS if i < 10 else three) for i in range(12)]
    before, after = only_face(results[9]), only_face(results[10])
    assert (before.label, after.label) == ("sad", "negative")
    assert after.confidence == pytest.approx(0.94)
    assert after.pooled is before.pooled
    assert not after.is_new_label


def test_two_faces_are_pooled_apart_when_they_cross():
    """One face is bright, one dark; each keeps its number and its own label."""
    frames = []
    for step in range(41):
        image = np.zeros((400, 640, 3), np.uint8)
        left, right = Box(20 + step * 10, 100, 60, 60), Box(420 - step * 10, 180, 60, 60)
        image[left.y : left.y + 60, left.x : left.x + 60] = 220
        frames.append((image, [right, left] if step % 2 else [left, right]))
    pipeline = scripted_pipeline([boxes for _, boxes in frames], ScriptedClassifier())
    results = [pipeline.analyze(Frame(i, i / 30, image), SETTINGS) for i, (image, _) in enumerate(frames)]
    for result in results[9:]:
        assert [(face.track_id, face.label) for face in result.faces] == [(1, "happy"), (2, "sad")]


def test_without_a_network_faces_have_boxes_and_numbers_and_no_labels():
    pipeline = scripted_pipeline([[BOX]] * 10)
    results = [pipeline.analyze(Frame(i, i / 30, np.zeros((400, 640, 3), np.uint8)), SETTINGS) for i in range(10)]
    assert [(face.track_id, face.label, face.pooled) for face in results[-1].faces] == [(1, None, None)]


def test_another_network_empties_the_pools_and_keeps_the_numbers():
    pipeline = scripted_pipeline([[BOX]] * 20, ScriptedClassifier())
    image = np.full((400, 640, 3), 200, np.uint8)
    for i in range(10):
        result = pipeline.analyze(Frame(i, i / 30, image), SETTINGS)
    assert only_face(result).label == "happy"
    pipeline.use_classifier(ScriptedClassifier())
    face = only_face(pipeline.analyze(Frame(10, 10 / 30, image), SETTINGS))
    assert (face.track_id, face.label, face.prediction is not None) == (1, None, True)


def test_faces_of_another_source_are_other_faces():
    pipeline = scripted_pipeline([[BOX]] * 3, ScriptedClassifier())
    image = np.full((400, 640, 3), 200, np.uint8)
    pipeline.analyze(Frame(0, 0.0, image), SETTINGS)
    pipeline.forget_faces()
    result = pipeline.analyze(Frame(0, 0.0, image), SETTINGS)
    assert only_face(result).track_id == 2
    assert [(face.track_id, face.label) for face in result.departed] == [(1, "happy")]


def test_the_end_of_a_source_presents_the_labels_that_were_due():
    pipeline = scripted_pipeline([[BOX]], ScriptedClassifier())
    result = pipeline.analyze(Frame(0, 0.0, np.full((400, 640, 3), 200, np.uint8)), SETTINGS)
    assert only_face(result).label is None
    face = only_face(pipeline.end_faces(result))
    assert (face.track_id, face.label, face.box, face.is_new_label) == (1, "happy", BOX, True)


def test_a_face_out_of_sight_when_the_source_ends_departs_with_its_label():
    pipeline = scripted_pipeline([[BOX], []], ScriptedClassifier())
    image = np.full((400, 640, 3), 200, np.uint8)
    for i in range(2):
        result = pipeline.analyze(Frame(i, i / 30, image), SETTINGS)
    ended = pipeline.end_faces(result)
    assert [(face.track_id, face.label, face.box) for face in ended.departed] == [(1, "happy", None)]


def test_the_prediction_sensitivity_acts_at_once():
    pipeline = scripted_pipeline([[BOX]] * 11, ScriptedClassifier())
    image = np.full((400, 640, 3), 200, np.uint8)
    strict = replace(SETTINGS, prediction_sensitivity_percent=95)
    results = [pipeline.analyze(Frame(i, i / 30, image), SETTINGS if i < 10 else strict) for i in range(11)]
    assert [only_face(result).label for result in results[9:]] == ["happy", "uncertain"]


class Contrary(ScriptedClassifier):
    """Sees the opposite."""

    def classify(self, crops: np.ndarray) -> np.ndarray:
        return super().classify(255 - crops)


def test_a_frame_without_a_network_is_answered_once_there_is_one_and_its_face_keeps_its_number():
    pipeline = scripted_pipeline([[BOX]])
    frame = Frame(0, 0.0, np.full((400, 640, 3), 200, np.uint8))
    shown = pipeline.end_faces(pipeline.analyze(frame, SETTINGS, is_alone=True))
    assert only_face(shown).label is None
    pipeline.use_classifier(ScriptedClassifier())
    again = pipeline.answer_again(shown, SETTINGS)
    assert (only_face(again).track_id, only_face(again).label) == (1, "happy")
    assert again.frame is frame
    assert again.model_labels == EMOTIONS
    assert not again.departed


def test_other_settings_make_a_new_label_of_the_same_pool():
    pipeline = scripted_pipeline([[BOX]], ScriptedClassifier())
    frame = Frame(0, 0.0, np.full((400, 640, 3), 200, np.uint8))
    shown = pipeline.analyze(frame, replace(SETTINGS, label_every_frames=1))
    three = replace(SETTINGS, spectrum="three")
    assert only_face(pipeline.answer_again(shown, three)).label == "positive"
    strict = replace(SETTINGS, prediction_sensitivity_percent=95)
    again = only_face(pipeline.answer_again(shown, strict))
    assert again.label == "uncertain"
    assert again.pooled is only_face(shown).pooled


def test_another_network_answers_a_frame_again_and_what_follows_goes_on_undisturbed():
    settings = replace(SETTINGS, prediction_every_frames=1, label_every_frames=1)
    pipeline = scripted_pipeline([[BOX]] * 2, ScriptedClassifier())
    image = np.full((400, 640, 3), 200, np.uint8)
    shown = pipeline.analyze(Frame(0, 0.0, image), settings)
    pipeline.use_classifier(Contrary())
    assert only_face(pipeline.answer_again(shown, settings)).label == "sad"
    following = only_face(pipeline.analyze(Frame(1, 0.1, image), settings))
    assert (following.track_id, following.label) == (1, "sad")
