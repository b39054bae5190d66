"""Measures tell how a head is held and what a face does, whatever its size, its place and its turn."""

import math
from dataclasses import astuple
from pathlib import Path

import cv2
import numpy as np
import pytest

from emocam.engine import measures
from emocam.engine.detection.blaze_finder import BlazeFinder
from emocam.engine.detection.blazeface import FULL_RANGE, BlazeFace
from emocam.engine.measures import CanonicalFace, FaceMeasures
from emocam.engine.mesh import FaceMesh, next_region, region_of_box
from emocam.resources import asset_path
from tests.clips import FACE_FROM, demo_frames


@pytest.fixture(scope="module")
def canonical() -> CanonicalFace:
    return CanonicalFace()


@pytest.fixture(scope="module")
def model() -> np.ndarray:
    """The (468, 3) points of the canonical face in a picture's directions: y down, z away from the camera."""
    table = np.loadtxt(asset_path(measures.ASSET), delimiter=",", skiprows=1)
    return table[:, :3] * (1, -1, -1)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return demo_frames(FACE_FROM + 30, 1)[0]


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh()


def seen(
    model: np.ndarray, *, yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0, px_per_cm=10.0, at=(300.0, 200.0)
) -> np.ndarray:
    """Return points as a camera 60 cm away sees them: turned by roll, pitch and yaw, then made smaller by distance."""

    def turn(axis: tuple[int, int, int], degrees: float) -> np.ndarray:
        return cv2.Rodrigues(np.radians(degrees) * np.array(axis, float))[0]

    rotation = turn((0, -1, 0), yaw_deg) @ turn((-1, 0, 0), pitch_deg) @ turn((0, 0, 1), roll_deg)
    points = model @ rotation.T
    points[:, :2] /= 1 + points[:, 2:] / 60
    return (points * px_per_cm + (*at, 0)).astype(np.float32)


def measured(canonical: CanonicalFace, points: np.ndarray) -> FaceMeasures:
    found = canonical.measure(points)
    assert found is not None
    return found


def points_of(picture: np.ndarray, face_mesh: FaceMesh) -> np.ndarray:
    region = region_of_box(BlazeFinder.face_in_box.of(BlazeFace(FULL_RANGE).find(picture)[0].box))
    for _ in range(5):
        found = face_mesh.look(picture, region)
        assert found is not None and found.presence > 0.9
        region, points = next_region(found), found.points
    return points


def moved(points: np.ndarray, numbers: tuple[int, ...], *, up_cm: float) -> np.ndarray:
    changed = points.copy()
    changed[list(numbers), 1] -= up_cm
    return changed


def changes(before: FaceMeasures, after: FaceMeasures) -> set[str]:
    """Return which measures are different."""
    return {name for name in FaceMeasures.__slots__ if abs(getattr(after, name) - getattr(before, name)) > 0.01}


@pytest.mark.parametrize(
    ("yaw_deg", "pitch_deg", "roll_deg"), [(0, 0, 0), (30, 0, 0), (-60, 0, 0), (0, 25, 0), (0, 0, -80), (25, -20, 15)]
)
def test_the_pose_of_a_turned_head_is_found(canonical, model, yaw_deg: float, pitch_deg: float, roll_deg: float):
    found = measured(canonical, seen(model, yaw_deg=yaw_deg, pitch_deg=pitch_deg, roll_deg=roll_deg))
    assert [found.yaw_deg, found.pitch_deg, found.roll_deg] == pytest.approx([yaw_deg, pitch_deg, roll_deg], abs=3)


def test_positive_angles_are_right_up_and_clockwise(canonical, model):
    straight, nose = seen(model), 1
    for name, points in (
        ("yaw_deg", seen(model, yaw_deg=20)),
        ("pitch_deg", seen(model, pitch_deg=20)),
        ("roll_deg", seen(model, roll_deg=20)),
    ):
        assert getattr(measured(canonical, points), name) > 15
    assert seen(model, yaw_deg=20)[nose, 0] > straight[nose, 0] + 20  # to the picture's right
    assert seen(model, pitch_deg=20)[nose, 1] < straight[nose, 1] - 20  # up
    assert seen(model, roll_deg=20)[263, 1] > straight[263, 1] + 5  # the eye on the right sinks


def test_size_and_place_do_not_matter(canonical, model):
    near = measured(canonical, seen(model, yaw_deg=20, pitch_deg=10, px_per_cm=40, at=(1800, 950)))
    far = measured(canonical, seen(model, yaw_deg=20, pitch_deg=10, px_per_cm=2, at=(5, 5)))
    assert astuple(near) == pytest.approx(astuple(far), abs=0.01)


def test_what_a_face_does_hardly_depends_on_its_turn(canonical, model):
    straight = astuple(measured(canonical, seen(model)))[3:]
    for turned in (seen(model, yaw_deg=35), seen(model, pitch_deg=-25), seen(model, roll_deg=60, yaw_deg=-20)):
        assert astuple(measured(canonical, turned))[3:] == pytest.approx(straight, abs=0.03)


@pytest.mark.parametrize(
    ("numbers", "up_cm", "name", "sign"),
    [
        (measures.BROWS, 0.5, "brows_raised", 1),
        (measures.BROWS, -0.5, "brows_raised", -1),
        (measures.MOUTH_CORNERS, 0.5, "lip_corners", 1),
        (measures.MOUTH_CORNERS, -0.5, "lip_corners", -1),
        ((160, 158), -0.3, "eyes_open_right", -1),
        ((387, 385), -0.3, "eyes_open_left", -1),
    ],
)
def test_each_measure_answers_to_its_points_alone(canonical, model, numbers, up_cm: float, name: str, sign: int):
    before, after = measured(canonical, seen(model)), measured(canonical, seen(moved(model, numbers, up_cm=up_cm)))
    assert changes(before, after) == {name}
    assert sign * (getattr(after, name) - getattr(before, name)) > 0.03


def test_a_dropped_jaw_opens_the_mouth(canonical, model):
    before = measured(canonical, seen(model))
    after = measured(canonical, seen(moved(model, (measures.LOWER_LIP,), up_cm=-2)))
    assert after.mouth_open - before.mouth_open == pytest.approx(2 / 8.9, rel=0.1)  # 8.9 cm from eye to eye
    assert changes(before, after) == {"mouth_open", "lip_corners"}


def test_a_mirrored_portrait_looks_the_other_way(canonical, face_mesh, portrait: np.ndarray):
    one = measured(canonical, points_of(portrait, face_mesh))
    other = measured(canonical, points_of(np.ascontiguousarray(portrait[:, ::-1]), face_mesh))
    assert [other.yaw_deg, other.pitch_deg, other.roll_deg] == pytest.approx(
        [-one.yaw_deg, one.pitch_deg, -one.roll_deg], abs=4
    )
    assert other.eyes_open_left == pytest.approx(one.eyes_open_right, abs=0.05)


def test_a_portrait_that_is_turned_leans_by_as_much(canonical, face_mesh, portrait: np.ndarray):
    matrix = cv2.getRotationMatrix2D((320, 240), -20, 1)  # OpenCV turns against the clock
    turned = cv2.warpAffine(portrait, matrix, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    one = measured(canonical, points_of(portrait, face_mesh))
    other = measured(canonical, points_of(turned, face_mesh))
    assert other.roll_deg - one.roll_deg == pytest.approx(20, abs=3)
    assert astuple(other)[3:] == pytest.approx(astuple(one)[3:], abs=0.04)


def test_the_astronaut_smiles_with_open_eyes(canonical, face_mesh, portrait: np.ndarray):
    found = measured(canonical, points_of(portrait, face_mesh))
    assert min(found.eyes_open_left, found.eyes_open_right) > 0.2
    assert found.lip_corners > 0.02
    assert abs(found.yaw_deg) < 25 and abs(found.pitch_deg) < 20


def test_points_that_are_no_face_have_no_measures(canonical, model):
    broken = seen(model)
    broken[7, 1] = math.nan
    assert canonical.measure(broken) is None
    assert canonical.measure(np.zeros((468, 3), np.float32)) is None
    assert canonical.measure(np.full((468, 3), np.inf, np.float32)) is None
    line = np.zeros((468, 3), np.float32)
    line[:, 0] = np.arange(468)
    flat = canonical.measure(line)
    assert flat is None or all(map(math.isfinite, astuple(flat)))


def test_a_missing_or_damaged_canonical_face_is_refused_by_name(tmp_path: Path):
    copy = tmp_path / measures.ASSET
    refused = rf"{measures.ASSET}.*install Emocam anew"
    with pytest.raises(ValueError, match=refused):
        CanonicalFace(copy)
    lines = asset_path(measures.ASSET).read_text(encoding="utf-8").splitlines(keepends=True)
    for damaged in (lines[:100], [*lines[:-1], "0,0,nan,0\n"], [*lines[:-1], "0,0,x,0\n"], ["\0\xff"], []):
        copy.write_text("".join(damaged), encoding="utf-8")
        with pytest.raises(ValueError, match=refused):
            CanonicalFace(copy)
    copy.write_bytes(b"\xff\xfe\x00 no text")
    with pytest.raises(ValueError, match=refused):
        CanonicalFace(copy)
