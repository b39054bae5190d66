"""FER-2013 and FER+ are read whole, or the row that is wrong is named."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emocam.labels import EMOTIONS
from tests.training.faces_file import FERPLUS_COLUMNS, picture, rows, write_fer2013, write_ferplus
from training.data.faces import (
    FERPLUS_LABELS,
    DataError,
    count_warnings,
    in_other_split,
    majority,
    read_faces,
    validation_split,
)


@pytest.fixture
def data():
    return rows(training=28, public_test=7)


@pytest.fixture
def fer2013(tmp_path, data) -> Path:
    return write_fer2013(tmp_path / "fer2013.csv", data)


def change_line(path: Path, number: int, change) -> None:
    lines = path.read_text().split("\n")
    lines[number - 1] = change(lines[number - 1])
    path.write_text("\n".join(lines))


def test_pictures_labels_and_splits_are_read_in_order(fer2013, data):
    faces = read_faces(fer2013)
    assert faces.images.shape == (35, 48, 48)
    np.testing.assert_array_equal(faces.images[5], data[5][1])
    assert faces.labels.tolist() == [label for label, _, _ in data]
    assert faces.splits.tolist() == [split for _, _, split in data]


def test_the_other_official_file_has_spaces_in_its_header_and_another_order(tmp_path, data):
    path = tmp_path / "icml_face_data.csv"
    lines = ["emotion, Usage, pixels"]
    lines += [f"{label},{split},{' '.join(map(str, image.ravel()))}" for label, image, split in data]
    path.write_text("\n".join(lines))
    np.testing.assert_array_equal(read_faces(path).images[3], data[3][1])


def test_folders_of_pictures_are_read_by_their_names(tmp_path):
    for split in ("train", "test"):
        for label, name in enumerate(EMOTIONS):
            folder = tmp_path / split / name
            folder.mkdir(parents=True)
            assert cv2.imwrite(str(folder / "1.png"), picture(label, seed=1))
    faces = read_faces(tmp_path)
    assert len(faces) == 14
    assert set(faces.splits.tolist()) == {"Training", "test"}
    chosen = faces.split("Training")
    for label in range(7):
        np.testing.assert_array_equal(chosen.images[chosen.labels == label][0], picture(label, seed=1))


def test_a_file_cut_in_the_middle_of_a_row_names_that_row(fer2013):
    text = fer2013.read_text()
    fer2013.write_text(text[: len(text) - 3000])
    with pytest.raises(DataError, match=r"fer2013\.csv, row 36: expected 2304 pixels"):
        read_faces(fer2013)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda line: line.replace(" ", " 300 ", 1), "row 4: expected pixels from 0 to 255"),
        (lambda line: line.replace(" ", " x ", 1), "row 4: expected pixels from 0 to 255"),
        (lambda line: line.replace(" ", " 7 ", 1), "row 4: expected 2304 pixels; got 2305"),
        (lambda line: "9" + line[1:], "row 4: expected an emotion from 0 to 6; got '9'"),
        (lambda line: line.replace("Training", ""), "row 4: expected a split"),
        (lambda line: line.split(",")[0], "row 4"),
    ],
)
def test_a_damaged_row_is_named(fer2013, change, message):
    change_line(fer2013, 4, change)
    with pytest.raises(DataError, match=message):
        read_faces(fer2013)


def test_a_file_cut_in_the_name_of_a_split_names_that_row(fer2013):
    fer2013.write_text(fer2013.read_text().rstrip()[:-3])
    with pytest.raises(DataError, match=r"row 36: expected a split such as PublicTest; got 'PublicT'"):
        read_faces(fer2013)


def test_a_file_without_the_columns_or_rows_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("name,age\nx,3\n")
    with pytest.raises(DataError, match="row 1: expected columns Usage, emotion, pixels"):
        read_faces(path)
    path.write_text("")
    with pytest.raises(DataError):
        read_faces(path)
    path.write_text("emotion,pixels,Usage\n")
    with pytest.raises(DataError, match="expected rows of pictures"):
        read_faces(path)
    with pytest.raises(DataError, match="no such file"):
        read_faces(tmp_path / "gone.csv")


def test_a_split_that_is_not_there_is_named_with_those_that_are(fer2013):
    with pytest.raises(DataError, match="PublicTest, Training"):
        read_faces(fer2013).split("PrivateTest")


def test_votes_are_mapped_by_name_and_not_by_position(tmp_path, fer2013, data):
    path = write_ferplus(tmp_path / "votes.csv", data)
    faces = read_faces(fer2013, path)
    assert faces.votes is not None
    assert faces.votes.argmax(axis=1).tolist() == faces.labels.tolist()
    table = [line.split(",") for line in path.read_text().splitlines()]
    mirrored = [",".join([*row[:2], *row[:1:-1]]) for row in table]
    path.write_text("\n".join(mirrored))
    np.testing.assert_array_equal(read_faces(fer2013, path).votes, faces.votes)


def test_votes_of_another_number_of_rows_or_another_order_are_refused(tmp_path, fer2013, data):
    with pytest.raises(DataError, match="ends after row 35: expected 35 rows"):
        read_faces(fer2013, write_ferplus(tmp_path / "short.csv", data[:-1]))
    with pytest.raises(DataError, match="row 37: expected 35 rows"):
        read_faces(fer2013, write_ferplus(tmp_path / "long.csv", [*data, data[-1]]))
    with pytest.raises(DataError, match="row 2: expected Usage Training"):
        read_faces(fer2013, write_ferplus(tmp_path / "turned.csv", data[::-1]))


def test_a_row_of_votes_that_is_missing_within_a_split_is_named_by_its_gap(tmp_path, fer2013, data):
    path = write_ferplus(tmp_path / "votes.csv", data)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:9], *lines[10:]]))
    with pytest.raises(DataError, match=r"row 29: expected Usage Training.* jump at row 10, to fer0000009\.png"):
        read_faces(fer2013, path)


def test_two_rows_of_votes_that_have_changed_places_are_named(tmp_path, fer2013, data):
    path = write_ferplus(tmp_path / "votes.csv", data)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:8], lines[9], lines[8], *lines[10:]]))
    with pytest.raises(DataError, match=r"row 10: expected a picture after fer0000008\.png; got fer0000007\.png"):
        read_faces(fer2013, path)


def test_a_vote_that_is_no_number_names_its_row(tmp_path, fer2013, data):
    path = write_ferplus(tmp_path / "votes.csv", data)
    change_line(path, 5, lambda line: line.replace(",8", ",many"))
    with pytest.raises(DataError, match=r"row 5: expected ten vote counts"):
        read_faces(fer2013, path)


def test_the_majority_leaves_out_ties_and_what_is_no_emotion(tmp_path, fer2013, data):
    path = write_ferplus(tmp_path / "votes.csv", data)
    votes = {
        2: {"anger": 5, "sadness": 5},
        3: {"unknown": 6, "fear": 4},
        4: {"NF": 10},
        5: {"contempt": 6, "neutral": 4},
    }
    for row, cast in votes.items():
        counts = ",".join(str(cast.get(column, 0)) for column in FERPLUS_COLUMNS)
        change_line(path, row, lambda line, counts=counts: ",".join(line.split(",")[:2]) + "," + counts)
    labels = majority(read_faces(fer2013, path))
    assert labels[:4].tolist() == [-1, -1, -1, FERPLUS_LABELS.index("contempt")]
    assert labels[4:].tolist() == [label for label, _, _ in data][4:]


def test_a_partial_file_is_told_apart_from_the_published_one(fer2013):
    warnings = count_warnings(read_faces(fer2013))
    assert warnings == [
        "split Training has 28 pictures; the published FER-2013 has 28,709",
        "split PublicTest has 7 pictures; the published FER-2013 has 3,589",
    ]


def test_the_validation_split_is_stratified_and_does_not_depend_on_the_order(tmp_path):
    data = rows(training=280, public_test=0)
    faces = read_faces(write_fer2013(tmp_path / "a.csv", data))
    chosen = validation_split(faces)
    assert np.bincount(faces.labels[chosen]).tolist() == [4] * 7
    turned = read_faces(write_fer2013(tmp_path / "b.csv", data[::-1]))
    np.testing.assert_array_equal(validation_split(turned)[::-1], chosen)


def test_pictures_that_stand_in_both_splits_are_found(tmp_path):
    data = rows(training=14, public_test=7)
    data[-1] = (data[-1][0], data[3][1], "PublicTest")
    faces = read_faces(write_fer2013(tmp_path / "a.csv", data))
    repeated = in_other_split(faces, split="PublicTest", other="Training")
    assert repeated.tolist() == [False] * 6 + [True]
