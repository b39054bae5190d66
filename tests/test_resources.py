"""Models are known by name: those that ship, and those that a user has put into a folder of their own."""

import shutil

import pytest

from emocam.engine.classification import open_classifier
from emocam.engine.model_file import ModelFileError, resolve_model
from emocam.resources import known_models, shipped_models, user_models_folder

SMALL = shipped_models()["mini_xception_fer2013"]


@pytest.fixture
def folder():
    made = user_models_folder()
    made.mkdir(parents=True)
    return made


def test_without_a_folder_of_models_those_that_ship_are_known():
    assert not user_models_folder().exists()
    assert known_models() == shipped_models()


def test_a_file_in_the_user_s_folder_is_known_by_its_name_and_opens(folder):
    shutil.copy(SMALL, folder / "mine.hdf5")
    assert list(known_models()) == [*shipped_models(), "mine"]
    assert open_classifier(resolve_model("mine")).model.path == folder / "mine.hdf5"


def test_a_file_named_like_a_shipped_one_hides_nothing(folder):
    shutil.copy(SMALL, folder / "residual.hdf5")
    assert resolve_model("residual") == shipped_models()["residual"]
    assert resolve_model("residual (own)") == folder / "residual.hdf5"


def test_bad_files_and_what_is_no_file_do_not_break_the_list(folder):
    (folder / "broken.hdf5").write_bytes(b"no network")
    (folder / "folder.hdf5").mkdir()
    (folder / "gone.hdf5").symlink_to(folder / "nowhere")
    (folder / "._hidden.hdf5").write_bytes(b"")
    (folder / "notes.txt").write_text("about these")
    shutil.copy(SMALL, folder / "Good.H5")
    assert list(known_models()) == [*shipped_models(), "Good", "broken"]
    with pytest.raises(ModelFileError, match=r"broken\.hdf5 cannot be read"):
        open_classifier(resolve_model("broken"))


def test_a_file_in_place_of_the_folder_leaves_those_that_ship(folder):
    folder.rmdir()
    folder.write_text("not a folder")
    assert known_models() == shipped_models()
    with pytest.raises(ModelFileError, match="or one of mini_xception_fer2013"):
        resolve_model("mine")
