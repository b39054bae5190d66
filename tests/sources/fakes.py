"""Stand-ins for what tests cannot have: cameras, a clock, and a network camera."""

import queue
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import cv2
import numpy as np

from emocam.sources.errors import SourceError
from emocam.sources.live import FAILED_READS


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def noisy_picture(seed: int, *, height: int = 48, width: int = 64) -> np.ndarray:
    """Return an (H, W, 3) uint8 picture that differs from seed to seed, as a sensor's pictures do."""
    return np.random.default_rng(seed).integers(60, 200, (height, width, 3), np.uint8)


class FakeConnection:
    """A camera whose pictures the test hands out; without one `read` blocks, as a driver may."""

    def __init__(self) -> None:
        self.pictures: queue.Queue[np.ndarray | None] = queue.Queue()
        self.asked = threading.Semaphore(0)  # once for each read: what was handed out before has been taken in
        self.is_released = threading.Event()

    def deliver(self, picture: np.ndarray) -> None:
        self.pictures.put(picture)

    def fail(self, reads: int = FAILED_READS) -> None:
        """Let so many reads fail; by default so many that the connection is given up."""
        for _ in range(reads):
            self.pictures.put(None)

    def read(self) -> tuple[bool, Any]:
        self.asked.release()
        picture = self.pictures.get()
        return picture is not None, picture

    def release(self) -> None:
        self.is_released.set()


class FakeCamera:
    """Makes a connection for each attempt to open; unplugged, it refuses."""

    def __init__(self) -> None:
        self.connections: queue.Queue[FakeConnection] = queue.Queue()
        self.is_plugged_in = True
        self.refused = threading.Semaphore(0)

    def connect(self) -> FakeConnection:
        if not self.is_plugged_in:
            self.refused.release()
            raise SourceError("The camera is not there. Plug it in.")
        connection = FakeConnection()
        self.connections.put(connection)
        return connection


class NetworkCamera:
    """A motion-JPEG server on this machine that can stop, freeze and come back."""

    def __init__(self, picture: Callable[[int], np.ndarray] = noisy_picture) -> None:
        self._picture = picture
        self.is_frozen = threading.Event()
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self._stop = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}/video.mjpg"

    def start(self) -> None:
        camera, stop = self, threading.Event()
        self._stop = stop

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                number = 0
                while not stop.wait(1 / 30):
                    number += not camera.is_frozen.is_set()
                    jpeg = cv2.imencode(".jpg", camera._picture(number))[1].tobytes()
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    try:
                        self.wfile.write(head.encode() + jpeg + b"\r\n")
                    except OSError:
                        return

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._stop.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
