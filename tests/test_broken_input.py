"""Real clips and pictures with flipped and missing bytes, and hostile servers: a sentence, never a crash or a hang."""

import json
import random
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import pytest

from emocam.sources import SourceError, open_source
from tests.clips import FACE_FROM, demo_frames, write_clip

ROOT = Path(__file__).parent.parent

# In a process of its own, so that a decoder that crashes is seen as that, and not as the end of the tests.
READ_ALL = """
import json, os, sys, time
os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
os.environ["OPENCV_LOG_LEVEL"] = "SILENT"
from emocam.messages import Frame
from emocam.sources import SourceError, open_source
answers = {}
for path in sys.argv[1:]:
    began, frames = time.monotonic(), 0
    try:
        with open_source(path) as source:
            while not source.ended:
                item = source.read()
                if isinstance(item, Frame):
                    assert item.image.ndim == 3 and item.image.dtype == "uint8"
                    frames += 1
        outcome = source.problem or "read"
    except SourceError as error:
        outcome = str(error)
    answers[path] = [outcome, frames, time.monotonic() - began]
print(json.dumps(answers))
"""


def broken_copies(original: Path, folder: Path, *, count: int, seed: int) -> list[Path]:
    """Write copies with flipped bytes, cut ends, and holes, the same each time."""
    chance, whole = random.Random(seed), original.read_bytes()
    copies = []
    for number in range(count):
        content = bytearray(whole)
        match number % 3:
            case 0:
                for _ in range(chance.choice((1, 8, 64))):
                    content[chance.randrange(len(content))] = chance.randrange(256)
            case 1:
                del content[chance.randrange(len(content)) :]
            case 2:
                start = chance.randrange(len(content))
                del content[start : start + chance.randrange(1, 2000)]
        copies.append(folder / f"{number}{original.suffix}")
        copies[-1].write_bytes(content)
    return copies


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".png", ".jpg"])
def test_broken_clips_and_pictures_are_read_as_far_as_they_go_or_refused(tmp_path, suffix):
    frames = demo_frames(FACE_FROM, 8)
    original = tmp_path / f"whole{suffix}"
    if suffix in (".mp4", ".avi"):
        write_clip(original, frames)
    else:
        assert cv2.imwrite(str(original), frames[0])
    copies = broken_copies(original, tmp_path, count=30, seed=5)
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(original), *map(str, copies)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout)
    assert answers[str(original)][:2] == ["read", 8 if suffix in (".mp4", ".avi") else 1]
    assert len(answers) == 31
    for path, (outcome, count, seconds) in answers.items():
        assert count > 0 or outcome != "read", f"{path} gave no frame and no reason"
        assert seconds < 5


class HostileServer:
    """Answers every request in one bad way."""

    def __init__(self, answer):
        stop = self.stop = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                try:
                    answer(self, stop)
                except OSError:
                    return  # the other side has had enough

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/video"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()


def say_nothing(request, stop):
    stop.wait(60)


def send_huge_headers(request, stop):
    request.wfile.write(b"HTTP/1.0 200 OK\r\n")
    while not stop.is_set():
        request.wfile.write(b"X-Padding: " + b"a" * 60_000 + b"\r\n")


def send_an_endless_body(request, stop):
    request.send_response(200)
    request.send_header("Content-Type", "video/mp4")
    request.end_headers()
    while not stop.is_set():
        request.wfile.write(b"no picture " * 5000)


def redirect_to_a_file(request, stop):
    request.send_response(302)
    request.send_header("Location", (ROOT / "assets" / "demo.mp4").as_uri())
    request.end_headers()


def redirect_for_ever(request, stop):
    request.send_response(302)
    request.send_header("Location", request.path + "a")
    request.end_headers()


@pytest.mark.parametrize(
    "answer", [say_nothing, send_huge_headers, send_an_endless_body, redirect_to_a_file, redirect_for_ever]
)
def test_a_hostile_server_is_an_error_within_seconds(answer):
    began_s = time.monotonic()
    with HostileServer(answer) as server, pytest.raises(SourceError, match="does not answer"):
        open_source(server.address).close()
    assert time.monotonic() - began_s < 25
