"""The list has a row for each face in sight."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from emocam.gui.live.faces_list import KEPT_FOR_S, FacesList
from tests.gui.stand_ins import result


@pytest.fixture
def faces(qtbot, clock):
    faces = FacesList(clock=clock)
    qtbot.addWidget(faces)
    faces.resize(260, 200)
    faces.show()
    return faces


def rows(faces):
    return [faces._list.item(row).text().replace("\N{NO-BREAK SPACE}", " ") for row in range(faces._list.count())]


def test_each_face_has_a_row_with_number_label_and_confidence(faces):
    faces.show_result(result(faces=2))
    assert rows(faces) == ["1 happy 80 %", "2 happy 80 %"]


def test_a_face_without_a_label_says_so(faces):
    shown = result()
    unlabelled = replace(shown.faces[0], label=None, confidence=None)
    faces.show_result(replace(shown, faces=(unlabelled,)))
    assert rows(faces) == ["1 no label yet"]


def test_a_face_missed_for_a_moment_keeps_its_row_and_one_that_left_loses_it(faces, clock):
    faces.show_result(result(faces=2))
    clock.now_s = KEPT_FOR_S / 2
    faces.show_result(result(faces=1))
    assert len(rows(faces)) == 2
    clock.now_s = KEPT_FOR_S + 0.1
    faces.show_result(result(faces=1))
    assert len(rows(faces)) == 1


def test_a_click_on_a_row_selects_the_face(faces, qtbot):
    faces.show_result(result(faces=3))
    place = faces._list.visualItemRect(faces._list.item(1)).center()
    with qtbot.waitSignal(faces.face_selected) as selected:
        qtbot.mouseClick(faces._list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert selected.args == [2]


def test_a_face_selected_elsewhere_is_marked_without_an_echo(faces, qtbot):
    faces.show_result(result(faces=3))
    with qtbot.assertNotEmitted(faces.face_selected):
        faces.select_face(3)
        faces.show_result(result(faces=3))
    assert [item.text()[0] for item in faces._list.selectedItems()] == ["3"]


def test_many_faces_scroll(faces):
    faces.show_result(result(faces=40))
    assert len(rows(faces)) == 40
    faces._list.doItemsLayout()
    assert faces._list.verticalScrollBar().maximum() > 0


def test_clearing_leaves_no_row(faces):
    faces.show_result(result(faces=2))
    faces.clear()
    assert rows(faces) == []
    assert not faces.grab().isNull()
