"""Whose labels the network gives is chosen in the panel, in the Settings menu and by key, where its file lets one."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from emocam.settings import BETWEEN, DATA_SET, JUDGE_CHOICES, JUDGES, PEOPLE, Settings, load_settings
from tests.gui.stand_ins import FakeModel


def box(window):
    found = window.panel.findChild(QComboBox, "judges")
    assert found
    return found


def use(window, *answers):
    """Have a network in use that gives these answers."""
    model = FakeModel(answers=answers).model
    window._models._note_opened(window.settings.model, model)


@pytest.fixture
def window(idle_window):
    use(idle_window, *JUDGES)
    return idle_window


def offered(window):
    return [box(window).itemData(row) for row in range(box(window).count())]


def test_each_answer_of_the_network_is_offered_and_the_one_in_force_is_shown(window):
    assert offered(window) == list(JUDGES)
    for name in JUDGES:
        window.change(judges_like=name)
        assert box(window).currentText() == JUDGE_CHOICES[name].title
        assert JUDGE_CHOICES[name].meaning in box(window).toolTip()
        assert [one for one in JUDGES if getattr(window.actions_, f"judges_{one}").isChecked()] == [name]


def test_a_network_with_one_answer_lets_nobody_choose(window):
    use(window)
    assert box(window).isHidden() and not window._judges.menu.menuAction().isEnabled()
    use(window, BETWEEN, PEOPLE)
    assert offered(window) == [BETWEEN, PEOPLE]
    assert not box(window).isHidden() and window._judges.menu.menuAction().isEnabled()


def test_the_choice_is_put_in_force_remembered_and_reset(window, tmp_path, qtbot):
    box(window).setFocus()
    qtbot.keyClick(box(window), Qt.Key.Key_End)
    assert window.settings.judges_like == DATA_SET
    window._settings.save()
    assert load_settings(tmp_path / "settings.json").judges_like == DATA_SET
    window.actions_.judges_people.trigger()
    assert window.settings.judges_like == PEOPLE
    window.actions_.reset.trigger()
    assert window.settings.judges_like == Settings().judges_like == BETWEEN


def test_the_key_goes_round_all_of_them(window, qtbot):
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    visited = []
    for _ in JUDGES:
        visited.append(window.settings.judges_like)
        qtbot.keyClick(window, Qt.Key.Key_J)
    assert sorted(visited) == sorted(JUDGES)
