"""The network's card and the slider tell what the model file says of itself, and bear a file that says nonsense."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QAction, QFont, QPalette
from PySide6.QtWidgets import QLabel, QSlider, QTextBrowser, QWidget
from stand_ins import FakeModel

from emocam.gui.network_card import card_text, confusion_picture, show_network_card
from emocam.gui.network_scores import Confusion, network_scores
from emocam.gui.settings_panel import SettingsPanel
from emocam.settings import Settings


def told(**changes):
    """Return the metrics of one split as the report writes them."""
    curve = {"labelled": [1 - step / 100 for step in range(101)], "right": [0.5 + step / 250 for step in range(101)]}
    three = {"labelled": [1.0] * 101, "right": [0.75] * 100 + [None]}
    figures = {
        "n": 3589, "accuracy": 0.69, "accuracy_ci95": [0.67, 0.71], "three_class_accuracy": 0.81, "ece": 0.02,
        "ferplus": {"n": 3372, "accuracy": 0.84, "accuracy_ci95": [0.83, 0.85], "ece": 0.013,
                    "eight_labels": {"n": 3396, "accuracy": 0.835, "balanced_accuracy": 0.63}},
        "elsewhere": {"news": {"n": 1206, "accuracy": 0.74}},
        "judged_by": "ferplus",
        "confusion": {"labels": ["happy", "sad"], "counts": [[90, 10], [40, 60]]},
        "sensitivity": {"seven": curve, "three": three},
    }  # fmt: skip
    return {"public_test": {**figures, **changes}}


def model(metrics, **metadata):
    made = FakeModel("some").model
    return replace(made, metadata={"dataset": "FER-2013", "metrics": metrics, **metadata})


def test_the_card_tells_scores_with_intervals_and_what_is_confused():
    text = card_text(model(told()))
    for words in ("69.0&nbsp;%", "67.0 to 71.0&nbsp;%", "83.5&nbsp;%", "news", "3,589 faces", "FER-2013"):
        assert words in text
    assert "of the faces labelled sad, 40&nbsp;% are called happy" in text
    assert "An expression is not a feeling" in text
    assert "European AI Act" in text


@pytest.mark.parametrize("metrics", [None, {}, [], "good", {"test": None}, {"test": {"accuracy": "high"}}])
def test_a_file_without_scores_says_so(metrics):
    assert "gives no scores" in card_text(model(metrics))


@pytest.mark.parametrize(
    "changes",
    [
        {"accuracy_ci95": [None, 2]}, {"ferplus": 7}, {"elsewhere": [1]}, {"ece": float("nan")}, {"n": "many"},
        {"confusion": {"labels": ["a"], "counts": [[1, 2]]}}, {"elsewhere": {"news": {"accuracy": 3}}},
        {"confusion": {"labels": ["a", 1], "counts": [[1, 2], [3]]}},
        {"sensitivity": {"seven": {"labelled": [1], "right": [1]}}}, {"sensitivity": 3}, {"judged_by": {}},
        {"sensitivity": {"seven": {"labelled": [9e9] * 101, "right": [None] * 101}}},
    ],
)  # fmt: skip
def test_nonsense_in_a_part_leaves_out_that_part(changes):
    text = card_text(model(told(**changes)))
    assert "69.0&nbsp;%" in text


def test_what_a_file_says_is_shown_as_text_and_not_obeyed():
    text = card_text(model(told(elsewhere={"<img src=x>": {"accuracy": 0.5}}), dataset="<b>bold</b>", licence="<a>"))
    assert "<img src=x>" not in text
    assert "&lt;b&gt;bold" in text


def test_the_confusion_matrix_is_a_picture_that_darkens_with_the_share(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    confusion = Confusion(("happy", "sad"), ((90, 10), (40, 60)))
    picture = confusion_picture(confusion, widget.palette(), QFont(), ratio=2.0)
    width, height = picture.width(), picture.height()
    corner = picture.pixelColor(width - 6, height - 6)  # sad called sad, 60 %
    above = picture.pixelColor(width - 6, height - 6 - 2 * 30)  # happy called sad, 10 %
    assert corner.lightness() != above.lightness()
    assert widget.palette().color(QPalette.ColorRole.Window).isValid()


def test_the_card_shows_its_picture(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = show_network_card(parent, model(told()))
    page = dialog.findChild(QTextBrowser)
    assert "An expression is not a feeling" in page.toPlainText()
    assert "\N{OBJECT REPLACEMENT CHARACTER}" in page.toPlainText()


@pytest.fixture
def panel(qtbot):
    made = SettingsPanel(QAction("Open model &file…"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_slider_tells_what_its_position_gives_in_the_spectrum_shown(panel):
    slider = panel.findChild(QSlider, "prediction_sensitivity_percent")
    caption = panel.findChild(QLabel, "expected")
    assert caption.isHidden()
    plain = slider.toolTip()
    panel.show_scores(network_scores({"metrics": told()}).by_spectrum)
    assert "At 35 %, this network names 65\N{NO-BREAK SPACE}% of faces, 64\N{NO-BREAK SPACE}%" in slider.toolTip()
    assert "ten people" in slider.toolTip()
    slider.setValue(60)
    assert "names 40\N{NO-BREAK SPACE}% of faces" in slider.toolTip()
    assert "names 40\N{NO-BREAK SPACE}%" in caption.text()
    panel.show_settings(Settings(spectrum="three", prediction_sensitivity_percent=100))
    assert caption.text() == "names 100\N{NO-BREAK SPACE}% of faces"
    panel.show_scores({})
    assert slider.toolTip() == plain
    assert caption.isHidden()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIGURES = st.sampled_from(["n", "accuracy", "accuracy_ci95", "ece", "judged_by", "ferplus", "elsewhere", "confusion"])


@given(changes=st.dictionaries(FIGURES | st.just("sensitivity"), JSON, max_size=4), rest=JSON)
def test_a_card_can_be_made_of_anything(changes, rest):
    assert "What it is not for" in card_text(model(told(**changes), recipe=rest, date=rest))
