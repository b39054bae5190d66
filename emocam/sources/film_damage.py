"""What of a film could not be decoded whole, by what demuxer and decoder say of each packet and picture."""

# Formats without a time for each picture.
TIMELESS = frozenset(
    {
        "av1", "cavsvideo", "dirac", "dnxhd", "h261", "h263", "h264", "hevc", "jpeg_pipe", "m4v", "mjpeg", "mpegvideo",
        "mpjpeg", "obu", "vc1", "vvc",
    }
)  # fmt: skip
# Recordings of what is broadcast: they may begin between two pictures that stand for themselves.
ENTERED_MIDWAY = TIMELESS | {"mpeg", "mpegts"}
# Where two recordings were joined, FFmpeg misses packets that never were, so many packets before the next key picture.
JOINT_PACKETS = 2
# Codecs with one picture a packet, whose decoder leaves out what it cannot decode without a word; a few that refer to
# pictures before the first are no loss.
SILENT_DECODERS = frozenset({"hevc", "vvc"})
LEADING_PICTURES = 16


class FilmDamage:
    """Judges a film while it is decoded; format, codec: FFmpeg's names.

    A header that promises more pictures than there are is no proof of damage; a packet that is not whole, and a decoder
    that cannot go on, are.
    """

    def __init__(self, format: str, codec: str) -> None:
        self._may_begin_midway = format in ENTERED_MIDWAY
        self._may_be_joined = format == "mpegts"
        self._is_silent = codec in SILENT_DECODERS
        self._has_key = not self._may_begin_midway
        self._has_begun = False
        self._is_found = self._is_last_incomplete = False
        self._packets = self._undecoded = 0
        self._damaged: int | None = None  # number of the last packet with damage
        self._doubted: int | None = None  # the same of one that a joint may explain

    @property
    def is_found(self) -> bool:
        return self._is_found

    @property
    def is_at_end(self) -> bool:
        """The last of what was read is not whole, as where a file is cut short."""
        return self._is_last_incomplete or (self._damaged is not None and self._damaged >= self._packets - 1)

    @property
    def lost(self) -> int:
        """How many pictures the decoder left out without a word; for the end of the film."""
        return self._undecoded if self._is_silent and self._undecoded > LEADING_PICTURES else 0

    def note_packet(self, *, is_corrupt: bool, is_key: bool, is_shown: bool) -> None:
        """Take in a packet before it is decoded; is_shown: no edit list leaves it out."""
        self._packets += 1
        self._has_key |= is_key
        self._undecoded += is_shown and self._has_key
        if not self._may_be_joined:
            if is_corrupt:
                self.note_error()
            return
        if is_key:
            self._doubted = None
        elif self._doubted is not None and self._packets > self._doubted + JOINT_PACKETS:
            self._settle_doubt()
        if is_corrupt:
            self._doubted = self._packets

    def note_pictures(self, count: int) -> None:
        """Take in how many pictures were decoded."""
        self._undecoded -= count

    def note_shown(self, *, is_corrupt: bool) -> None:
        """Take in whether the next picture is whole."""
        self._is_last_incomplete = is_corrupt and (self._has_begun or not self._may_begin_midway)
        self._is_found |= self._is_last_incomplete
        self._has_begun |= not is_corrupt

    def note_error(self) -> None:
        """Take in that reading or decoding failed."""
        if self._has_begun or not self._may_begin_midway:
            self._is_found, self._damaged = True, self._packets

    def note_end(self) -> None:
        """Take in that all packets were read."""
        self._settle_doubt()

    def _settle_doubt(self) -> None:
        if self._doubted is not None and self._has_begun:
            self._is_found, self._damaged = True, self._doubted
        self._doubted = None
