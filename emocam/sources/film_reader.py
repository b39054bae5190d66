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
from emocam.sources.film_damage import TIMELESS, FilmDamage
from emocam.sources.film_times import DecodedOrder, StatedOrder

HIGHEST_RATE = 1000.0  # frames a second; a file that says more is wrong
# For a format without times whose pictures state no rate either, FFmpeg assumes this one: no film has it, so it shows.
NO_RATE = Fraction(12347, 493)
LONGEST_TAIL = 600  # packets
MOST_READ_ERRORS = 100  # in a row; then the rest of the file is given up


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
    damage: of what was read so far. unshown: why a picture that was decoded could not be shown.
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
        self.damage = FilmDamage(self._format, stream.codec_context.name)
        self.unshown: str | None = None
        prepare_decoder(stream)
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        self._converter = FrameConverter(stream)
        self._order = DecodedOrder(stream.start_time) if self._format == "avi" else StatedOrder()
        self._packets = container.demux(stream)
        self._frames: deque[av.VideoFrame] = deque()
        is_unmarked = self._format in ("h264", "mpegts") and stream.codec_context.name == "h264"
        self._tail = _Tail(stream.codec_context.extradata) if is_unmarked else None
        self._read_errors = 0
        self._is_flushed = False

    def next(self) -> Shown | None:
        """Return the next picture; None after the last."""
        while True:
            while not self._frames and not self._is_flushed:
                self._decode(self._next_packet())
            if not self._frames:
                return None
            frame = self._frames.popleft()
            try:
                image = self._converter.picture(frame)
            except PictureError as error:
                self.unshown = str(error)
                self.damage.note_shown(is_corrupt=True)
                continue
            self.damage.note_shown(is_corrupt=frame.is_corrupt)
            return Shown(image, *self._times(frame))

    def close(self) -> None:
        """Close the file; may be called again."""
        self._frames.clear()
        self._is_flushed = True
        self._container.close()

    def _next_packet(self) -> "av.Packet[VideoStream] | None":
        """Return the next packet that holds something; None after the last."""
        while True:
            try:
                packet = next(self._packets, None)
            except av.FFmpegError:
                self.damage.note_error()
                self._read_errors += 1
                if self._read_errors >= MOST_READ_ERRORS:
                    return None
                self._packets = self._container.demux(self._stream)  # the one that raised is at its end
                continue
            except IndexError:
                # The end, too: PyAV then wants to end streams that showed themselves on the way, which it has not.
                return None
            if packet is None:
                return None
            self._read_errors = 0
            if not packet.size:  # to the decoder it would mean the end
                continue
            self.damage.note_packet(
                is_corrupt=packet.is_corrupt, is_key=packet.is_keyframe, is_shown=not packet.is_discard
            )
            if packet.is_corrupt and self._format != "mpegts":
                continue  # the file ends in it; PyAV would lose the pictures that the decoder has still kept
            if self._tail is not None:
                self._tail.add(packet)
            return packet

    def _decode(self, packet: "av.Packet[VideoStream] | None") -> None:
        """Decode a packet, which gives frames, none, or damage; None gives what the decoder has kept."""
        if packet is None:
            self._is_flushed = True
            self.damage.note_end()
            if self._tail is not None and not self.damage.is_found and self._tail.is_incomplete():
                self.damage.note_error()
        try:
            frames = self._stream.codec_context.decode(packet)
        except EOFError:  # it had kept nothing
            return
        except av.FFmpegError:
            self.damage.note_error()
            return
        self.damage.note_pictures(len(frames))
        self._frames.extend(frames)

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


class _Tail:
    """The end of an H.264 stream whose container does not say whether its last packet is whole.

    The decoder does, by a mark on the picture; decoding on many cores it sets the mark now and then too late. So the
    last group of pictures is decoded once more, on one.
    """

    def __init__(self, extradata: bytes | None) -> None:
        self._extradata = extradata
        self._packets: list[av.Packet[VideoStream]] = []

    def add(self, packet: "av.Packet[VideoStream]") -> None:
        if packet.is_keyframe or len(self._packets) >= LONGEST_TAIL:
            self._packets.clear()
        if packet.is_keyframe or self._packets:
            self._packets.append(packet)

    def is_incomplete(self) -> bool:
        """Tell whether one of the last pictures is not whole; a group too long to keep is taken for whole."""
        decoder = av.VideoCodecContext.create("h264", "r")
        decoder.extradata = self._extradata
        decoder.thread_count = 1
        try:
            for packet in self._packets:
                decoder.decode(packet)
            return any(picture.is_corrupt for picture in decoder.decode(None))
        except av.FFmpegError as error:
            return not isinstance(error, EOFError)  # it had kept nothing


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
