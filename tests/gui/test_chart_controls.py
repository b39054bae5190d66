"""What the left chart shows, and whether the points are drawn, is chosen in menus and by key, and remembered."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QMenu

from emocam.gui.live.subjects import FEATURES, HEAD_POSE, PROBABILITIES, SUBJECTS


@pytest.fixture
def active_window(idle_window, qtbot):
    with qtbot.waitActive(idle_window):
        idle_window.show()
        idle_window.activateWindow()
    return idle_window


def ticked(window):
    return [name for name in SUBJECTS if getattr(window.actions_, f"chart_{name}").isChecked()]


def test_at_first_the_chart_shows_probabilities_and_the_picture_no_points(idle_window):
    assert ticked(idle_window) == [PROBABILITIES.name]
    assert idle_window.chart.subject is PROBABILITIES
    assert not idle_window.actions_.points.isChecked()
    assert not idle_window.video._shows_points


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=list(SUBJECTS))
def test_a_key_shows_a_subject_and_ticks_it(active_window, subject, qtbot):
    active_window.actions_.chart_head.trigger()
    qtbot.keyClicks(active_window, subject.key.lower())
    assert active_window.chart.subject is subject
    assert ticked(active_window) == [subject.name]


def test_the_chart_s_title_and_the_view_menu_offer_the_same(idle_window):
    (view,) = [menu for menu in idle_window.findChildren(QMenu) if menu.title() == "&View"]
    (offered,) = [action.menu() for action in view.actions() if action.text() == "&Left chart"]
    assert idle_window.chart._title._chooser.menu() is offered
    assert [action.text() for action in offered.actions()] == [subject.text for subject in SUBJECTS.values()]


def test_the_subject_and_the_points_are_remembered(make_idle_window, qtbot):
    first = make_idle_window()
    first.actions_.chart_features.trigger()
    first.actions_.points.trigger()
    first.end()
    second = make_idle_window()
    assert second.chart.subject is FEATURES
    assert ticked(second) == [FEATURES.name]
    assert second.actions_.points.isChecked()
    assert second.video._shows_points


@pytest.mark.parametrize("kept", ["", "phrenology", "probabilities,head"])
def test_a_subject_that_is_none_is_as_if_nothing_was_remembered(make_idle_window, tmp_path, kept):
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    store.setValue("chart", kept)
    store.sync()
    assert make_idle_window().chart.subject is PROBABILITIES


def test_the_points_have_a_key(active_window, qtbot):
    qtbot.keyClick(active_window, Qt.Key.Key_O)
    assert active_window.video._shows_points
    qtbot.keyClick(active_window, Qt.Key.Key_O)
    assert not active_window.video._shows_points


def test_another_spectrum_leaves_the_measures_shown(active_window):
    active_window.actions_.chart_head.trigger()
    active_window.change(spectrum="two")
    assert active_window.chart.subject is HEAD_POSE


def test_the_titles_of_both_charts_stand_on_one_line(active_window):
    left, right = active_window.chart, active_window.shares
    assert left._title.geometry().top() == right._title.geometry().top()
    assert left._plot.geometry().top() == right._plot.geometry().top()
