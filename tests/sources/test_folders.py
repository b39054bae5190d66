"""A folder of pictures: which files count, which are passed over, and which are named because they were left out."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emocam.messages import Frame
from emocam.sources import Source, SourceError, open_source
from emocam.sources.details import PictureDetails
from emocam.sources.folder import contents_of, is_hidden
from emocam.sources.pictures import Pictures


def write_picture(path: Path, *, width: int = 40, height: int = 30) -> Path:
    Image.fromarray(np.full((height, width, 3), 90, np.uint8)).save(path)
    return path


def write_animation(path: Path) -> Path:
    first, second = (Image.new("L", (40, 30), level) for level in (40, 200))
    first.save(path, save_all=True, append_images=[second], duration=100)
    return path


def frames(source: Source) -> list[Frame]:
    read = []
    while not source.ended:
        frame = source.read()
        if isinstance(frame, Frame):
            read.append(frame)
    return read


def names(paths: tuple[Path, ...]) -> list[str]:
    return [path.name for path in paths]


HIDDEN = [".DS_Store", "._a.jpg", ".hidden.png", "Thumbs.db", "desktop.ini", "Icon\r"]


def test_hidden_files_count_for_nothing(tmp_path):
    write_picture(tmp_path / "a.png")
    for name in HIDDEN:
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "__MACOSX").mkdir()
    with open_source(str(tmp_path)) as source:
        assert [frame.picture for frame in frames(source)] == ["a.png"]
        assert source.problem is None
    assert not is_hidden(tmp_path / "a.png")


def test_any_other_file_that_is_left_out_is_named(tmp_path):
    write_picture(tmp_path / "a.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "IMG_1.CR2").write_bytes(b"II*\0raw")
    (tmp_path / "more").mkdir()
    write_picture(tmp_path / "more" / "b.png")
    with open_source(str(tmp_path)) as source:
        assert len(frames(source)) == 1
        assert source.problem == "3 that are no pictures were left out: IMG_1.CR2, more, notes.txt"


def test_what_could_not_be_read_and_what_is_no_picture_are_told_together(tmp_path):
    write_picture(tmp_path / "a.png")
    (tmp_path / "b.jpg").write_bytes(b"broken")
    (tmp_path / "notes.txt").write_text("not a picture")
    with open_source(str(tmp_path)) as source:
        frames(source)
        assert source.problem == (
            "1 of 2 pictures could not be read and were left out: b.jpg; 1 that is no picture was left out: notes.txt"
        )


def test_sessions_in_a_folder_are_passed_over(tmp_path):
    write_picture(tmp_path / "a.png")
    for session in ("session", "sessions/a"):
        (tmp_path / session).mkdir(parents=True)
        (tmp_path / session / "session.json").write_text("{}")
    with open_source(str(tmp_path)) as source:
        assert len(frames(source)) == 1
        assert source.problem is None


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".avif"])
def test_an_animation_is_a_film_beside_the_pictures(tmp_path, suffix):
    write_picture(tmp_path / f"still{suffix}")
    write_animation(tmp_path / f"wave{suffix}")
    contents = contents_of(tmp_path)
    assert (names(contents.pictures), names(contents.films)) == ([f"still{suffix}"], [f"wave{suffix}"])
    with open_source(str(tmp_path)) as source:
        assert [frame.picture for frame in frames(source)] == [f"still{suffix}"]
        assert source.problem == f"1 that is no picture was left out: wave{suffix}"
    with Pictures(tmp_path, tells_others=False) as source:
        assert len(frames(source)) == 1
        assert source.problem is None


def test_a_folder_of_films_alone_names_them(tmp_path):
    write_animation(tmp_path / "wave.gif")
    with pytest.raises(SourceError, match=r"it holds films: wave\.gif\. Open them one by one"):
        open_source(str(tmp_path))


def test_each_picture_is_told_by_name_and_size(tmp_path):
    write_picture(tmp_path / "a2.png", width=20)
    write_picture(tmp_path / "a10.png", height=50)
    with open_source(str(tmp_path)) as source:
        read = frames(source)
        assert source.details.pictures == (PictureDetails("a2.png", 20, 30), PictureDetails("a10.png", 40, 50))
        assert (source.details.bytes, source.details.frames_expected, source.details.frames_read) == (None, 2, 2)
    assert [(frame.index, frame.time_s, frame.lasts_s, frame.picture) for frame in read] == [
        (0, 0.0, None, "a2.png"),
        (1, 1.0, None, "a10.png"),
    ]


def test_a_single_picture_is_told_with_its_bytes(tmp_path):
    path = write_picture(tmp_path / "a.png")
    with open_source(str(path)) as source:
        frames(source)
        details = source.details
    assert (details.bytes, details.width_px, details.height_px) == (path.stat().st_size, 40, 30)
    assert details.pictures == (PictureDetails("a.png", 40, 30),)


def test_a_file_with_several_pictures_adds_them_to_the_folder_s(tmp_path):
    pages = [Image.new("L", (40, 30), level) for level in (40, 80)]
    pages[0].save(tmp_path / "b.tif", save_all=True, append_images=pages[1:])
    for name in ("a.png", "c.png"):
        write_picture(tmp_path / name)
    with open_source(str(tmp_path)) as source:
        read = frames(source)
        assert source.frame_count == 4
    assert [(frame.index, frame.picture) for frame in read] == [
        (0, "a.png"),
        (1, "b.tif#1"),
        (2, "b.tif#2"),
        (3, "c.png"),
    ]
