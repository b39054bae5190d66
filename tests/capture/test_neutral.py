"""Neutral baselines by way of a capture loop: asked for on any thread, and answered by events."""

import queue
import threading
from typing import cast

import numpy as np
import pytest

from emocam.baseline import NeutralBegun, NeutralCleared, NeutralRefused, NeutralSet
from emocam.capture.events import ModelOpened, Shown, SourceEnded, SourceOpened
from emocam.capture.loop import CaptureLoop, Engine
from emocam.engine.classification import Classifier
from emocam.engine.detection.finder import Sighting
from emocam.engine.pipeline import Pipeline
from emocam.engine.watch import Watch
from emocam.messages import Box
from emocam.settings import Settings
from tests.engine.test_baselines import RESTING, Answers
from tests.gui.stand_ins import FakeSource, Sources, frame

WAIT_S = 20.0
SETTINGS = Settings(model="one", prediction_every_frames=1)


class OneFace:
    """Sees the same face in every picture."""

    problem = None

    def look(self, picture, *, known=(), likely=()):
        return [Sighting(Box(10, 10, 20, 20), 1)]

    def start_anew(self):
        pass

    def search_everywhere(self):
        pass


class Running:
    """A loop whose camera shows one face, and what it tells."""

    def __init__(self):
        self.camera = FakeSource("camera", is_live=True)
        engine = Engine(
            open_source=Sources(camera=self.camera, film=lambda: FakeSource("film", frames=40, interval_s=0.01)),
            open_model=lambda text: cast(Classifier, Answers(RESTING, digest=text)),
            make_pipeline=lambda: Pipeline(make_watch=lambda _: cast(Watch, OneFace())),
        )
        self.loop = CaptureLoop(SETTINGS, engine=engine)
        self._events: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._come = threading.Semaphore(0)
        self.results = self.loop.listen(on_event=self._events.put, on_result=self._come.release)
        self._thread = threading.Thread(target=self.loop.run)
        self._thread.start()
        self._frames = 0

    def wait_for(self, kind):
        while not isinstance(event := self._events.get(timeout=WAIT_S), kind):
            pass
        return event

    def show(self, seconds):
        """Show that many seconds of the camera, ten frames each, and return what the last one tells."""
        for _ in range(round(seconds * 10)):
            self.camera.items.append(frame(self._frames, self._frames / 10, np.full((48, 64, 3), 90, np.uint8)))
            self._frames += 1
            assert self._come.acquire(timeout=WAIT_S)
            face = cast(Shown, self.results.take()).result.faces[0]
        return face

    def stop(self):
        self.loop.stop()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()


@pytest.fixture
def running():
    made = Running()
    made.wait_for(ModelOpened)
    yield made
    made.stop()


def with_baseline(running):
    running.loop.open("camera")
    running.wait_for(SourceOpened)
    running.show(1)
    running.loop.set_neutral()
    running.show(2.2)
    return running.wait_for(NeutralSet).baseline


def test_who_is_in_sight_gets_a_baseline_after_two_seconds(running):
    running.loop.open("camera")
    running.wait_for(SourceOpened)
    running.show(1)
    running.loop.set_neutral()
    running.show(0.2)
    assert running.wait_for(NeutralBegun) == NeutralBegun((1,))
    assert running.show(1).baseline is None
    face = running.show(1.2)
    baseline = running.wait_for(NeutralSet).baseline
    assert face.baseline is baseline
    assert (baseline.face, baseline.spread_points) == (1, pytest.approx(0, abs=0.01))


def test_a_baseline_is_cleared_at_will(running):
    with_baseline(running)
    running.loop.clear_neutral()
    assert running.wait_for(NeutralCleared) == NeutralCleared((1,))
    assert running.show(0.1).baseline is None


def test_a_switch_of_the_network_clears_it_and_says_so(running):
    with_baseline(running)
    running.loop.use_settings(Settings(model="another", prediction_every_frames=1))
    running.wait_for(ModelOpened)
    assert running.show(0.1).baseline is None


def test_the_switch_is_told_with_its_reason(running):
    with_baseline(running)
    running.loop.use_settings(Settings(model="another", prediction_every_frames=1))
    cleared = running.wait_for(NeutralCleared)
    assert cleared.faces == (1,)
    assert "network" in cleared.reason


def test_another_source_begins_without_a_baseline(running):
    with_baseline(running)
    running.loop.open("film")
    assert running.wait_for(NeutralCleared).faces == (1,)
    running.wait_for(SourceEnded)
    assert running.results.take().result.faces[0].baseline is None


def test_without_pictures_it_is_refused_with_a_reason(running):
    running.loop.set_neutral()
    refused = running.wait_for(NeutralRefused)
    assert refused == NeutralRefused(None, "No pictures come now.", "Open or play a source first.")


def test_a_film_that_ends_within_the_two_seconds_refuses(running):
    running.loop.open("film")
    running.wait_for(SourceOpened)
    assert running._come.acquire(timeout=WAIT_S)
    running.loop.set_neutral()
    refused = running.wait_for(NeutralRefused)
    assert refused.reason == "The film ended within the two seconds."
