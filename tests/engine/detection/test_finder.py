"""What a finder states of itself decides when a face starts and where it is cut out."""

import numpy as np
import pytest

from emocam.engine.detection import open_finder
from emocam.engine.detection.finder import FaceInBox
from emocam.engine.pipeline import Pipeline
from emocam.messages import Box, Frame
from tests.engine.test_pipeline import BOX, SETTINGS, ScriptedClassifier, ScriptedFinder


@pytest.mark.parametrize("hits", [1, 2, 3])
def test_a_face_starts_after_as_many_hits_as_its_finder_needs(hits):
    finder = ScriptedFinder([[], *([[BOX]] * 3)])
    finder.hits_to_start = hits
    pipeline = Pipeline(finder)
    image = np.zeros((400, 640, 3), np.uint8)
    counts = [len(pipeline.analyze(Frame(i, i / 30, image), SETTINGS).faces) for i in range(4)]
    assert counts == [0, *[int(i >= hits) for i in (1, 2, 3)]]


def test_a_face_is_cut_out_where_it_lies_in_the_finders_box():
    # A finder that draws twice the box, with the face at its bottom right: bright there, dark elsewhere.
    image = np.zeros((400, 640, 3), np.uint8)
    image[160:220, 160:220] = 255
    lower_right = FaceInBox(side=0.5, right=0.25, down=0.25)
    classifier = ScriptedClassifier()
    results = {}
    for face_in_box in (lower_right, FaceInBox()):
        finder = ScriptedFinder([[Box(100, 100, 120, 120)]], face_in_box)
        result = Pipeline(finder, classifier).analyze(Frame(0, 0.0, image), SETTINGS)
        prediction = result.faces[0].prediction
        assert prediction is not None
        results[face_in_box] = int(prediction.argmax())
    happy, sad = 3, 4
    assert results == {lower_right: happy, FaceInBox(): sad}


def test_the_crop_follows_from_the_longer_side():
    assert FaceInBox(side=0.5).of(Box(0, 0, 100, 60)) == Box(25, 5, 50, 50)
    assert FaceInBox().of(Box(3, 4, 5, 6)) == Box(3, 4, 5, 6)


def test_the_cascades_say_themselves_what_they_need():
    finder = open_finder()
    assert finder.hits_to_start == 3
    assert finder.face_in_box == FaceInBox()
