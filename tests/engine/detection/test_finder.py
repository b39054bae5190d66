"""What a finder states of its boxes, and which of them are one face."""

import numpy as np
import pytest

from emocam.engine.detection.blaze_finder import BlazeFinder, tiles_of
from emocam.engine.detection.finder import FaceInBox, Sighting, distinct
from emocam.engine.detection.scan import CascadeFinder
from emocam.engine.picture import Picture
from emocam.messages import Box, Frame
from tests.clips import FACE_FROM, demo_frames
from tests.engine.test_pipeline import BOX, SETTINGS, scripted_pipeline


@pytest.fixture(scope="module")
def near_face() -> Picture:
    return Picture(demo_frames(FACE_FROM + 20, 1)[0])


@pytest.mark.parametrize("hits", [1, 2, 3])
def test_a_face_starts_after_as_many_hits_as_its_finder_needs(hits):
    pipeline = scripted_pipeline([[], *([[BOX]] * 3)], hits_to_start=hits)
    image = np.zeros((400, 640, 3), np.uint8)
    counts = [len(pipeline.analyze(Frame(i, i / 30, image), SETTINGS).faces) for i in range(4)]
    assert counts == [0, *[int(i >= hits) for i in (1, 2, 3)]]


def test_a_picture_that_stands_alone_shows_its_faces_at_once():
    pipeline = scripted_pipeline([[], [BOX]], hits_to_start=3)
    image = np.zeros((400, 640, 3), np.uint8)
    pipeline.analyze(Frame(0, 0.0, image), SETTINGS)
    assert len(pipeline.analyze(Frame(1, 1.0, image), SETTINGS, is_alone=True).faces) == 1


def test_the_face_follows_from_the_longer_side_of_the_box_and_from_how_the_head_is_tilted():
    assert FaceInBox(side=0.5).of(Box(0, 0, 100, 60)) == Box(25, 5, 50, 50)
    assert FaceInBox(down=0.2).of(Box(0, 0, 100, 100)) == Box(0, 20, 100, 100)
    assert FaceInBox(down=0.2).of(Box(0, 0, 100, 100), 90.0) == Box(-20, 0, 100, 100)
    assert FaceInBox().of(Box(3, 4, 5, 6)) == Box(3, 4, 5, 6)


def test_both_finders_draw_about_the_same_box_around_a_face(near_face):
    (cascade,) = CascadeFinder().search(near_face, is_first=True)
    (blaze,) = BlazeFinder().search(near_face, is_first=True)
    (x, y), (other_x, other_y) = cascade.box.centroid, blaze.box.centroid
    assert abs(x - other_x) < 0.1 * cascade.box.width
    assert abs(y - other_y) < 0.1 * cascade.box.width
    assert 0.8 < blaze.box.width / cascade.box.width < 1.25


def test_two_boxes_on_one_face_become_the_larger_or_the_first():
    large, nested, apart = (
        Sighting(box, 1) for box in (Box(100, 100, 80, 80), Box(110, 120, 40, 40), Box(300, 100, 60, 60))
    )
    assert distinct([nested, apart, large]) == [large, apart]
    assert distinct([nested, large, apart], first=1) == [nested, apart]


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (480, 640), (854, 480), (100, 1000), (1, 1), (30, 2)])
def test_tiles_cover_the_picture_and_do_not_leave_it(size):
    width, height = size
    seen = np.zeros((height, width), bool)
    for tile in tiles_of(width, height):
        assert tile.x >= 0 and tile.y >= 0 and tile.x + tile.width <= width and tile.y + tile.height <= height
        seen[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] = True
    assert seen[height // 2, width // 2]
    if min(size) > 1 and max(size) < 3 * min(size):
        assert seen.all()


def test_a_face_is_seen_again_around_where_it_was_and_not_elsewhere(near_face):
    finder = BlazeFinder()
    (face,) = finder.search(near_face, is_first=True)
    moved = Box(face.box.x + 20, face.box.y - 10, face.box.width, face.box.height)
    (again,) = finder.near(near_face, known=[moved], likely=[])
    assert abs(again.box.x - face.box.x) < 0.1 * face.box.width
    assert finder.near(near_face, known=[Box(0, 0, 40, 40)], likely=[]) == []
