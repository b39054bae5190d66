"""Network streams of every kind are shown; none opens a file of this machine or takes all its memory."""

import base64
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from emocam.messages import Frame, Gap
from emocam.sources import SourceError, streams
from emocam.sources.motion_jpeg import LARGEST_PART_BYTES, PartError, Parts
from emocam.sources.streams import stream_source
from tests.sources.stream_servers import begin_parts, film, http_server, jpeg, part, rtsp_camera, send

WAIT_S = 20.0


@pytest.fixture(autouse=True)
def impatience(monkeypatch):
    monkeypatch.setattr(streams, "TIMEOUT_MS", 2000)


def first_frame(address: str) -> Frame:
    with stream_source(address) as source:
        return next(item for item in items(source) if isinstance(item, Frame))


def items(source) -> Iterator[Frame | Gap | None]:
    until_s = time.monotonic() + WAIT_S
    while time.monotonic() < until_s:
        yield source.read(0.1)
    raise AssertionError("nothing came")


class Trickle:
    """An answer that comes in pieces of a size."""

    def __init__(self, content: bytes, size: int) -> None:
        self._pieces = [content[start : start + size] for start in range(0, len(content), size)]

    def read1(self, _size: int) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def close(self) -> None:
        pass


def all_parts(content: bytes, *, boundary: str = "frame", size: int = 7, timeout_s: float = 60) -> list[bytes]:
    parts, found = Parts(Trickle(content, size), boundary, timeout_s=timeout_s), []
    try:
        while True:
            found.append(parts.next())
    except PartError as error:
        assert "has ended" in str(error)
        return found


PICTURES = [jpeg(1), jpeg(2), jpeg(3)]
DIALECTS = {
    "with lengths": ("frame", [part(body) for body in PICTURES]),
    "without lengths": ("frame", [*(part(body, head="") for body in PICTURES), b"--frame--\r\n"]),
    "dashes in the name": ("--frame", [part(body) for body in PICTURES]),
    "two more dashes": ("frame", [part(body, boundary="--frame") for body in PICTURES]),
    "quotes": ('"frame"', [part(body) for body in PICTURES]),
    "no name": ("", [part(body) for body in PICTURES]),
    "line feeds alone": ("frame", [b"--frame\nContent-length: %d\n\n%s\n" % (len(body), body) for body in PICTURES]),
    "no line between": ("frame", [b"--frame\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body) for body in PICTURES]),
    "other parts between": ("frame", [one for body in PICTURES for one in (
        b"--frame\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello\r\n", part(body))]),
    "a text before": ("frame", [b"welcome\r\n", *map(part, PICTURES)]),
    "empty parts": ("frame", [one for body in PICTURES for one in (part(b""), part(body))]),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(("boundary", "sent"), DIALECTS.values(), ids=DIALECTS)
def test_pictures_in_parts_are_told_apart_in_every_dialect(boundary, sent, size):
    found = all_parts(b"".join(sent), boundary=boundary, size=size)
    assert [body.strip() for body in found] == [body.strip() for body in PICTURES]


@pytest.mark.parametrize(
    "content",
    [
        b"--frame\r\nContent-Length: 4000000000\r\n\r\n" + jpeg(1),
        b"--frame\r\nContent-Length: %d\r\n\r\n" % 10**400 + jpeg(1),
        b"--frame\r\n\r\n" + b"\xff" * (LARGEST_PART_BYTES + 70_000),
        b"\xff" * (LARGEST_PART_BYTES + 70_000),
        b"--frame\r\n" + b"X-Padding: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 9999,
    ],
    ids=["announced", "announced in 400 digits", "not announced", "no part", "a head"],
)
def test_a_part_of_gigabytes_is_refused_as_soon_as_it_is_known(content):
    with pytest.raises(PartError, match=r"announced|no picture begins or ends"):
        Parts(Trickle(content, 65_536), "frame", timeout_s=60).next()


def test_a_picture_that_comes_byte_by_byte_is_given_up():
    with pytest.raises(PartError, match="takes too long"):
        Parts(Trickle(part(jpeg(1)), 1), "frame", timeout_s=0).next()


def test_a_camera_that_announces_gigabytes_is_refused_and_sends_few():
    sent = []

    def answer(request, stop):
        begin_parts(request)
        request.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 2000000000\r\n\r\n")
        while not stop.is_set():
            request.wfile.write(b"\0" * 2**20)
            sent.append(1)

    with http_server(answer) as address, pytest.raises(SourceError, match="does not answer with a picture"):
        stream_source(address)
    assert len(sent) < 50


def test_a_stream_that_begins_to_announce_gigabytes_is_lost():
    def answer(request, stop):
        begin_parts(request)
        for number in range(5):
            request.wfile.write(part(jpeg(number)))
        request.wfile.write(b"--frame\r\nContent-Length: 2000000000\r\n\r\n")
        stop.wait(60)

    with http_server(answer) as address, stream_source(address) as source:
        gap = next(item for item in items(source) if isinstance(item, Gap))
    assert "delivers no picture" in gap.reason


@pytest.mark.parametrize(
    ("challenge", "given"),
    [
        ('Basic realm="camera"', "Basic " + base64.b64encode(b"me:se cret").decode()),
        ('Digest realm="camera", nonce="abc", qop="auth"', 'Digest username="me", realm="camera", nonce="abc"'),
    ],
)
def test_motion_jpeg_comes_with_the_password_of_its_address(challenge, given):
    asked = []

    def answer(request, stop):
        asked.append(request.headers.get("Authorization"))
        if asked[-1] is None:
            request.send_response(401)
            request.send_header("WWW-Authenticate", challenge)
            request.end_headers()
            return
        begin_parts(request)
        while not stop.wait(0.02):
            request.wfile.write(part(jpeg(len(asked))))

    with http_server(answer) as address:
        assert first_frame(address.replace("http://", "http://me:se%20cret@") + "/video").image.shape == (48, 64, 3)
    assert asked[0] is None
    assert asked[1].startswith(given)
    assert "cret" not in asked[1]


def test_motion_jpeg_has_its_colours():
    red = np.full((48, 64, 3), (20, 30, 200), np.uint8)

    def answer(request, stop):
        begin_parts(request)
        import cv2

        while not stop.wait(0.02):
            request.wfile.write(part(cv2.imencode(".jpg", red)[1].tobytes()))

    with http_server(answer) as address:
        np.testing.assert_allclose(first_frame(address).image[24, 32], (20, 30, 200), atol=6)


FILMS = {
    "mpegts": (film(), "video/mp2t"),
    "flv": (film(format="flv", codec="flv"), "video/x-flv"),
    "matroska": (film(format="matroska", codec="libx264"), "video/x-matroska"),
    "h264": (film(format="h264", codec="libx264"), "application/octet-stream"),
    "mjpeg": (film(format="mjpeg", codec="mjpeg"), "video/x-motion-jpeg"),
}


@pytest.mark.parametrize(("content", "kind"), FILMS.values(), ids=FILMS)
def test_video_over_http_is_shown(content, kind):
    with http_server(send(content, kind)) as address:
        frame = first_frame(address)
    assert frame.image.shape == (48, 64, 3)
    assert not frame.image.flags.writeable


def test_pixels_that_are_not_square_are_stretched_in_a_stream_too():
    with http_server(send(film(codec="libx264", pixel_ratio=2), "video/mp2t")) as address:
        assert first_frame(address).image.shape == (48, 128, 3)


def test_video_over_rtsp_is_shown():
    with rtsp_camera() as address:
        assert first_frame(address).image.shape == (48, 64, 3)


def test_a_jump_in_the_times_of_a_stream_is_none_in_its_frames():
    with http_server(send(film(jump_s=86_400 * 9), "video/mp2t")) as address, stream_source(address) as source:
        times = [item.time_s for item, _ in zip(items(source), range(40), strict=False) if isinstance(item, Frame)]
    assert times[0] == 0
    assert times == sorted(times)
    assert times[-1] < 10


@pytest.mark.parametrize(
    ("container", "kind"), [("mp4", "video/mp4"), ("avi", "video/x-msvideo"), ("matroska", "video/x-matroska")]
)
def test_a_film_at_an_address_is_refused_with_what_to_do(container, kind):
    content = film(format=container, codec="mpeg4", is_live=False)
    refused = pytest.raises(SourceError, match=r"Expected a live stream at http.*it is a video file\. Download it")
    with http_server(send(content, kind, is_whole=True)) as address, refused:
        stream_source(address)


class Playlist:
    """A playlist (HLS) with its segments, and what was asked for."""

    def __init__(self, text: str, segment: bytes = b"") -> None:
        self.asked: list[str] = []
        self._text, self._segment = text, segment

    def __call__(self, request, stop):
        self.asked.append(request.path)
        is_list = request.path.endswith(".m3u8")
        body = self._text.encode() if is_list else self._segment
        send(body, "application/vnd.apple.mpegurl" if is_list else "video/mp2t", is_whole=True)(request, stop)


HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:1\n"
SEGMENTS = "".join(f"#EXTINF:2.0,\nsegment{number}.ts\n" for number in range(3))


def test_a_live_playlist_is_shown():
    with http_server(Playlist(HEAD + SEGMENTS, film())) as address:
        assert first_frame(f"{address}/live.m3u8").image.shape == (48, 64, 3)


def test_a_playlist_with_an_end_is_a_film():
    refused = pytest.raises(SourceError, match="it is a video file")
    with http_server(Playlist(HEAD + SEGMENTS + "#EXT-X-ENDLIST\n", film())) as address, refused:
        stream_source(f"{address}/film.m3u8")


NAMES = ("file://{path}", "{path}", "concat:{path}|{path}", "subfile,,start,0,end,9999,,:{path}", "crypto+file:{path}",
         "data:video/mp2t;base64,{data}")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["segment", "key", "map", "list"])
def test_a_playlist_opens_no_file_of_this_machine(tmp_path, name, place):
    segment = film()
    (tmp_path / "segment.ts").write_bytes(segment)
    target = name.format(path=tmp_path / "segment.ts", data=base64.b64encode(segment).decode())
    listed = {
        "segment": HEAD + f"#EXTINF:2.0,\n{target}\n" * 3,
        "key": HEAD + f'#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n' + SEGMENTS,
        "map": HEAD + f'#EXT-X-MAP:URI="{target}"\n' + SEGMENTS,
        "list": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\n{target}\n",
    }[place]
    before = (tmp_path / "segment.ts").stat().st_atime_ns
    with http_server(Playlist(listed, b"no film" * 99)) as address, pytest.raises(SourceError, match="does not answer"):
        stream_source(f"{address}/live.m3u8")
    assert (tmp_path / "segment.ts").stat().st_atime_ns == before


def test_a_stream_that_hangs_is_closed_without_waiting_for_it():
    sent = threading.Event()

    def answer(request, stop):
        request.send_response(200)
        request.send_header("Content-Type", "video/mp2t")
        request.end_headers()
        request.wfile.write(film())
        sent.set()
        stop.wait(60)

    streams.TIMEOUT_MS = 30_000
    with http_server(answer) as address:
        source = stream_source(address)
        assert sent.wait(WAIT_S)
        began_s = time.monotonic()
        source.close()
        assert time.monotonic() - began_s < 3
