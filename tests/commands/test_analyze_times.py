"""Real files, analysed: their labels last as long as they do, and their faces stay themselves."""

import csv
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from emocam.__main__ import main
from tests.clips import FACE_FROM, NO_FACE_FROM, demo_frames, write_picture


def write_film(path: Path, frames: list[np.ndarray], rate_fps: float) -> Path:
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), rate_fps, (width, height))
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


def analyzed(source: Path, out: Path) -> Path:
    assert main(["analyze", str(source), "--out", str(out)]) == 0
    return out / source.stem


def rows_of(folder: Path, name: str = "faces.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def labelled_s(folder: Path) -> float:
    return sum(float(row["seconds"]) for row in rows_of(folder, "statistics.csv") if row["face"] == "all")


def described(folder: Path) -> dict:
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def test_labels_and_the_time_before_the_first_last_as_long_as_the_film(tmp_path):
    film = write_film(tmp_path / "film.mp4", demo_frames(FACE_FROM, 36), 30)
    folder = analyzed(film, tmp_path / "out")
    rows = rows_of(folder)
    assert {row["face"] for row in rows} == {"1"}
    unlabelled_s = sum(float(row["lasts_s"]) for row in rows if not row["label"])
    assert unlabelled_s == pytest.approx(8 / 30, abs=1e-3)
    assert labelled_s(folder) + unlabelled_s == pytest.approx(36 / 30, abs=1e-6)
    assert described(folder)["duration_s"] == 1.2


@pytest.mark.parametrize("spacing_s", [1.0, 1.25, 5.0])
def test_a_film_of_frames_far_apart_is_one_face_with_a_label_in_each(tmp_path, spacing_s):
    film = write_film(tmp_path / "film.mp4", demo_frames(FACE_FROM, 36)[::3], 1 / spacing_s)
    folder = analyzed(film, tmp_path / "out")
    rows = rows_of(folder)
    assert [(row["state"], row["face"], bool(row["label"])) for row in rows] == [("face", "1", True)] * 12
    assert labelled_s(folder) == pytest.approx(12 * spacing_s)


def test_a_face_that_leaves_such_a_film_is_no_longer_counted(tmp_path):
    frames = [*demo_frames(FACE_FROM, 3), *demo_frames(NO_FACE_FROM + 10, 5)]
    folder = analyzed(write_film(tmp_path / "film.mp4", frames, 0.2), tmp_path / "out")
    assert [row["state"] for row in rows_of(folder)] == ["face"] * 3 + ["no_face"] * 5
    assert labelled_s(folder) == 15.0


def test_pictures_of_a_folder_are_counted(tmp_path):
    portrait, wall = demo_frames(FACE_FROM + 20, 1)[0], demo_frames(NO_FACE_FROM + 10, 1)[0]
    (tmp_path / "album").mkdir()
    for name, image in (("a.png", portrait), ("b.png", wall), ("c.png", portrait)):
        write_picture(tmp_path / "album" / name, image)
    folder = analyzed(tmp_path / "album", tmp_path / "out")
    assert [(row["picture"], row["lasts_s"], row["utc"]) for row in rows_of(folder)] == [
        ("a.png", "", ""), ("b.png", "", ""), ("c.png", "", "")
    ]  # fmt: skip
    together = [row for row in rows_of(folder, "statistics.csv") if row["face"] == "all"]
    assert {row["seconds"] for row in together} == {""}
    assert sum(int(row["pictures"]) for row in together) == 2
    assert sum(float(row["share"]) for row in together) == 1.0


def test_the_session_says_what_it_was_made_from(tmp_path):
    film = write_film(tmp_path / "film.mp4", demo_frames(FACE_FROM, 12), 30)
    (one,) = described(analyzed(film, tmp_path / "out"))["inputs"]
    assert (one["path"], one["bytes"]) == (str(film), film.stat().st_size)
    assert one["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()
    assert (one["width_px"], one["height_px"], one["rate_fps"]) == (640, 480, 30.0)
    assert (one["frames_expected"], one["frames_read"], one["interrupted"]) == (12, 12, False)
