"""Films and streams through PyAV: opened with nothing but what they may use, and each frame as it is to be shown.

Importing this takes up to a tenth of a second, so whoever needs it imports it when something is opened. PyAV keeps
FFmpeg from printing; nothing here changes its logging, which belongs to the program around it.
"""

import math
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream

from emocam.sources.frame_image import LARGEST_SIDE_PX

FILE_PROTOCOLS = ("file",)
# What FFmpeg may take a file for. None of these opens another file: no playlist (`concat`, `hls`, `dash`, `sdp`), no
# numbered pictures (`image2`), no device, no filter graph (`lavfi`), no text drawn as a picture (`tty`).
FILM_FORMATS = (
    # With times of their own.
    "asf", "av1", "avi", "dhav", "dv", "flv", "gxf", "ivf", "live_flv", "lxf", "matroska", "mov", "mpeg", "mpegts",
    "mxf", "nsv", "nut", "nuv", "obu", "ogg", "pva", "rm", "ty", "webm", "wtv", "yuv4mpegpipe",
    # Streams without a container; one of JPEGs looks like a single picture, whose demuxer gives them all.
    "cavsvideo", "dirac", "dnxhd", "h261", "h263", "h264", "hevc", "jpeg_pipe", "m4v", "mjpeg", "mpegvideo", "mpjpeg",
    "vc1", "vvc",
)  # fmt: skip

MOST_PIXELS = 2**26  # 8192 × 8192; a file that claims more is damaged, and would take gigabytes
# Beyond it, a stated shape of the pixels is a mistake; the widest in use is 2.
MOST_STRETCH = 4

Matrix = tuple[float, float, float, float]  # how a point of the stored picture is shown: see `display_matrix`


class PictureError(Exception):
    """A frame cannot be turned into a picture; the text says why."""


def open_container(
    name: str,
    *,
    formats: tuple[str, ...],
    protocols: tuple[str, ...],
    options: dict[str, str] | None = None,
    timeout: float | tuple[float, float] | None = None,
) -> InputContainer:
    """Open a file or an address; raises av.FFmpegError or OSError where that fails or is not allowed.

    name: an absolute path, or an address. formats, protocols: FFmpeg's names of those that may be used, at any depth.
    options: others of FFmpeg's demuxers and protocols. timeout: seconds to open, and for each read, as of `av.open`.
    """
    allowed = {"format_whitelist": ",".join(formats), "protocol_whitelist": ",".join(protocols)}
    return av.open(
        name,
        "r",
        options={"max_pixels": str(MOST_PIXELS)},  # for the frames that are decoded to learn of the streams
        container_options={**(options or {}), **allowed},
        metadata_errors="replace",  # else a title in an old encoding keeps the film from being opened
        timeout=timeout,
    )


def film_stream(container: InputContainer) -> VideoStream | None:
    """Return the stream that a player would show: the default one, or the largest; None where there is only a cover."""
    unmoving = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    films = [one for one in container.streams.video if one.codec_context and not one.disposition & unmoving]

    def preference(one: VideoStream) -> tuple[bool, int, int]:
        is_default = bool(one.disposition & av.stream.Disposition.default)
        return is_default, one.codec_context.width * one.codec_context.height, -one.index

    return max(films, key=preference, default=None)


def prepare_decoder(stream: VideoStream, *, is_live: bool = False) -> None:
    """Set how a stream is decoded, before its first frame: by all cores, and never into gigabytes.

    is_live: only by cores that share one frame, because each that has a frame of its own delays the picture by one.
    """
    stream.codec_context.thread_type = "SLICE" if is_live else "AUTO"
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}


class FrameConverter:
    """Turns the decoded frames of one stream into pictures; for one thread.

    What the stream says of its picture is obeyed: fields that lie between one another, colours, orientation, and the
    shape of its pixels, which are stretched to squares along the shorter axis, so that nothing is lost.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._reformatter = VideoReformatter()
        ratio = stream.sample_aspect_ratio
        # A container that differs from its codec is believed; else the codec's may change on the way, as on television.
        self._fixed_ratio = ratio if ratio != stream.codec_context.sample_aspect_ratio else None
        self._turn: tuple[int, Matrix] | None = None

    def picture(self, frame: av.VideoFrame) -> np.ndarray:
        """Return a frame as a contiguous (H, W, 3) uint8 BGR picture, read-only; raises PictureError.

        It is upright, its pixels are square, and no side is longer than LARGEST_SIDE_PX.
        """
        width_px, height_px = _shown_size(frame.width, frame.height, self._pixel_ratio())
        is_reduced = width_px * height_px < frame.width * frame.height
        try:
            converted = self._reformatter.reformat(
                frame,
                width=width_px,
                height=height_px,
                format="bgr24",
                interpolation=Interpolation.AREA if is_reduced else Interpolation.BILINEAR,
            )
            # The same memory where its lines are contiguous; it lives as long as the array.
            image = converted.to_ndarray()
        except (av.FFmpegError, ValueError, MemoryError) as error:
            text = getattr(error, "strerror", None) or error
            raise PictureError(f"a picture of {frame.width}×{frame.height} in {frame.format.name}: {text}") from None
        image = np.ascontiguousarray(_upright(image, self._matrix(frame)))
        image.setflags(write=False)
        return image

    def _pixel_ratio(self) -> Fraction:
        ratio = self._fixed_ratio or self._stream.codec_context.sample_aspect_ratio
        if ratio is None or not Fraction(1, MOST_STRETCH) <= ratio <= MOST_STRETCH:
            return Fraction(1)
        return ratio

    def _matrix(self, frame: av.VideoFrame) -> Matrix:
        # Not for each frame: PyAV ties a frame whose side data was asked for into a circle with it, so that its pixels
        # stay until the garbage is collected: 0.3 MB for each frame of 640×360.
        if self._turn is None or self._turn[0] != frame.rotation:
            self._turn = frame.rotation, display_matrix(frame)
        return self._turn[1]


def display_matrix(frame: av.VideoFrame) -> Matrix:
    """Return `a, b, c, d` of a frame's display matrix, of any scale; `1, 0, 0, 1` where it has none.

    A stored point goes to x = a × x + c × y, y = b × x + d × y. Source: FFmpeg's libavutil/display.h.
    """
    try:
        data: Any = frame.side_data
        matrix = data[Type.DISPLAYMATRIX]
    except KeyError:
        return 1, 0, 0, 1
    except ValueError:  # PyAV does not know every kind of side data, and then gives none; the turn it gives, though
        angle = math.radians(frame.rotation)
        return math.cos(angle), -math.sin(angle), math.sin(angle), math.cos(angle)
    a, b, _, c, d = np.frombuffer(memoryview(matrix), np.int32, 5).tolist()
    return a, b, c, d


def _shown_size(width_px: int, height_px: int, pixel_ratio: Fraction) -> tuple[int, int]:
    """Return the size of a stored picture with its pixels stretched to squares, reduced where it is too large."""
    width, height = width_px * max(pixel_ratio, Fraction(1)), height_px / min(pixel_ratio, Fraction(1))
    reduction = min(Fraction(1), LARGEST_SIDE_PX / max(width, height))
    return max(1, round(width * reduction)), max(1, round(height * reduction))


def _upright(image: np.ndarray, matrix: Matrix) -> np.ndarray:
    """Return a picture turned and mirrored by quarter turns, as the display matrix is nearest to."""
    a, b, c, d = matrix
    if abs(b) + abs(c) > abs(a) + abs(d):
        image, horizontal, vertical = cv2.transpose(image), c, b
    else:
        horizontal, vertical = a, d
    if horizontal < 0:
        return cv2.flip(image, -1 if vertical < 0 else 1)
    return cv2.flip(image, 0) if vertical < 0 else image
