"""The capture thread: what it reads, analyses, records and says, with a fake engine."""

import csv
import errno
import io
import json
import threading
from pathlib import Path

import pytest

from emocam.baseline import NeutralBegun, NeutralCleared, NeutralSet
from emocam.gui.worker import CaptureThread, Engine
from emocam.messages import Gap
from emocam.sessions import files as session_files
from emocam.settings import Settings
from tests.gui.stand_ins import FakePipeline, FakeSource, Sources, frame, neutral_baseline, open_fake_model


@pytest.fixture
def make_worker(tmp_path, qtbot):
    """Return a function that makes a capture thread, which is ended after the test."""
    made = []

    def make(sources, *, settings=None, **engine):
        settings = settings or Settings(model="fake")
        parts = {"open_source": sources, "open_model": open_fake_model, "make_pipeline": FakePipeline,
                 "write_spreadsheet": lambda folder: None}  # fmt: skip
        worker = CaptureThread(settings, engine=Engine(**{**parts, "sessions_folder": lambda: tmp_path, **engine}))
        made.append(worker)
        return worker

    yield make
    for worker in made:
        worker.stop()
        assert worker.wait(5000)


def rows(folder, name="faces.csv"):
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def session_of(tmp_path):
    (folder,) = tmp_path.iterdir()
    return folder


def start_recording(worker, qtbot):
    """Open the first camera, and record once there is a network."""
    with qtbot.waitSignals([worker.model_opened, worker.source_opened]):
        worker.start()
        worker.open(None)
    with qtbot.waitSignal(worker.recording_started):
        worker.start_recording()


def test_the_picture_is_shown_before_the_network_is_loaded(make_worker, qtbot):
    may_load = threading.Event()

    def open_slowly(text):
        may_load.wait(5)
        return open_fake_model(text)

    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera), open_model=open_slowly)
    worker.start()
    with qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame())
        worker.open(None)
    first = worker.results.take().result
    assert first.model_labels == ()
    assert len(first.faces) == 1
    with qtbot.waitSignal(worker.model_opened):
        may_load.set()
    with qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame(1, 0.1))
    assert worker.results.take().result.faces[0].label == "happy"


def test_one_signal_stands_for_all_results_that_were_not_taken_yet(make_worker, qtbot):
    worker = make_worker(Sources(clip=FakeSource(frames=20)))
    signals = []
    worker.result_ready.connect(lambda: signals.append(1))
    worker.start()
    with qtbot.waitSignal(worker.source_ended):
        worker.open("clip")
    assert signals == [1]
    assert worker.results.take().result.frame.index == 19


def test_every_analysed_frame_is_recorded_even_if_the_window_takes_none(make_worker, qtbot, tmp_path):
    worker = make_worker(Sources(clip=FakeSource(frames=40)))
    with qtbot.waitSignal(worker.model_opened):
        worker.start()
    with qtbot.waitSignal(worker.recording_started):
        worker.start_recording()
    with qtbot.waitSignal(worker.source_ended):
        worker.open("clip")
    with qtbot.waitSignal(worker.recording_stopped) as stopped:
        worker.stop_recording()
    folder, problem = stopped.args
    assert problem == ""
    recorded = rows(session_of(tmp_path))
    assert [row["frame"] for row in recorded if row["state"] == "face"] == [str(number) for number in range(40)]
    assert (session_of(tmp_path) / "statistics.csv").is_file()
    assert folder == str(session_of(tmp_path))


def test_a_lost_camera_leaves_a_gap_in_the_recording_and_is_said_once(make_worker, qtbot, tmp_path):
    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera))
    lost: list[str] = []
    worker.source_lost.connect(lost.append)
    start_recording(worker, qtbot)
    with qtbot.waitSignal(worker.result_ready):
        camera.items += [frame(0, 0.0), Gap(1, 1.0, "unplugged"), Gap(2, 2.0, "unplugged")]
    worker.results.take()
    qtbot.waitUntil(lambda: lost == ["unplugged"])
    with qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame(3, 3.0))
    with qtbot.waitSignal(worker.recording_stopped):
        worker.stop_recording()
    assert [row["state"] for row in rows(session_of(tmp_path))] == ["face", "source_lost", "source_lost", "face"]
    assert lost == ["unplugged"]


def test_a_source_that_cannot_be_opened_is_said_and_the_next_one_opens(make_worker, qtbot):
    worker = make_worker(Sources(clip=FakeSource("clip")))
    worker.start()
    with qtbot.waitSignal(worker.source_failed) as failed:
        worker.open("nowhere")
    assert failed.args == ["expected a camera; nowhere is none", True]
    with qtbot.waitSignal(worker.source_opened) as opened:
        worker.open("clip")
    assert opened.args == ["clip", "clip", False]


def test_a_network_that_cannot_be_loaded_leaves_the_one_in_use(make_worker, qtbot):
    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera))
    with qtbot.waitSignals([worker.model_opened, worker.source_opened]):
        worker.start()
        worker.open(None)
    with qtbot.waitSignal(worker.model_failed) as failed:
        worker.use_settings(Settings(model="bad.hdf5"))
    assert failed.args == ["bad.hdf5", "bad.hdf5 holds no network"]
    with qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame())
    shown = worker.results.take().result
    assert shown.faces[0].label == "happy"
    assert shown.settings.model == "fake"  # what it was really made with


def test_a_finder_that_cannot_be_opened_is_said_and_the_picture_goes_on(make_worker, qtbot):
    class PoorPipeline(FakePipeline):
        problem = "blaze.tflite is damaged"

    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera), make_pipeline=PoorPipeline)
    worker.start()
    worker.open(None)
    with qtbot.waitSignal(worker.finder_problem) as said, qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame())
    assert said.args == ["blaze.tflite is damaged"]


def test_settings_hold_from_the_next_frame_on(make_worker, qtbot):
    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera))
    worker.start()
    worker.open(None)
    worker.use_settings(Settings(model="fake", spectrum="three"))
    with qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame())
    assert worker.results.take().result.settings.spectrum == "three"


def test_ending_the_thread_completes_the_recording(make_worker, qtbot, tmp_path):
    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera))
    start_recording(worker, qtbot)
    with qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame())
    worker.stop()
    assert worker.wait(5000)
    assert camera.is_closed
    description = json.loads((session_of(tmp_path) / "session.json").read_text(encoding="utf-8"))
    assert description["end"] is not None


def test_a_folder_that_cannot_be_written_stops_the_recording_and_not_the_picture(make_worker, qtbot, tmp_path):
    blocked = tmp_path / "a file where the folder should be"
    blocked.write_text("")
    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera), sessions_folder=lambda: blocked)
    with qtbot.waitSignals([worker.model_opened, worker.source_opened]):
        worker.start()
        worker.open(None)
    with qtbot.waitSignal(worker.recording_stopped) as stopped:
        worker.start_recording()
    assert stopped.args[0] == ""
    assert str(blocked) in stopped.args[1]
    with qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame())


def test_what_nobody_expected_ends_the_thread_with_a_message_and_it_can_start_again(make_worker, qtbot):
    class Broken(FakePipeline):
        def analyze(self, frame, settings, *, is_alone=False):
            raise ZeroDivisionError("a bug")

    pipelines = [Broken(), FakePipeline()]
    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera), make_pipeline=lambda: pipelines.pop(0))
    camera.items.append(frame())
    with qtbot.waitSignal(worker.crashed) as crashed:
        worker.start()
        worker.open(None)
    assert crashed.args == ["ZeroDivisionError: a bug"]
    assert worker.wait(5000)
    with qtbot.waitSignal(worker.result_ready):
        camera.items.append(frame())
        worker.start()
        worker.replay()


def test_a_marker_is_written_with_its_span(make_worker, qtbot, tmp_path):
    camera = FakeSource("camera", is_live=True)
    worker = make_worker(Sources(first=camera))
    start_recording(worker, qtbot)
    worker.add_marker(0.5, 1.5, "question 2")
    with qtbot.waitSignal(worker.recording_stopped):
        worker.stop_recording()
    (marker,) = rows(session_of(tmp_path), "markers.csv")
    assert (float(marker["start_s"]), float(marker["end_s"]), marker["name"]) == (0.5, 1.5, "question 2")


def test_a_loop_goes_on_by_itself(make_worker, qtbot):
    sources = Sources(clip=lambda: FakeSource("clip", frames=2))
    worker = make_worker(sources)
    opened = []
    worker.source_opened.connect(lambda *what: opened.append(what))
    worker.start()
    worker.open("clip", loops=True)
    qtbot.waitUntil(lambda: len(sources.opened) >= 3)
    assert opened == [("clip", "clip", False)]


def test_a_broken_network_chosen_while_recording_leaves_the_recording_whole(make_worker, qtbot, tmp_path):
    camera = FakeSource(is_live=True)
    worker = make_worker(Sources(first=camera))
    start_recording(worker, qtbot)
    camera.items.append(frame(0, 0.0))
    with qtbot.waitSignal(worker.model_failed) as failed:
        worker.use_settings(Settings(model="bad.hdf5"))
    assert "holds no network" in failed.args[1]
    camera.items.append(frame(1, 0.1))
    with qtbot.waitSignal(worker.recording_stopped) as stopped:
        qtbot.waitUntil(lambda: not camera.items)
        worker.stop_recording()
    assert stopped.args[1] == ""
    recorded = rows(session_of(tmp_path))
    assert [row["frame"] for row in recorded] == ["0", "1"]
    assert all(row["label"] == "happy" for row in recorded)


def test_after_a_full_disk_another_recording_can_be_made_once_there_is_room(make_worker, qtbot, tmp_path, monkeypatch):
    room = {"bytes": 400}

    class FillingFile(io.FileIO):
        def write(self, data):
            if self.tell() + len(data) > room["bytes"]:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    monkeypatch.setattr(session_files.io, "FileIO", FillingFile)
    camera = FakeSource(is_live=True)
    worker = make_worker(Sources(first=camera))
    with qtbot.waitSignals([worker.model_opened, worker.source_opened]):
        worker.start()
        worker.open(None)
    with qtbot.waitSignal(worker.recording_stopped) as stopped:
        worker.start_recording()
        camera.items.extend(frame(index, index / 30) for index in range(30))
    assert "free some space" in stopped.args[1]
    assert all(None not in row.values() for row in rows(Path(stopped.args[0])))
    camera.items.append(frame(35, 1.5))
    qtbot.waitUntil(lambda: (shown := worker.results.take()) is not None and shown.result.frame.index == 35)
    room["bytes"] = 10**9
    with qtbot.waitSignal(worker.recording_started) as started:
        worker.start_recording()
    qtbot.waitUntil(lambda: not camera.items)
    camera.items.append(frame(40, 2.0))
    qtbot.waitUntil(lambda: not camera.items)
    with qtbot.waitSignal(worker.recording_stopped) as stopped:
        worker.stop_recording()
    assert stopped.args[1] == ""
    assert rows(Path(started.args[0]))[-1]["frame"] == "40"


class BusyCamera(FakeSource):
    """A live source that says when its frame 149 has been analysed."""

    def __init__(self):
        super().__init__("camera", is_live=True)
        self.is_analysed = threading.Event()
        self._last_index = None

    def read(self, timeout_s=0.25):
        if self._last_index == 149:  # who reads again has done with the frame before
            self.is_analysed.set()
        item = super().read(timeout_s)
        self._last_index = item.index if item is not None else self._last_index
        return item


def test_a_window_that_is_stuck_for_five_seconds_loses_pictures_and_no_rows(make_worker, qtbot, tmp_path):
    camera = BusyCamera()
    worker = make_worker(Sources(first=camera))
    start_recording(worker, qtbot)
    events = []
    worker.result_ready.connect(lambda: events.append(worker.results.take()))
    camera.items += [frame(number, number / 30) for number in range(150)]
    assert camera.is_analysed.wait(20)  # without an event loop: the window is stuck
    assert events == []
    qtbot.waitUntil(lambda: len(events) > 0)
    qtbot.wait(0)
    assert [shown.result.frame.index for shown in events] == [149]  # one event, and the newest
    camera.items.append(frame(150, 5.0))
    qtbot.waitUntil(lambda: len(events) > 1)
    assert [shown.result.frame.index for shown in events] == [149, 150]  # the present at once, no backlog
    with qtbot.waitSignal(worker.recording_stopped):
        worker.stop_recording()
    recorded = rows(session_of(tmp_path))
    assert [int(row["frame"]) for row in recorded] == list(range(151))
    assert [float(row["time_s"]) for row in recorded] == sorted(float(row["time_s"]) for row in recorded)


def test_neutral_faces_are_set_cleared_and_refused_by_signals(make_worker, qtbot, monkeypatch):
    pipeline = FakePipeline()
    worker = make_worker(Sources(), make_pipeline=lambda: pipeline)
    with qtbot.waitSignal(worker.model_opened):
        worker.start()
    with qtbot.waitSignal(worker.neutral_refused) as refused:
        worker.set_neutral(2)
    assert refused.args[0].face == 2
    assert refused.args[0].reason == "No pictures come now."
    news: list[object] = [NeutralBegun((2,)), NeutralSet(neutral_baseline()), NeutralCleared((2,), "It left.")]
    monkeypatch.setattr(pipeline.baselines, "take_news", lambda: [news.pop(0) for _ in list(news)])
    with qtbot.waitSignals([worker.neutral_begun, worker.neutral_set, worker.neutral_cleared]):
        worker.clear_neutral()
