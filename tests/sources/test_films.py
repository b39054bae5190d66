"""Films as cameras, phones and editors write them: every picture, the right way round, at the file's own time."""

import struct
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from emocam.messages import Frame
from emocam.sources import SourceError, open_source
from emocam.sources.decoding import LARGEST_SIDE_PX
from tests.clips import write_film

COUNT = 12


def pictures(*, height: int = 96, width: int = 128, count: int = COUNT) -> list[np.ndarray]:
    """Return BGR pictures that are blue, with a bright upper left quarter, and a bar that moves down."""
    made = []
    for number in range(count):
        picture = np.full((height, width, 3), (120, 60, 30), np.uint8)
        picture[: height // 2, : width // 2] = 220
        picture[(number * 4) % height :][:4] = 10
        made.append(picture)
    return made


def read_all(path: Path, **options: float) -> tuple[list[Frame], str | None, str | None]:
    """Return a film's frames, what was wrong with it, and what is worth knowing of it."""
    with open_source(str(path), **options) as film:
        frames = []
        while not film.ended:
            if isinstance(frame := film.read(), Frame):
                frames.append(frame)
        return frames, film.problem, film.details.notice


def bright_quarter(image: np.ndarray) -> str:
    height, width = image.shape[:2]
    quarters = {
        "upper left": image[: height // 2, : width // 2],
        "upper right": image[: height // 2, width // 2 :],
        "lower left": image[height // 2 :, : width // 2],
        "lower right": image[height // 2 :, width // 2 :],
    }
    return max(quarters, key=lambda name: quarters[name].mean())


INTERLACED = {
    "mp4": {"codec": "libx264", "options": {"x264-params": "tff=1:qp=4"}},
    "mpg": {"codec": "mpeg2video", "rate": 25, "options": {"b": "4M"}},
    "mkv": {"codec": "libx264", "options": {"x264-params": "bff=1:qp=4"}},
}


@pytest.mark.parametrize("suffix", INTERLACED)
def test_interlaced_films_show_their_pictures(tmp_path: Path, suffix: str):
    originals = pictures()
    path = write_film(tmp_path / f"film.{suffix}", originals, is_interlaced=True, **INTERLACED[suffix])
    with av.open(str(path)) as film:
        assert next(film.decode(video=0)).interlaced_frame
    frames, problem, _ = read_all(path)
    assert (len(frames), problem) == (COUNT, None)
    for frame, original in zip(frames, originals, strict=True):
        assert cv2.absdiff(frame.image, original).mean() < 12


def test_a_dv_tape_shows_all_its_pictures_with_square_pixels(tmp_path: Path):
    film = pictures(height=576, width=720)
    path = write_film(tmp_path / "tape.dv", film, codec="dvvideo", rate=25, pixel_ratio=Fraction(16, 15))
    frames, problem, _ = read_all(path)
    assert (len(frames), problem) == (COUNT, None)
    assert frames[0].image.shape == (576, 768, 3)
    assert bright_quarter(frames[-1].image) == "upper left"


TURNS = {
    (0, False): "upper left",
    (90, False): "lower left",
    (180, False): "lower right",
    (270, False): "upper right",
    (0, True): "upper right",
    (90, True): "lower right",
    (180, True): "lower left",  # turned over, as a picture in water
    (270, True): "upper left",
}


@pytest.mark.parametrize(("turned_deg", "mirrored"), TURNS)
def test_a_film_is_turned_and_mirrored_as_its_display_matrix_says(tmp_path: Path, turned_deg: int, mirrored: bool):
    path = write_film(tmp_path / "film.mp4", pictures(), turned_deg=turned_deg, mirrored=mirrored)
    frames, _, _ = read_all(path)
    upright = (96, 128, 3) if turned_deg % 180 == 0 else (128, 96, 3)
    assert {frame.image.shape for frame in frames} == {upright}
    assert {bright_quarter(frame.image) for frame in frames} == {TURNS[turned_deg, mirrored]}


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        (Fraction(4, 3), (171, 96)),
        (Fraction(64, 45), (182, 96)),
        (Fraction(2), (256, 96)),
        (Fraction(8, 9), (128, 108)),
        (Fraction(1, 500), (128, 96)),
    ],
    ids=["HDV", "PAL wide", "two to one", "NTSC", "nonsense"],
)
def test_pixels_are_stretched_to_squares_along_the_shorter_axis(tmp_path: Path, ratio: Fraction, size: tuple[int, int]):
    frames, _, _ = read_all(write_film(tmp_path / "film.mp4", pictures(), codec="libx264", pixel_ratio=ratio))
    assert frames[0].image.shape == (size[1], size[0], 3)
    assert bright_quarter(frames[0].image) == "upper left"


def test_pixels_are_stretched_before_the_picture_is_turned(tmp_path: Path):
    path = write_film(tmp_path / "film.mp4", pictures(), pixel_ratio=Fraction(2), turned_deg=90)
    frames, _, _ = read_all(path)
    assert frames[0].image.shape == (256, 96, 3)


def test_a_huge_film_is_reduced(tmp_path: Path):
    path = write_film(tmp_path / "film.mkv", pictures(height=64, width=6000, count=2), codec="ffv1")
    frames, _, _ = read_all(path)
    assert frames[0].image.shape == (44, LARGEST_SIDE_PX, 3)


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format"),
    [
        ("mp4", "libx265", "yuv420p10le"),
        ("mkv", "libvpx", "yuv420p"),
        ("webm", "libvpx-vp9", "yuv444p"),
        ("mp4", "libsvtav1", "yuv420p"),
        ("mov", "prores_ks", "yuv422p10le"),
        ("mkv", "ffv1", "gray16le"),
        ("mkv", "ffv1", "bgr0"),
        ("avi", "mjpeg", "yuvj444p"),
        ("3gp", "mpeg4", "yuv420p"),
        ("wmv", "wmv2", "yuv420p"),
        ("flv", "flv1", "yuv420p"),
        ("mxf", "mpeg2video", "yuv420p"),
    ],
)
def test_what_ffmpeg_plays_is_read_at_its_own_times(tmp_path: Path, suffix: str, codec: str, pixel_format: str):
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = write_film(
        tmp_path / f"film.{suffix}", pictures(), codec=codec, pixel_format=pixel_format, rate=25, options=quiet
    )
    frames, problem, notice = read_all(path)
    assert (len(frames), problem, notice) == (COUNT, None, None)
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(COUNT) / 25, atol=1.1e-3)
    assert {bright_quarter(frame.image) for frame in frames} == {"upper left"}
    assert frames[-1].lasts_s == pytest.approx(1 / 25, abs=1.1e-3)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "mov"])
def test_a_picture_that_begins_after_the_sound_has_the_file_s_times(tmp_path: Path, suffix: str):
    times_s = [2 + number / 20 for number in range(COUNT)]
    path = write_film(tmp_path / f"film.{suffix}", pictures(), codec="libx264", times_s=times_s, sound_s=4)
    frames, problem, notice = read_all(path)
    assert (problem, notice) == (None, None)
    # The sound's encoder may need some thousandths of a second before it: the file begins with those.
    np.testing.assert_allclose([frame.time_s for frame in frames], times_s, atol=0.025)
    np.testing.assert_allclose(np.diff([frame.time_s for frame in frames]), 1 / 20, atol=1e-3)


@pytest.mark.parametrize("bf", ["0", "2"])
def test_an_edit_list_shows_its_pictures_and_no_others(tmp_path: Path, bf: str):
    originals = pictures()
    options = {"bf": bf, "g": "500", "qp": "4"}  # one key picture, which has to be decoded, and is not to be shown
    path = write_film(tmp_path / "film.mp4", originals, codec="libx264", options=options)
    content = bytearray(path.read_bytes())
    fields = content.index(b"elst") + 12  # in thousandths of a second, and in the film's own unit
    _, start = struct.unpack_from(">Ii", content, fields)
    struct.pack_into(">Ii", content, fields, round(1000 * 6 / 30), start + 4 * 512)
    path.write_bytes(content)
    frames, problem, notice = read_all(path)
    assert (len(frames), problem, notice) == (6, None, None)
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(6) / 30, atol=1e-3)
    for frame, original in zip(frames, originals[4:10], strict=True):
        assert cv2.absdiff(frame.image, original).mean() < 12
    with open_source(str(path)) as film:
        assert film.frame_count in (6, 7)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_uneven_times_are_kept(tmp_path: Path, suffix: str):
    times_s = [0, 0.004, 0.008, 0.5, 0.51, 3, 3.04, 60, 60.1, 61, 600, 3000]
    path = write_film(tmp_path / f"film.{suffix}", pictures(), times_s=times_s)
    frames, problem, notice = read_all(path)
    assert (problem, notice) == (None, None)
    np.testing.assert_allclose([frame.time_s for frame in frames], times_s, atol=1.1e-3)


def test_a_film_at_240_pictures_a_second_keeps_its_times(tmp_path: Path):
    frames, _, _ = read_all(write_film(tmp_path / "film.mp4", pictures(), rate=240))
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(COUNT) / 240, atol=1e-6)


def test_pictures_that_an_avi_film_leaves_out_leave_gaps(tmp_path: Path):
    # AVI has no times: for each picture that is missing it holds an empty one.
    times_s = [number / 10 + (0.3 if number > 5 else 0) for number in range(COUNT)]
    path = tmp_path / "film.avi"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("mjpeg", rate=10)
        stream.height, stream.width, stream.pix_fmt = 96, 128, "yuvj420p"
        for time_s, picture in zip(times_s, pictures(), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = round(time_s * 10), Fraction(1, 10)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    frames, problem, _ = read_all(path)
    assert problem is None
    np.testing.assert_allclose([frame.time_s for frame in frames], times_s, atol=1e-6)


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_an_avi_film_with_pictures_decoded_out_of_order_begins_at_0(tmp_path: Path, codec: str):
    frames, problem, _ = read_all(write_film(tmp_path / "film.avi", pictures(), codec=codec, options={"bf": "2"}))
    assert (len(frames), problem) == (COUNT, None)
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(COUNT) / 30, atol=1e-3)


def test_a_raw_stream_has_the_rate_that_it_states(tmp_path: Path):
    path = write_film(tmp_path / "film.h264", pictures(), codec="libx264", rate=30)
    frames, problem, notice = read_all(path)
    assert (len(frames), problem, notice) == (COUNT, None, None)
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(COUNT) / 30, atol=1e-6)


def test_a_raw_stream_without_a_rate_says_that_times_are_assumed(tmp_path: Path):
    path = write_film(tmp_path / "film.mjpeg", pictures(), codec="mjpeg", pixel_format="yuvj420p", format="mjpeg")
    frames, problem, notice = read_all(path)
    assert (len(frames), problem) == (COUNT, None)
    assert notice is not None and "25 frames a second are assumed" in notice and "--rate" in notice
    assert frames[-1].time_s == pytest.approx((COUNT - 1) / 25)
    with open_source(str(path)) as film:
        assert film.details.is_time_assumed and film.details.rate_fps == 25


@pytest.mark.parametrize("suffix", ["mjpeg", "h264"])
def test_a_raw_stream_takes_the_rate_that_it_is_given(tmp_path: Path, suffix: str):
    codec, pixel_format = ("mjpeg", "yuvj420p") if suffix == "mjpeg" else ("libx264", "yuv420p")
    path = write_film(
        tmp_path / f"film.{suffix}", pictures(), codec=codec, pixel_format=pixel_format, format=suffix, rate=30
    )
    frames, _, notice = read_all(path, rate_fps=10.0)
    assert notice is None
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(COUNT) / 10, atol=1e-6)
    assert {frame.lasts_s for frame in frames} == {0.1}


def test_a_film_with_times_keeps_them_whatever_rate_is_given(tmp_path: Path):
    frames, _, _ = read_all(write_film(tmp_path / "film.mp4", pictures(), rate=30), rate_fps=10.0)
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(COUNT) / 30, atol=1e-6)


@pytest.mark.parametrize("suffix", ["mkv", "ts", "mov"])
def test_a_time_that_jumps_by_days_counts_as_one_interval_and_is_told(tmp_path: Path, suffix: str):
    times_s = [number / 10 + (3 * 86_400 if number >= 6 else 0) for number in range(COUNT)]
    path = tmp_path / f"film.{suffix}"
    options = {"video_track_timescale": "1000"} if suffix == "mov" else {}
    with av.open(str(path), "w", container_options=options) as film:
        stream = film.add_stream("libx264", rate=10, options={"bf": "0"})
        stream.height, stream.width, stream.pix_fmt = 96, 128, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for time_s, picture in zip(times_s, pictures(), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
            for packet in stream.encode(frame):
                packet.duration = 100
                film.mux(packet)
        film.mux(stream.encode())
    frames, problem, notice = read_all(path)
    assert (len(frames), problem) == (COUNT, None)
    assert notice == (
        f"The times in film.{suffix} jump, as when a camera's clock is set: "
        "each jump counts as one interval of the usual length."
    )
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(COUNT) / 10, atol=2e-3)
    assert all(frame.lasts_s is not None and frame.lasts_s < 0.2 for frame in frames)


def test_transport_streams_that_were_joined_go_on_from_one_another(tmp_path: Path):
    part = write_film(tmp_path / "part.ts", pictures(), codec="libx264", rate=10).read_bytes()
    (tmp_path / "joined.ts").write_bytes(part + part)
    frames, problem, notice = read_all(tmp_path / "joined.ts")
    assert (len(frames), problem) == (2 * COUNT, None)
    assert notice is not None and "jump" in notice
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(2 * COUNT) / 10, atol=1e-3)


def test_a_film_that_says_when_it_was_taken_has_the_time_of_each_frame(tmp_path: Path):
    path = write_film(tmp_path / "film.mp4", pictures(), metadata={"creation_time": "2024-05-06T07:08:09.000000Z"})
    frames, _, _ = read_all(path)
    assert frames[0].taken == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert frames[3].taken == datetime(2024, 5, 6, 7, 8, 9, 100_000, tzinfo=UTC)
    frames, _, _ = read_all(write_film(tmp_path / "other.mp4", pictures()))
    assert {frame.taken for frame in frames} == {None}


def test_a_cover_in_a_sound_file_is_no_film(tmp_path: Path):
    path = tmp_path / "song.m4a"
    _, cover = cv2.imencode(".png", pictures()[0])
    with av.open(str(path), "w", format="mp4") as film:
        picture = film.add_stream("png", rate=1)
        picture.height, picture.width, picture.pix_fmt = 96, 128, "rgb24"
        picture.disposition = av.stream.Disposition.attached_pic
        sound = film.add_stream("aac", rate=48000)
        packet = av.Packet(cover.tobytes())
        packet.stream, packet.pts, packet.dts, packet.is_keyframe = picture, 0, 0, True
        film.mux(packet)
        for number in range(20):
            silence = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate, silence.pts = 48000, number * 1024
            film.mux(sound.encode(silence))
        film.mux(sound.encode())
    with av.open(str(path)) as film:
        assert len(film.streams.video) == 1
    with pytest.raises(SourceError, match=r"song\.m4a; it holds no moving pictures"):
        open_source(str(path))


def test_the_default_stream_is_shown_of_several(tmp_path: Path):
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as film:
        streams = [film.add_stream("mpeg4", rate=30) for _ in range(2)]
        for number, (stream, size) in enumerate(zip(streams, ((128, 96), (64, 48)), strict=True)):
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.disposition = av.stream.Disposition.default if number else av.stream.Disposition(0)
        for stream in streams:
            for picture in pictures(height=stream.height, width=stream.width, count=3):
                film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            film.mux(stream.encode())
    frames, _, _ = read_all(path)
    assert {frame.image.shape for frame in frames} == {(48, 64, 3)}


def test_a_film_is_closed_and_opened_again(tmp_path: Path):
    path = write_film(tmp_path / "film.mp4", pictures())
    with open_source(str(path)) as film:
        first = film.read()
        film.close()
        film.close()
        assert film.ended and film.read() is None
    with open_source(str(path)) as film:
        again = film.read()
    assert isinstance(first, Frame) and isinstance(again, Frame)
    assert np.array_equal(first.image, again.image)  # the first is still whole though its film is closed


def test_a_film_says_what_it_is(tmp_path: Path):
    path = write_film(tmp_path / "film.mp4", pictures(), pixel_ratio=Fraction(2), codec="libx264")
    with open_source(str(path)) as film:
        while not film.ended:
            film.read()
        details = film.details
    assert (details.path, details.bytes) == (str(path), path.stat().st_size)
    assert (details.width_px, details.height_px, details.rate_fps) == (256, 96, 30)
    assert (details.frames_expected, details.frames_read, details.problem) == (COUNT, COUNT, None)
    assert not details.is_time_assumed
