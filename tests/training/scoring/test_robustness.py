"""The tests of robustness change faces as they say, and faces from elsewhere are read as they stand."""

import csv

import cv2
import numpy as np
import pytest

from training.data.elsewhere import TILE_PX, read_elsewhere
from training.data.faces import DataError
from training.scoring.robustness import conditions, robustness


@pytest.fixture
def face() -> np.ndarray:
    rng = np.random.default_rng(1)
    return cv2.GaussianBlur(rng.integers(0, 256, (48, 48), np.uint8), (0, 0), 2)


@pytest.mark.parametrize("name", conditions())
def test_each_test_has_a_setting_that_changes_nothing_or_little(name, face):
    settings = conditions()[name]
    differences = [np.abs(change(face).astype(int) - face).mean() for change in settings.values()]
    assert min(differences) < 3
    assert max(differences) > 5 * min(differences) + 1


def test_accuracy_falls_where_the_answer_is_hidden():
    faces = np.full((20, 48, 48), 50, np.uint8)
    labels = np.arange(20) % 2
    faces[labels == 1, :, :24] = 220  # the answer stands in the left half

    def answer(images: np.ndarray) -> np.ndarray:
        return (images[:, :, :24].mean(axis=(1, 2)) > 150).astype(int)

    hidden = robustness(answer, faces, labels)["half hidden"]
    assert (hidden["none"], hidden["right"], hidden["left"]) == (1.0, 1.0, 0.5)


def write_elsewhere(folder, *, rows=(("news", 3), ("yale", 0), ("news", 6))):
    sheet = np.zeros((2 * TILE_PX, 2 * TILE_PX), np.uint8)
    for index in range(len(rows)):
        top, left = index // 2 * TILE_PX, index % 2 * TILE_PX
        sheet[top + 24 : top + 104, left + 24 : left + 104] = 100 + 20 * index
    cv2.imwrite(str(folder / "faces.png"), sheet)
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("source", "emotion"), *rows])
    return folder


def test_faces_from_elsewhere_are_cut_out_by_source(tmp_path):
    found = read_elsewhere(write_elsewhere(tmp_path))
    assert {source: faces.labels.tolist() for source, faces in found.items()} == {"news": [3, 6], "yale": [0]}
    inner = found["news"].crops(size_px=48, margin=0)
    assert (inner[0].min(), inner[1].min()) == (100, 140)
    assert found["news"].crops(size_px=48, margin=0.2)[0].min() == 0


def test_a_folder_that_is_not_whole_is_refused(tmp_path):
    with pytest.raises(DataError, match="sheet of faces"):
        read_elsewhere(tmp_path)
    write_elsewhere(tmp_path, rows=(("news", 3),) * 5)
    with pytest.raises(DataError, match="expected 5 tiles"):
        read_elsewhere(tmp_path)
    write_elsewhere(tmp_path, rows=(("news", 9),))
    with pytest.raises(DataError, match="from 0 to 6"):
        read_elsewhere(tmp_path)
