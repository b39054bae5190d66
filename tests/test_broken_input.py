"""Clips, pictures and networks with flipped and missing bytes, and hostile servers: a sentence, never a crash."""

import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import h5py
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from emocam.engine.classification import open_classifier
from emocam.engine.model_file import LITERT, LITERT_DIGEST, ModelFileError, read_model_file
from emocam.messages import Frame, Gap
from emocam.resources import shipped_models
from emocam.sources import SourceError, open_source, streams
from tests.clips import FACE_FROM, demo_frames, write_clip
from tests.sources.fakes import NetworkCamera, noisy_picture

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


def answers_of(program: str, *paths: Path) -> dict[str, list]:
    """Run a program over files in a process of its own, and return what it says of each."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, paths)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    answers: dict[str, list] = json.loads(done.stdout)
    return answers


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


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".png", ".jpg", ".heic", ".avif", ".webp", ".gif", ".tif", ".jp2"])
def test_broken_clips_and_pictures_are_read_as_far_as_they_go_or_refused(tmp_path, suffix):
    frames = demo_frames(FACE_FROM, 8)
    original = tmp_path / f"whole{suffix}"
    if suffix in (".mp4", ".avi"):
        write_clip(original, frames)
    else:
        pillow_heif.register_heif_opener()
        Image.fromarray(frames[0][:, :, ::-1]).save(original)
    copies = broken_copies(original, tmp_path, count=30, seed=5)
    answers = answers_of(READ_ALL, original, *copies)
    assert answers[str(original)][:2] == ["read", 8 if suffix in (".mp4", ".avi") else 1]
    assert len(answers) == 31
    for path, (outcome, count, seconds) in answers.items():
        assert count > 0 or outcome != "read", f"{path} gave no frame and no reason"
        assert seconds < 5


# The compiled network is run by foreign code, which trusts what it is given.
OPEN_ALL = """
import json, sys, time
from pathlib import Path
from emocam.engine.classification import open_classifier
from emocam.engine.model_file import ModelFileError
answers = {}
for path in sys.argv[1:]:
    began = time.monotonic()
    try:
        open_classifier(Path(path))
        outcome = "opened"
    except ModelFileError as error:
        outcome = str(error)
    answers[path] = [outcome, time.monotonic() - began]
print(json.dumps(answers))
"""


def damage_compiled_network(path: Path, *, seed: int) -> None:
    """Flip bytes among those that are mostly zero, where a flatbuffer keeps its offsets, sizes and kinds."""
    chance = random.Random(seed)
    with h5py.File(path, "r+") as file:
        content = np.asarray(file[LITERT][()], np.uint8)
        near_zeros = np.convolve(content == 0, np.ones(9), "same") >= 4
        places = np.flatnonzero(near_zeros)
        for _ in range(chance.choice((1, 8, 64))):
            content[chance.choice(places)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        file[LITERT][...] = content
        del file[LITERT].attrs[LITERT_DIGEST]  # which would give the damage away before the interpreter sees it


def test_broken_networks_are_opened_or_refused(tmp_path):
    original = next(iter(shipped_models().values()))
    copies = broken_copies(original, tmp_path, count=30, seed=11)
    for number in range(40):
        copies.append(tmp_path / f"compiled{number}.hdf5")
        copies[-1].write_bytes(original.read_bytes())
        damage_compiled_network(copies[-1], seed=number)
    answers = answers_of(OPEN_ALL, original, *copies)
    assert answers.pop(str(original))[0] == "opened"
    assert len(answers) == 70
    for path, (outcome, seconds) in answers.items():
        assert outcome == "opened" or Path(path).name in outcome
        assert seconds < 5
    assert sum(outcome != "opened" for outcome, _ in answers.values()) > 35


def test_a_compiled_network_that_claims_gigabytes_is_refused_before_it_takes_them(tmp_path):
    path = tmp_path / "greedy.hdf5"
    path.write_bytes(shipped_models()["mini_xception_fer2013"].read_bytes())
    with h5py.File(path, "r+") as file:
        content = np.asarray(file[LITERT][()], np.uint8).tobytes()
        one_face, many = (struct.pack("<5i", 4, count, 44, 44, 16) for count in (1, 65_281))
        assert one_face in content
        file[LITERT][...] = np.frombuffer(content.replace(one_face, many), np.uint8)
        del file[LITERT].attrs[LITERT_DIGEST]
    with pytest.raises(ModelFileError, match=r"damaged .*it claims .* MB"):
        open_classifier(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    for name in ("face.png", "clip.mp4", "network.hdf5"):
        os.mkfifo(tmp_path / name)
    for name in ("face.png", "clip.mp4"):
        with pytest.raises(SourceError, match="a device or a pipe"):
            open_source(str(tmp_path / name))
    with pytest.raises(ModelFileError, match="is no file"):
        read_model_file(tmp_path / "network.hdf5")


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


def trickle(request, stop):
    request.send_response(200)
    request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
    request.end_headers()
    while not stop.wait(0.2):
        request.wfile.write(b"-")


def answer_with(text, kind):
    """Return an answer of a few lines, whose `{file}` and `{path}` are those of a clip on this machine."""

    def answer(request, stop):
        clip = ROOT / "assets" / "demo.mp4"
        body = text.format(file=clip.as_uri(), path=clip).encode()
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


PLAYLIST = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9.0,\n{file}\n#EXT-X-ENDLIST\n"
HLS = "application/vnd.apple.mpegurl"
ANSWERS = {
    "nothing": say_nothing,
    "huge headers": send_huge_headers,
    "endless body": send_an_endless_body,
    "a byte now and then": trickle,
    "redirect to a file": redirect_to_a_file,
    "redirect for ever": redirect_for_ever,
    "playlist of a file": answer_with(PLAYLIST, HLS),
    "playlist of a path": answer_with(PLAYLIST.replace("{file}", "{path}"), HLS),
    "playlist of joined files": answer_with(PLAYLIST.replace("{file}", "concat:{path}|{path}"), HLS),
    "list of files": answer_with("ffconcat version 1.0\nfile '{path}'\n", "text/plain"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_hostile_server_is_an_error_within_seconds(answer, monkeypatch):
    monkeypatch.setattr(streams, "TIMEOUT_MS", 1500)
    began_s = time.monotonic()
    with HostileServer(answer) as server, pytest.raises(SourceError, match="does not answer"):
        open_source(server.address).close()
    assert time.monotonic() - began_s < 10


def test_a_stream_gets_no_longer_to_answer_than_people_wait():
    assert streams.TIMEOUT_MS <= 5000  # the tests here shorten it


def test_a_silent_rtsp_server_is_an_error_within_seconds(monkeypatch):
    monkeypatch.setattr(streams, "TIMEOUT_MS", 1000)
    began_s = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SourceError, match="does not answer"):
        open_source(f"rtsp://127.0.0.1:{silent.getsockname()[1]}/live").close()
    assert time.monotonic() - began_s < 10


def test_a_stream_that_turns_hostile_becomes_a_gap_with_a_sentence(monkeypatch):
    """Good pictures first; then JPEGs that claim 65,500 pixels a side, which are 13 GB."""
    encode, encoded = cv2.imencode, 0

    def encode_worse_and_worse(suffix, picture):
        nonlocal encoded
        encoded += 1
        is_whole, content = encode(suffix, picture)
        if encoded > 20:
            sizes = content.tobytes().index(b"\xff\xc0") + 5
            content[sizes : sizes + 4] = np.frombuffer(b"\xff\xdc\xff\xdc", np.uint8)
        return is_whole, content

    monkeypatch.setattr(streams, "TIMEOUT_MS", 1000)
    monkeypatch.setattr(cv2, "imencode", encode_worse_and_worse)
    with NetworkCamera(noisy_picture) as camera, open_source(camera.address) as source:
        items: list[Frame | Gap | None] = []
        until_s = time.monotonic() + 15
        while not any(isinstance(item, Gap) for item in items) and time.monotonic() < until_s:
            items.append(source.read(0.25))
        gaps = [item.reason for item in items if isinstance(item, Gap)]
    assert gaps == [f"{source.title} delivers no picture."]
    assert {item.image.shape for item in items if isinstance(item, Frame)} == {(48, 64, 3)}
