"""The contours of a face lie where its points are, and are seen on any skin."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from emocam.gui.live.contours import CONTOURS, LEFT_EYE, NOSE_RIDGE, RIGHT_EYE
from emocam.gui.theme import contrast
from emocam.messages import Box
from tests.gui.stand_ins import points, result


def seen(view, *, gray=128, has_points=True) -> QImage:
    """Show a face in a picture of one gray, and return what the view paints."""
    shown = result(picture=np.full((48, 64, 3), gray, np.uint8))
    corner = Box(0, 0, 4, 4)  # the box and its chip out of the way
    face = replace(shown.faces[0], box=corner, label=None, points=points() if has_points else None)
    view.show_result(replace(shown, faces=(face,)))
    return view.grab().toImage()


def differing(one: QImage, other: QImage) -> np.ndarray:
    """Return the (N, 2) places `x, y` that differ."""
    size = one.height(), one.width(), 4
    same_form = (image.convertToFormat(QImage.Format.Format_RGB32) for image in (one, other))
    before, after = (np.array(image.constBits(), np.uint8).reshape(size) for image in same_form)
    rows, columns = np.nonzero((before != after).any(axis=2))
    return np.stack([columns, rows], axis=1)


def test_no_contour_names_a_point_that_is_none():
    numbers = {number for contour in CONTOURS for number in contour}
    assert min(numbers) >= 0 and max(numbers) < 468
    assert all(len(set(contour)) >= len(contour) - 1 for contour in CONTOURS)


def test_each_contour_is_where_its_name_says():
    face = points(centre=(0, 0), width_px=100)
    right, left, ridge = (face[list(contour), :2].mean(axis=0) for contour in (RIGHT_EYE, LEFT_EYE, NOSE_RIDGE))
    assert right[0] < ridge[0] < left[0]  # a person's right is at the picture's left
    assert right[1] < ridge[1]


def test_contours_are_painted_only_when_asked_for_and_only_where_there_are_points(view):
    plain = seen(view)
    view.show_points(True)
    assert len(differing(plain, seen(view, has_points=False))) == 0
    assert len(differing(plain, seen(view))) > 300
    view.show_points(False)
    assert len(differing(plain, seen(view))) == 0


@pytest.mark.parametrize("size", [(640, 480), (1280, 960), (640, 700)])
def test_the_contours_stay_on_the_face_at_any_size_of_the_view(view, size):
    view.resize(*size)
    plain = seen(view)
    view.show_points(True)
    painted = differing(plain, seen(view))
    scale = size[0] / 64
    wanted = points()[:, :2] * scale + (0, (size[1] - 48 * scale) / 2)
    assert painted.min(axis=0) == pytest.approx(wanted.min(axis=0), abs=4)
    assert painted.max(axis=0) == pytest.approx(wanted.max(axis=0), abs=4)


@pytest.mark.parametrize("gray", [0, 60, 128, 200, 255])
def test_contours_stand_off_any_picture(view, gray):
    plain = seen(view, gray=gray)
    view.show_points(True)
    painted = seen(view, gray=gray)
    skin = plain.pixelColor(320, 240)
    strongest = max(contrast(painted.pixelColor(int(x), int(y)), skin) for x, y in differing(plain, painted))
    assert strongest >= 2
