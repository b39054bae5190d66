"""A neutral face is set and cleared from the menu, and the window says whom it was taken of and how steady it was."""

import numpy as np
import pytest

from emocam.baseline import SET, AnsweringNetwork, Baseline, NeutralBegun, NeutralCleared, NeutralRefused, NeutralSet
from emocam.gui.live.verdict import verdict_on
from emocam.labels import EMOTIONS
from emocam.settings import NEUTRAL_CONTINUOUS, NEUTRAL_SET, Settings
from tests.gui.stand_ins import result


def baseline(face, *, spread_points=3.2):
    even = np.log(np.full(len(EMOTIONS), 1 / len(EMOTIONS)))
    return Baseline(
        number=1, face=face, kind=SET, network=AnsweringNetwork("0" * 64, EMOTIONS, 1.0, False), log_probabilities=even,
        log_prior=even, beta=0.5, predictions=60, spread_points=spread_points, start_s=0.0, end_s=2.0,
    )  # fmt: skip


@pytest.fixture
def asked(idle_window, monkeypatch):
    """What the capture thread was asked for, as (command, face)."""
    told = []
    monkeypatch.setattr(idle_window._worker, "set_neutral", lambda face: told.append(("set", face)))
    monkeypatch.setattr(idle_window._worker, "clear_neutral", lambda face: told.append(("clear", face)))
    return told


@pytest.fixture
def banners(idle_window, monkeypatch):
    said = []
    monkeypatch.setattr(idle_window.video, "show_banner", lambda text, actions=(): said.append(text))
    monkeypatch.setattr(idle_window.video, "clear_banner", lambda: said.append(None))
    return said


def test_it_is_set_and_cleared_for_all_and_for_the_selected_face_alone(idle_window, asked):
    actions = idle_window.actions_
    actions.set_neutral.trigger()
    assert not actions.set_neutral_selected.isEnabled() and not actions.clear_neutral_selected.isEnabled()
    idle_window._select_face(4)
    actions.set_neutral_selected.trigger()
    actions.clear_neutral_selected.trigger()
    actions.clear_neutral.trigger()
    assert asked == [("set", None), ("set", 4), ("clear", 4), ("clear", None)]


def test_who_should_look_neutral_is_said_until_it_holds_for_nobody_any_more(idle_window, banners):
    worker = idle_window._worker
    worker.neutral_begun.emit(NeutralBegun((1, 2, 3)))
    assert banners == ["Look neutral for 2 seconds: faces 1, 2, 3."]
    worker.neutral_set.emit(NeutralSet(baseline(1)))
    worker.neutral_refused.emit(NeutralRefused(2, "Face 2 looked happy."))
    assert banners[1:] == []
    worker.neutral_cleared.emit(NeutralCleared((3,), "Face 3 left."))
    assert banners[1:] == [None]


def test_what_came_of_it_is_told_of_every_face(idle_window):
    worker = idle_window._worker
    worker.neutral_begun.emit(NeutralBegun((1, 2, 3, 4)))
    for face, spread_points in ((1, 3.2), (3, 0.8)):
        worker.neutral_set.emit(NeutralSet(baseline(face, spread_points=spread_points)))
    for face in (2, 4):
        worker.neutral_refused.emit(NeutralRefused(face, f"Face {face} looked happy."))
    assert idle_window.status.currentMessage() == "Neutral set: face 1 (varied by 3 points), face 3 (varied by 1 point)"
    assert idle_window.notices.text == "Face 2 looked happy.\nFace 4 looked happy."
    worker.neutral_begun.emit(NeutralBegun((2,)))
    worker.neutral_refused.emit(NeutralRefused(2, "Nobody is in sight."))
    assert idle_window.notices.text == "Nobody is in sight."


def test_continuous_is_a_setting_that_the_menu_shows(idle_window):
    action = idle_window.actions_.neutral_continuous
    action.trigger()
    assert idle_window.settings.neutral == NEUTRAL_CONTINUOUS and action.isChecked()
    idle_window.actions_.reset.trigger()
    assert idle_window.settings.neutral == NEUTRAL_SET and not action.isChecked()


def test_a_face_says_what_it_is_measured_against_and_what_it_would_be_called_without():
    (face,) = result(faces=1).faces
    assert verdict_on(face, EMOTIONS, Settings()).neutral == ""
    uncorrected = np.full(len(EMOTIONS), 0.05, np.float32)
    uncorrected[EMOTIONS.index("sad")] = 0.7
    measured = type(face)(**{**{name: getattr(face, name) for name in face.__slots__},
                             "baseline": baseline(1), "uncorrected": uncorrected})  # fmt: skip
    words = verdict_on(measured, EMOTIONS, Settings()).neutral
    assert words == "Measured against its own neutral face, which varied by 3 %. Without it: sad 70 %"
