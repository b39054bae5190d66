"""Whether a film's file ends before its container does, by the sizes that containers state."""

import struct
from pathlib import Path
from typing import BinaryIO

EBML, SEGMENT = 0x1A45DFA3, 0x18538067  # Matroska and WebM
MOST_BOXES = 100_000  # a film in fragments has two for each


def is_cut_short(path: Path) -> bool:
    """Tell whether a file ends before the part of its container that holds the pictures does.

    AVI, Matroska, WebM, MP4 and QuickTime state how long that part is, unless they were never completed; others do
    not. Raises OSError where the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(0)
        if head[:4] == b"RIFF" and head[8:] == b"AVI ":
            return _avi_end(file) > size
        if head[:4] == EBML.to_bytes(4):
            return _matroska_end(file) > size
        if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
            return _mp4_end(file, size) > size
    return False


def _avi_end(file: BinaryIO) -> int:
    """Return where the first of the lists ends that an AVI file consists of; the others hold what is over 1 GB."""
    (length,) = struct.unpack("<4xI4x", file.read(12))
    return 0 if length == 0xFFFFFFFF else 8 + length


def _matroska_end(file: BinaryIO) -> int:
    while True:
        name, length = _ebml_number(file, keeps_marker=True), _ebml_number(file)
        if name is None or length is None:  # a recording whose length was not written yet
            return 0
        if name == SEGMENT:
            return file.tell() + length
        file.seek(length, 1)


def _ebml_number(file: BinaryIO, *, keeps_marker: bool = False) -> int | None:
    """Read a number whose first byte says its length by its leading zeros; None for all ones, which means unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    bytes_more = 8 - first[0].bit_length()
    value = int.from_bytes(first + file.read(bytes_more))
    marker = 1 << 7 * (bytes_more + 1)
    if not keeps_marker and value == 2 * marker - 1:
        return None
    return value if keeps_marker else value - marker


def _mp4_end(file: BinaryIO, size: int) -> int:
    """Return where the last box of media ends."""
    position = end = 0
    for _ in range(MOST_BOXES):
        file.seek(position)
        header = file.read(16).ljust(16, b"\0")
        length, kind, large = struct.unpack(">I4sQ", header)
        length = large if length == 1 else length
        if length < 8 or position >= size:  # 0 is up to the end of the file
            break
        position += length
        if kind == b"mdat":
            end = position
    return end
