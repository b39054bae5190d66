"""A folder of pictures is read for what its user put there, and what is no picture of a face is named at once."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from emocam.labels import EMOTIONS
from tests.training.faces_file import picture
from training.__main__ import main
from training.data.faces import DataError, count_warnings, read_faces
from training.data.pictures import read_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of a picture for each label in both splits."""
    for split in ("train", "test"):
        for label, name in enumerate(EMOTIONS):
            (tmp_path / split / name).mkdir(parents=True)
            assert cv2.imwrite(str(tmp_path / split / name / "1.png"), picture(label, seed=1))
    return tmp_path


def test_what_systems_leave_in_a_folder_counts_for_nothing(folder):
    happy = folder / "train" / "happy"
    for name in (".DS_Store", "._1.png", "Thumbs.db", "desktop.ini"):
        (happy / name).write_bytes(b"\0")
    for hidden in (folder / ".git", folder / "__MACOSX", folder / "train" / ".cache", happy / ".thumbnails"):
        hidden.mkdir()
    (folder / "README.txt").write_text("where these are from")
    assert len(read_faces(folder)) == 14


def test_a_folder_among_the_pictures_of_a_label_is_named(folder):
    (folder / "train" / "happy" / "more").mkdir()
    with pytest.raises(DataError, match=r"happy.more: expected pictures .* this is a folder"):
        read_faces(folder)


@pytest.mark.parametrize("place", ["loose.png", "train/loose.JPG"])
def test_a_picture_outside_of_the_labels_folders_is_named(folder, place):
    Image.new("L", (48, 48)).save(folder / place)
    with pytest.raises(DataError, match=r"loose\.(png|JPG): expected pictures in folders SPLIT/LABEL/"):
        read_faces(folder)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.png", b"", "the file is empty"),
        ("notes.txt", b"not a picture", "it is none"),
        ("face.heic", b"\0\0\0\x18ftypheic", "of a kind that Pillow does not know"),
    ],
)
def test_what_is_no_picture_is_named_with_how_many_more_there_are(folder, name, content, told):
    for label in ("happy", "sad"):
        (folder / "train" / label / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"happy.{name}.*{told}.*\(and 1 more like it\)"):
        read_faces(folder)


def test_a_picture_that_was_cut_off_is_named_and_not_filled_with_gray(folder):
    cut = folder / "train" / "happy" / "cut.jpg"
    Image.fromarray(picture(3, seed=2)).save(cut)
    cut.write_bytes(cut.read_bytes()[:-200])
    with pytest.raises(DataError, match=r"cut\.jpg: expected a picture; it cannot be read \(image file is truncated"):
        read_faces(folder)


def test_a_picture_that_is_not_square_is_named(folder):
    Image.new("L", (64, 48)).save(folder / "train" / "happy" / "wide.png")
    with pytest.raises(DataError, match=r"wide\.png: expected a square picture of a face; got 64×48"):
        read_faces(folder)


def test_pictures_of_other_sizes_are_resized_and_counted(folder):
    for number, side in enumerate((24, 96, 350)):
        large = cv2.resize(picture(3, seed=5), (side, side), interpolation=cv2.INTER_CUBIC)
        Image.fromarray(large).save(folder / "train" / "happy" / f"other_{number}.png")
    faces = read_faces(folder)
    assert faces.images.shape == (17, 48, 48)
    expected = picture(3, seed=5).astype(int)
    for index in range(4, 7):  # after those of angry, disgust, fear and the first happy one
        other = faces.split("Training").images[index].astype(int)
        assert np.abs(other - expected).mean() < 6
    assert "3 of 17 pictures had another size and were made 48×48 pixels" in count_warnings(faces)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "LA", "CMYK"])
def test_colour_is_read_as_its_brightness(tmp_path, mode):
    gray = Image.fromarray(picture(3, seed=1))
    path = tmp_path / ("face.tif" if mode == "CMYK" else "face.png")
    (gray if mode == "P" else gray.convert("RGB")).convert(mode).save(path)
    read, is_resized = read_picture(path, size_px=48)
    assert not is_resized
    assert np.abs(read.astype(int) - np.asarray(gray)).max() <= 3


def test_sixteen_bits_are_read_by_their_upper_eight(tmp_path):
    face = picture(3, seed=1)
    assert cv2.imwrite(str(tmp_path / "face.png"), face.astype(np.uint16) * 257)
    np.testing.assert_array_equal(read_picture(tmp_path / "face.png", size_px=48)[0], face)


def test_a_jpeg_is_read_as_opencv_reads_it_so_that_a_run_goes_on_with_the_same_faces(tmp_path):
    colour = cv2.applyColorMap(picture(2, seed=1), cv2.COLORMAP_JET)
    assert cv2.imwrite(str(tmp_path / "face.jpg"), colour)
    expected = cv2.imread(str(tmp_path / "face.jpg"), cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(read_picture(tmp_path / "face.jpg", size_px=48)[0], expected)


def test_a_label_without_pictures_is_told(folder):
    (folder / "train" / "fear" / "1.png").unlink()
    assert "split Training has no picture of fear" in count_warnings(read_faces(folder))


def test_a_damaged_folder_is_told_before_a_fit(folder, capsys):
    (folder / "train" / "happy" / "more").mkdir()
    assert main(["fit", "--recipe", "mini_xception_alone", "--no-votes", "--data", str(folder)]) == 1
    assert "this is a folder" in capsys.readouterr().err


def test_too_few_pictures_to_hold_some_out_are_told_before_the_first_epoch(folder, tmp_path, capsys):
    command = ["fit", "--recipe", "mini_xception_alone", "--no-votes", "--data", str(folder)]
    assert main([*command, "--out", str(tmp_path / "runs" / "few")]) == 1
    assert "expected at least 6 pictures of one label" in capsys.readouterr().err


def test_votes_can_be_left_out_of_a_recipe_alone(folder, capsys):
    assert main(["fit", "--recipe", "residual", "--no-votes", "--data", str(folder)]) == 1
    assert "fit one of mini_xception_alone, residual_start" in capsys.readouterr().err
