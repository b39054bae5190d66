"""Network streams, read and decoded: motion JPEG picture by picture, everything else by FFmpeg."""

from dataclasses import dataclass
from fractions import Fraction
from http.client import HTTPException, HTTPResponse
from typing import cast

import av
import numpy as np
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from emocam.clock import steady_s
from emocam.sources.decoding import (
    FILM_FORMATS,
    FrameConverter,
    PictureError,
    film_stream,
    open_container,
    prepare_decoder,
)
from emocam.sources.motion_jpeg import PartError, Parts, ask, boundary_of

LEARNING_S = 2.0  # of a stream are read at most to learn what it holds, before its first picture
FIRST_PICTURES = 5  # of which one at least must be whole

# What a stream may use, a playlist (HLS) and what it names too: nothing of this machine.
PROTOCOLS = ("crypto", "http", "https", "httpproxy", "rtp", "rtsp", "tcp", "tls")
# Those of films, since some are streams, too, and a film is told to be one; and what a playlist has beside pictures.
# Not `mpjpeg`, which is read here, nor `sdp`, which opens ports to anyone.
FORMATS = (
    *(name for name in FILM_FORMATS if name != "mpjpeg"), "hls", "rtsp", "aac", "ac3", "eac3", "mp3", "webvtt",
)  # fmt: skip


class NoStreamError(Exception):
    """An address gives no picture in time, or none that may be taken."""


def open_stream(address: str, *, timeout_s: float) -> "MotionJpegStream | FFmpegStream":
    """Open a stream, and wait for its first picture; raises NoStreamError.

    timeout_s: for the answer, and for each picture.
    """
    if not address.lower().startswith("rtsp"):
        try:
            answer = ask(address, timeout_s=timeout_s)
        except HTTPException:
            pass  # no answer by the rules; FFmpeg is more lenient
        except (OSError, ValueError):
            raise NoStreamError from None
        else:
            boundary = boundary_of(answer)
            if boundary is not None:
                return MotionJpegStream(answer, boundary, timeout_s=timeout_s)
            answer.close()
    return _open_with_ffmpeg(address, timeout_s)


def _open_with_ffmpeg(address: str, timeout_s: float) -> "FFmpegStream":
    options = {"rtsp_transport": "tcp", "analyzeduration": str(round(LEARNING_S * av.time_base))}
    try:
        container = open_container(address, formats=FORMATS, protocols=PROTOCOLS, options=options, timeout=timeout_s)
    except (av.FFmpegError, OSError, ValueError):  # whose texts quote the address
        raise NoStreamError from None
    stream = film_stream(container)
    if stream is None:
        container.close()
        raise NoStreamError
    return FFmpegStream(container, stream, timeout_s=timeout_s)


class MotionJpegStream:
    """Pictures in the parts of one answer; for one thread."""

    is_film = False

    def __init__(self, answer: HTTPResponse, boundary: str, *, timeout_s: float) -> None:
        """Wait for the first picture; raises NoStreamError."""
        self._answer = answer
        self._parts = Parts(answer, boundary, timeout_s=timeout_s)
        self._decoder = VideoCodecContext.create("mjpeg", "r")
        stream = cast(VideoStream, _JpegStream(self._decoder))
        prepare_decoder(stream, is_live=True)
        self._converter = FrameConverter(stream)
        self._is_over = False
        self._first: np.ndarray | None = None
        for _ in range(FIRST_PICTURES):
            _, first = self.read()
            if first is not None:
                self._first = first
                return
        self.release()
        raise NoStreamError

    def read(self) -> tuple[bool, np.ndarray | None]:
        """Return whether a picture came, and it: (H, W, 3) uint8 BGR, read-only."""
        if self._first is not None:
            first, self._first = self._first, None
            return True, first
        if self._is_over:
            return False, None
        try:
            part = self._parts.next()
        except (PartError, HTTPException, OSError, ValueError):  # the last where the other side has closed it
            self._is_over = True
            return False, None
        try:
            for frame in self._decoder.decode(av.Packet(part)):
                return True, self._converter.picture(frame)
        except (av.FFmpegError, PictureError):
            pass  # a damaged picture, and whole ones after it
        return False, None

    def release(self) -> None:
        """Close the connection."""
        self._answer.close()


@dataclass(frozen=True, slots=True)
class _JpegStream:
    """What a converter asks of a stream, for pictures that come without one."""

    codec_context: VideoCodecContext

    @property
    def sample_aspect_ratio(self) -> Fraction | None:
        return self.codec_context.sample_aspect_ratio


class FFmpegStream:
    """A stream that FFmpeg reads; for one thread."""

    def __init__(self, container: InputContainer, stream: VideoStream, *, timeout_s: float) -> None:
        """Read a stream of an open container, which is closed with this. timeout_s: for each picture."""
        self._timeout_s = timeout_s
        self.is_film = bool(stream.frames) or (container.duration or 0) > 0
        self._container, self._stream = container, stream
        prepare_decoder(stream, is_live=True)
        self._converter = FrameConverter(stream)
        self._packets = container.demux(stream)

    def read(self) -> tuple[bool, np.ndarray | None]:
        """Return whether a picture came, and it: (H, W, 3) uint8 BGR, read-only; the newest where several came.

        False for a picture that is damaged, and once nothing more comes.
        """
        until_s = steady_s() + self._timeout_s
        try:
            while steady_s() < until_s:
                frames = next(self._packets).decode()
                if frames and not frames[-1].is_corrupt:
                    return True, self._converter.picture(frames[-1])
        except (StopIteration, EOFError, PictureError):
            pass
        except av.FFmpegError:
            self._packets = self._container.demux(self._stream)  # one that raised is at its end
        return False, None

    def release(self) -> None:
        """Close the connection."""
        self._container.close()
