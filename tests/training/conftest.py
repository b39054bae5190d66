"""Small data files for the tests of the training package."""

from pathlib import Path

import pytest

from tests.training.faces_file import rows, write_fer2013, write_ferplus
from training.data.faces import FaceData, read_faces


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> tuple[Path, Path]:
    """Return a small fer2013.csv and fer2013new.csv."""
    folder, faces = tmp_path_factory.mktemp("data"), rows()
    return write_fer2013(folder / "fer2013.csv", faces), write_ferplus(folder / "fer2013new.csv", faces)


@pytest.fixture(scope="session")
def data(files) -> FaceData:
    """Return what those files hold."""
    return read_faces(*files)
