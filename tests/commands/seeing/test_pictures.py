"""Test pictures: what is asked for is what they show, and the true box is where the face is."""

import numpy as np
import pytest

from emocam.commands.seeing.measurement import overlap
from emocam.commands.seeing.pictures import FRAMES, HEIGHT_PX, WIDTH_PX, Change, covered, distance_m, frames
from emocam.commands.seeing.portraits import Portrait, read_portraits
from emocam.commands.seeing.turned_head import read_triangles
from emocam.engine.mesh import FaceMesh, next_region, region_of_box
from emocam.engine.region import face_of_points
from emocam.messages import Box


@pytest.fixture(scope="module")
def portraits() -> list[Portrait]:
    return read_portraits()


@pytest.fixture(scope="module")
def stream(portraits):
    triangles = read_triangles()
    return lambda change, seed=0: list(frames(portraits[0], triangles, change, seed=seed))


def test_there_are_two_people_each_as_they_are_and_mirrored(portraits):
    assert len(portraits) == 4
    assert len({portrait.name for portrait in portraits}) == 4
    for one, mirrored in zip(portraits[::2], portraits[1::2], strict=True):
        np.testing.assert_array_equal(one.image[:, ::-1], mirrored.image)
        across = one.image.shape[1] - one.points[1, 0]
        assert mirrored.points[1, 0] == pytest.approx(across, abs=0.05 * one.face_width_px)  # the tip of the nose


@pytest.mark.parametrize(
    ("change", "tilt_deg"),
    [
        (Change(), 0),
        (Change(face_width_px=48), 0),
        (Change(face_width_px=400), 0),
        (Change(roll_deg=60), 60),
        (Change(roll_deg=-90), -90),
        (Change(yaw_deg=30), 0),
        (Change(out=("left", 0.2)), 0),
        (Change(out=("bottom", 0.1)), 0),
    ],
)
def test_the_true_box_is_where_the_points_of_the_face_are_found(stream, change, tilt_deg):
    mesh = FaceMesh()
    for image, box in stream(change)[:: FRAMES - 1]:
        first = mesh.look(image, region_of_box(box, tilt_deg))
        assert first is not None
        face = mesh.look(image, next_region(first))
        assert face is not None and face.presence > 0.5
        assert overlap(face_of_points(face.extent).box, box) > 0.8


def test_a_face_is_as_wide_as_asked(stream):
    usual, small, large = (stream(Change(face_width_px=width))[0][1] for width in (160, 40, 320))
    assert usual.width == pytest.approx(4 * small.width, rel=0.03)
    assert large.width == pytest.approx(2 * usual.width, rel=0.03)


@pytest.mark.parametrize(("edge", "axis"), [("left", 0), ("top", 1), ("bottom", 1)])
def test_a_face_lies_as_far_out_of_the_picture_as_asked(stream, edge, axis):
    change = [stream(Change(out=(edge, share)))[0][1].centroid[axis] for share in (0, 0.5)]
    size = stream(Change())[0][1].height
    outwards = change[1] - change[0] if edge == "bottom" else change[0] - change[1]
    assert outwards == pytest.approx(0.5 * size, rel=0.25)
    far = HEIGHT_PX if edge == "bottom" else 0
    assert change[1] == pytest.approx(far, abs=0.15 * size)


@pytest.mark.parametrize(("side", "hidden"), [("below", 152), ("side", 234), ("eyes", 159)])
def test_what_is_covered_is_hidden_and_the_rest_is_not(portraits, side, hidden):
    portrait = portraits[0]
    image = covered(portrait.image, portrait.points, side, 0.3)
    x, y = portrait.points[hidden, :2].astype(int)  # chin, cheek on the picture's left, lid
    assert (image[y, x + 2] != portrait.image[y, x + 2]).any()
    (left, top), (right, bottom) = portrait.points[:, :2].min(axis=0), portrait.points[:, :2].max(axis=0)
    face = (slice(int(top), int(bottom)), slice(int(left), int(right)))
    assert (image != portrait.image)[face].any(axis=2).mean() == pytest.approx(0.3, abs=0.03)
    np.testing.assert_array_equal(covered(portrait.image, portrait.points, side, 0), portrait.image)


def test_a_dark_picture_is_dark_and_keeps_its_noise(stream):
    dark, usual, bright = (stream(Change(brightness=factor))[0][0].astype(float) for factor in (0.1, 1, 4))
    assert dark.mean() == pytest.approx(0.1 * usual.mean(), rel=0.05)
    wall = np.s_[:60, :60]
    assert dark[wall].std() == pytest.approx(2, abs=0.5)
    assert bright[wall].min() > 240
    assert np.median(bright[wall]) == 255


def test_the_same_seed_gives_the_same_pictures_and_another_moves_them_otherwise(stream):
    one, same, other = stream(Change()), stream(Change()), stream(Change(), seed=1)
    assert len(one) == FRAMES
    assert one[0][0].shape == (HEIGHT_PX, WIDTH_PX, 3)
    for (image, box), (again, box_again) in zip(one, same, strict=True):
        np.testing.assert_array_equal(image, again)
        assert box == box_again
    assert one[0][1] != other[0][1]
    assert len({box for _, box in one}) > 1
    assert (one[0][0] != one[1][0]).any()


def test_a_face_of_half_the_width_is_twice_as_far(stream):
    assert distance_m(160) == pytest.approx(0.857, abs=0.001)
    assert distance_m(80) == pytest.approx(2 * distance_m(160))


def test_boxes_overlap_by_what_they_share_within_the_picture():
    box = Box(100, 100, 50, 50)
    assert overlap(box, box) == 1
    assert overlap(box, Box(125, 100, 50, 50)) == pytest.approx(1 / 3)
    assert overlap(box, Box(200, 100, 50, 50)) == 0
    assert overlap(Box(-30, 0, 60, 60), Box(0, 0, 30, 60)) == 1
    assert overlap(Box(-90, 0, 60, 60), Box(-90, 0, 60, 60)) == 0
