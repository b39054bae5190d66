"""The picture shows each face where it is, legibly on any background."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont

from emocam.gui.live.overlay import CHIP, CHIP_QUIET_TEXT, CHIP_TEXT, chip_words, place_marks
from emocam.gui.theme import contrast
from emocam.labels import EMOTIONS
from emocam.messages import Box, Face
from tests.gui.stand_ins import result


def face(number=1, box=None, label="happy", confidence=0.834):
    return Face(number, box or Box(10, 5, 8, 8), None, None, label, confidence)


def test_the_picture_keeps_its_shape_and_fills_the_widget(view):
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:] = (255, 0, 0)  # blue, as BGR
    picture.flags.writeable = False
    view.resize(640, 600)
    view.show_result(result(faces=0, picture=picture))
    grabbed = view.grab().toImage()
    assert grabbed.pixelColor(320, 300) == QColor(0, 0, 255)
    assert grabbed.pixelColor(2, 62) == QColor(0, 0, 255)
    assert grabbed.pixelColor(320, 20) != QColor(0, 0, 255)


def test_a_click_on_a_box_selects_its_face(view, qtbot):
    view.show_result(result(faces=2))
    with qtbot.waitSignal(view.face_selected) as selected:
        # Face 2 lies at 20, 5 with 8×8 pixels of a 64×48 picture, shown ten times as large.
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(270, 90))
    assert selected.args == [2]
    assert view.selected_face == 2


def test_a_click_beside_the_boxes_selects_nothing(view, qtbot):
    view.show_result(result(faces=1))
    with qtbot.assertNotEmitted(view.face_selected):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(600, 400))


def test_a_message_gives_way_to_the_next_picture(view):
    view.show_message("No camera", "Plug one in.")
    message = view._message
    assert message.isVisible()
    view.show_result(result(faces=0))
    assert not message.isVisible()


def test_a_banner_stays_over_the_pictures_until_it_is_cleared(view):
    view.show_banner("No face found")
    view.show_result(result())
    assert view._banner.isVisible()
    view.clear_banner()
    assert not view._banner.isVisible()


def test_the_chip_says_what_is_shown():
    assert chip_words(face()).replace("\N{NO-BREAK SPACE}", " ") == "happy 83 %"
    assert chip_words(face(label="uncertain", confidence=0.2)) == "uncertain"
    assert chip_words(face(label=None, confidence=None)) == ""


@pytest.mark.parametrize("text", [CHIP_TEXT, CHIP_QUIET_TEXT])
@pytest.mark.parametrize("background", [0, 128, 255])
def test_a_chip_is_legible_on_any_background(text, background):
    alpha = CHIP.alphaF()
    mixed = [round(alpha * channel + (1 - alpha) * background) for channel in (CHIP.red(), CHIP.green(), CHIP.blue())]
    assert contrast(text, QColor(*mixed)) >= 4.5


def test_chips_never_leave_the_picture(qtbot):
    picture = QRectF(0, 0, 640, 480)
    corners = [Box(0, 0, 30, 30), Box(610, 0, 30, 30), Box(0, 450, 30, 30), Box(610, 450, 30, 30)]
    faces = [face(number, box) for number, box in enumerate(corners, start=1)]
    for mark in place_marks(faces, picture=picture, image_width_px=640, font=_font()):
        assert picture.contains(mark.chip)


def test_a_chip_avoids_another_face(qtbot):
    upper, lower = face(1, Box(100, 100, 80, 80)), face(2, Box(100, 190, 80, 80))
    marks = place_marks([upper, lower], picture=QRectF(0, 0, 640, 480), image_width_px=640, font=_font())
    assert not marks[1].chip.intersects(marks[0].chip)
    assert not marks[1].chip.intersects(marks[0].box)


def test_a_chip_stands_aside_rather_than_on_its_own_small_face(qtbot):
    faces = [face(1, Box(100, 100, 30, 30)), face(2, Box(140, 66, 30, 30)), face(3, Box(140, 134, 30, 30))]
    marks = place_marks(faces, picture=QRectF(0, 0, 640, 480), image_width_px=640, font=_font())
    for mark in marks:
        assert not any(mark.chip.intersects(other.box) for other in marks)
        assert not any(mark.chip.intersects(other.chip) for other in marks if other is not mark)


def test_every_label_can_be_painted(view):
    for label in (*EMOTIONS, "contempt", "positive", "negative", "uncertain", None):
        shown = result()
        confidence = None if label is None else 0.5
        faces = (replace(shown.faces[0], label=label, confidence=confidence),)
        view.show_result(replace(shown, faces=faces))
        assert not view.grab().isNull()


def test_a_box_is_found_under_the_pointer_after_the_widget_has_changed_its_size(view):
    view.show_result(result(faces=1))
    view.resize(1280, 960)
    assert view._face_at(QPointF(280, 180)).track_id == 1


def _font() -> QFont:
    font = QFont()
    font.setPixelSize(14)
    return font
