"""BlazeFace finds faces of any size in one look, in pixels of the frame, and refuses a damaged network."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from emocam.engine.detection.blazeface import FULL_RANGE, SHORT_RANGE, BlazeFace, Detection, Reach, averaged_hits
from emocam.engine.detection.scan import CascadeFinder
from emocam.engine.picture import Picture
from emocam.messages import Box
from emocam.resources import asset_path
from tests.clips import FACE_FROM, demo_frames

BOTH = pytest.mark.parametrize("reach", [FULL_RANGE, SHORT_RANGE], ids=lambda reach: f"{reach.side_px}px")


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """A (480, 640, 3) frame in which the face is near."""
    return demo_frames(FACE_FROM + 30, 1)[0]


@pytest.fixture(scope="module")
def finders() -> dict[Reach, BlazeFace]:
    return {reach: BlazeFace(reach) for reach in (FULL_RANGE, SHORT_RANGE)}


def overlap(one: Box, other: Box) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0, width) * max(0, height)
    return shared / (one.width * one.height + other.width * other.height - shared)


def around(box: Box, factor: float) -> Box:
    """Return a box with the same middle, larger by a factor."""
    (centre_x, centre_y), side = box.centroid, round(max(box.width, box.height) * factor)
    return Box(round(centre_x - side / 2), round(centre_y - side / 2), side, side)


def on_gray(face: np.ndarray, *, width: int, height: int, left: int, top: int) -> np.ndarray:
    picture = np.full((height, width, 3), 128, np.uint8)
    picture[top : top + face.shape[0], left : left + face.shape[1]] = face
    return picture


@BOTH
def test_the_face_of_a_portrait_is_found_where_the_cascade_finds_it(finders, portrait: np.ndarray, reach: Reach):
    (found,) = finders[reach].find(portrait)
    (cascade,) = CascadeFinder().search(Picture(portrait), is_first=True)
    assert overlap(found.box, cascade.box) > 0.6
    assert found.score > 0.6


@BOTH
def test_the_points_lie_as_in_a_face(finders, portrait: np.ndarray, reach: Reach):
    (found,) = finders[reach].find(portrait)
    right_eye, left_eye, nose, mouth, right_ear, left_ear = found.keypoints
    assert right_ear[0] < right_eye[0] < nose[0] < left_eye[0] < left_ear[0]  # her right is the picture's left
    assert max(right_eye[1], left_eye[1]) < nose[1] < mouth[1] < found.y + found.height


@BOTH
@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_boxes_and_points_are_in_pixels_of_the_frame(finders, portrait: np.ndarray, reach: Reach, factor: float):
    (expected,) = finders[reach].find(portrait)
    (found,) = finders[reach].find(cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    near_px = 0.08 * factor * expected.width
    assert np.allclose(found.keypoints, expected.keypoints * factor, atol=near_px)
    assert np.allclose([found.x, found.y], [expected.x * factor, expected.y * factor], atol=near_px)
    assert found.width == pytest.approx(expected.width * factor, rel=0.1)


@BOTH
@pytest.mark.parametrize("shape", [(480, 960), (960, 480)])
def test_where_a_picture_is_long_the_face_keeps_its_shape_and_place(finders, portrait, reach: Reach, shape):
    (face,) = finders[SHORT_RANGE].find(portrait)
    part = around(face.box, 1.8)
    cut = portrait[part.y : part.y + part.height, part.x : part.x + part.width]
    left, top = (shape[1] - cut.shape[1]) // 2, (shape[0] - cut.shape[0]) // 2
    (found,) = finders[reach].find(on_gray(cut, width=shape[1], height=shape[0], left=left, top=top))
    expected = Box(face.box.x - part.x + left, face.box.y - part.y + top, face.box.width, face.box.height)
    assert overlap(found.box, expected) > 0.6
    assert found.width == pytest.approx(found.height, rel=0.1)


def test_a_face_that_fills_the_picture_is_found_with_a_margin(finders, portrait: np.ndarray):
    (face,) = finders[SHORT_RANGE].find(portrait)
    part = around(face.box, 0.95)
    cut = portrait[part.y : part.y + part.height, part.x : part.x + part.width]
    (found,) = finders[SHORT_RANGE].find(cut, margin=0.25)
    assert overlap(found.box, Box(face.box.x - part.x, face.box.y - part.y, face.box.width, face.box.height)) > 0.6


def test_a_far_face_is_found_in_a_tile_of_the_picture(finders, portrait: np.ndarray):
    (face,) = finders[SHORT_RANGE].find(portrait)
    small = cv2.resize(portrait, None, fx=50 / face.width, fy=50 / face.width, interpolation=cv2.INTER_AREA)
    picture = on_gray(small, width=1920, height=1080, left=1100, top=300)
    assert not finders[FULL_RANGE].find(picture)
    (found,) = finders[FULL_RANGE].find(picture, region=Box(960, 0, 540, 540))
    scale = small.shape[1] / portrait.shape[1]
    expected = Box(1100 + round(face.x * scale), 300 + round(face.y * scale), 50, 50)
    assert overlap(found.box, expected) > 0.5


def test_a_region_may_reach_out_of_the_picture_or_miss_it(finders, portrait: np.ndarray):
    finder = finders[FULL_RANGE]
    (whole,) = finder.find(portrait)
    (found,) = finder.find(portrait, region=Box(-50, -50, 5000, 5000))
    assert found.box == whole.box
    assert finder.find(portrait, region=Box(640, 0, 100, 100)) == []
    assert finder.find(portrait, region=Box(-100, -100, 50, 50)) == []
    assert finder.find(portrait, region=Box(10, 10, 0, 0)) == []


def test_two_people_are_two_faces(finders, portrait: np.ndarray):
    found = finders[FULL_RANGE].find(np.concatenate([portrait, portrait], axis=1))
    assert len(found) == 2
    one, other = sorted(detection.x for detection in found)
    assert other - one == pytest.approx(portrait.shape[1], abs=10)


@BOTH
@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (2000, 3), (80, 12_000), (480, 640)])
def test_in_a_blank_picture_of_any_shape_is_no_face(finders, reach: Reach, shape: tuple[int, int]):
    assert finders[reach].find(np.full((*shape, 3), 127, np.uint8), margin=0.25) == []


def test_in_a_picture_of_12000_pixels_a_face_is_found_in_its_region(finders, portrait: np.ndarray):
    picture = on_gray(portrait, width=12_000, height=500, left=11_000, top=0)
    assert finders[FULL_RANGE].find(picture) == []
    (found,) = finders[FULL_RANGE].find(picture, region=Box(10_900, 0, 900, 500))
    assert found.x > 11_000


def test_hits_on_one_face_are_averaged_by_their_scores():
    def hit(left: float) -> np.ndarray:
        return np.array([left, 0, left + 10, 10, *[left + 5, 5] * 6], np.float32)

    faces, scores = averaged_hits(np.stack([hit(0), hit(40), hit(2)]), np.array([0.9, 0.8, 0.6]))
    assert scores.tolist() == [0.9, 0.8]
    assert faces[0] == pytest.approx(hit(2 * 0.6 / 1.5), abs=1e-5)
    assert faces[1] == pytest.approx(hit(40))


def test_answers_that_are_no_numbers_are_no_faces(portrait: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    finder = BlazeFace(FULL_RANGE)
    anchors = len(FULL_RANGE.anchors())
    broken = [np.full((anchors, 16), np.nan, np.float32), np.full((anchors, 1), 100, np.float32)]
    monkeypatch.setattr(finder._network, "answer", lambda: broken)
    assert finder.find(portrait) == []


def test_scores_of_any_size_are_taken_without_a_warning(portrait: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    finder = BlazeFace(FULL_RANGE)
    logits = np.full((len(FULL_RANGE.anchors()), 1), -1e30, np.float32)
    logits[1000] = 1e30
    answers = np.full((len(logits), 16), 20, np.float32)
    monkeypatch.setattr(finder._network, "answer", lambda: [answers, logits])
    with np.errstate(all="raise"):
        (found,) = finder.find(portrait)
    assert found.score == 1


def test_anchors_are_the_middles_of_the_cells():
    full, short = FULL_RANGE.anchors(), SHORT_RANGE.anchors()
    assert (full.shape, short.shape) == ((2304, 2), (896, 2))
    assert full[:2].tolist() == [[2, 2], [6, 2]]
    assert short[:3].tolist() == [[4, 4], [4, 4], [12, 4]]
    assert short[512:519].tolist() == [[8, 8]] * 6 + [[24, 8]]


def test_a_box_in_whole_pixels_is_never_empty():
    detection = Detection(10.2, 10.2, 0.1, 0.1, 0.9, np.zeros((6, 2), np.float32))
    assert detection.box == Box(10, 10, 1, 1)


@BOTH
def test_a_missing_or_damaged_network_is_refused_by_name(tmp_path: Path, reach: Reach):
    copy = tmp_path / reach.asset
    with pytest.raises(ValueError, match=rf"{reach.asset}.*install Emocam anew"):
        BlazeFace(reach, copy)
    shutil.copy(asset_path(reach.asset), copy)
    BlazeFace(reach, copy)
    whole = copy.read_bytes()
    flipped = bytearray(whole)
    flipped[len(flipped) // 2] ^= 1
    for damaged in (bytes(flipped), whole[:5000], b""):
        copy.write_bytes(damaged)
        with pytest.raises(ValueError, match=rf"{reach.asset}.*install Emocam anew"):
            BlazeFace(reach, copy)
