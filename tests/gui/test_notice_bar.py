"""The strip under the toolbar stays legible, whatever the theme."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from emocam.gui.notice_bar import NoticeBar
from emocam.gui.theme import apply_theme, contrast


@pytest.fixture
def bar(qtbot):
    apply_theme(QApplication.instance(), "light")
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = NoticeBar()
    window.setCentralWidget(bar)
    window.show()
    yield bar
    apply_theme(QApplication.instance(), None)


def text_contrast(bar):
    return contrast(bar.findChild(QLabel).palette().windowText().color(), bar.palette().color(bar.backgroundRole()))


@pytest.mark.parametrize(("before", "after"), [("light", "dark"), ("dark", "light")])
def test_a_notice_stays_legible_when_the_theme_changes_under_it(bar, before, after):
    apply_theme(QApplication.instance(), before)
    bar.say("The recording has stopped.")
    assert text_contrast(bar) > 4.5
    apply_theme(QApplication.instance(), after)
    QApplication.processEvents()  # Qt hands a new palette on by events
    assert text_contrast(bar) > 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_strip_has_the_colours_of_the_theme_however_often_it_changes(bar, scheme):
    bar.say("The recording has stopped.")
    for after in ("dark", "light", scheme):
        apply_theme(QApplication.instance(), after)
        QApplication.processEvents()
    background = bar.palette().color(bar.backgroundRole())
    assert (background.lightness() < 128) == (scheme == "dark")


def test_a_notice_after_the_theme_changed_has_its_colours(bar):
    bar.say("The recording has stopped.")
    bar.hide()
    apply_theme(QApplication.instance(), "dark")
    bar.say("The recording has stopped.")
    assert text_contrast(bar) > 4.5
