"""The list has a row for each face in sight."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from emocam.gui.live.faces_list import KEPT_FOR_S, MOST_REMEMBERED, REMEMBERED_FOR_S, FacesList
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


def test_a_face_missed_for_a_moment_keeps_its_place_and_says_that_it_is_out_of_sight(faces, clock):
    faces.show_result(result(faces=2))
    clock.now_s = KEPT_FOR_S / 2
    shown = result(faces=2)
    faces.show_result(replace(shown, faces=shown.faces[1:]))
    assert rows(faces) == ["1 out of sight", "2 happy 80 %"]


def test_who_left_stands_below_those_in_sight_until_forgotten(faces, clock):
    faces.show_result(result(faces=2))
    for now_s, expected in (
        (KEPT_FOR_S + 0.1, ["2 happy 80 %", "1 left 1 s ago"]),
        (12.0, ["2 happy 80 %", "1 left 12 s ago"]),
        (REMEMBERED_FOR_S + 1, ["2 happy 80 %"]),
    ):
        clock.now_s = now_s
        shown = result(faces=2)
        faces.show_result(replace(shown, faces=shown.faces[1:]))
        assert rows(faces) == expected


def test_of_many_who_left_the_last_ones_are_remembered(faces, clock):
    for number in range(1, 40):
        clock.now_s = number * 0.5
        passer_by = replace(result().faces[0], track_id=number)
        faces.show_result(replace(result(), faces=(passer_by,)))
    clock.now_s += KEPT_FOR_S
    faces.show_result(result(faces=0))
    assert len(rows(faces)) == MOST_REMEMBERED
    assert faces.faces == [39, 38, 37, 36, 35]


def test_an_uncertain_row_says_what_is_missing(faces):
    shown = result()
    pooled = np.array([0.02, 0.02, 0.02, 0.3, 0.02, 0.02, 0.6], np.float32)
    unsure = replace(shown.faces[0], label="uncertain", confidence=0.6, pooled=pooled)
    settings = replace(shown.settings, prediction_sensitivity_percent=73)
    faces.show_result(replace(shown, faces=(unsure,), settings=settings))
    assert rows(faces) == ["1 uncertain 60 < 77 %"]
    assert "neutral has 60 %" in faces._list.item(0).toolTip()


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
