"""A film that is damaged or cut short says so, whatever its container; one that is whole never does."""

import random
import struct
from pathlib import Path

import pytest

from emocam.messages import Frame
from emocam.sources import SourceError, open_source
from emocam.sources.cut_short import is_cut_short
from emocam.sources.film_damage import FilmDamage
from tests.clips import write_film
from tests.sources.fakes import noisy_picture

COUNT = 40
KINDS = {
    "avi": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "mkv": {"codec": "libx264"},
    "webm": {"codec": "libvpx", "options": {"deadline": "realtime", "cpu-used": "8"}},
    "flv": {"codec": "flv1"},
    "mpg": {"codec": "mpeg2video", "rate": 25},
    "ts": {"codec": "libx264"},
    "h264": {"codec": "libx264"},
}


def film(path: Path) -> Path:
    pictures = [noisy_picture(seed, height=240, width=320) for seed in range(COUNT)]
    return write_film(path, pictures, **KINDS[path.suffix[1:]])


def frames_and_problem(path: Path) -> tuple[int, str | None]:
    with open_source(str(path)) as source:
        count = 0
        while not source.ended:
            count += isinstance(source.read(), Frame)
        return count, source.problem


@pytest.mark.parametrize("suffix", KINDS)
def test_a_film_that_was_cut_gives_what_is_left_and_says_so(tmp_path: Path, suffix: str):
    whole = film(tmp_path / f"whole.{suffix}")
    assert frames_and_problem(whole) == (COUNT, None)
    content, chance = whole.read_bytes(), random.Random(7)
    for _ in range(4):
        cut = tmp_path / f"cut.{suffix}"
        cut.write_bytes(content[: int(len(content) * chance.uniform(0.3, 0.9))])
        count, problem = frames_and_problem(cut)
        assert count <= COUNT
        assert problem is not None, f"{count} frames of {cut.stat().st_size} bytes"


def test_a_film_whose_index_comes_first_says_where_it_was_cut(tmp_path: Path):
    path = write_film(
        tmp_path / "film.mov",
        [noisy_picture(seed, height=240, width=320) for seed in range(COUNT)],
        codec="libx264",
        container_options={"movflags": "faststart"},
    )
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    count, problem = frames_and_problem(path)
    assert 8 < count < COUNT - 8
    assert problem == (
        f"film.mov ends after frame {count} of {COUNT}: the file is damaged or cut short. What could be read was used."
    )


def test_a_film_that_is_cut_gives_the_same_every_time(tmp_path: Path):
    whole = film(tmp_path / "whole.ts").read_bytes()
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole[: int(len(whole) * 0.55)])
    assert len({frames_and_problem(cut) for _ in range(8)}) == 1


def test_a_film_with_a_hole_says_where(tmp_path: Path):
    path = film(tmp_path / "film.mkv")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = random.Random(7).randbytes(2000)
    path.write_bytes(content)
    count, problem = frames_and_problem(path)
    assert count > COUNT // 2
    assert problem is not None and problem.startswith("film.mkv is damaged: around frame ")


def test_pictures_that_a_decoder_leaves_out_without_a_word_are_counted(tmp_path: Path):
    quiet = {"x265-params": "log-level=none:keyint=500:bframes=0"}
    pictures = [noisy_picture(seed, height=240, width=320) for seed in range(COUNT)]
    path = write_film(tmp_path / "film.mp4", pictures, codec="libx265", options=quiet)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat")
    for place in range(start + len(content) // 8, start + len(content) // 2, 97):
        content[place] ^= 0x55
    path.write_bytes(content)
    count, problem = frames_and_problem(path)
    assert count < COUNT
    assert problem is not None and f"{COUNT - count} of its pictures could not be decoded" in problem


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_broadcast_that_was_tuned_into_is_not_damaged(tmp_path: Path, share: float):
    pictures = [noisy_picture(seed, height=240, width=320) for seed in range(COUNT)]
    whole = write_film(tmp_path / "whole.ts", pictures, codec="libx264", options={"g": "8"}).read_bytes()
    packet = int(len(whole) * share) // 188
    (tmp_path / "late.ts").write_bytes(whole[packet * 188 :])
    count, problem = frames_and_problem(tmp_path / "late.ts")
    assert 4 < count < COUNT
    assert problem is None


def test_a_header_that_promises_too_many_pictures_is_no_damage(tmp_path: Path):
    path = film(tmp_path / "film.avi")
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"avih") + 24, 4000)
    struct.pack_into("<I", content, content.index(b"strh") + 40, 4000)
    path.write_bytes(content)
    assert frames_and_problem(path) == (COUNT, None)


def test_a_film_that_vanishes_while_it_is_read_is_read_to_its_end(tmp_path: Path):
    path = film(tmp_path / "film.mkv")
    with open_source(str(path)) as source:
        source.read()
        path.unlink()
        while not source.ended:
            source.read()
        assert source.problem is None


def test_a_file_without_one_picture_says_so(tmp_path: Path):
    path = film(tmp_path / "film.avi")
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"movi") + 4])
    with pytest.raises(SourceError, match=r"film\.avi"):
        count, problem = frames_and_problem(path)
        assert count == 0
        raise SourceError(problem)


def test_the_length_that_a_container_states_tells_a_cut(tmp_path: Path):
    for suffix in ("avi", "mkv", "webm"):
        path = film(tmp_path / f"film.{suffix}")
        assert not is_cut_short(path)
        path.write_bytes(path.read_bytes()[:-30])
        assert is_cut_short(path)
    path = film(tmp_path / "film.ts")
    path.write_bytes(path.read_bytes()[:-300])
    assert not is_cut_short(path)  # it states none


@pytest.mark.parametrize(
    "head", [b"\x1a\x45\xdf\xa3\x00", b"\x1a\x45\xdf\xa3\x84abcd\x18\x53\x80\x67\x01" + b"\xff" * 7]
)
def test_a_recording_whose_length_was_never_written_is_not_cut(tmp_path: Path, head: bytes):
    path = tmp_path / "film.mkv"
    path.write_bytes(head + bytes(40))
    assert not is_cut_short(path)


def test_a_missed_packet_is_a_joint_only_where_a_key_picture_follows():
    for follows_key, is_found in ((True, False), (False, True)):
        damage = FilmDamage("mpegts", "h264")
        damage.note_packet(is_corrupt=False, is_key=True, is_shown=True)
        damage.note_shown(is_corrupt=False)
        damage.note_packet(is_corrupt=True, is_key=False, is_shown=True)
        damage.note_packet(is_corrupt=False, is_key=False, is_shown=True)
        for _ in range(4):
            damage.note_packet(is_corrupt=False, is_key=follows_key, is_shown=True)
        assert damage.is_found is is_found
