"""The window: what it shows, says and remembers, with a fake engine behind it."""

import json
import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMenu, QSlider

from emocam.gui import main_window as main_window_module
from emocam.gui.dialogs import MarkerDialog
from emocam.gui.main_window import MainWindow
from emocam.gui.notices import ActionButton
from emocam.gui.source_controls import NO_FACE_AFTER_S
from emocam.gui.worker import CaptureThread, Engine, Shown
from emocam.messages import Gap
from emocam.sessions.recorder import SessionRecorder
from emocam.settings import Settings, load_settings
from emocam.sources import Camera
from tests.gui.stand_ins import FakePipeline, FakeSource, Sources, frame, open_fake_model, result

CAMERAS = [Camera("Integrated", "usb-1", 0, 0), Camera("Desk & wall", "usb-2", 1, 0)]


@pytest.fixture(autouse=True)
def answer(monkeypatch):
    """Answer the question at closing with yes: a dialog that waits for a person would wait for ever."""
    monkeypatch.setattr(main_window_module, "may_stop_and_close", lambda parent: True)


@pytest.fixture
def camera():
    return FakeSource("Integrated", is_live=True)


@pytest.fixture
def folders(tmp_path):
    sessions = tmp_path / "sessions"
    sessions.mkdir()
    return tmp_path / "settings.json", sessions


@pytest.fixture
def make_window(folders, camera, qtbot):
    settings_path, sessions = folders
    made = []

    def make(*, settings=None, sources=None, source=None):
        settings = settings or Settings(model="fake")
        engine = Engine(
            open_source=sources or Sources(first=camera, **{"usb-2": camera}),
            open_model=open_fake_model,
            make_pipeline=FakePipeline,
            sessions_folder=lambda: sessions,
        )
        worker = CaptureThread(settings, engine=engine)
        window = MainWindow(
            worker,
            settings,
            settings_path=settings_path,
            sessions_folder=lambda: sessions,
            list_cameras=lambda: CAMERAS,
        )
        made.append(window)
        window.show()
        with qtbot.waitSignal(worker.model_opened):
            worker.start()
            window.start(source)
        return window

    yield make
    for window in made:
        window.end()
        assert window._worker.isFinished()
        window.deleteLater()


@pytest.fixture
def window(make_window, camera, qtbot):
    """A window that shows a camera."""
    made = make_window()
    camera.items.append(frame())
    qtbot.waitUntil(lambda: "1 face" in made.status.figures)
    return made


@pytest.fixture
def messages(monkeypatch):
    """Everything that the picture says instead of itself, newest last."""
    said = []
    monkeypatch.setattr(
        "emocam.gui.live.video_view.VideoView.show_message",
        lambda view, title, text, actions=(): said.append((title, text, [action.objectName() for action in actions])),
    )
    return said


@pytest.fixture
def banners(monkeypatch):
    said = []
    show_banner = "emocam.gui.live.video_view.VideoView.show_banner"
    monkeypatch.setattr(show_banner, lambda view, text, actions=(): said.append(text))
    return said


def record(window, qtbot):
    with qtbot.waitSignal(window.session.recording_changed):
        window.actions_.record.trigger()


def test_a_picture_fills_the_status_line(window):
    assert "3 ms" in window.status.figures
    assert "0 dropped" in window.status.figures
    assert window.windowTitle() == "Integrated – Emocam"


def test_record_and_stop_by_clicks_leave_a_session(window, camera, folders, qtbot):
    button = window.toolbar.record_button
    with qtbot.waitSignal(window.session.recording_changed):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Stop"
    assert window.status.session.startswith("●")
    with qtbot.waitSignal(window._worker.result_ready):
        camera.items.append(frame(1, 0.1))
    with qtbot.waitSignal(window.session.recording_changed):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Record"
    (session,) = folders[1].iterdir()
    assert session.name in window.status.session
    assert len((session / "faces.csv").read_text(encoding="utf-8").splitlines()) == 2


def test_recording_waits_for_the_network(folders, qtbot):
    worker = CaptureThread(Settings(), engine=Engine(make_pipeline=FakePipeline))
    window = MainWindow(worker, Settings(), settings_path=folders[0], list_cameras=lambda: [])
    assert not window.actions_.record.isEnabled()
    assert "network" in window.actions_.record.toolTip()
    window.end()


def test_closing_while_recording_asks_and_cancel_keeps_everything(window, qtbot, monkeypatch):
    record(window, qtbot)
    monkeypatch.setattr(main_window_module, "may_stop_and_close", lambda parent: False)
    assert not window.close()
    assert window.isVisible()
    assert window.session.is_recording
    assert window._worker.isRunning()


def test_closing_while_recording_completes_the_session(window, camera, folders, qtbot, monkeypatch):
    record(window, qtbot)
    with qtbot.waitSignal(window._worker.result_ready):
        camera.items.append(frame(1, 0.1))
    monkeypatch.setattr(main_window_module, "may_stop_and_close", lambda parent: True)
    assert window.close()
    (session,) = folders[1].iterdir()
    assert json.loads((session / "session.json").read_text(encoding="utf-8"))["end"] is not None
    assert (session / "statistics.csv").is_file()


def test_a_marker_is_named_while_the_recording_goes_on(window, camera, folders, qtbot):
    record(window, qtbot)
    window.actions_.marker.trigger()
    (dialog,) = window.findChildren(MarkerDialog)
    assert not dialog.isModal()
    qtbot.keyClicks(dialog.name, "question 2")
    with qtbot.waitSignal(dialog.named):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    window.end()
    (session,) = folders[1].iterdir()
    assert "question 2" in (session / "markers.csv").read_text(encoding="utf-8")


def test_settings_are_remembered(make_window, folders):
    window = make_window()
    window.change(prediction_sensitivity_percent=50, spectrum="three")
    window.end()
    kept = load_settings(folders[0])
    assert (kept.prediction_sensitivity_percent, kept.spectrum) == (50, "three")
    assert kept.source == "Integrated"


def test_a_setting_changed_in_the_panel_reaches_the_next_frame(window, camera, qtbot):
    window.actions_.sensitivity_up.trigger()
    assert window.settings.prediction_sensitivity_percent == 40
    seen = []
    window._worker.result_ready.disconnect(window._show_newest)
    window._worker.result_ready.connect(lambda: seen.append(window._worker.results.take().result.settings))
    camera.items.append(frame(1, 0.1))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0].prediction_sensitivity_percent == 40


def test_the_spectrum_is_switched_by_key_and_by_menu(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.settings.spectrum == "three"
    assert "three" in window.toolbar.spectrum_button.text()
    window.actions_.spectrum_seven.trigger()
    assert window.settings.spectrum == "seven"
    assert window.actions_.spectrum_seven.isChecked()


def test_reset_puts_everything_back_but_the_source(window):
    window.change(label_every_frames=30, spectrum="three")
    window.actions_.reset.trigger()
    assert window.settings == Settings(source="Integrated")


def test_no_camera_is_said_with_what_to_do(make_window, messages, qtbot):
    window = make_window(sources=Sources())
    qtbot.waitUntil(lambda: messages[-1][0] == "No camera picture")
    _title, text, actions = messages[-1]
    assert "expected a camera" in text
    assert "keeps trying" in text
    assert actions == ["retry", "open_file", "open_demo"]
    assert window.isVisible()


def test_a_lost_camera_is_said_and_its_picture_comes_back(window, camera, messages, qtbot):
    camera.items.append(Gap(1, 1.0, "The camera was unplugged."))
    qtbot.waitUntil(lambda: bool(messages))
    assert messages[-1][0] == "The picture was lost"
    assert "unplugged" in messages[-1][1]
    camera.items.append(frame(2, 2.0))
    qtbot.waitUntil(lambda: "1 face" in window.status.figures)


def test_the_end_of_a_file_offers_to_play_it_again(make_window, banners, qtbot):
    sources = Sources(clip=lambda: FakeSource("clip", frames=2))
    window = make_window(sources=sources, source="clip")
    qtbot.waitUntil(lambda: "The end of clip." in banners)
    played = len(sources.opened)
    window.sources._replay.trigger()
    qtbot.waitUntil(lambda: len(sources.opened) == played + 1)


def test_a_picture_stays_with_its_face_after_its_end(make_window, banners, qtbot):
    window = make_window(sources=Sources(photo=FakeSource("photo", frames=1)), source="photo")
    qtbot.waitUntil(lambda: "The end of photo." in banners)
    assert window.video.has_picture
    assert window.video._message.isHidden()
    assert window.faces._list.count() == 1
    assert window.status.figures == "The source has ended"


def test_a_file_without_a_picture_says_so_where_the_picture_would_be(make_window, messages, qtbot):
    make_window(sources=Sources(empty=FakeSource("empty", frames=0)), source="empty")
    qtbot.waitUntil(lambda: messages[-1][0] == "The end of empty")


def test_a_clip_that_ends_while_recording_keeps_the_recording_open(make_window, camera, banners, qtbot):
    window = make_window(sources=Sources(first=camera, clip=FakeSource("clip", frames=2, interval_s=0.01)))
    camera.items.append(frame())
    record(window, qtbot)
    window.sources.open("clip")
    qtbot.waitUntil(lambda: any("The end of clip." in text for text in banners))
    assert "recording is still open" in banners[-1]
    assert window.session.is_recording


def test_a_recording_whose_folder_vanished_is_not_called_saved(window, camera, folders, qtbot):
    record(window, qtbot)
    (session,) = folders[1].iterdir()
    shutil.rmtree(session)
    with qtbot.waitSignal(window.session.recording_changed):
        window.actions_.record.trigger()
    assert "is gone" in window.notices.text
    assert "Open folder" not in [button.text() for button in window.notices.findChildren(ActionButton)]
    assert window.status.session == ""


def test_no_face_for_a_while_is_met_with_advice_until_there_is_one(window, banners):
    def show(faces, time_s):
        window.sources.watch_for_faces(Shown(result(faces=faces, time_s=time_s), 30.0, 0, {}))

    show(1, 10.0)
    show(0, 10.0 + NO_FACE_AFTER_S - 0.1)
    assert banners == []
    show(0, 10.0 + NO_FACE_AFTER_S + 0.1)
    show(0, 10.0 + NO_FACE_AFTER_S + 9)
    assert len(banners) == 1
    assert "light" in banners[0]
    show(1, 30.0)
    show(0, 30.0 + NO_FACE_AFTER_S + 1)
    assert len(banners) == 2


def test_a_black_picture_is_called_black(window, banners):
    import numpy as np

    black = np.zeros((48, 64, 3), np.uint8)
    for time_s in (0.0, NO_FACE_AFTER_S + 1):
        window.sources.watch_for_faces(Shown(result(faces=0, time_s=time_s, picture=black), 30.0, 0, {}))
    assert "black" in banners[-1]


def test_a_bad_network_is_refused_with_the_reason_and_the_old_one_stays(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: ("bad.hdf5", ""))
    with qtbot.waitSignal(window._worker.model_failed):
        window.actions_.open_model.trigger()
    assert window.notices.text == "The network bad.hdf5 cannot be used; the one in use stays. bad.hdf5 holds no network"
    assert window.settings.model == "fake"


def test_what_is_worth_knowing_of_a_film_stands_in_the_notice_bar(window):
    window._worker.source_notice.emit("raw.h264 states no times: 25 frames a second are assumed for it.")
    assert window.notices.text == "raw.h264 states no times: 25 frames a second are assumed for it."


def test_a_finder_that_cannot_be_opened_is_named_in_a_notice(window):
    window._worker.finder_problem.emit("expected cascades in /opt/cascades.xml; install Emocam anew")
    assert window.notices.text == (
        "Faces are found without a part of Emocam: expected cascades in /opt/cascades.xml; install Emocam anew."
    )


def test_the_sensitivity_quotes_the_figures_of_the_network_in_use(window, qtbot):
    slider = window.panel.findChild(QSlider, "prediction_sensitivity_percent")
    assert "this network" not in slider.toolTip()
    with qtbot.waitSignal(window._worker.model_opened):
        window.change(model="scored.hdf5")
    seven = slider.toolTip()
    assert "judged by ten people" in seven
    window.actions_.spectrum_three.trigger()
    assert "judged by ten people" in slider.toolTip() != seven
    with qtbot.waitSignal(window._worker.model_failed):
        window.change(model="bad.hdf5")
    assert "judged by ten people" in slider.toolTip()
    with qtbot.waitSignal(window._worker.model_opened):
        window.change(model="fake")
    assert "this network" not in slider.toolTip()


def test_the_panel_says_whose_labels_the_network_in_use_gives(window, qtbot):
    state = window.panel.findChild(QLabel, "network_state")
    with qtbot.waitSignal(window._worker.model_opened):
        window.change(model="scored.hdf5")
    assert state.text() == "judges like people"
    with qtbot.waitSignal(window._worker.model_failed):
        window.change(model="bad.hdf5")
    assert state.text() == "judges like people"
    with qtbot.waitSignal(window._worker.model_opened):
        window.change(model="fake")
    assert state.isHidden()


def test_a_network_of_last_time_that_is_gone_falls_back_to_the_shipped_one(make_window, qtbot):
    window = make_window(settings=Settings(model="bad_old.hdf5"))
    assert window.settings.model == Settings().model
    assert "bad_old.hdf5" in window.notices.text
    assert window.actions_.record.isEnabled()


def test_the_cameras_stand_in_the_menu_by_name(window, qtbot):
    qtbot.waitUntil(lambda: len(window.sources.menu.cameras) == 2)
    names = [action.text() for action in window.sources.menu.actions() if action.isCheckable()]
    assert names == ["Integrated", "Desk && wall"]


def test_a_session_that_was_cut_off_is_offered_and_completed(make_window, folders, qtbot):
    cut_off = folders[1] / "2026-01-02_03-04-05"
    recorder = SessionRecorder(cut_off, model=open_fake_model("fake").model, settings=Settings(), source="camera")
    recorder.record(result())
    recorder._folder_lock.release()  # as a kill does
    window = make_window()
    qtbot.waitUntil(lambda: cut_off.name in window.notices.text)
    window.session._complete.trigger()
    qtbot.waitUntil(lambda: "1 recording completed" in window.notices.text)
    assert (cut_off / "statistics.csv").is_file()


def test_pause_holds_the_picture_and_says_so(window, camera, banners, qtbot):
    window.actions_.pause.trigger()
    assert banners == ["Paused"]
    assert window.actions_.pause.text() == "&Resume"
    window.actions_.pause.trigger()
    shown = []
    window._worker.result_ready.connect(lambda: shown.append(1))

    def a_new_picture_is_shown():
        camera.items.append(frame(5, 5.0))  # again and again: one that arrives before Resume is passed over
        return bool(shown)

    qtbot.waitUntil(a_new_picture_is_shown)


def test_space_pauses_unless_a_button_has_the_keyboard(window, qtbot):
    with qtbot.waitActive(window):
        window.activateWindow()
    window.video.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.actions_.pause.isChecked()


def test_everything_that_can_be_done_has_its_own_shortcut_and_stands_in_a_menu(window):
    actions = window.actions_.all()
    keys = [action.shortcut().toString() for action in actions]
    assert all(keys)
    assert len(set(keys)) == len(keys)
    cameras = {QKeySequence(f"Ctrl+{number}").toString() for number in range(1, 10)}
    assert not cameras & set(keys)
    in_menus = {action for menu in window.findChildren(QMenu) for action in menu.actions()}
    assert [action.objectName() for action in actions if action not in in_menus] == []


def test_theme_and_folded_parts_are_remembered(make_window):
    first = make_window()
    first.actions_.theme_dark.trigger()
    first.actions_.charts.trigger()
    first.end()
    second = make_window()
    assert second.actions_.theme_dark.isChecked()
    assert not second.body.charts.isVisible()
    assert QApplication.palette().window().color().lightness() < 128


def test_help_pages_open_beside_the_window(window):
    for action in (window.actions_.shortcuts, window.actions_.network_card, window.actions_.about):
        action.trigger()
    titles = {dialog.windowTitle() for dialog in window.findChildren(QDialog) if dialog.isVisible()}
    assert titles == {"Keyboard shortcuts", "About this network", "About Emocam"}
