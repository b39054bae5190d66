"""A film's pictures, decoded one after another past whatever is damaged."""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from emocam.sources.decoding import (
    FILE_PROTOCOLS,
    FILM_FORMATS,
    FrameConverter,
    PictureError,
    film_stream,
    open_container,
    prepare_decoder,
)
from emocam.sources.errors import SourceError

HIGHEST_RATE = 1000.0  # frames a second; a file that says more is wrong
# Formats without a time for each picture; for one that its pictures state no rate for either, FFmpeg assumes this one,
# which no film has, so that it shows.
TIMELESS = frozenset(
    {
        "av1", "cavsvideo", "dirac", "dnxhd", "h261", "h263", "h264", "hevc", "jpeg_pipe", "m4v", "mjpeg", "mpegvideo",
        "mpjpeg", "obu", "vc1", "vvc",
    }
)  # fmt: skip
NO_RATE = Fraction(12347, 493)
# Recordings of what is broadcast: they may begin between two pictures that stand for themselves.
ENTERED_MIDWAY = TIMELESS | {"mpeg", "mpegts"}
MOST_READ_ERRORS = 100  # in a row; then the rest of the file is given up
# Codecs with one picture a packet, whose decoder leaves out what it cannot decode without a word; a few that refer to
# pictures before the first are no loss.
SILENT_DECODERS = frozenset({"hevc", "vvc"})
LEADING_PICTURES = 16


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture of a film, (H, W, 3) uint8 BGR, read-only, with what the file says of its time; None where nothing."""

    image: np.ndarray
    time_s: float | None
    lasts_s: float | None


def open_film(path: Path) -> "FilmReader":
    """Open a film; raises SourceError where the file is none."""
    try:
        container = open_container(
            str(path), formats=FILM_FORMATS, protocols=FILE_PROTOCOLS, options={"framerate": str(NO_RATE)}
        )
    except (av.FFmpegError, ValueError):
        raise SourceError(
            f"Expected a video in {path.name}; it cannot be read as one. "
            "It may be cut short or of another kind: choose another file, or convert it to MP4."
        ) from None
    stream = film_stream(container)
    if stream is None:
        container.close()
        raise SourceError(
            f"Expected a video in {path.name}; it holds no moving pictures that can be read. "
            "Choose another file, or convert it to MP4."
        )
    return FilmReader(container, stream)


class FilmReader:
    """One film, open; for one thread.

    rate_fps: as the file states it. has_times: each picture has a time of its own. frame_count: as the file announces,
    or its length leads to expect. sound_s: how far the sound reaches. metadata: what the file says of itself otherwise.
    is_damaged: something of what was read so far could not be decoded whole. lost: pictures that the decoder left out
    without a word, known at the end. unshown: why a picture that was decoded could not be shown.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        """Read a stream of an open container, which is closed with this."""
        self._container, self._stream = container, stream
        self._time_base = stream.time_base or Fraction(1)
        self._origin_s = container.start_time / av.time_base if container.start_time is not None else None
        self._format = container.format.name
        self.has_times = self._format not in TIMELESS
        self.rate_fps = _rate(stream, has_times=self.has_times)
        self.frame_count = _frame_count(container, stream, self.rate_fps)
        self.sound_s = max(map(self._end_s, container.streams.audio), default=0.0)
        self.metadata = {**stream.metadata, **container.metadata}
        prepare_decoder(stream)
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        self._converter = FrameConverter(stream)
        self._packets = container.demux(stream)
        self._frames: deque[av.VideoFrame] = deque()
        self._is_flushed = self._has_begun = self._is_last_damaged = False
        self._packets_read = self._read_errors = self._undecoded = 0
        self._damaged_packet: int | None = None  # the last one
        self._order = _DecodedOrder(stream.start_time) if self._format == "avi" else _StatedOrder()
        self.is_damaged = False
        self.lost = 0
        self.unshown: str | None = None

    @property
    def is_damaged_at_end(self) -> bool:
        """The last of what was read could not be decoded whole, as where a file is cut short."""
        is_near_end = self._damaged_packet is not None and self._damaged_packet >= self._packets_read - 1
        return self._is_last_damaged or is_near_end

    def next(self) -> Shown | None:
        """Return the next picture; None after the last."""
        while True:
            while not self._frames and not self._is_flushed:
                self._decode()
            if not self._frames:
                return None
            frame = self._frames.popleft()
            try:
                image = self._converter.picture(frame)
            except PictureError as error:
                self.unshown = str(error)
                self.is_damaged = self._is_last_damaged = True
                continue
            self._is_last_damaged = frame.is_corrupt and (self._has_begun or self._format not in ENTERED_MIDWAY)
            self.is_damaged |= self._is_last_damaged
            self._has_begun |= not frame.is_corrupt
            return Shown(image, *self._times(frame))

    def close(self) -> None:
        """Close the file; may be called again."""
        self._frames.clear()
        self._is_flushed = True
        self._container.close()

    def _decode(self) -> None:
        """Read a packet and decode it, which may give frames, none, or damage."""
        try:
            packet = next(self._packets, None)
        except av.FFmpegError:
            self._note_damage()
            self._read_errors += 1
            self._packets = self._container.demux(self._stream)  # the one that raised is at its end
            packet = None
            if self._read_errors < MOST_READ_ERRORS:
                return
        if packet is None:
            self._is_flushed = True
        elif not packet.size:  # a picture that is shown again, in AVI; to the decoder it would mean the end
            return
        else:
            self._packets_read += 1
            self._undecoded += not packet.is_discard
            self._read_errors = 0
            if packet.is_corrupt:
                self._note_damage()
        try:
            frames = self._stream.codec_context.decode(packet)
        except av.FFmpegError as error:
            if not isinstance(error, EOFError):  # it had nothing to give
                self._note_damage()
            return
        self._frames.extend(frames)
        self._undecoded -= len(frames)
        is_silent = self._stream.codec_context.name in SILENT_DECODERS
        if self._is_flushed and is_silent and self._undecoded > LEADING_PICTURES:
            self.lost = self._undecoded

    def _note_damage(self) -> None:
        if self._has_begun or self._format not in ENTERED_MIDWAY:
            self.is_damaged = True
            self._damaged_packet = self._packets_read

    def _times(self, frame: av.VideoFrame) -> tuple[float | None, float | None]:
        """Return when a frame is shown, and for how long, as far as the file says."""
        lasts_s = float(frame.duration * self._time_base) if frame.duration > 0 else None
        stated = self._order.shown_at(frame.pts, frame.dts) if self.has_times else frame.pts
        if stated is None:
            return None, lasts_s
        if self._origin_s is None:
            self._origin_s = float(stated * self._time_base)
        return float(stated * self._time_base) - self._origin_s, lasts_s

    def _end_s(self, stream: AudioStream) -> float:
        if stream.duration is None or stream.time_base is None:
            return 0.0
        end_s = float(((stream.start_time or 0) + stream.duration) * stream.time_base)
        return end_s - (self._origin_s or 0.0)


class _StatedOrder:
    """Says when a frame is shown, in units of its stream, by whichever of its two times goes forward.

    The time to show it may be missing, or FFmpeg's guess in a container that knows only the time to decode it. Source:
    `guess_correct_pts` in FFmpeg's libavcodec/decode.c, which PyAV does not hand on.
    """

    def __init__(self) -> None:
        self._last_pts = self._last_dts = -(2**63)
        self._faulty_pts = self._faulty_dts = 0

    def shown_at(self, pts: int | None, dts: int | None) -> int | None:
        if dts is not None:
            self._faulty_dts += dts <= self._last_dts
        if pts is not None:
            self._faulty_pts += pts <= self._last_pts
        self._last_dts = dts if dts is not None else pts if pts is not None else self._last_dts
        self._last_pts = pts if pts is not None else dts if dts is not None else self._last_pts
        return pts if pts is not None and (dts is None or self._faulty_pts <= self._faulty_dts) else dts


class _DecodedOrder:
    """The same for AVI, which knows only when pictures are decoded: the first is shown when the stream begins."""

    def __init__(self, start: int | None) -> None:
        self._start = start or 0
        self._delay: int | None = None

    def shown_at(self, pts: int | None, dts: int | None) -> int | None:
        decoded = dts if dts is not None else pts
        if decoded is not None and self._delay is None:
            self._delay = max(0, decoded - self._start)
        return decoded - (self._delay or 0) if decoded is not None else None


def _rate(stream: VideoStream, *, has_times: bool) -> float | None:
    """Return the frames a second that a stream states, or its codec where the container has no times."""
    rate = stream.guessed_rate if has_times else stream.codec_context.framerate or stream.average_rate
    return float(rate) if rate and rate != NO_RATE and 0 < rate <= HIGHEST_RATE else None


def _frame_count(container: InputContainer, stream: VideoStream, rate_fps: float | None) -> int | None:
    if stream.frames and "mov" in container.format.name.split(","):
        # The header counts the pictures that an edit list leaves out, too; the index marks them.
        return sum(not entry.is_discard for entry in stream.index_entries) or stream.frames
    if stream.frames:
        return stream.frames
    if stream.duration is not None and stream.time_base is not None:
        length_s = float(stream.duration * stream.time_base)
    else:
        length_s = (container.duration or 0) / av.time_base
    return round(length_s * rate_fps) if rate_fps and length_s > 0 else None
