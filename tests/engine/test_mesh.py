"""A face's points lie on the face, lead to it in the next frame, and count as absent where they are absurd."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from emocam.engine import mesh
from emocam.engine.detection.blaze_finder import BlazeFinder
from emocam.engine.detection.blazeface import FULL_RANGE, BlazeFace, Detection
from emocam.engine.mesh import POINTS, FaceMesh, Region, face_points, next_region, region_of_box
from emocam.engine.region import region_of_points
from emocam.resources import asset_path
from tests.clips import FACE_FROM, demo_frames

NOSE_TIP, CHIN, FOREHEAD = 1, 152, 10
REGION = Region(centre_x=300, centre_y=200, side_px=192, rotation_deg=0)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """A (480, 640, 3) frame in which the face is near."""
    return demo_frames(FACE_FROM + 30, 1)[0]


@pytest.fixture(scope="module")
def face(portrait: np.ndarray) -> Detection:
    return BlazeFace(FULL_RANGE).find(portrait)[0]


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh()


def answers_like_a_face() -> np.ndarray:
    """Return (468, 3) points spread over the middle of a network's input."""
    return np.random.default_rng(0).uniform(48, 144, (POINTS, 3)).astype(np.float32)


def test_the_points_lie_on_the_face(face_mesh: FaceMesh, portrait: np.ndarray, face: Detection):
    seen = face_mesh.look(portrait, region_of_box(BlazeFinder.face_in_box.of(face.box)))
    assert seen is not None
    assert seen.presence > 0.99
    assert (seen.points.shape, seen.points.dtype) == ((POINTS, 3), np.float32)
    right_eye, left_eye, nose = face.keypoints[:3]
    for eye, (outer, inner) in ((right_eye, (33, 133)), (left_eye, (263, 362))):
        middle = seen.points[[outer, inner], :2].mean(axis=0)
        assert np.linalg.norm(middle - eye) < 0.07 * face.width
    assert np.linalg.norm(seen.points[NOSE_TIP, :2] - nose) < 0.1 * face.width
    assert seen.points[FOREHEAD, 1] < seen.points[NOSE_TIP, 1] < seen.points[CHIN, 1]
    assert seen.points[NOSE_TIP, 2] < seen.points[[234, 454], 2].min()  # nearer to the camera than the ears


def test_a_face_is_followed_without_a_search(face_mesh: FaceMesh, face: Detection):
    frames = demo_frames(FACE_FROM + 30, 120)
    region, centres = region_of_box(BlazeFinder.face_in_box.of(face.box)), []
    for frame in frames:
        seen = face_mesh.look(frame, region)
        assert seen is not None and seen.presence > 0.9
        region = next_region(seen)
        centres.append((region.centre_x, region.centre_y))
    (last,) = BlazeFace(FULL_RANGE).find(frames[-1])
    assert math.dist(centres[-1], last.box.centroid) < 0.15 * last.width
    assert math.dist(centres[0], centres[-1]) > 20  # it has moved


def test_the_region_of_a_still_face_settles(face_mesh: FaceMesh, portrait: np.ndarray, face: Detection):
    region, sides = region_of_box(BlazeFinder.face_in_box.of(face.box)), []
    for _ in range(8):
        seen = face_mesh.look(portrait, region)
        assert seen is not None
        region = next_region(seen)
        sides.append(region.side_px)
    assert np.ptp(sides[-4:]) < 0.01 * sides[-1]


@pytest.mark.parametrize("angle_deg", [-60, 45, 150])
def test_the_region_turns_with_the_head(face_mesh: FaceMesh, portrait: np.ndarray, face: Detection, angle_deg: float):
    upright = face_mesh.look(portrait, region_of_box(BlazeFinder.face_in_box.of(face.box)))
    assert upright is not None
    before = next_region(upright)
    centre = (before.centre_x, before.centre_y)
    matrix = cv2.getRotationMatrix2D(centre, -angle_deg, 1)  # OpenCV turns against the clock
    turned = cv2.warpAffine(portrait, matrix, portrait.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    seen = face_mesh.look(turned, replace(before, rotation_deg=before.rotation_deg + angle_deg))
    assert seen is not None and seen.presence > 0.9
    after = next_region(seen)
    assert after.rotation_deg - before.rotation_deg == pytest.approx(angle_deg, abs=3)
    assert after.side_px == pytest.approx(before.side_px, rel=0.03)
    assert math.dist((after.centre_x, after.centre_y), centre) < 0.05 * before.side_px


@pytest.mark.parametrize("factor", [0.3, 4.0])
def test_points_are_in_pixels_of_the_frame(face_mesh: FaceMesh, portrait: np.ndarray, face: Detection, factor: float):
    region = region_of_box(BlazeFinder.face_in_box.of(face.box))
    scaled = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    expected = face_mesh.look(portrait, region)
    seen = face_mesh.look(
        scaled, Region(region.centre_x * factor, region.centre_y * factor, region.side_px * factor, region.rotation_deg)
    )
    assert expected is not None and seen is not None
    assert np.abs(seen.points - expected.points * factor).mean() < 0.02 * face.width * factor


def test_where_no_face_is_the_network_says_so(face_mesh: FaceMesh, portrait: np.ndarray, face: Detection):
    region = region_of_box(BlazeFinder.face_in_box.of(face.box))
    beside = replace(region, centre_x=region.centre_x - 1.5 * face.width)
    seen = face_mesh.look(portrait, beside)
    assert seen is None or seen.presence < 0.1
    blank = face_mesh.look(np.full_like(portrait, 127), region)
    assert blank is None or blank.presence < 0.1


def test_points_that_are_no_numbers_are_absent():
    answers = answers_like_a_face()
    assert face_points(answers, 10, REGION) is not None
    answers[100, 2] = np.nan
    assert face_points(answers, 10, REGION) is None
    assert face_points(answers_like_a_face(), math.nan, REGION) is None
    answers[100, 2] = np.inf
    assert face_points(answers, 10, REGION) is None


@pytest.mark.parametrize("spread", [0, 0.01, 50], ids=["in one place", "in a heap", "far outside"])
def test_points_that_make_no_face_are_absent(spread: float):
    assert face_points((answers_like_a_face() - 96) * spread + 96, 10, REGION) is None
    line = answers_like_a_face()
    line[:, 0] = 96
    assert face_points(line, 10, REGION) is None


def test_a_network_that_answers_with_nan_finds_nothing(portrait: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    broken = FaceMesh()
    answers = [np.full((1, 1, POINTS * 3), np.nan, np.float32), np.full((1, 1, 1), 9, np.float32)]
    monkeypatch.setattr(broken._network, "answer", lambda: answers)
    assert broken.look(portrait, REGION) is None


@pytest.mark.parametrize(
    "change",
    [{"centre_x": math.nan}, {"side_px": math.inf}, {"side_px": 0.0}, {"rotation_deg": math.nan}, {"centre_x": -1e9}],
    ids=str,
)
def test_a_region_that_no_picture_has_is_not_looked_at(face_mesh: FaceMesh, portrait: np.ndarray, change: dict):
    assert face_mesh.look(portrait, replace(REGION, **change)) is None


def test_points_that_are_no_numbers_lead_to_no_face(face_mesh: FaceMesh, portrait: np.ndarray):
    lost = region_of_points(np.full((POINTS, 3), np.nan, np.float32)).scaled(1.5)
    assert face_mesh.look(portrait, lost) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 12_000), (12_000, 1)])
def test_a_picture_of_any_shape_may_be_looked_at(face_mesh: FaceMesh, shape: tuple[int, int]):
    region = Region(shape[1] / 2, shape[0] / 2, 500, 20)
    seen = face_mesh.look(np.full((*shape, 3), 90, np.uint8), region)
    assert seen is None or seen.presence < 0.5


def test_a_missing_or_damaged_network_is_refused_by_name(tmp_path: Path):
    copy = tmp_path / mesh.ASSET
    with pytest.raises(ValueError, match=rf"{mesh.ASSET}.*install Emocam anew"):
        FaceMesh(copy)
    shutil.copy(asset_path(mesh.ASSET), copy)
    copy.write_bytes(copy.read_bytes()[:-1])
    with pytest.raises(ValueError, match=rf"{mesh.ASSET}.*install Emocam anew"):
        FaceMesh(copy)
