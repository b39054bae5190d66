"""What a recording in the window notes down of each source that it was made from."""

import csv
import json
import threading

import pytest

from emocam.capture.events import ModelOpened, RecordingStarted, RecordingStopped, SourceEnded, SourceOpened
from emocam.capture.loop import CaptureLoop, Engine
from emocam.settings import Settings
from tests.capture.test_loop import WAIT_S, Told, frames_recorded
from tests.gui.stand_ins import FakePipeline, FakeSource, Sources, open_fake_model


@pytest.fixture
def start(tmp_path):
    """Return a function that makes a running loop and what listens to it; it is stopped after the test."""
    running = []

    def start_loop(*, frames=40, make_pipeline=FakePipeline):
        camera = FakeSource("camera", is_live=True)
        engine = Engine(
            open_source=Sources(clip=lambda: FakeSource("clip", frames=frames), camera=camera),
            open_model=open_fake_model,
            make_pipeline=make_pipeline,
            sessions_folder=lambda: tmp_path,
        )
        loop = CaptureLoop(Settings(model="fake"), engine=engine)
        told = Told(loop)
        thread = threading.Thread(target=loop.run)
        thread.start()
        running.append((loop, thread))
        told.wait_for(ModelOpened)
        return loop, told

    yield start_loop
    for loop, thread in running:
        loop.stop()
        thread.join(WAIT_S)
        assert not thread.is_alive()


def description_of(folder):
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def test_a_recording_describes_each_source_it_was_made_from(start):
    loop, told = start()
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.open("clip")
    told.wait_for(SourceEnded)
    loop.replay()
    told.wait_for(SourceEnded)
    loop.open("camera")
    told.wait_for(SourceOpened)
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    inputs = description_of(folder)["inputs"]
    assert [one["path"] for one in inputs] == ["clip", "clip", "camera"]
    assert [one["is_live"] for one in inputs] == [False, False, True]
    assert [one["frames_read"] for one in inputs] == [40, 40, 0]
    assert [one["interrupted"] for one in inputs] == [False, False, False]
    with (folder / "faces.csv").open(newline="", encoding="utf-8") as file:
        assert [row["input"] for row in csv.DictReader(file)] == ["1"] * 40 + ["2"] * 40


def test_a_film_that_is_stopped_in_its_middle_was_interrupted(start):
    loop, told = start(frames=10**6)
    loop.open("clip")
    told.wait_for(SourceOpened)
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    (one,) = description_of(folder)["inputs"]
    assert (one["path"], one["interrupted"]) == ("clip", True)


def test_a_film_that_is_left_for_another_keeps_what_was_read_of_it(start):
    loop, told = start(frames=10**6)
    loop.open("clip")
    told.wait_for(SourceOpened)
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.open("clip")
    told.wait_for(SourceOpened)
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    first, second = description_of(folder)["inputs"]
    assert (first["interrupted"], second["interrupted"]) == (True, True)
    assert first["frames_read"] < 10**6


def test_a_loop_is_one_input_with_the_frames_of_all_rounds(start):
    seen = threading.Event()

    class CountingPipeline(FakePipeline):
        frames = 0

        def analyze(self, frame, settings, *, is_alone=False):
            self.frames += 1
            if self.frames == 14:
                seen.set()
            return super().analyze(frame, settings)

    loop, told = start(frames=5, make_pipeline=CountingPipeline)
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.open("clip", loops=True)
    assert seen.wait(WAIT_S)
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    (one,) = description_of(folder)["inputs"]
    assert one["frames_read"] >= len(frames_recorded(folder)) > 10
    assert one["interrupted"] is False
