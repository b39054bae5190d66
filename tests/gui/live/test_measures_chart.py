"""The chart of a face shows measures of its points instead of its probabilities, and says what they are."""

from dataclasses import fields, replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QWidget

from emocam.gui.live.chart_title import ChartTitle
from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.history import MEASURES, MOST_FACES, FaceHistory, measures_of
from emocam.gui.live.subjects import FEATURES, HEAD_POSE, PROBABILITIES, SUBJECTS
from emocam.gui.theme import DARK, LEAST_GRAPHIC_CONTRAST, LIGHT, contrast
from emocam.messages import FaceMeasures
from tests.gui.stand_ins import measures, result

of_measures = [subject for subject in SUBJECTS.values() if subject.lines]


@pytest.fixture
def chart(qtbot, clock):
    made = FaceChart(clock=clock)
    qtbot.addWidget(made)
    made.resize(700, 190)
    made.show()
    return made


def show(chart, clock, *, faces=1, **changes):
    """Show the next frame, in which every face has these measures; none where `seen` is false."""
    clock.now_s += 0.11
    is_seen = changes.pop("seen", True)
    shown = result(faces=faces, time_s=clock.now_s)
    told = measures(**changes) if is_seen else None
    chart.show_result(replace(shown, faces=tuple(replace(face, measures=told) for face in shown.faces)))


def line(chart, title):
    """Return the values of a line, oldest first."""
    return chart._curves[title].getData()[1]


def test_every_measure_stands_in_one_of_the_charts():
    drawn = [line.name for subject in of_measures for line in subject.lines]
    assert sorted(drawn) == sorted(MEASURES) == sorted(field.name for field in fields(FaceMeasures))


def test_head_pose_is_drawn_in_degrees_that_say_which_way(chart, clock):
    chart.show_subject(HEAD_POSE)
    for yaw_deg in (5.0, 12.4, -12.4):
        show(chart, clock, yaw_deg=yaw_deg)
    assert line(chart, "yaw to the right") == pytest.approx([5.0, 12.4, -12.4])
    assert chart._legend._texts == ("−12°", "−4°", "2°")
    assert chart._title.text() == "Head pose of face 1, the last 60 s"
    assert chart._title._unit.text() == "degrees from facing the camera"


def test_features_are_drawn_in_hundredths_of_their_unit(chart, clock):
    chart.show_subject(FEATURES)
    show(chart, clock, lip_corners=-0.001)
    assert list(chart._curves) == ["right eye open", "left eye open", "mouth open", "brows raised", "lip corners up"]
    assert chart._legend._texts == ("0.30", "0.28", "0.05", "0.25", "0.00")


def test_a_subject_chosen_late_shows_the_last_minute_too(chart, clock):
    for _ in range(20):
        show(chart, clock)
    chart.show_subject(FEATURES)
    assert len(line(chart, "mouth open")) == 20
    chart.show_subject(PROBABILITIES)
    assert len(line(chart, "happy")) == 20
    assert "14" in chart._legend._texts[0]


def test_where_no_points_are_seen_the_line_has_a_gap_and_the_legend_no_figure(chart, clock):
    chart.show_subject(HEAD_POSE)
    for is_seen in (True, False, True, False):
        show(chart, clock, seen=is_seen)
    assert np.isnan(line(chart, "pitch up")).tolist() == [False, True, False, True]
    assert chart._legend._texts == ("", "", "")
    assert chart._empty.text() == ""


def test_a_chart_without_points_says_why(chart, clock):
    chart.show_subject(FEATURES)
    assert chart._empty.text() == "No face yet"
    show(chart, clock, seen=False)
    assert chart._empty.text().startswith("No points of face 1 are seen")
    show(chart, clock)
    assert chart._empty.text() == ""


def test_the_selected_face_is_drawn(chart, clock):
    chart.show_subject(HEAD_POSE)
    clock.now_s += 0.1
    shown = result(faces=2)
    turned = replace(shown.faces[1], measures=measures(yaw_deg=-30.0))
    chart.show_result(replace(shown, faces=(replace(shown.faces[0], measures=measures()), turned)))
    chart.select_face(2)
    assert line(chart, "yaw to the right") == pytest.approx([-30.0])
    assert chart._title.text() == "Head pose of face 2, the last 60 s"


@pytest.mark.parametrize(("yaw_deg", "end"), [(10, 30), (30, 30), (-31, 60), (75, 90), (170, 180)])
def test_the_scale_has_room_for_every_value(chart, clock, yaw_deg, end):
    chart.show_subject(HEAD_POSE)
    show(chart, clock, yaw_deg=yaw_deg)
    low, high = chart._plot.viewRange()[1]
    assert low < -end < end < high
    assert high < 1.3 * end


def test_another_source_forgets_the_measures(chart, clock):
    chart.show_subject(HEAD_POSE)
    show(chart, clock)
    chart.clear()
    assert line(chart, "pitch up") is None
    assert chart._title.text() == "Head pose, the last 60 s"


def test_the_measures_of_passers_by_do_not_fill_the_memory():
    history = FaceHistory(len(MEASURES), measures_of)
    walker = replace(result().faces[0], measures=measures())
    for number in range(500):
        history.add(number * 0.1, [replace(walker, track_id=number)])
    assert len(history._rings) == MOST_FACES


@pytest.mark.parametrize("subject", of_measures, ids=lambda subject: subject.name)
def test_measures_are_called_neither_codes_nor_feelings(chart, subject):
    assert "geometry, not FACS codes and not feelings" in subject.tip
    assert subject.unit
    chart.show_subject(subject)
    assert chart._title._chooser.toolTip() == subject.tip


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_lines_of_the_measures_stand_off_the_background(scheme):
    for subject in of_measures:
        colours = [QColor(line.colour) for line in subject.lines]
        assert len({colour.name() for colour in colours}) == len(colours)
        assert min(contrast(colour, QColor(scheme.base)) for colour in colours) >= LEAST_GRAPHIC_CONTRAST


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=list(SUBJECTS))
def test_the_legend_has_room_for_every_figure_of_its_scales(chart, clock, subject):
    chart.show_subject(subject)
    show(chart, clock)
    metrics = QFontMetricsF(chart._legend._font(is_leading=True))
    names = max(metrics.horizontalAdvance(name) for name in chart._legend._colours)
    ends = [subject.write(value) for scale in subject.scales for value in (scale[0], scale[-1])]
    assert chart._legend.width() >= 21 + names + max(metrics.horizontalAdvance(text) for text in ends)


def test_a_unit_without_room_is_left_out_whole(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    title = ChartTitle(parent)
    parent.show()
    title.say("Head pose of face 1, the last 60 s", tip="", unit=HEAD_POSE.unit)
    title.resize(260, 24)
    assert title._unit.text() == ""
    title.resize(900, 24)
    assert title._unit.text() == HEAD_POSE.unit
