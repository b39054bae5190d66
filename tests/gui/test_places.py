"""The file dialogs begin in the user's folders."""

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog

from emocam.gui import places
from emocam.gui.places import home_folder, media_folder, users_folder
from emocam.resources import demo_clip, shipped_models, user_models_folder


@pytest.fixture
def asked(monkeypatch):
    """The folders in which dialogs began; each answers with a file of the user's."""
    began, answer = [], [""]

    def ask(parent, title, folder, *_):
        began.append(folder)
        return (answer[0], "") if "folder of pictures" not in title else answer[0]

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", ask)
    began_and_answer = began, answer
    return began_and_answer


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    kinds = QStandardPaths.StandardLocation
    folders = {kinds.MoviesLocation: "Videos", kinds.PicturesLocation: "Pictures", kinds.HomeLocation: ""}
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda kind: str(home / folders[kind]))
    (home / "Pictures").mkdir(parents=True)
    return home


def test_dialogs_begin_with_films_then_pictures_then_at_home(home):
    assert media_folder() == str(home / "Pictures")
    (home / "Videos").mkdir()
    assert media_folder() == str(home / "Videos")
    assert home_folder() == str(home)


def test_after_the_demo_a_dialog_begins_in_the_user_s_folders(idle_window, asked, home):
    began, _ = asked
    idle_window.actions_.open_demo.trigger()
    for action in (idle_window.actions_.open_file, idle_window.actions_.open_folder, idle_window.actions_.open_model):
        action.trigger()
    assert began == [str(home / "Pictures"), str(home / "Pictures"), str(user_models_folder())]


def test_a_dialog_begins_where_the_last_file_was_also_at_the_next_start(make_idle_window, asked, home, tmp_path):
    began, answer = asked
    films = tmp_path / "films"
    films.mkdir()
    (films / "one.mp4").touch()
    answer[0] = str(films / "one.mp4")
    first = make_idle_window()
    first.actions_.open_file.trigger()
    answer[0] = ""
    first.actions_.open_demo.trigger()
    first.actions_.open_file.trigger()
    first.end()
    make_idle_window().actions_.open_file.trigger()
    assert began[1:] == [str(films)] * 2


def test_the_program_s_folders_are_not_the_user_s(tmp_path):
    assert users_folder(str(demo_clip())) == ""
    assert users_folder(str(places.PROGRAM_FOLDERS[0] / "gui")) == ""
    assert users_folder(str(tmp_path)) == str(tmp_path.resolve())


@pytest.mark.parametrize("place", [None, "", "usb-1", "rtsp://camera/" + 5000 * "x", "no\0file", "gone/film.mp4"])
def test_what_is_no_place_is_none(place):
    assert users_folder(place) == ""


def test_a_shipped_model_s_name_is_no_place():
    assert all(users_folder(name) == "" for name in shipped_models())
