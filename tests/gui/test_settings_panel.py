"""The settings panel shows Settings and reports what the user changes."""

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSlider, QSpinBox

from emocam.gui.model.scores import network_scores
from emocam.gui.settings_panel import SettingsPanel
from emocam.settings import RANGES, Settings
from tests.gui.stand_ins import network_metrics


@pytest.fixture
def open_model(qtbot):
    return QAction("Open model &file…")


@pytest.fixture
def panel(qtbot, open_model):
    made = SettingsPanel(open_model)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def changes(panel):
    seen = []
    panel.changed.connect(lambda name, value: seen.append((name, value)))
    return seen


def test_every_number_has_a_slider_and_a_value_over_its_whole_range(panel):
    for name, (low, high) in RANGES.items():
        slider, spin = panel.findChild(QSlider, name), panel.findChild(QSpinBox, f"{name}_spin")
        assert (slider.minimum(), slider.maximum()) == (low, high)
        assert (spin.minimum(), spin.maximum()) == (low, high)
        assert slider.value() == spin.value() == getattr(Settings(), name)


def test_every_setting_says_what_it_does_and_is_reached_by_a_letter(panel):
    letters = []
    for label in panel.findChildren(QLabel):
        if label.buddy() is not None:
            letters.append(label.text().split("&")[1][0].lower())
            assert len(label.buddy().toolTip()) > 40
            assert label.buddy().accessibleName()
    assert len(letters) == 7
    assert len(set(letters)) == 7


def test_a_slider_moved_by_key_reports_the_new_value_and_shows_it(panel, changes, qtbot):
    slider = panel.findChild(QSlider, "prediction_sensitivity_percent")
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert changes == [("prediction_sensitivity_percent", 36)]
    assert panel.findChild(QSpinBox, "prediction_sensitivity_percent_spin").text() == "36 %"


def test_showing_settings_reports_nothing(panel, changes):
    panel.show_settings(Settings(label_every_frames=1, tracking_sensitivity_px=400))
    assert changes == []
    assert panel.findChild(QSpinBox, "label_every_frames_spin").text() == "every frame"
    assert panel.findChild(QSlider, "tracking_sensitivity_px").value() == 400


def test_steps_stop_at_the_end_of_the_range(panel, changes):
    panel.step("prediction_sensitivity_percent", 100)
    panel.step("prediction_sensitivity_percent", 1)
    assert changes == [("prediction_sensitivity_percent", 100)]


def test_a_network_from_a_file_is_listed_by_its_name(panel, changes):
    panel.show_models(["one", "two"], "one")
    panel.show_settings(Settings(model="/data/mine.hdf5"))
    models = panel.findChild(QComboBox, "models")
    assert models.currentText() == "mine.hdf5"
    listed = [models.itemText(row) for row in range(models.count())]
    assert listed == ["one", "two", "mine.hdf5", "", "Open model file…"]
    assert changes == []


def test_choosing_a_network_reports_it(panel, changes, qtbot):
    panel.show_models(["one", "two"], "one")
    models = panel.findChild(QComboBox, "models")
    models.setFocus()
    qtbot.keyClick(models, Qt.Key.Key_Down)
    assert changes == [("model", "two")]


def test_asking_for_a_file_leaves_the_network_chosen(panel, changes, open_model, qtbot):
    panel.show_models(["one"], "one")
    models = panel.findChild(QComboBox, "models")
    with qtbot.waitSignal(open_model.triggered):
        models.setCurrentIndex(models.count() - 1)
        models.activated.emit(models.count() - 1)
    assert models.currentText() == "one"
    assert changes == []


def test_the_next_network_follows_round_the_list(panel, changes):
    panel.show_models(["one", "two"], "two")
    panel.next_model()
    assert changes == [("model", "one")]


def test_reset_is_asked_for(panel, qtbot):
    with qtbot.waitSignal(panel.reset_asked):
        qtbot.mouseClick(panel.findChild(QPushButton), Qt.MouseButton.LeftButton)


@pytest.fixture
def sensitivity(panel):
    return panel.findChild(QSlider, "prediction_sensitivity_percent")


@pytest.fixture
def caption(panel):
    return panel.findChild(QLabel, "expected")


def figures_of(metrics):
    scores = network_scores({"metrics": metrics})
    assert scores is not None
    return scores.by_spectrum


def figures(**changes):
    return figures_of(network_metrics(**changes))


def plainly(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_without_figures_the_slider_tells_only_what_it_does(panel, sensitivity, caption):
    plain = sensitivity.toolTip()
    assert "%" not in plain
    assert caption.isHidden()
    panel.show_scores(figures())
    assert sensitivity.toolTip() != plain
    panel.show_scores({})
    assert sensitivity.toolTip() == plain
    assert caption.isHidden()


def test_the_slider_tells_what_its_position_gives_as_it_moves(panel, sensitivity, caption, qtbot):
    panel.show_scores(figures())
    told = "At 35 %: this network names 65 % of faces, and is right on 64 % of those it names"
    assert plainly(sensitivity.toolTip()).endswith(f"{told} (PublicTest, judged by ten people).")
    assert caption.isVisible()
    sensitivity.setValue(60)
    assert "At 60 %: this network names 40 % of faces, and is right on 74 %" in plainly(sensitivity.toolTip())
    assert plainly(caption.text()) == "names 40 % of faces, right on 74 %"
    qtbot.keyClick(sensitivity, Qt.Key.Key_Left)
    assert plainly(caption.text()) == "names 41 % of faces, right on 74 %"


def test_the_spectrum_and_the_value_of_a_setting_change_what_the_slider_tells(panel, sensitivity, caption):
    panel.show_scores(figures())
    panel.show_settings(Settings(spectrum="three"))
    assert plainly(caption.text()) == "names 100 % of faces, right on 75 %"
    panel.show_settings(Settings(prediction_sensitivity_percent=0))
    assert "At 0 %: this network names 100 % of faces, and is right on 50 %" in plainly(sensitivity.toolTip())


def test_where_no_face_is_named_nothing_is_said_of_how_often_that_is_right(panel, sensitivity, caption):
    panel.show_scores(figures(sensitivity={"three": {"labelled": [0.0] * 101, "right": [None] * 101}}))
    panel.show_settings(Settings(spectrum="three"))
    assert plainly(caption.text()) == "names 0 % of faces"
    panel.show_settings(Settings(spectrum="seven"))
    assert caption.isHidden()
    assert "this network" not in sensitivity.toolTip()


def test_a_tooltip_is_plain_text_whatever_the_file_calls_its_split(panel, sensitivity):
    split = network_metrics(judged_by="<b>me</b>")["public_test"]
    panel.show_scores(figures_of({"<h1>mine</h1>": split}))
    assert "(<h1>mine</h1>)" in sensitivity.toolTip()
    assert not QtGui.Qt.mightBeRichText(sensitivity.toolTip())
