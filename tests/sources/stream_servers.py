"""Small servers on this machine: what a network camera, a television and a playlist answer."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from tests.sources.fakes import noisy_picture

Answer = Callable[[BaseHTTPRequestHandler, threading.Event], None]


@contextmanager
def http_server(answer: Answer) -> Iterator[str]:
    """Serve one answer to every request; yield the address, without a path."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self, stop)
            except OSError:
                return  # the other side has had enough

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


def jpeg(seed: int) -> bytes:
    return cv2.imencode(".jpg", noisy_picture(seed))[1].tobytes()


def part(body: bytes, *, boundary: str = "frame", head: str = "Content-Length: {length}\r\n") -> bytes:
    """Return a part of an answer in parts, as most cameras send it."""
    told = f"--{boundary}\r\nContent-Type: image/jpeg\r\n" + head.format(length=len(body)) + "\r\n"
    return told.encode() + body + b"\r\n"


def begin_parts(request: BaseHTTPRequestHandler, *, boundary: str = "frame") -> None:
    request.send_response(200)
    request.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={boundary}")
    request.end_headers()


def film(
    *,
    format: str = "mpegts",
    codec: str = "mpeg2video",
    frames: int = 50,
    jump_s: float = 0.0,
    pixel_ratio: int = 1,
    is_live: bool = True,
) -> bytes:
    """Return a film of noise, 64×48 and 25 frames a second.

    jump_s: between its halves, in its own times. is_live: written without knowing its end, as it is sent meanwhile.
    """
    written, colours = io.BytesIO(), "yuvj420p" if codec == "mjpeg" else "yuv420p"
    with av.open(_OneWay(written) if is_live else written, "w", format=format) as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=25))
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, colours, 5
        stream.codec_context.sample_aspect_ratio = Fraction(pixel_ratio)
        stream.codec_context.max_b_frames = 0
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(noisy_picture(number), format="bgr24").reformat(format=colours)
            picture.pts, picture.time_base = number, Fraction(1, 25)
            for packet in stream.encode(picture):
                _mux(container, packet, jump_s if number >= frames // 2 else 0.0)
        for packet in stream.encode():
            _mux(container, packet, jump_s)
    return written.getvalue()


class _OneWay:
    """A file that is written from its beginning to its end."""

    def __init__(self, written: io.BytesIO) -> None:
        self.write = written.write


def _mux(container: OutputContainer, packet: av.Packet, later_s: float) -> None:
    assert packet.pts is not None and packet.dts is not None and packet.time_base is not None
    later = round(later_s / packet.time_base)
    packet.pts, packet.dts = packet.pts + later, packet.dts + later
    container.mux(packet)


def send(body: bytes, kind: str, *, is_whole: bool = False) -> Answer:
    """Return an answer of these bytes, which then goes on without any more, as a stream may; is_whole: it ends."""

    def answer(request: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        request.send_response(200)
        request.send_header("Content-Type", kind)
        if is_whole:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
        if not is_whole:
            stop.wait(60)

    return answer


@contextmanager
def rtsp_camera(picture: Callable[[int], np.ndarray] = noisy_picture) -> Iterator[str]:
    """Serve video over rtsp, in the connection that asks for it; yield the address."""
    stop, server = threading.Event(), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve_rtsp, args=(server, stop, picture), daemon=True)
    thread.start()
    try:
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/live"
    finally:
        stop.set()
        server.close()
        thread.join(10)


def _serve_rtsp(server: socket.socket, stop: threading.Event, picture: Callable[[int], np.ndarray]) -> None:
    described = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    described += "a=rtpmap:96 H264/90000\r\na=control:track\r\n"
    try:
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as requests:
            while True:
                lines = list(iter(lambda: requests.readline().decode().strip(), ""))
                if not lines:
                    return
                method = lines[0].split()[0]
                number = next(line.split(":")[1] for line in lines if line.lower().startswith("cseq"))
                head = f"RTSP/1.0 200 OK\r\nCSeq:{number}\r\nSession: 1\r\n"
                if method == "DESCRIBE":
                    head += f"Content-Type: application/sdp\r\nContent-Length: {len(described)}\r\n\r\n{described}"
                elif method == "SETUP":
                    head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
                else:
                    head += "\r\n"
                connection.sendall(head.encode())
                if method == "PLAY":
                    _send_rtp(connection, stop, picture)
                    return
    except OSError:
        return


def _send_rtp(connection: socket.socket, stop: threading.Event, picture: Callable[[int], np.ndarray]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
        packets.bind(("127.0.0.1", 0))
        packets.settimeout(0.02)
        with av.open(f"rtp://127.0.0.1:{packets.getsockname()[1]}?pkt_size=1200", "w", format="rtp") as container:
            options = {"tune": "zerolatency", "g": "5"}
            stream = container.add_stream("libx264", rate=25, options=options)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            number = 0
            while not stop.is_set():
                shown = av.VideoFrame.from_ndarray(picture(number), format="bgr24").reformat(format="yuv420p")
                shown.pts, shown.time_base = number, Fraction(1, 25)
                number += 1
                container.mux(stream.encode(shown))
                try:
                    while True:
                        packet = packets.recv(2000)
                        connection.sendall(b"$\0" + len(packet).to_bytes(2, "big") + packet)
                except TimeoutError:
                    continue
