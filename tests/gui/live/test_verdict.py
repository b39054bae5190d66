"""What stands beside a label explains it: in the list, over the picture, in the chart and in words."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QWidget

from emocam.gui.live.chart_title import ChartTitle
from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.faces_list import ROW_ROLE, FacesList
from emocam.gui.live.overlay import chip_words
from emocam.gui.live.verdict import verdict_on
from emocam.labels import EMOTIONS, KNOWN_EMOTIONS, SPECTRA, UNCERTAIN
from emocam.messages import Box, Face, FrameResult, Latency
from emocam.pooling import label_shown
from emocam.settings import Settings
from tests.gui.stand_ins import frame

shares = st.lists(st.floats(0.001, 1), min_size=8, max_size=8).map(lambda v: np.array(v, np.float32) ** 4)
pools = shares.map(lambda v: v / v.sum())


def concluded(pooled, settings, *, previous=None, labels=KNOWN_EMOTIONS):
    """Return a frame with one face, labelled as the engine does it."""
    pooled = np.array(pooled, np.float32)
    shown = label_shown(pooled, labels, settings, previous=previous)
    face = Face(1, Box(10, 5, 8, 8), pooled, pooled, shown.label, shown.confidence, True)
    return FrameResult(frame(), (face,), (), labels, settings, Latency(1, 1, 3))


def emotions(**percents):
    rest = (100 - sum(percents.values())) / (len(EMOTIONS) - len(percents))
    return [percents.get(emotion, rest) / 100 for emotion in EMOTIONS]


def verdict(percents, *, sensitivity=35, previous=None, spectrum="seven"):
    chosen = Settings(prediction_sensitivity_percent=sensitivity, spectrum=spectrum)
    result = concluded(emotions(**percents), chosen, previous=previous, labels=EMOTIONS)
    return verdict_on(result.faces[0], EMOTIONS, chosen)


@pytest.fixture
def chart(qtbot, clock):
    chart = FaceChart(clock=clock)
    qtbot.addWidget(chart)
    return chart


@pytest.fixture
def faces(qtbot, clock):
    faces = FacesList(clock=clock)
    qtbot.addWidget(faces)
    return faces


def number(text):
    return int(text.split("\N{NO-BREAK SPACE}")[0].split()[-1])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pools, st.integers(0, 100), st.sampled_from(sorted(SPECTRA)), st.data())
def test_label_number_bold_row_and_threshold_agree_wherever_they_are_shown(
    chart, faces, clock, pooled, sensitivity, spectrum, data
):
    labels = SPECTRA[spectrum].labels
    previous = data.draw(st.sampled_from([None, UNCERTAIN, *labels]))
    chosen = Settings(prediction_sensitivity_percent=sensitivity, spectrum=spectrum)
    result = concluded(pooled, chosen, previous=previous)
    clock.now_s += 1
    for widget in (chart, faces):
        widget.clear()
        widget.show_result(result)
    face, row, legend = result.faces[0], faces._list.item(0).data(ROW_ROLE), chart._legend
    figures, needed = [number(text) for text in legend._texts], chart._threshold.percent
    if face.label == UNCERTAIN:
        assert legend._leading is None
        assert max(figures) < needed
        assert row.figure == f"{max(figures)} < {needed}\N{NO-BREAK SPACE}%"
        assert chip_words(face) == UNCERTAIN
        assert f"{max(figures)} %, needs {needed} %" in row.verdict.words
    else:
        assert labels[legend._leading] == row.verdict.label == face.label
        assert figures[legend._leading] >= needed == sensitivity
        assert number(row.figure) == number(chip_words(face)) == figures[legend._leading]
        lead = max(figures) - figures[legend._leading]
        assert (f"leads by {lead} point" in row.verdict.words) == (lead > 0)
        assert lead < 8
    assert needed <= 100
    assert row.name == face.label
    assert chart._title._words == row.verdict.words


def test_just_below_the_sensitivity_reads_below_it():
    shown = verdict({"happy": 72.6}, sensitivity=73)
    assert (shown.label, shown.figure) == (UNCERTAIN, "72 < 77\N{NO-BREAK SPACE}%")


def test_what_is_withheld_after_uncertain_says_what_it_needs():
    shown = verdict({"happy": 74}, sensitivity=73, previous=UNCERTAIN)
    assert shown.label == UNCERTAIN
    assert shown.figure == "74 < 77\N{NO-BREAK SPACE}%"
    assert shown.words == "uncertain: happy has 74 %, needs 77 % (sensitivity + 4)"


def test_a_label_that_stays_says_who_leads():
    shown = verdict({"sad": 47, "neutral": 48}, previous="sad")
    assert (shown.label, shown.figure) == ("sad", "47\N{NO-BREAK SPACE}%")
    assert shown.words == "sad stays: neutral leads by 1 point, needs 8"


def test_a_label_that_leads_needs_no_words():
    assert verdict({"happy": 80}).words == ""


def test_nothing_is_called_uncertain_at_a_hundred_percent():
    shown = verdict({"happy": 99.7}, sensitivity=100, previous=UNCERTAIN)
    assert (shown.label, shown.figure) == (UNCERTAIN, "99 < 100\N{NO-BREAK SPACE}%")
    assert verdict({"happy": 100}, sensitivity=100, previous=UNCERTAIN).label == "happy"


def test_contempt_that_seven_emotions_leave_out_is_named():
    pooled = [0.02, 0.01, 0.01, 0.1, 0.02, 0.02, 0.12, 0.7]
    result = concluded(pooled, Settings())
    words = verdict_on(result.faces[0], KNOWN_EMOTIONS, Settings()).words
    assert words.endswith("Contempt, which this spectrum leaves out, has 70 %")


def test_a_face_that_no_network_answers_says_so():
    unlabelled = Face(1, Box(0, 0, 8, 8), None, None, None, None)
    assert "no network" in verdict_on(unlabelled, (), Settings()).words
    assert verdict_on(unlabelled, EMOTIONS, Settings()).words == "No label yet"


def test_words_without_room_are_cut_short_and_told_whole_by_the_tip(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    title = ChartTitle(parent)
    parent.show()
    words = verdict({"happy": 74}, sensitivity=73, previous=UNCERTAIN).words
    title.say("Probabilities of face 1, the last 60 s", tip="", words=words)
    title.resize(360, 24)
    assert title._unit.text().startswith("uncert")
    assert title._unit.text().endswith("…")
    assert title._unit.toolTip() == words
