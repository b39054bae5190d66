"""Pictures of every kind become the picture that they show, at its size, the right way up and as bright as it is."""

import struct
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from emocam.messages import Frame
from emocam.sources import PICTURE_SUFFIXES, Source, SourceError, open_source, picture_file
from emocam.sources.intensities import eight_bits

WIDTH, HEIGHT = 64, 48
TAKEN, TAKEN_OFFSET, TAKEN_FRACTION, ORIENTATION = 0x9003, 0x9011, 0x9291, 274


def shown_picture() -> np.ndarray:
    """Return (48, 64, 3) uint8 RGB: dark at the left, bright at the right, red above and blue below."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:, :, 1] = np.linspace(10, 240, WIDTH)
    picture[: HEIGHT // 2, :, 0] = 200
    picture[HEIGHT // 2 :, :, 2] = 200
    return picture


SHOWN = shown_picture()
GRAY = np.repeat(np.linspace(5, 250, WIDTH).astype(np.uint8)[np.newaxis], HEIGHT, 0)


@pytest.fixture(autouse=True, scope="module")
def heif_is_written():
    pillow_heif.register_heif_opener()


def frames(path: Path | Source) -> list[Frame]:
    with open_source(str(path)) if isinstance(path, Path) else path as source:
        read = []
        while not source.ended:
            frame = source.read()
            if isinstance(frame, Frame):
                read.append(frame)
        return read


def only(path: Path) -> np.ndarray:
    """Return the one picture of a file as RGB."""
    (frame,) = frames(path)
    assert not frame.image.flags.writeable
    return frame.image[:, :, ::-1]


def difference(picture: np.ndarray, expected: np.ndarray) -> float:
    assert picture.shape == expected.shape
    return float(np.abs(picture.astype(int) - expected).mean())


def as_colours(gray: np.ndarray) -> np.ndarray:
    return np.repeat(gray[:, :, np.newaxis], 3, 2)


def write_deep_png(path: Path, values: np.ndarray) -> Path:
    """Write (H, W) or (H, W, C) uint16 as a PNG of 16 bits, which Pillow itself writes of gray pictures only."""
    height, width = values.shape[:2]
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[1 if values.ndim == 2 else values.shape[2]]
    rows = values.astype(">u2").reshape(height, -1)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    content = b"\x89PNG\r\n\x1a\n"
    for name, chunk in (
        (b"IHDR", struct.pack(">2I5B", width, height, 16, kind, 0, 0, 0)),
        (b"IDAT", data),
        (b"IEND", b""),
    ):
        content += struct.pack(">I", len(chunk)) + name + chunk + struct.pack(">I", zlib.crc32(name + chunk))
    path.write_bytes(content)
    return path


def write_deep_tiff(path: Path, values: np.ndarray, *, order: str, is_planar: bool = False) -> Path:
    """Write (H, W, 3) uint16 as an uncompressed TIFF of 16 bits, each colour by itself where it is planar."""
    height, width, count = values.shape
    stored = values.astype(f"{order}u2")
    planes = [stored[:, :, band].tobytes() for band in range(count)] if is_planar else [stored.tobytes()]
    entries, extra, extra_at = [], b"", 8 + 2 + 10 * 12 + 4
    data_at = extra_at + 6 + 8 * len(planes)

    def add(tag: int, kind: int, *numbers: int) -> None:
        nonlocal extra
        packed = struct.pack(f"{order}{len(numbers)}{'HI'[kind == 4]}", *numbers)
        if len(packed) > 4:
            at, extra = extra_at + len(extra), extra + packed
            packed = struct.pack(f"{order}I", at)
        entries.append(struct.pack(f"{order}HHI", tag, kind, len(numbers)) + packed.ljust(4, b"\0"))

    offsets = [data_at + sum(map(len, planes[:number])) for number in range(len(planes))]
    for tag, kind, *numbers in (
        (256, 4, width), (257, 4, height), (258, 3, *[16] * count), (259, 3, 1), (262, 3, 2),
        (273, 4, *offsets), (277, 3, count), (278, 4, height), (279, 4, *map(len, planes)), (284, 3, 1 + is_planar),
    ):  # fmt: skip
        add(tag, kind, *numbers)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(entries))
    body = head + b"".join(entries) + struct.pack(f"{order}I", 0) + extra
    path.write_bytes(body.ljust(data_at, b"\0") + b"".join(planes))
    return path


KINDS = {
    ".png": {}, ".jpg": {"quality": 95}, ".jfif": {"quality": 95, "format": "JPEG"}, ".bmp": {}, ".ppm": {}, ".tif": {},
    ".gif": {}, ".webp": {"quality": 95}, ".avif": {"quality": 95}, ".heic": {"quality": 95}, ".jp2": {},
    ".mpo": {"quality": 95},
}  # fmt: skip


@pytest.mark.parametrize("suffix", KINDS)
def test_a_picture_of_each_kind_is_read(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    Image.fromarray(SHOWN).save(path, **KINDS[suffix])
    assert difference(only(path), SHOWN) < 4
    assert suffix in PICTURE_SUFFIXES


@pytest.mark.parametrize("suffix", [".HEIC", ".png", ".mp4", ".bin", ""])
def test_what_a_file_holds_counts_and_not_its_name(tmp_path, suffix):
    path = tmp_path / f"IMG_0001{suffix}"
    Image.fromarray(SHOWN).save(path, "JPEG", quality=95)
    assert difference(only(path), SHOWN) < 4


def turned(picture: np.ndarray, orientation: int) -> np.ndarray:
    """Return how a picture has to be stored so that this orientation shows it upright."""
    stored = picture
    if orientation in (3, 4, 7, 8):
        stored = stored[::-1]
    if orientation in (2, 3, 6, 7):
        stored = stored[:, ::-1]
    return stored.swapaxes(0, 1) if orientation in (5, 6, 7, 8) else stored


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_picture_is_upright_by_its_exif(tmp_path, suffix, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = tmp_path / f"a{suffix}"
    Image.fromarray(np.ascontiguousarray(turned(SHOWN, orientation))).save(path, exif=exif, quality=95)
    assert difference(only(path), SHOWN) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".heic", ".avif"])
def test_a_picture_that_its_container_turns_is_turned_once(tmp_path, suffix, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation  # both writers enter it into the container, and leave it here
    path = tmp_path / f"a{suffix}"
    Image.fromarray(np.ascontiguousarray(turned(SHOWN, orientation))).save(path, exif=exif.tobytes(), quality=95)
    content = path.read_bytes()
    assert orientation == 1 or b"irot" in content or b"imir" in content
    assert difference(only(path), SHOWN) < 4


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_is_passed_over(tmp_path):
    path = tmp_path / "a.jpg"
    Image.fromarray(SHOWN).save(path, exif=b"Exif\0\0MM\0*\0\0\xff\xff\xff\xff", quality=95)
    assert difference(only(path), SHOWN) < 4


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("kind", ["gray png", "colour png", "little tiff", "big tiff", "planar tiff"])
def test_a_picture_of_sixteen_bits_is_as_bright_as_the_bits_it_uses(tmp_path, kind, bits):
    picture = GRAY.copy() if kind == "gray png" else SHOWN.copy()
    picture[0, 0] = 255
    values = np.round(picture / 255 * (2**bits - 1)).astype(np.uint16)
    match kind:
        case "gray png" | "colour png":
            path = write_deep_png(tmp_path / "a.png", values)
        case "planar tiff":
            path = write_deep_tiff(tmp_path / "a.tif", values, order="<", is_planar=True)
        case _:
            path = write_deep_tiff(tmp_path / "a.tif", values, order="<" if kind == "little tiff" else ">")
    assert difference(only(path), as_colours(picture) if kind == "gray png" else picture) < 0.6


def test_deep_colours_one_can_see_through_lie_on_white(tmp_path):
    values = np.dstack([SHOWN.astype(np.uint16) * 257, np.full((HEIGHT, WIDTH), 65535, np.uint16)])
    values[:, : WIDTH // 2, 3] = 0
    expected = SHOWN.copy()
    expected[:, : WIDTH // 2] = 255
    assert difference(only(write_deep_png(tmp_path / "a.png", values)), expected) < 0.6


@pytest.mark.parametrize("bits", [10, 12])
def test_a_heic_of_more_than_eight_bits_is_as_bright_as_it_is(tmp_path, bits, monkeypatch):
    monkeypatch.setattr(pillow_heif.options, "SAVE_HDR_TO_12_BIT", bits == 12)
    values = SHOWN.astype(np.uint16) * 257
    path = tmp_path / "a.heic"
    pillow_heif.from_bytes("RGB;16", (WIDTH, HEIGHT), values.tobytes()).save(path, quality=95)
    assert pillow_heif.open_heif(path).info["bit_depth"] == bits
    assert difference(only(path), SHOWN) < 4


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 255), (0, 4), (-1, 1), (0, 1e6)])
def test_a_tiff_of_fractions_is_neither_black_nor_clipped(tmp_path, low, high):
    path = tmp_path / "a.tif"
    spread = (GRAY.astype(np.float32) - 5) / 245
    Image.fromarray(low + spread * (high - low)).save(path)
    assert difference(only(path), as_colours(np.round(spread * 255).astype(np.uint8))) < 0.6


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, np.nan, np.inf, 1]], np.float32), [0, 0, 0, 255]),
        (np.array([[0, 0]], np.uint16), [0, 0]),
        (np.array([[-7, -7]], np.int32), [0, 0]),
        (np.array([[0, 1_000_000]], np.int32), [0, 255]),
        (np.array([[0.0, 100.0, 200.0]], np.float32), [0, 100, 200]),
    ],
    ids=["no numbers", "black", "one level", "32 bits", "never white"],
)
def test_numbers_of_any_kind_become_eight_bits(values, expected):
    assert eight_bits(values).tolist() == [expected]


def test_a_tiff_whose_zero_is_white_is_no_negative(tmp_path):
    path = tmp_path / "a.tif"
    Image.fromarray(65535 - GRAY.astype(np.uint16) * 257).save(path, tiffinfo={262: 0})
    assert difference(only(path), as_colours(GRAY)) < 0.6


def test_colours_for_printing_are_those_shown(tmp_path):
    for suffix in (".jpg", ".tif"):
        path = tmp_path / f"a{suffix}"
        Image.fromarray(SHOWN).convert("CMYK").save(path, quality=95)
        assert difference(only(path), SHOWN) < 4


def test_a_palette_one_can_see_through_lies_on_white(tmp_path):
    picture = Image.new("P", (WIDTH, HEIGHT), 1)
    picture.putpalette([9, 8, 7, 120, 60, 30])
    picture.paste(0, (0, 0, WIDTH // 2, HEIGHT))
    expected = np.full((HEIGHT, WIDTH, 3), (120, 60, 30), np.uint8)
    expected[:, : WIDTH // 2] = 255
    for suffix in (".png", ".gif"):
        picture.save(tmp_path / f"a{suffix}", transparency=0)
        assert difference(only(tmp_path / f"a{suffix}"), expected) < 1


def test_a_fourth_channel_that_was_left_empty_hides_nothing(tmp_path):
    picture = Image.fromarray(SHOWN)
    picture.putalpha(0)
    picture.save(tmp_path / "a.png")
    assert difference(only(tmp_path / "a.png"), SHOWN) == 0


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".avif"])
def test_an_animation_is_a_sequence_at_its_own_times(tmp_path, suffix):
    path = tmp_path / f"wave{suffix}"
    levels, durations_ms = (40, 120, 200), [100, 250, 400]
    first, *others = (Image.new("RGB", (WIDTH, HEIGHT), (level, level, level)) for level in levels)
    first.save(path, save_all=True, append_images=others, duration=durations_ms)
    with open_source(str(path)) as source:
        assert not source.is_independent
        assert source.frame_count == 3
        read = frames(source)
        assert source.problem is None
    assert [frame.time_s for frame in read] == pytest.approx([0, 0.1, 0.35])
    assert [frame.lasts_s for frame in read] == pytest.approx([0.1, 0.25, 0.4])
    assert [round(float(frame.image.mean()) / 40) for frame in read] == [1, 3, 5]
    assert {frame.picture for frame in read} == {path.name}


def test_pictures_of_an_animation_without_durations_last_a_tenth_of_a_second_and_say_so(tmp_path):
    path = tmp_path / "wave.gif"
    first, second = (Image.new("L", (WIDTH, HEIGHT), level) for level in (40, 200))
    first.save(path, save_all=True, append_images=[second])
    with open_source(str(path)) as source:
        assert [frame.time_s for frame in frames(source)] == pytest.approx([0, 0.1])
        assert source.details.is_time_assumed


def test_a_picture_for_programs_that_cannot_play_is_no_part_of_an_animation(tmp_path):
    path = tmp_path / "wave.png"
    pictures = [Image.new("L", (WIDTH, HEIGHT), level) for level in (40, 200)]
    cover = Image.new("L", (WIDTH, HEIGHT), 90)
    cover.save(path, save_all=True, append_images=pictures, default_image=True, duration=100)
    assert [int(frame.image[0, 0, 0]) for frame in frames(path)] == [40, 200]


def test_an_animation_that_is_cut_short_gives_what_can_be_read_and_says_so(tmp_path):
    path = tmp_path / "wave.gif"
    chance = np.random.default_rng(1)
    noise = [Image.fromarray(chance.integers(0, 255, (HEIGHT, WIDTH), np.uint8)) for _ in range(6)]
    noise[0].save(path, save_all=True, append_images=noise[1:], duration=100)
    path.write_bytes(path.read_bytes()[:-4000])
    with open_source(str(path)) as source:
        read = frames(source)
        assert 1 <= len(read) < 6
        assert source.problem is not None
        assert f"wave.gif ends after picture {len(read)} of" in source.problem


def test_a_gif_with_one_picture_is_a_picture(tmp_path):
    Image.fromarray(SHOWN).save(tmp_path / "a.gif")
    with open_source(str(tmp_path / "a.gif")) as source:
        assert source.is_independent
        assert [frame.lasts_s for frame in frames(source)] == [None]


def test_the_pages_of_a_tiff_are_pictures_and_its_thumbnails_are_none(tmp_path):
    pages = [Image.new("L", (WIDTH, HEIGHT), level) for level in (40, 80, 120)]
    pages[1].encoderinfo = {"tiffinfo": {254: 1}}
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    with open_source(str(tmp_path / "scan.tif")) as source:
        assert source.is_independent
        read = frames(source)
        assert [one.name for one in source.details.pictures] == ["scan.tif#1", "scan.tif#2"]
    assert [int(frame.image[0, 0, 0]) for frame in read] == [40, 120]
    assert [(frame.index, frame.time_s, frame.picture) for frame in read] == [
        (0, 0.0, "scan.tif#1"),
        (1, 1.0, "scan.tif#2"),
    ]


def test_when_a_picture_was_taken_is_known_only_with_its_time_zone(tmp_path):
    def taken(**tags: str) -> datetime | None:
        exif = Image.Exif()
        exif.get_ifd(0x8769).update({number: tags[name] for name, number in numbers.items() if name in tags})
        Image.fromarray(SHOWN).save(tmp_path / "a.jpg", exif=exif)
        (frame,) = frames(tmp_path / "a.jpg")
        return frame.taken

    numbers = {"time": TAKEN, "offset": TAKEN_OFFSET, "fraction": TAKEN_FRACTION}
    summer = timezone(timedelta(hours=2))
    time = "2026:07:01 12:30:05"
    assert taken(time=time, offset="+02:00") == datetime(2026, 7, 1, 12, 30, 5, tzinfo=summer)
    assert taken(time=time, offset="+02:00", fraction="250") == datetime(2026, 7, 1, 12, 30, 5, 250_000, tzinfo=summer)
    assert taken(time=time) is None
    assert taken(offset="+02:00") is None
    assert taken(time="0000:00:00 00:00:00", offset="+02:00") is None
    assert taken(time=time, offset="   :  ") is None


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".avif", ".heic", ".jp2", ".bmp", ".gif"])
def test_a_picture_that_is_cut_short_is_refused_with_a_sentence(tmp_path, suffix):
    path = tmp_path / f"cut{suffix}"
    noise = np.random.default_rng(2).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(SourceError, match=rf"picture in cut\{suffix}; .*cut short"):
        open_source(str(path))


def test_a_picture_that_would_take_gigabytes_is_refused_before_it_takes_them(tmp_path):
    path = tmp_path / "bomb.png"
    write_deep_png(path, np.zeros((1, 1), np.uint16))
    content = bytearray(path.read_bytes())
    content[16:26] = struct.pack(">2I2B", 40_000, 40_000, 8, 2)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    with pytest.raises(
        SourceError, match=r"bomb\.png is too large to be decoded: 40000 × 40000 pixels, of at most 134"
    ):
        open_source(str(path))


def test_a_file_that_is_too_large_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(picture_file, "MOST_BYTES", 100)
    Image.fromarray(SHOWN).save(tmp_path / "a.heic")
    with pytest.raises(SourceError, match=r"a\.heic is too large to be decoded"):
        open_source(str(tmp_path / "a.heic"))


def test_whatever_a_decoder_raises_is_a_sentence(tmp_path, monkeypatch):
    Image.fromarray(SHOWN).save(tmp_path / "a.png")
    for error in (MemoryError(), RuntimeError("no more"), ZeroDivisionError("by zero")):

        def fail(_image: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(picture_file, "draft", fail)
        with pytest.raises(SourceError, match=r"a\.png"):
            open_source(str(tmp_path / "a.png"))
