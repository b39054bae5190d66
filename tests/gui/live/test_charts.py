"""The charts show what was concluded, in memory that does not grow."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontMetricsF, QPalette

from emocam.capture.events import SINCE_OPENED, SINCE_RECORD, SINCE_STOP
from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.history import MOST_FACES, SPAN_S, FaceHistory
from emocam.gui.live.shapes import OF_LABEL
from emocam.gui.live.share_chart import ShareChart
from emocam.gui.live.subjects import HEAD_POSE, SUBJECTS
from emocam.gui.theme import DARK, LEAST_GRAPHIC_CONTRAST, LIGHT, contrast, label_colour
from emocam.labels import COLOURS, EMOTIONS, KNOWN_EMOTIONS, SPECTRA
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
    assert contrast(label_colour(label), QColor(scheme.base)) >= LEAST_GRAPHIC_CONTRAST


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


@pytest.fixture
def chart(qtbot, clock):
    chart = FaceChart(clock=clock)
    qtbot.addWidget(chart)
    return chart


def spots(chart):
    return [(point.symbol(), round(point.pos().y(), 2)) for point in chart._markers._item.points()]


def test_lines_are_told_apart_by_shape_as_well(chart):
    assert len(set(OF_LABEL[label] for label in KNOWN_EMOTIONS)) == len(KNOWN_EMOTIONS)
    for spectrum in SPECTRA.values():
        assert len({OF_LABEL[label] for label in spectrum.labels}) == len(spectrum.labels)
    for subject in SUBJECTS.values():
        chart.show_subject(subject)
        assert len(set(chart._legend._shapes.values())) == len(chart._legend._colours)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_legend_and_boxes_have_one_colour_for_a_label_in_both_themes(chart, scheme):
    palette = chart.palette()
    palette.setColor(QPalette.ColorRole.Window, QColor(scheme.window))
    palette.setColor(QPalette.ColorRole.Base, QColor(scheme.base))
    chart.setPalette(palette)
    for label in SPECTRA["seven"].labels:
        assert chart._curves[label].opts["pen"].color() == QColor(chart._legend._colours[label]) == label_colour(label)


def test_a_single_picture_shows_in_the_chart(chart):
    shown = result()
    pooled = np.array([0.02, 0.02, 0.02, 0.72, 0.02, 0.02, 0.18], np.float32)
    chart.show_result(replace(shown, faces=(replace(shown.faces[0], pooled=pooled),)))
    assert spots(chart) == [("o", 0.72), ("+", 0.18)]
    assert chart._empty.text() == ""


def test_a_frame_that_is_shown_again_changes_its_sample_and_adds_none(chart, clock):
    bare = result(labels=())
    chart.show_result(bare)
    assert "No label" in chart._empty.text()
    for now_s, share in ((3.0, 0.72), (6.0, 0.4)):
        clock.now_s = now_s
        pooled = np.full(7, (1 - share) / 6, np.float32)
        pooled[3] = share
        labelled = replace(bare.faces[0], pooled=pooled, label="happy", confidence=share)
        chart.show_result(replace(bare, faces=(labelled,), model_labels=EMOTIONS))
        ages_s, values = chart._pooled.series(1)
        assert len(ages_s) == 1
        assert values[0, 3] == np.float32(share)


def test_the_shapes_keep_their_places_in_time(chart, clock):
    def places():
        now_s = chart._pooled.newest_s
        return {round(now_s + point.pos().x(), 3) for point in chart._markers._item.points()} - {round(now_s, 3)}

    seen: set[float] = set()
    for step in range(300):
        clock.now_s = step * 0.1
        chart.show_result(result(time_s=clock.now_s))
        assert seen <= places()
        seen = places()
    assert len(seen) > 10


def test_the_title_says_that_a_face_has_left_and_its_figures_go(chart, clock):
    chart.show_result(result())
    assert chart._title.text() == "Probabilities of face 1, the last 60 s"
    clock.now_s = 12.0
    chart.show_result(result(faces=0))
    assert chart._title.text() == "Probabilities of face 1 (left 12 s ago), the last 60 s"
    assert set(chart._legend._texts) == {""}


def test_without_a_picture_nobody_is_in_sight_and_the_lines_stay(chart):
    chart.show_result(result())
    chart.show_nobody()
    assert set(chart._legend._texts) == {""}
    assert "left" in chart._title.text() or "out of sight" in chart._title.text()
    assert np.isfinite(chart._pooled.series(1)[1]).any()


def test_measures_have_no_threshold(chart):
    chart.show_result(result())
    assert chart._threshold.percent == 35
    chart.show_subject(HEAD_POSE)
    assert chart._threshold.percent is None


def test_the_shares_say_since_when_they_are_counted(qtbot):
    chart = ShareChart()
    qtbot.addWidget(chart)
    titles = []
    for since in (SINCE_OPENED, SINCE_RECORD, SINCE_STOP):
        chart.show_shares({"happy": 1.0}, since=since)
        titles.append(chart._title.text())
    assert titles == ["Shares since the source was opened", "Shares since Record", "Shares since Stop"]


def test_a_share_that_is_nearly_all_is_not_called_all(qtbot):
    chart = ShareChart()
    qtbot.addWidget(chart)
    chart.show_shares({"happy": 0.9999, "sad": 0.0001})
    assert [figure.textItem.toPlainText().replace("\N{NO-BREAK SPACE}", " ") for figure in chart._figures][3:5] == [
        ">99 %",
        "<1 %",
    ]
