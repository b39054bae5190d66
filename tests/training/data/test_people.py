"""Who is who among faces from elsewhere, and which of their faces show them at rest."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.data.elsewhere import TILE_PX, OtherFaces
from training.data.faces import DataError
from training.data.people import NEUTRAL, SEQUENCE_TILE_PX, PeopleFaces, read_people, read_sequences


def people(labels: list[int], who: list[str], takes: list[str] | None = None) -> PeopleFaces:
    tiles = np.zeros((len(labels), TILE_PX, TILE_PX), np.uint8)
    faces = OtherFaces(tiles, np.array(labels, np.uint8), (None,) * len(labels))
    return PeopleFaces(faces, tuple(who), tuple(takes or map(str, range(len(labels)))))


def write_sheet(folder: Path, name: str, side_px: int, header: list[str], rows: list[list[object]]) -> Path:
    folder.mkdir(exist_ok=True)
    noise = np.random.default_rng(0).integers(0, 256, (side_px, side_px * len(rows)), np.uint8)
    assert cv2.imwrite(str(folder / name), noise)
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return folder


def test_a_face_is_measured_against_other_neutral_faces_of_the_same_person():
    found = people([NEUTRAL, 3, NEUTRAL, NEUTRAL], ["ada", "ada", "ada", "ben"])
    assert found.at_rest(1) == [0, 2]
    assert found.at_rest(0) == [2]


def test_the_only_neutral_face_of_a_person_is_measured_against_none():
    found = people([NEUTRAL, 3], ["ada", "ada"])
    assert found.at_rest(0) == []
    assert found.at_rest(1) == [0]


def test_a_sequence_is_measured_against_others_and_if_there_is_none_against_its_own_start():
    found = people([NEUTRAL, NEUTRAL, 3, NEUTRAL, 4], ["ada"] * 5, ["a", "a", "a", "b", "b"])
    assert found.at_rest(2) == [3]
    assert found.at_rest(0) == [3]
    alone = people([NEUTRAL, NEUTRAL, 3], ["ada"] * 3, ["a"] * 3)
    assert alone.at_rest(2) == [0, 1]
    assert alone.at_rest(0) == []


def test_people_are_told_by_their_column_or_by_order_and_other_collections_left_out(tmp_path):
    header = ["source", "emotion", "subject"]
    rows: list[list[object]] = [["named", 3, "ada"], ["named", 6, "ada"], ["named", 3, "ben"]]
    rows += [["ordered", 3, ""], ["ordered", 3, ""], ["ordered", 6, ""], ["ordered", 6, ""]]
    rows += [["crowd", 3, ""], ["crowd", 6, ""], ["crowd", 6, ""]]
    found = read_people(write_sheet(tmp_path / "faces", "faces.png", TILE_PX, header, rows))
    assert {name: faces.people for name, faces in found.items()} == {
        "named": ("ada", "ada", "ben"),
        "ordered": ("0", "1", "0", "1"),
    }


def test_both_ends_of_a_sequence_are_read(tmp_path):
    header = ["sequence", "subject", "emotion", "frame"]
    rows: list[list[object]] = [["one", "ada", 3, frame] for frame in range(8)]
    folder = write_sheet(tmp_path / "sequences", "frames.png", SEQUENCE_TILE_PX, header, rows)
    (folder / "frames.png").rename(folder / "frames.webp")  # what it holds tells how it is read
    found = read_sequences(folder)
    assert found.faces.labels.tolist() == [NEUTRAL] * 3 + [3] * 3
    assert found.faces.tiles.shape == (6, TILE_PX, TILE_PX)
    assert set(found.people) == {"ada"}


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(DataError, match=r"frames\.webp: expected a readable sheet"):
        read_sequences(tmp_path)
    header = ["sequence", "subject", "emotion", "frame"]
    folder = write_sheet(tmp_path / "wrong", "frames.png", SEQUENCE_TILE_PX, header, [["one", "ada", 9, 0]])
    (folder / "frames.png").rename(folder / "frames.webp")
    with pytest.raises(DataError, match="row 2: expected a frame's number and an emotion from 0 to 6"):
        read_sequences(folder)
