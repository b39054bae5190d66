"""A portrait's head turned by its points: the right way, by the right angle, and nothing else moved."""

import cv2
import numpy as np
import pytest

from emocam.commands.seeing.portraits import Portrait, read_portraits
from emocam.commands.seeing.turned_head import outline_of, read_triangles, turned_head
from emocam.engine.measures import CanonicalFace
from emocam.engine.mesh import AROUND_FACE, FaceMesh
from emocam.engine.region import region_of_points

COLLINS = "portrait_collins.jpg"


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return read_portraits([COLLINS])[0]


@pytest.fixture(scope="module")
def triangles() -> np.ndarray:
    return read_triangles()


def test_the_triangles_cover_a_face_without_a_hole(triangles):
    assert triangles.shape == (898, 3)
    assert set(triangles.ravel()) == set(range(468))
    outline = outline_of(triangles)
    assert len(set(outline)) == len(outline) == 36
    assert {10, 152, 234, 454} <= set(outline)  # forehead, chin, and beside the ears


@pytest.mark.parametrize("yaw_deg", [-30, 30])
def test_a_head_is_turned_the_way_and_about_as_far_as_asked(portrait, triangles, yaw_deg):
    image, points = turned_head(portrait.image, portrait.points, triangles, yaw_deg=yaw_deg)
    face = FaceMesh().look(image, region_of_points(points).scaled(AROUND_FACE))
    assert face is not None and face.presence > 0.9
    canonical = CanonicalFace()
    turned, seen = canonical.measure(points), canonical.measure(face.points)
    assert turned is not None and turned.yaw_deg == pytest.approx(yaw_deg, abs=5)
    assert seen is not None and seen.yaw_deg == pytest.approx(yaw_deg, abs=10)
    assert np.abs(face.points[:, :2] - points[:, :2]).mean() < 0.06 * portrait.face_width_px


def test_a_head_that_is_not_turned_is_the_portrait(portrait, triangles):
    image, points = turned_head(portrait.image, portrait.points, triangles, yaw_deg=0)
    assert np.abs(cv2.absdiff(image, portrait.image)).max() <= 2
    np.testing.assert_allclose(points, portrait.points, atol=1e-3)


def test_what_is_far_from_the_head_stays(portrait, triangles):
    image, _ = turned_head(portrait.image, portrait.points, triangles, yaw_deg=45)
    changed = np.nonzero((image != portrait.image).any(axis=2))
    (left, top), (right, bottom) = portrait.points[:, :2].min(axis=0), portrait.points[:, :2].max(axis=0)
    width, height = right - left, bottom - top
    assert left - width < changed[1].min() < left
    assert right < changed[1].max() < right + width
    assert changed[0].max() < bottom + height


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2\n", "a,b,c\n1,2,468\n", "a,b,c\n1,2,nose\n"])
def test_damaged_triangles_are_refused_by_name(tmp_path, text):
    path = tmp_path / "triangles.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"triangles\.csv.*install Emocam anew"):
        read_triangles(path)
