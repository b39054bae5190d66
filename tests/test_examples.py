"""The examples run as they stand, on files that a newcomer could have."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emocam.resources import shipped_models
from tests.clips import FACE_FROM, demo_frames, write_clip, write_picture

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> Path:
    return write_picture(tmp_path_factory.mktemp("picture") / "portrait.png", demo_frames(FACE_FROM + 20, 1)[0])


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("film") / "film.mp4", demo_frames(FACE_FROM, 40))


def run(example: str, *arguments: object) -> str:
    """Run an example in a fresh interpreter and return what it prints."""
    command = [sys.executable, str(EXAMPLES / example), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLES.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_run_here():
    tested = {"picture.py", "film_to_table.py", "webcam.py", "own_model.py"}
    assert {path.name for path in EXAMPLES.glob("*.py")} == tested


def test_a_picture(picture):
    assert run("picture.py", picture).startswith("face 1 at Box(x=")


def test_a_film_becomes_a_table(film, tmp_path):
    printed = run("film_to_table.py", film, tmp_path / "faces.csv")
    with (tmp_path / "faces.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {float(row["face"]) for row in rows if row["state"] == "face"} == {1}
    assert len({row["time_s"] for row in rows}) == 40
    assert "happy" in printed


def test_a_loop_over_frames(film):
    assert "face 1: happy" in run("webcam.py", film)


def test_a_model_of_ones_own(picture, tmp_path):
    model = shutil.copy(shipped_models()["mini_xception_fer2013"], tmp_path / "mine.hdf5")
    printed = run("own_model.py", model, picture)
    assert "labels of the network: angry, disgust" in printed
    assert "face 1: positive (happy" in printed
