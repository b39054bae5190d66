"""The window fits on small screens, and everything in it can be reached."""

import pytest
from PySide6.QtCore import QByteArray, QPoint, QRect, QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication, QMainWindow, QScrollArea

from emocam.gui import view_controls
from emocam.gui.body import CHARTS_HEIGHT_PX
from emocam.gui.view_controls import fit_to_screen

SMALL = [QSize(1024, 600), QSize(960, 540)]  # the second: 1920 by 1080 at 200 %
TITLE_PX = 30


@pytest.fixture(params=SMALL, ids=lambda size: f"{size.width()}x{size.height()}")
def free(request, monkeypatch):
    """The free area of the screen, beside a bar of the desktop's at its top."""
    area = QRect(QPoint(0, 24), request.param - QSize(0, 24))
    monkeypatch.setattr(QScreen, "availableGeometry", lambda screen: area)
    return area


def test_at_the_first_start_the_window_lies_within_the_free_area(free, make_idle_window):
    window = make_idle_window()
    window.show()
    fit_to_screen(window)
    assert free.contains(window.frameGeometry())


def test_a_geometry_of_a_larger_screen_is_brought_within(free, make_idle_window):
    first = make_idle_window()
    first.setGeometry(500, 300, 1800, 1000)
    first.end()
    second = make_idle_window()
    second.show()
    fit_to_screen(second)
    assert free.contains(second.frameGeometry())


def test_a_window_that_fits_stays_as_it_is(free, qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(100, 100, 640, 400)
    fit_to_screen(window)
    assert window.geometry() == QRect(100, 100, 640, 400)


def test_a_screen_that_becomes_smaller_takes_the_window_along(make_idle_window, monkeypatch, qtbot):
    monkeypatch.setattr(view_controls, "FRAME_MS", 0)
    window = make_idle_window()
    with qtbot.waitExposed(window):
        window.show()
    small = QRect(0, 0, 760, 560)
    monkeypatch.setattr(QScreen, "availableGeometry", lambda screen: small)
    window.screen().availableGeometryChanged.emit(small)
    qtbot.waitUntil(lambda: small.contains(window.frameGeometry()))


def test_on_a_small_screen_everything_has_its_place(free, make_idle_window, qtbot):
    window = make_idle_window()
    with qtbot.waitExposed(window):
        window.show()
    window.resize(free.size() - QSize(0, TITLE_PX))
    QApplication.processEvents()
    assert window.size() == free.size() - QSize(0, TITLE_PX)
    assert window.minimumSizeHint().height() <= free.height() - TITLE_PX
    inside = window.rect()
    parts = (window.status, window.faces, window.chart, window.shares, window.video, window.toolbar.spectrum_button)
    for part in parts:
        assert part.isVisible(), part
        assert inside.contains(QRect(part.mapTo(window, QPoint(0, 0)), part.size())), part
    assert window.video.height() >= 180
    assert window.faces.height() >= 60
    (scrolled,) = window.body.side.findChildren(QScrollArea)
    room, needed = scrolled.viewport().height(), window.panel.minimumSizeHint().height()
    assert room >= needed or scrolled.verticalScrollBar().maximum() >= needed - room


def test_in_a_high_window_the_panel_needs_no_scrolling_and_the_charts_have_their_height(make_idle_window, qtbot):
    window = make_idle_window()
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    QApplication.processEvents()
    (scrolled,) = window.body.side.findChildren(QScrollArea)
    assert scrolled.verticalScrollBar().maximum() == 0
    assert window.body.charts.height() == CHARTS_HEIGHT_PX


def test_damaged_places_of_splitters_are_as_if_nothing_was_remembered(make_idle_window):
    window = make_idle_window()
    window._look.keep_splitter("rows", QByteArray(b"phrenology"))
    window.end()
    assert make_idle_window().body._arranged == set()
