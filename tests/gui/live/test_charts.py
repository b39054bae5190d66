"""The charts show what was concluded, in memory that does not grow."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontMetricsF, QPalette

from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.history import MOST_FACES, SPAN_S, FaceHistory
from emocam.gui.live.share_chart import ShareChart
from emocam.gui.theme import DARK, LEAST_GRAPHIC_CONTRAST, LIGHT, contrast, label_colour
from emocam.labels import COLOURS, SPECTRA
from emocam.messages import Face
from emocam.settings import Settings
from tests.gui.stand_ins import result


def face(number, pooled):
    return Face(number, None, None, None if pooled is None else np.array(pooled, np.float32), None, None)


def test_samples_are_kept_for_the_last_minute_and_no_longer():
    history = FaceHistory(2)
    for step in range(3000):
        history.add(step * 0.2, [face(1, [0.25, 0.75])])
    ages_s, values = history.series(1)
    assert ages_s[0] >= -SPAN_S
    assert ages_s[-1] == 0
    assert len(ages_s) == pytest.approx(SPAN_S / 0.2, abs=2)
    assert (values == [0.25, 0.75]).all()


def test_a_face_out_of_sight_leaves_a_gap():
    history = FaceHistory(1)
    for step in range(10):
        history.add(step * 0.2, [face(1, [0.5])] if step < 3 or step > 6 else [])
    _, values = history.series(1)
    assert np.isnan(values.ravel()).tolist() == [False] * 3 + [True] * 4 + [False] * 3


def test_a_pause_leaves_a_gap_and_no_bridge():
    history = FaceHistory(1)
    for time_s in (0.0, 0.2, 20.0, 20.2):
        history.add(time_s, [face(1, [0.5])])
    _, values = history.series(1)
    assert np.isnan(values).any()


def test_frames_of_a_film_that_are_far_apart_are_joined_by_a_line():
    history = FaceHistory(1)
    for time_s in (0.0, 5.0, 10.2, 30.0):  # the last one after a pause
        history.add(time_s, [face(1, [0.5])], lasts_s=5.0)
    _, values = history.series(1)
    assert np.isnan(values.ravel()).tolist() == [False, False, False, True, False]


def test_passers_by_do_not_fill_the_memory():
    history = FaceHistory(1)
    for number in range(500):
        history.add(number * 0.1, [face(number, [0.5])])
    assert len(history._rings) == MOST_FACES


def test_the_chart_follows_the_spectrum(qtbot):
    chart = FaceChart()
    qtbot.addWidget(chart)
    for step in range(30):
        chart.show_result(result(time_s=step * 0.2))
    assert tuple(chart._curves) == SPECTRA["seven"].labels
    three = Settings(spectrum="three")
    for step in range(30, 40):
        chart.show_result(result(time_s=step * 0.2, settings=three))
    assert tuple(chart._curves) == SPECTRA["three"].labels


def test_another_network_begins_a_new_history(qtbot):
    chart = FaceChart()
    qtbot.addWidget(chart)
    chart.show_result(result(time_s=0.0))
    shown = result(time_s=0.5)
    fewer = replace(shown.faces[0], pooled=np.array([0.4, 0.6], np.float32))
    chart.show_result(replace(shown, faces=(fewer,), model_labels=("happy", "neutral")))
    assert chart._model_labels == ("happy", "neutral")


def test_shares_stand_in_the_spectrum_s_order_with_uncertain_last(qtbot):
    chart = ShareChart()
    qtbot.addWidget(chart)
    chart.show_shares({"negative": 0.25, "uncertain": 0.5, "neutral": 0.0, "positive": 0.25}, spectrum="three")
    assert list(chart._shares) == ["positive", "neutral", "negative", "uncertain"]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("label", COLOURS)
def test_every_label_s_colour_stands_off_the_background(qtbot, label, scheme):
    assert contrast(label_colour(label, scheme.base), QColor(scheme.base)) >= LEAST_GRAPHIC_CONTRAST


def test_the_charts_follow_a_change_of_the_scheme(qtbot):
    shares, probabilities = ShareChart(), FaceChart()
    shares.show_shares({"happy": 1.0})
    for chart in (shares, probabilities):
        qtbot.addWidget(chart)
        chart.resize(300, 200)
        for scheme in (DARK, LIGHT):
            palette = chart.palette()
            palette.setColor(QPalette.ColorRole.Window, QColor(scheme.window))
            palette.setColor(QPalette.ColorRole.Base, QColor(scheme.base))
            chart.setPalette(palette)
            grabbed = chart.grab().toImage()
            # One point beside the plot, one inside it.
            assert {grabbed.pixelColor(x, y).name() for x, y in ((2, 2), (200, 60))} == {scheme.base.lower()}


def test_the_names_beside_the_bars_have_room_from_the_first_drawing(qtbot):
    chart = ShareChart()
    qtbot.addWidget(chart)
    chart.show_shares({"happy": 1.0})
    assert not chart.grab().isNull()
    room_px = chart._plot.getAxis("left").width()
    metrics = QFontMetricsF(chart._plot.font())
    assert room_px > max(metrics.horizontalAdvance(label) for label in SPECTRA["seven"].labels)


@pytest.mark.parametrize("width_px", [220, 260, 400, 900])
@pytest.mark.parametrize("spectrum", SPECTRA)
def test_the_figure_beside_a_full_bar_has_room(qtbot, spectrum, width_px):
    chart = ShareChart()
    qtbot.addWidget(chart)
    chart.resize(width_px, 190)
    label = SPECTRA[spectrum].labels[0]
    chart.show_shares({label: 1.0}, spectrum=spectrum)
    assert not chart.grab().isNull()
    figure, seen = chart._figures[0], chart._plot.getViewBox()
    edge = figure.mapRectToItem(seen, figure.boundingRect()).right()
    assert edge <= seen.boundingRect().right() + 1


def test_a_share_chart_can_empty_and_fill_again(qtbot):
    chart = ShareChart()
    qtbot.addWidget(chart)
    chart.show_shares({"happy": 1.0})
    chart.clear()
    assert chart._empty.text() == "No labels yet"
    chart.show_shares({"sad": 1.0})
    assert chart._empty.text() == ""
    assert len(chart._figures) == len(SPECTRA["seven"].labels) + 1


def test_the_figures_are_the_last_frame_s_and_not_the_last_sample_s(qtbot):
    now_s = 0.0
    chart = FaceChart(clock=lambda: now_s)
    qtbot.addWidget(chart)
    chart.show_result(result())
    now_s = 0.03
    shown = result(time_s=0.03)
    pooled = np.array([0.02, 0.02, 0.02, 0.72, 0.02, 0.02, 0.18], np.float32)
    chart.show_result(replace(shown, faces=(replace(shown.faces[0], pooled=pooled),)))
    assert "72" in chart._legend._texts[SPECTRA["seven"].labels.index("happy")]
