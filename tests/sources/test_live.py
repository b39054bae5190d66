"""A camera that stops, freezes or blocks is lost, and comes back by itself."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

from emocam.messages import Frame, Gap
from emocam.sources import open_source
from emocam.sources.errors import SourceError
from emocam.sources.live import FROZEN_S, SILENT_S, LiveSource
from emocam.sources.streams import stream_source
from tests.sources.fakes import Clock, FakeCamera, FakeConnection, NetworkCamera, noisy_picture

WAIT_S = 20.0  # for what a thread does soon; far above what any machine needs


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def camera() -> FakeCamera:
    return FakeCamera()


@pytest.fixture
def source(camera: FakeCamera, clock: Clock) -> Iterator[LiveSource]:
    with LiveSource(camera.connect, title="Camera", identity="camera:1", clock=clock) as source:
        yield source


def frame_of(item: Frame | Gap | None) -> Frame:
    assert isinstance(item, Frame)
    return item


def gap_of(item: Frame | Gap | None) -> Gap:
    assert isinstance(item, Gap)
    return item


def next_gap(source: LiveSource, clock: Clock, after_s: float) -> Gap:
    clock.now_s += after_s
    return gap_of(source.read(0.0))


def next_frame(source: LiveSource) -> Frame:
    """Wait through gaps until a frame comes."""
    for _ in range(int(WAIT_S / 0.1)):
        item = source.read(0.1)
        if isinstance(item, Frame):
            return item
    raise AssertionError("no frame came")


def test_a_frame_bears_the_time_when_it_arrived(source: LiveSource, camera: FakeCamera, clock: Clock):
    connection = camera.connections.get()
    connection.deliver(noisy_picture(1))
    first = frame_of(source.read(WAIT_S))
    clock.now_s += 0.5
    connection.deliver(noisy_picture(2))
    second = frame_of(source.read(WAIT_S))
    assert [(first.index, first.time_s), (second.index, second.time_s)] == [(0, 0.0), (1, 0.5)]
    np.testing.assert_array_equal(second.image, noisy_picture(2))
    assert not second.image.flags.writeable


def test_a_slow_reader_gets_the_newest_frame_and_the_others_count_as_dropped(source: LiveSource, camera: FakeCamera):
    connection = camera.connections.get()
    for seed in range(5):
        connection.deliver(noisy_picture(seed))
    connection.fail()
    assert connection.is_released.wait(WAIT_S)
    frame = frame_of(source.read(WAIT_S))
    assert (frame.index, source.dropped) == (4, 4)


@pytest.mark.parametrize("frames_per_second", [5, 120])
def test_a_slow_and_a_quick_camera_keep_their_times_and_are_not_lost(
    source: LiveSource, camera: FakeCamera, clock: Clock, frames_per_second: int
):
    connection = camera.connections.get()
    times_s = []
    for number in range(2 * frames_per_second):
        connection.deliver(noisy_picture(number))
        times_s.append(next_frame(source).time_s)
        clock.now_s += 1 / frames_per_second
    assert times_s == pytest.approx([number / frames_per_second for number in range(2 * frames_per_second)])


def test_a_camera_that_blocks_is_lost_and_tells_so_each_second(source: LiveSource, camera: FakeCamera, clock: Clock):
    camera.connections.get().deliver(noisy_picture(1))
    next_frame(source)
    camera.is_plugged_in = False
    assert source.read(0.0) is None
    first = next_gap(source, clock, SILENT_S + 0.1)
    assert source.read(0.0) is None
    second = next_gap(source, clock, 1.0)
    assert "Camera delivers no picture" in first.reason
    assert (first.index, round(second.time_s - first.time_s, 3)) == (1, 1.0)


def test_a_camera_that_fails_is_lost_at_once(source: LiveSource, camera: FakeCamera):
    connection = camera.connections.get()
    connection.deliver(noisy_picture(1))
    next_frame(source)
    connection.fail()
    assert connection.is_released.wait(WAIT_S)
    assert isinstance(source.read(0.0), Gap)


def test_one_damaged_picture_is_no_loss(source: LiveSource, camera: FakeCamera):
    connection = camera.connections.get()
    connection.fail(reads=1)
    connection.deliver(noisy_picture(1))
    assert frame_of(source.read(WAIT_S)).index == 0
    assert not connection.is_released.is_set()


def test_a_picture_that_changes_in_one_pixel_is_not_frozen(source: LiveSource, camera: FakeCamera, clock: Clock):
    connection = camera.connections.get()
    for level in range(4):
        picture = noisy_picture(1)
        picture[3, 3] = level
        connection.deliver(picture)
        assert frame_of(source.read(WAIT_S)).index == level
        clock.now_s += 1.0


def test_a_closed_source_stays_closed(source: LiveSource, camera: FakeCamera, clock: Clock):
    camera.connections.get().deliver(noisy_picture(1))
    next_frame(source)
    source.close()
    clock.now_s += 60.0
    assert source.read(0.0) is None
    assert source.ended
    assert camera.connections.empty()


def test_a_camera_that_returns_goes_on_with_index_and_time(source: LiveSource, camera: FakeCamera, clock: Clock):
    camera.connections.get().deliver(noisy_picture(1))
    next_frame(source)
    next_gap(source, clock, 5.0)
    again = camera.connections.get(timeout=WAIT_S)
    again.deliver(noisy_picture(2))
    frame = next_frame(source)
    assert (frame.index, frame.time_s) == (1, 5.0)


def test_an_unplugged_camera_is_tried_again_until_it_is_back(source: LiveSource, camera: FakeCamera, clock: Clock):
    connection = camera.connections.get()
    connection.deliver(noisy_picture(1))
    next_frame(source)
    camera.is_plugged_in = False
    connection.fail()
    assert connection.is_released.wait(WAIT_S)
    next_gap(source, clock, 2.0)
    assert camera.refused.acquire(timeout=WAIT_S)
    camera.is_plugged_in = True
    next_gap(source, clock, 2.0)
    camera.connections.get(timeout=WAIT_S).deliver(noisy_picture(2))
    assert next_frame(source).time_s == 4.0


def test_one_frozen_picture_counts_as_lost_until_another_comes(source: LiveSource, camera: FakeCamera, clock: Clock):
    connection = camera.connections.get()
    connection.deliver(noisy_picture(1))
    next_frame(source)
    clock.now_s += FROZEN_S + 0.1
    camera.is_plugged_in = False
    connection.deliver(noisy_picture(1))
    connection.fail()
    assert connection.is_released.wait(WAIT_S)
    assert "repeats the same picture" in gap_of(source.read(0.0)).reason


def test_a_camera_that_returns_with_its_frozen_picture_has_not_returned(
    source: LiveSource, camera: FakeCamera, clock: Clock
):
    camera.connections.get().deliver(noisy_picture(1))
    next_frame(source)
    next_gap(source, clock, FROZEN_S + 0.1)
    again = camera.connections.get(timeout=WAIT_S)
    again.deliver(noisy_picture(1))
    again.fail()
    assert again.is_released.wait(WAIT_S)
    clock.now_s += 1.0
    assert "repeats the same picture" in gap_of(source.read(0.0)).reason


def test_a_black_picture_is_shown_and_said_to_be_black(source: LiveSource, camera: FakeCamera, clock: Clock):
    connection = camera.connections.get()
    for _ in range(3):
        connection.deliver(np.zeros((48, 64, 3), np.uint8))
        next_frame(source)
        clock.now_s += 1.4
    assert "shows only black" in (source.problem or "")
    connection.deliver(noisy_picture(1))
    next_frame(source)
    assert source.problem is None


def test_a_camera_that_changes_its_size_goes_on(source: LiveSource, camera: FakeCamera):
    connection = camera.connections.get()
    connection.deliver(noisy_picture(1))
    next_frame(source)
    connection.deliver(noisy_picture(2, height=96, width=128))
    assert next_frame(source).image.shape == (96, 128, 3)


def test_a_camera_that_is_not_there_at_first_is_an_error(camera: FakeCamera):
    camera.is_plugged_in = False
    with pytest.raises(SourceError, match="Plug it in"):
        LiveSource(camera.connect, title="Camera", identity="camera:1")


def test_whatever_a_driver_raises_is_an_error_or_a_loss(camera: FakeCamera, clock: Clock):
    def fail() -> FakeConnection:
        raise ZeroDivisionError("an odd camera")

    with pytest.raises(SourceError, match=r"cannot be opened \(ZeroDivisionError\)"):
        LiveSource(fail, title="Camera", identity="camera:1", clock=clock)
    with LiveSource(camera.connect, title="Camera", identity="camera:1", clock=clock) as source:
        connection = camera.connections.get()
        connection.deliver(noisy_picture(1))
        next_frame(source)
        connection.deliver(np.zeros(4, np.uint8))  # no picture
        assert connection.is_released.wait(WAIT_S)
        assert "delivers no picture" in gap_of(source.read(0.0)).reason


def test_closing_does_not_wait_for_a_driver_that_hangs(source: LiveSource, camera: FakeCamera):
    connection = camera.connections.get()
    source.close()
    connection.deliver(noisy_picture(1))
    assert connection.is_released.wait(WAIT_S)


def test_a_network_camera_that_freezes_stops_and_comes_back():
    with NetworkCamera() as camera, stream_source(camera.address) as source:
        before = next_frame(source)
        camera.is_frozen.set()
        frozen = next(item for item in iter(lambda: source.read(0.25), 0) if isinstance(item, Gap))
        assert "repeats the same picture" in frozen.reason
        camera.stop()
        stopped = next(item for item in iter(lambda: source.read(0.25), 0) if isinstance(item, Gap))
        assert stopped.index == frozen.index
        camera.is_frozen.clear()
        camera.start()
        after = next_frame(source)
    assert after.index > before.index
    assert after.time_s > frozen.time_s > before.time_s


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/a.mp4", "http://", "concat:a|b://c"])
def test_other_schemes_are_refused(address: str):
    with pytest.raises(SourceError, match="begins with http, https, rtsp"):
        stream_source(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://192.168.0.20:80800/video", "port from 1 to 65535 .* got http://192.168.0.20:80800/video"),
        ("http://camera:0/", "port from 1 to 65535"),
        ("http://camera:video/", "port from 1 to 65535 .* got http://camera:…/"),
        ("rtsp://x:-1/", "port from 1 to 65535"),
        ("http://[::1/v", "brackets hold an IPv6 address"),
        ("http://[camera]/v", "brackets hold an IPv6 address"),
        ("rtsp://camera/a\nb", "one line"),
        ("rtsp://c\u00e4mera/", "ASCII"),
    ],
)
def test_a_mistyped_address_is_a_sentence(address: str, expected: str):
    with pytest.raises(SourceError, match=rf"Expected an address|{expected}") as failure:
        open_source(address)
    assert re.search(expected, str(failure.value))


@pytest.mark.parametrize("text", ["ftp://me:secret@camera/", "rtsp:/me:secret@camera/live", "me:secret@camera/live"])
def test_a_refused_address_is_named_without_its_password(text: str):
    with pytest.raises(SourceError, match="camera") as failure:
        open_source(text)
    assert "secret" not in str(failure.value)


def test_a_stream_that_does_not_answer_is_named_without_its_password():
    with pytest.raises(SourceError, match=r"http://127\.0\.0\.1:9/video does not answer") as failure:
        stream_source("http://user:secret@127.0.0.1:9/video")
    assert "secret" not in str(failure.value)
