"""What finds faces is chosen in the panel, in the Settings menu and by key, and is offered where nobody is found."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QMenu

from emocam.gui.advice import no_face_advice
from emocam.gui.source_controls import NO_FACE_AFTER_S
from emocam.gui.worker import Shown
from emocam.messages import is_black, is_too_dark
from emocam.settings import BLAZEFACE, BOTH, CASCADES, FINDER_CHOICES, FINDERS, Settings, load_settings
from tests.gui.stand_ins import PICTURE, frame, result

each_choice = pytest.mark.parametrize("choice", FINDER_CHOICES.values(), ids=list(FINDER_CHOICES))


@pytest.fixture
def banners(monkeypatch):
    """What is said over the picture, each with its buttons."""
    said = []
    monkeypatch.setattr(
        "emocam.gui.live.video_view.VideoView.show_banner",
        lambda view, text, actions=(): said.append((text, list(actions))),
    )
    return said


def entry(window, name):
    return getattr(window.actions_, f"faces_{name}")


def box(window):
    found = window.panel.findChild(QComboBox, "finders")
    assert found
    return found


def watch(window, finders, *times_s, picture=PICTURE):
    """Show pictures with nobody at these times."""
    for time_s in times_s:
        nobody = result(faces=0, time_s=time_s, settings=Settings(faces_found_by=finders), picture=picture)
        window.sources.watch_for_faces(Shown(nobody, 30.0, 0, {}))


@each_choice
def test_the_choice_in_force_and_no_other_is_ticked_and_shown(idle_window, choice):
    idle_window.change(faces_found_by=choice.name)
    assert [name for name in FINDERS if entry(idle_window, name).isChecked()] == [choice.name]
    assert box(idle_window).currentText() == choice.title
    assert choice.meaning in box(idle_window).toolTip()


@each_choice
def test_an_entry_of_the_menu_puts_its_choice_in_force(idle_window, choice):
    idle_window.change(faces_found_by=next(name for name in FINDERS if name != choice.name))
    entry(idle_window, choice.name).trigger()
    assert idle_window.settings.faces_found_by == choice.name
    assert entry(idle_window, choice.name).text().replace("&", "") == choice.title
    assert entry(idle_window, choice.name).toolTip().startswith(choice.meaning)


def test_the_menu_stands_in_the_settings_menu(idle_window):
    (settings,) = [menu for menu in idle_window.findChildren(QMenu) if menu.title() == "Se&ttings"]
    (finders,) = [action.menu() for action in settings.actions() if action.text() == "Faces f&ound by"]
    names = [action.objectName() for action in finders.actions()]
    assert names == [*(f"faces_{name}" for name in FINDERS), "faces_next"]
    letters = [action.text().partition("&")[2][0].lower() for action in finders.actions()]
    assert len(set(letters)) == len(letters)


def test_the_key_goes_round_all_of_them(idle_window, qtbot):
    with qtbot.waitActive(idle_window):
        idle_window.show()
        idle_window.activateWindow()
    visited = []
    for _ in FINDERS:
        visited.append(idle_window.settings.faces_found_by)
        qtbot.keyClick(idle_window, Qt.Key.Key_F)
    assert sorted(visited) == sorted(FINDERS)
    assert idle_window.settings.faces_found_by == visited[0]


def test_the_panel_s_choice_is_put_in_force_and_remembered_and_reset(idle_window, tmp_path, qtbot):
    chooser = box(idle_window)
    assert [chooser.itemData(row) for row in range(chooser.count())] == list(FINDERS)
    chooser.setFocus()
    qtbot.keyClick(chooser, Qt.Key.Key_Home)
    assert idle_window.settings.faces_found_by == CASCADES
    idle_window._settings.save()
    assert load_settings(tmp_path / "settings.json").faces_found_by == CASCADES
    idle_window.actions_.reset.trigger()
    assert idle_window.settings.faces_found_by == Settings().faces_found_by == BOTH


@pytest.mark.parametrize(
    ("finders", "offer"), [(CASCADES, "Try BlazeFace too"), (BLAZEFACE, "Try cascades too"), (BOTH, None)]
)
def test_where_nobody_is_found_the_finder_that_is_not_in_use_is_offered(idle_window, banners, finders, offer):
    idle_window.change(faces_found_by=finders)
    watch(idle_window, finders, 0.0, NO_FACE_AFTER_S + 1)
    ((_, actions),) = banners
    assert [action for action in actions if action.text().startswith("Try")] == actions[: 0 if offer is None else 1]
    if offer is not None:
        assert actions[0].text() == offer
        actions[0].trigger()
        assert idle_window.settings.faces_found_by == BOTH


def test_after_the_offer_was_taken_the_finders_have_their_while_before_advice_is_given_again(idle_window, banners):
    watch(idle_window, CASCADES, 0.0, 10.0)
    watch(idle_window, BOTH, 10.1, 10.1 + NO_FACE_AFTER_S - 0.2)
    assert len(banners) == 1
    assert idle_window.video._banner.isHidden()
    watch(idle_window, BOTH, 10.1 + NO_FACE_AFTER_S + 0.2)
    assert len(banners) == 2


def test_in_the_dark_no_finder_is_offered(idle_window, banners):
    watch(idle_window, CASCADES, 0.0, NO_FACE_AFTER_S + 1, picture=night(15))
    ((text, actions),) = banners
    assert text.startswith("It is too dark")
    assert not any(action.text().startswith("Try") for action in actions)


def night(level):
    """Return a picture of one gray, with a few bright pixels of a sensor's noise."""
    picture = np.full((480, 640, 3), level, np.uint8)
    picture[240:248, 320:328] = 60
    return picture


@pytest.mark.parametrize(("level", "says_dark"), [(2, True), (15, True), (17, False), (90, False)])
def test_too_dark_is_a_matter_of_nearly_all_pixels(level, says_dark):
    picture = night(level)
    assert not is_black(picture)
    assert is_too_dark(picture) == says_dark
    assert no_face_advice(frame(picture=picture)).startswith("It is too dark") == says_dark


def test_a_picture_of_one_pixel_and_one_of_none_can_be_judged():
    assert is_too_dark(np.zeros((1, 1, 3), np.uint8))
    assert not is_too_dark(np.zeros((0, 0, 3), np.uint8))
