"""Playing sources: in order and in time, over and over, and again when one comes back."""

import time

from emocam.capture.playback import RETRY_S, Ended, Failed, Opened, Playback
from emocam.messages import Frame, Gap
from tests.gui.stand_ins import FakeSource, Sources


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


def next_step(playback, kind):
    """Take steps until one of a kind comes; opening happens on another thread, so wait for it."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        step = playback.step()
        if isinstance(step, kind):
            return step
    raise AssertionError(f"expected {kind} within 5 s; got nothing")


def frame_index(step):
    assert isinstance(step, Frame)
    return step.index


def test_a_file_is_played_in_order_at_its_own_rate():
    clock = Clock()
    playback = Playback(Sources(clip=FakeSource(frames=3, interval_s=0.5)), clock=clock)
    playback.open("clip")
    next_step(playback, Opened)
    assert frame_index(playback.step()) == 0
    assert playback.step() is None  # half a second too early
    assert playback.wait_s == 0.5
    clock.now_s += 0.5
    assert frame_index(playback.step()) == 1
    playback.close()


def test_a_slow_analysis_loses_no_frame_of_a_file():
    clock = Clock()
    playback = Playback(Sources(clip=FakeSource(frames=4, interval_s=0.1)), clock=clock)
    playback.open("clip")
    next_step(playback, Opened)
    seen = []
    for _ in range(4):
        seen.append(frame_index(playback.step()))
        clock.now_s += 2.0
    assert seen == [0, 1, 2, 3]
    assert isinstance(next_step(playback, Ended), Ended)


def test_a_pause_holds_a_file_where_it_is():
    clock = Clock()
    playback = Playback(Sources(clip=FakeSource(frames=3, interval_s=0.1)), clock=clock)
    playback.open("clip")
    next_step(playback, Opened)
    playback.step()
    playback.set_paused(True)
    clock.now_s += 60
    assert playback.step() is None
    playback.set_paused(False)
    assert frame_index(playback.step()) == 1


def test_a_live_source_is_read_on_while_paused_so_that_it_resumes_with_a_new_picture():
    camera = FakeSource("camera", is_live=True)
    playback = Playback(Sources(first=camera))
    playback.open(None)
    next_step(playback, Opened)
    playback.set_paused(True)
    camera.items = [Frame(0, 0.0, None), Gap(1, 1.0, "unplugged")]
    assert playback.step() is None
    assert isinstance(playback.step(), Gap)
    playback.set_paused(False)
    camera.items = [Frame(7, 2.0, None)]
    assert frame_index(playback.step()) == 7


def test_a_loop_begins_again_and_says_that_it_is_a_repeat():
    made = []

    def clip():
        made.append(FakeSource(frames=1))
        return made[-1]

    playback = Playback(Sources(clip=clip))
    playback.open("clip", loops=True)
    assert not next_step(playback, Opened).is_repeat
    next_step(playback, Frame)
    assert next_step(playback, Opened).is_repeat
    assert made[0].is_closed
    next_step(playback, Frame)


def test_a_loop_of_a_clip_without_frames_ends_instead_of_spinning():
    playback = Playback(Sources(clip=FakeSource(frames=0)))
    playback.open("clip", loops=True)
    assert next_step(playback, Ended).title == "clip"


def test_a_camera_that_is_missing_is_tried_again_and_reported_once():
    clock, sources = Clock(), Sources()
    playback = Playback(sources, clock=clock)
    playback.open("webcam")
    failed = next_step(playback, Failed)
    assert failed.retries
    assert "webcam" in failed.reason
    camera = FakeSource("webcam", is_live=True)
    sources.sources["webcam"] = camera
    clock.now_s += RETRY_S + 0.1
    assert next_step(playback, (Opened, Failed)) == Opened("webcam", "webcam", True, False)


def test_a_second_of_waiting_for_a_source_is_a_gap():
    clock = Clock()
    playback = Playback(Sources(), clock=clock)
    playback.open("webcam")
    next_step(playback, Failed)
    clock.now_s += 1.0
    gap = playback.step()
    assert gap == Gap(0, 1.0, "expected a camera; webcam is none")
    assert playback.step() is None


def test_a_night_of_sleep_without_a_source_is_one_gap():
    clock = Clock()
    playback = Playback(Sources(), clock=clock)
    playback.open("webcam")
    next_step(playback, Failed)
    clock.now_s += 8 * 3600 + 0.5
    assert next_step(playback, Gap).time_s == 8 * 3600 + 0.5
    assert playback.step() is None


def test_a_file_that_is_there_and_bad_is_not_tried_again(tmp_path):
    bad = tmp_path / "text.txt"
    bad.write_text("no video")
    playback = Playback(Sources())
    playback.open(str(bad))
    assert not next_step(playback, Failed).retries


def test_another_source_closes_the_one_before():
    first, second = FakeSource("one"), FakeSource("two")
    playback = Playback(Sources(one=first, two=second))
    playback.open("one")
    next_step(playback, Opened)
    playback.open("two")
    assert first.is_closed
    assert next_step(playback, Opened).title == "two"
