"""The capture loop without a window: who listens, and what a recording owes nobody."""

import csv
import json
import queue
import threading
import time
from dataclasses import replace

import pytest

from emocam.capture.events import (
    SINCE_OPENED,
    SINCE_RECORD,
    SINCE_STOP,
    Crashed,
    FinderProblem,
    ModelFailed,
    ModelOpened,
    RecordingStarted,
    RecordingStopped,
    SourceEnded,
    SourceFailed,
    SourceNotice,
    SourceOpened,
    SpreadsheetWritten,
)
from emocam.capture.loop import CaptureLoop, Engine
from emocam.sessions.spreadsheet import SpreadsheetError
from emocam.settings import Settings
from tests.gui.stand_ins import FakePipeline, FakeSource, Sources, open_fake_model

WAIT_S = 20.0  # for what another thread does soon; far above what any machine needs


class Told:
    """The events of a loop, in their order."""

    def __init__(self, loop):
        self.events: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.results = loop.listen(on_event=self.events.put)

    def wait_for(self, kind):
        while not isinstance(event := self.events.get(timeout=WAIT_S), kind):
            pass
        return event


@pytest.fixture
def start(tmp_path):
    """Return a function that makes a running loop and what listens to it; it is stopped after the test."""
    running = []

    def start_loop(
        *,
        frames=40,
        make_pipeline=FakePipeline,
        make_source=FakeSource,
        open_model=open_fake_model,
        write_spreadsheet=lambda folder: None,
        **sources,
    ):
        engine = Engine(
            open_source=Sources(clip=lambda: make_source("clip", frames=frames), **sources),
            open_model=open_model,
            make_pipeline=make_pipeline,
            sessions_folder=lambda: tmp_path,
            write_spreadsheet=write_spreadsheet,
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


def frames_recorded(folder):
    with (folder / "faces.csv").open(newline="", encoding="utf-8") as file:
        return [int(row["frame"]) for row in csv.DictReader(file)]


def test_each_listener_has_the_newest_result_and_none_misses_another_s(start):
    loop, told = start()
    idle, late = loop.listen(), loop.listen()
    loop.open("clip")
    told.wait_for(SourceEnded)
    for results in (told.results, idle, late):
        assert results.take().result.frame.index == 39
        assert results.take() is None


def test_a_listener_that_takes_nothing_costs_the_recording_nothing(start):
    loop, told = start()
    woken = []
    loop.listen(on_result=lambda: woken.append(1))
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.open("clip")
    told.wait_for(SourceEnded)
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    assert frames_recorded(folder) == list(range(40))
    assert woken == [1]  # told once that something is there, and then left in peace


def test_a_listener_that_fails_is_dropped_and_the_others_go_on(start):
    loop, told = start()
    calls = []

    def fail(*_):
        calls.append(1)
        raise RuntimeError("a browser has gone")

    loop.listen(on_event=fail)
    loop.listen(on_result=fail)
    loop.open("clip")
    told.wait_for(SourceEnded)
    assert told.results.take().result.frame.index == 39
    loop.open("clip")
    told.wait_for(SourceEnded)
    assert len(calls) == 2  # each failed once


def test_a_listener_can_leave(start):
    loop, told = start()
    left = loop.listen()
    loop.forget(left)
    loop.open("clip")
    told.wait_for(SourceEnded)
    assert left.take() is None


def test_the_shares_so_far_begin_anew_with_each_source(start):
    class MoodyPipeline(FakePipeline):
        """Sees happiness in its first three frames, and sadness after them."""

        frames = 0

        def analyze(self, frame, settings, *, is_alone=False):
            self.frames += 1
            result = super().analyze(frame, settings)
            (face,) = result.faces
            return replace(result, faces=(replace(face, label="happy" if self.frames <= 3 else "sad"),))

    loop, told = start(frames=3, make_pipeline=MoodyPipeline)
    for label in ("happy", "sad"):
        loop.open("clip")
        told.wait_for(SourceEnded)
        shares = told.results.take().shares
        assert {label for label, share in shares.items() if share} == {label}


def test_a_recording_that_begins_when_the_source_is_opened_lacks_no_frame(start):
    loop, told = start()
    loop.listen(on_event=lambda event: loop.start_recording() if isinstance(event, SourceOpened) else None)
    loop.open("clip")
    folder = told.wait_for(RecordingStarted).folder
    told.wait_for(SourceEnded)
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    assert frames_recorded(folder) == list(range(40))


def test_a_crash_is_told_and_leaves_a_whole_session(start):
    class FailingPipeline(FakePipeline):
        def analyze(self, frame, settings, *, is_alone=False):
            if frame.index == 5:
                raise ZeroDivisionError("an odd picture")
            return super().analyze(frame, settings)

    loop, told = start(make_pipeline=FailingPipeline)
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.open("clip")
    assert told.wait_for(Crashed).problem == "ZeroDivisionError: an odd picture"
    assert told.wait_for(RecordingStopped).problem is None
    assert frames_recorded(folder) == list(range(5))
    assert (folder / "statistics.csv").is_file()


def wait_until(is_so):
    for _ in range(int(WAIT_S / 0.01)):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to that")


def recorded_description(folder):
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def test_an_address_that_never_answers_leaves_no_password_in_the_session(start):
    loop, told = start()
    address = "rtsp://me:secret@camera.local/live?token=secret"
    loop.open(address)
    told.wait_for(SourceFailed)
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.open("clip")
    told.wait_for(SourceEnded)
    loop.open(address)
    told.wait_for(SourceFailed)
    wait_until(lambda: recorded_description(folder)["source_losses"])
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    described = recorded_description(folder)
    assert described["source"] == "rtsp://camera.local/live?token=…"
    assert described["source_changes"][1]["source"] == "waiting for rtsp://camera.local/live?token=…"
    assert "secret" not in "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())


def test_whatever_opening_a_source_raises_is_told_and_the_next_one_opens(start, caplog):
    def fail():
        raise ValueError("Port could not be cast to integer value")

    loop, told = start(broken=fail)
    loop.start_recording()
    told.wait_for(RecordingStarted)
    loop.open("broken")
    assert "broken cannot be opened (ValueError)" in told.wait_for(SourceFailed).reason
    assert "Port could not be cast" in caplog.text
    loop.open("clip")
    told.wait_for(SourceEnded)
    loop.stop_recording()
    assert told.wait_for(RecordingStopped).problem is None


def test_an_address_longer_than_a_name_may_be_is_told(start):
    loop, told = start()
    loop.open("rtsp://camera/" + "a" * 5000)
    assert told.wait_for(SourceFailed).retries


def test_whatever_reading_a_file_raises_is_its_end(start):
    class Torn(FakeSource):
        def read(self, timeout_s=0.25):
            if self._next == 5:
                raise MemoryError
            return super().read(timeout_s)

    loop, told = start(torn=lambda: Torn("torn", frames=9))
    loop.open("torn")
    assert "torn cannot be read further (MemoryError)" in told.wait_for(SourceEnded).problem
    loop.open("clip")
    assert told.wait_for(SourceEnded).problem is None


def test_whatever_opening_a_network_raises_is_told_and_the_one_in_use_stays(start):
    def open_model(text):
        if text == "odd":
            raise MemoryError
        return open_fake_model(text)

    loop, told = start(open_model=open_model)
    loop.use_settings(Settings(model="odd"))
    assert "cannot be opened (MemoryError)" in told.wait_for(ModelFailed).reason
    loop.open("clip")
    told.wait_for(SourceEnded)
    assert told.results.take().result.settings.model == "fake"


def test_the_spreadsheet_is_written_beside_the_loop_which_goes_on_meanwhile(start):
    may_write, written = threading.Event(), []

    def write_slowly(folder):
        assert may_write.wait(WAIT_S)
        written.append(folder)

    loop, told = start(write_spreadsheet=write_slowly)
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    loop.open("clip")
    told.wait_for(SourceEnded)
    assert written == []
    may_write.set()
    assert told.wait_for(SpreadsheetWritten) == SpreadsheetWritten(folder, None)
    assert written == [folder]


def test_a_spreadsheet_that_cannot_be_written_is_told_and_the_session_is_whole(start):
    def fail(folder):
        raise SpreadsheetError("The disk is full.")

    loop, told = start(write_spreadsheet=fail)
    loop.start_recording()
    folder = told.wait_for(RecordingStarted).folder
    loop.stop_recording()
    assert told.wait_for(RecordingStopped).problem is None
    assert told.wait_for(SpreadsheetWritten) == SpreadsheetWritten(folder, "The disk is full.")
    assert (folder / "statistics.csv").is_file()


def test_a_loop_that_is_stopped_leaves_no_network_half_read(tmp_path):
    is_reading, may_go_on = threading.Event(), threading.Event()

    def open_model(text):
        is_reading.set()
        assert may_go_on.wait(WAIT_S)
        return open_fake_model(text)

    engine = Engine(open_model=open_model, make_pipeline=FakePipeline, sessions_folder=lambda: tmp_path)
    loop = CaptureLoop(Settings(model="fake"), engine=engine)
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert is_reading.wait(WAIT_S)
    loop.stop()
    thread.join(0.3)
    assert thread.is_alive()  # a process that ended now would do so while HDF5 reads, which crashes it
    may_go_on.set()
    thread.join(WAIT_S)
    assert not thread.is_alive()


def test_a_finder_that_cannot_be_opened_is_told_once_and_again_after_it_was_not_wanted(start):
    class PoorPipeline(FakePipeline):
        """Lacks its cascades until frame 20, and from frame 30 on."""

        def analyze(self, frame, settings, *, is_alone=False):
            self.problem = None if 20 <= frame.index < 30 else "cascades.xml is damaged"
            return super().analyze(frame, settings, is_alone=is_alone)

    loop, told = start(make_pipeline=PoorPipeline)
    loop.open("clip")
    told_before_the_end = []
    while not isinstance(event := told.events.get(timeout=WAIT_S), SourceEnded):
        told_before_the_end.append(event)
    problems = [event.problem for event in told_before_the_end if isinstance(event, FinderProblem)]
    assert problems == ["cascades.xml is damaged"] * 2


def take(told, until=lambda shown: True):
    """Return the newest result that a test waits for."""
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        shown = told.results.take()
        if shown is not None and until(shown):
            return shown
        threading.Event().wait(0.005)
    raise AssertionError("nothing was shown")


class TestRecordingThatWaits:
    def test_it_begins_with_the_first_picture_and_misses_none(self, start):
        loop, told = start()
        loop.start_recording(waits=True)
        loop.open("clip")
        folder = told.wait_for(RecordingStarted).folder
        told.wait_for(SourceEnded)
        loop.stop_recording()
        told.wait_for(RecordingStopped)
        assert frames_recorded(folder) == list(range(40))

    def test_after_a_clip_s_end_it_begins_when_it_is_played_again(self, start):
        loop, told = start(frames=5)
        loop.open("clip")
        told.wait_for(SourceEnded)
        loop.start_recording(waits=True)
        loop.replay()
        folder = told.wait_for(RecordingStarted).folder
        told.wait_for(SourceEnded)
        loop.stop_recording()
        told.wait_for(RecordingStopped)
        assert frames_recorded(folder) == list(range(5))

    def test_it_can_be_given_up_and_leaves_nothing(self, start, tmp_path):
        loop, told = start()
        loop.start_recording(waits=True)
        loop.stop_recording()
        assert told.wait_for(RecordingStopped) == RecordingStopped(None, None)
        loop.open("clip")
        told.wait_for(SourceEnded)
        assert list(tmp_path.iterdir()) == []


class TestPictureThatStays:
    def test_other_settings_are_seen_in_it_at_once_and_recorded_nowhere(self, start):
        loop, told = start(frames=3)
        loop.start_recording()
        folder = told.wait_for(RecordingStarted).folder
        loop.open("clip")
        told.wait_for(SourceEnded)
        loop.use_settings(Settings(model="fake", prediction_sensitivity_percent=90))
        shown = take(told, lambda one: one.result.settings.prediction_sensitivity_percent == 90)
        assert shown.result.frame.index == 2
        loop.stop_recording()
        told.wait_for(RecordingStopped)
        assert frames_recorded(folder) == [0, 1, 2]

    def test_another_network_answers_it(self, start):
        loop, told = start(frames=3)
        loop.open("clip")
        told.wait_for(SourceEnded)
        loop.use_settings(Settings(model="other"))
        told.wait_for(ModelOpened)
        assert take(told, lambda one: one.result.settings.model == "other").result.frame.index == 2

    def test_while_paused_it_is_as_at_the_end(self, start):
        loop, told = start(frames=10_000)
        loop.open("clip")
        take(told)
        loop.set_paused(True)
        loop.use_settings(Settings(model="fake", spectrum="three"))
        assert take(told, lambda one: one.result.settings.spectrum == "three")


def test_shares_are_counted_anew_and_say_since_when(start):
    loop, told = start(frames=10_000)
    loop.open("clip")
    assert take(told).shares_since == SINCE_OPENED
    loop.start_recording()
    told.wait_for(RecordingStarted)
    take(told, lambda shown: shown.shares_since == SINCE_RECORD)
    loop.stop_recording()
    told.wait_for(RecordingStopped)
    take(told, lambda shown: shown.shares_since == SINCE_STOP)
    loop.replay()
    take(told, lambda shown: shown.shares_since == SINCE_OPENED)


def test_what_is_worth_knowing_of_a_film_is_told_once_each_time_it_is_opened(start):
    class JumpingFilm(FakeSource):
        @property
        def details(self):
            is_known = self._next > 10  # a time that jumps is only seen when it comes
            return replace(super().details, notice="the times jump" if is_known else None)

    loop, told = start(make_source=JumpingFilm)
    for _ in range(2):
        loop.open("clip")
        notices = []
        while not isinstance(event := told.events.get(timeout=WAIT_S), SourceEnded):
            notices += [event.text] if isinstance(event, SourceNotice) else []
        assert notices == ["the times jump"]
