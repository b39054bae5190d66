"""Files are read in order and wholly; what is no source is named, with what to do."""

import shutil
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from emocam.messages import Frame
from emocam.resources import asset_path
from emocam.sources import Source, SourceError, open_source
from emocam.sources.cameras import Camera, find_camera, list_cameras
from emocam.sources.stills import LARGEST_SIDE_PX
from tests.sources.fakes import noisy_picture

DEMO = asset_path("demo.mp4")
CAMERAS = [
    Camera("Integrated camera", "camera:04f2:b6d0:Integrated camera", 0, 200),
    Camera("Desk camera", "camera:046d:0825:Desk camera", 2, 200),
]


def frames(source: Source) -> list[Frame]:
    read = []
    while not source.ended:
        frame = source.read()
        if isinstance(frame, Frame):
            read.append(frame)
    return read


def write_picture(path: Path, picture: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), picture)
    return path


def test_a_video_is_read_wholly_in_order_and_with_its_times():
    with open_source(str(DEMO)) as source:
        read = frames(source)
        assert source.problem is None
    assert [frame.index for frame in read] == list(range(source.frame_count or 0))
    times = np.array([frame.time_s for frame in read])
    np.testing.assert_allclose(np.diff(times), 1 / 30, atol=2e-3)
    assert {frame.image.shape for frame in read} == {(480, 640, 3)}
    assert not read[0].image.flags.writeable


def test_a_video_that_is_cut_short_gives_what_can_be_read_and_says_so(tmp_path: Path):
    # AVI keeps its index at the end and its promise of frames at the beginning.
    whole = tmp_path / "whole.avi"
    writer = cv2.VideoWriter(str(whole), cv2.VideoWriter.fourcc(*"MJPG"), 30, (64, 48))
    for seed in range(60):
        writer.write(noisy_picture(seed))
    writer.release()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with open_source(str(cut)) as source:
        read = frames(source)
        assert 10 < len(read) < 50
        assert source.problem is None or "cut short" in source.problem


@pytest.mark.parametrize("content", [b"", b"no video at all", b"\0" * 5000, DEMO.read_bytes()[:2000]])
def test_a_file_that_is_no_video_is_refused_by_name(tmp_path: Path, content: bytes):
    path = tmp_path / "holiday.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"holiday\.mp4.*Choose another file|holiday\.mp4.*choose another file"):
        frames(open_source(str(path)))


def test_a_path_may_hold_any_letters(tmp_path: Path):
    folder = tmp_path / "Gesichter – 顔 #1"
    folder.mkdir()
    clip = Path(shutil.copy(DEMO, folder / "é %20 clip.mp4"))
    with open_source(str(clip)) as source:
        assert isinstance(source.read(), Frame)
    ok, encoded = cv2.imencode(".png", noisy_picture(1))
    assert ok
    (folder / "ü.png").write_bytes(encoded.tobytes())
    with open_source(str(folder)) as source:
        assert len(frames(source)) == 1


def test_pictures_of_a_folder_come_in_natural_order(tmp_path: Path):
    for number in (10, 9, 1):
        write_picture(tmp_path / f"face{number}.png", np.full((40, 40, 3), number, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")
    with open_source(str(tmp_path)) as source:
        read = frames(source)
    assert [int(frame.image[0, 0, 0]) for frame in read] == [1, 9, 10]
    assert [frame.time_s for frame in read] == [0.0, 1.0, 2.0]


def test_an_unreadable_picture_of_a_folder_is_left_out_and_named(tmp_path: Path):
    write_picture(tmp_path / "a.png", noisy_picture(1))
    (tmp_path / "b.png").write_bytes(b"broken")
    (tmp_path / "c.jpg").write_bytes(b"")
    with open_source(str(tmp_path)) as source:
        assert [frame.index for frame in frames(source)] == [0]
        assert source.problem == "2 of 3 pictures could not be read and were left out: b.png, c.jpg"


def test_a_folder_without_pictures_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="Expected pictures in the folder"):
        open_source(str(tmp_path))


@pytest.mark.parametrize(
    "picture",
    [
        np.full((1, 1, 3), 9, np.uint8),
        np.full((30, 40), 9, np.uint8),
        np.full((30, 40, 4), 9, np.uint8),
        np.full((30, 40, 3), 9000, np.uint16),
    ],
    ids=["one pixel", "gray", "alpha", "sixteen bits"],
)
def test_any_picture_becomes_a_colour_frame(tmp_path: Path, picture: np.ndarray):
    with open_source(str(write_picture(tmp_path / "a.png", picture))) as source:
        (frame,) = frames(source)
    assert frame.image.shape == (*picture.shape[:2], 3)
    assert frame.image.dtype == np.uint8


def test_a_huge_picture_is_reduced(tmp_path: Path):
    path = write_picture(tmp_path / "huge.jpg", np.zeros((9000, 12000, 3), np.uint8))
    with open_source(str(path)) as source:
        (frame,) = frames(source)
    assert frame.image.shape == (3072, LARGEST_SIDE_PX, 3)


def test_a_picture_that_lies_on_its_side_is_turned_upright(tmp_path: Path):
    ok, encoded = cv2.imencode(".jpg", np.zeros((30, 60, 3), np.uint8))
    assert ok
    jpeg = encoded.tobytes()
    # An EXIF block with one entry: orientation 6, a quarter turn.
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    path = tmp_path / "turned.jpg"
    path.write_bytes(jpeg[:2] + segment + jpeg[2:])
    with open_source(str(path)) as source:
        (frame,) = frames(source)
    assert frame.image.shape == (60, 30, 3)


def test_what_is_no_source_is_named_with_what_to_do():
    with pytest.raises(SourceError, match=r"nowhere\.mp4 is none of them.*emocam cameras"):
        open_source("nowhere.mp4")


@pytest.mark.parametrize("text", ["Desk camera", "desk CAMERA", "2", "camera:046d:0825:Desk camera"])
def test_a_camera_is_found_by_name_number_or_identity(text: str):
    assert find_camera(text, CAMERAS).name == "Desk camera"


def test_a_camera_keeps_its_identity_when_its_number_changes():
    moved = [Camera("Desk camera", "camera:046d:0825:Desk camera", 0, 200)]
    assert find_camera(CAMERAS[1].identity, moved).index == 0


def test_without_a_name_the_first_camera_is_meant():
    assert find_camera(None, CAMERAS).name == "Integrated camera"


def test_no_camera_at_all_says_what_to_do():
    with pytest.raises(SourceError, match=r"No camera was found\. Plug one in"):
        find_camera(None, [])


def test_a_camera_that_is_gone_is_named_with_those_that_are_there():
    with pytest.raises(SourceError, match=r"The camera Old one is not there.*Integrated camera, Desk camera"):
        find_camera("camera:0000:0000:Old one", CAMERAS)


def test_two_cameras_of_a_kind_have_different_identities(monkeypatch: pytest.MonkeyPatch):
    class Found:
        def __init__(self, index: int) -> None:
            self.index, self.name, self.vid, self.pid, self.backend = index, "Twin", 1, 2, 200

    monkeypatch.setattr("cv2_enumerate_cameras.enumerate_cameras", lambda backend: [Found(3), Found(1)])
    assert [(camera.index, camera.identity) for camera in list_cameras()] == [
        (1, "camera:0001:0002:Twin"),
        (3, "camera:0001:0002:Twin#2"),
    ]


def test_a_file_is_found_again_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_picture(tmp_path / "face.png", noisy_picture(1))
    monkeypatch.chdir(tmp_path)
    with open_source("face.png") as source:
        identity = source.identity
    monkeypatch.chdir("/")
    with open_source(identity) as source:
        assert isinstance(source.read(), Frame)


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "~nobody-of-that-name/x.mp4", "a" * 5000])
def test_what_cannot_even_be_a_name_is_refused(text: str):
    with pytest.raises(SourceError):
        open_source(text)


@pytest.mark.parametrize("content", ["notes, in words\n" * 99, "#EXTM3U\nhttp://127.0.0.1/x.ts\n"])
def test_a_text_is_no_video(tmp_path: Path, content: str):
    (tmp_path / "notes.txt").write_text(content)
    with pytest.raises(SourceError, match="it is a text"):
        open_source(str(tmp_path / "notes.txt"))


def test_a_bright_film_without_compression_is_no_text(tmp_path: Path):
    white = bytes([235]) * (64 * 48) + bytes([128]) * (2 * 32 * 24)
    film = tmp_path / "white.y4m"
    film.write_bytes(b"YUV4MPEG2 W64 H48 F25:1 Ip A1:1 C420jpeg\n" + 3 * (b"FRAME\n" + white))
    with open_source(str(film)) as source:
        assert sum(source.read() is not None for _ in range(3)) == 3
        assert source.details.frames_read == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux allows such names")
def test_a_name_that_is_no_unicode_is_refused_without_a_crash(tmp_path: Path):
    path = tmp_path / "odd\udcff.mp4"
    path.write_bytes(b"\0" * 99)
    with pytest.raises(SourceError, match="Rename the file"):
        open_source(str(path))
