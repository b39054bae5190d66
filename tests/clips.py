"""Short clips for tests, cut from the demo clip, whose face comes into sight in the first second."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.video.stream import VideoStream

from emocam.resources import asset_path

FACE_FROM, NO_FACE_FROM = 45, 275  # frames of the demo clip


def demo_frames(first: int, count: int) -> list[np.ndarray]:
    """Return (480, 640, 3) uint8 BGR frames of the demo clip."""
    capture = cv2.VideoCapture(str(asset_path("demo.mp4")))
    capture.set(cv2.CAP_PROP_POS_FRAMES, first)
    frames = [capture.read()[1] for _ in range(count)]
    capture.release()
    return frames


def write_clip(path: Path, frames: list[np.ndarray]) -> Path:
    """Write BGR frames as a video of 30 frames a second."""
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


def write_picture(path: Path, frame: np.ndarray) -> Path:
    """Write one BGR frame as a picture."""
    assert cv2.imwrite(str(path), frame)
    return path


def write_film(
    path: Path,
    pictures: Sequence[np.ndarray],
    *,
    codec: str = "mpeg4",
    rate: int = 30,
    times_s: Sequence[float] | None = None,
    pixel_format: str = "yuv420p",
    pixel_ratio: Fraction | None = None,
    turned_deg: float = 0,
    mirrored: bool = False,
    is_interlaced: bool = False,
    sound_s: float = 0,
    format: str | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write BGR pictures as a film that says more of itself than OpenCV can write.

    times_s: of each picture, in whole milliseconds; by default they follow the rate. turned_deg: counterclockwise, and
    mirrored after it, as a player is to show them. sound_s: seconds of silence that begin at 0. format: of the
    container, where the name does not say.
    """
    with av.open(str(path), "w", format=format, container_options=container_options or {}) as film:
        film.metadata.update(metadata or {})
        stream = film.add_stream(codec, rate=rate, options=options or {})
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixel_format
        if times_s is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if pixel_ratio is not None:
            stream.sample_aspect_ratio = pixel_ratio
        if turned_deg or mirrored:
            stream.set_display_rotation(turned_deg, hflip=mirrored)
        if is_interlaced:
            stream.codec_context.flags |= Flags.interlaced_dct | Flags.interlaced_me
        sound = film.add_stream("aac", rate=48000) if sound_s else None
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            if times_s is not None:
                frame.pts, frame.time_base = round(times_s[number] * 1000), Fraction(1, 1000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
        if isinstance(sound, AudioStream):
            silence = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            for number in range(round(sound_s * 48000 / 1024)):
                silence.sample_rate, silence.pts = 48000, number * 1024
                film.mux(sound.encode(silence))
            film.mux(sound.encode())
    return path
