"""A network that a user puts into the folder of models is offered beside those that ship."""

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog

from emocam.resources import shipped_models, user_models_folder


@pytest.fixture
def folder():
    made = user_models_folder()
    made.mkdir(parents=True)
    return made


def offered(window) -> list[str]:
    box = window.panel.findChild(QComboBox, "models")
    return [box.itemData(row) for row in range(box.count()) if box.itemData(row)]


def come_back_to(window) -> None:
    """Let the window be told what it is told when its user comes back from another program."""
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))


def test_networks_of_the_user_s_folder_are_offered_at_the_start(folder, make_idle_window):
    (folder / "mine.hdf5").write_bytes(b"not looked into before it is chosen")
    assert offered(make_idle_window()) == [*shipped_models(), "mine"]


def test_one_that_is_put_there_while_the_window_is_open_is_offered_when_the_user_comes_back(folder, idle_window):
    chosen = idle_window.panel.findChild(QComboBox, "models").currentData()
    (folder / "mine.hdf5").write_bytes(b"")
    come_back_to(idle_window)
    assert offered(idle_window) == [*shipped_models(), "mine"]
    assert idle_window.panel.findChild(QComboBox, "models").currentData() == chosen
    (folder / "mine.hdf5").unlink()
    come_back_to(idle_window)
    assert offered(idle_window) == list(shipped_models())


def test_the_dialog_for_a_model_file_begins_in_the_user_s_folder_and_makes_it(idle_window, monkeypatch):
    asked: list[str] = []

    def ask(parent, title, folder, files):
        asked.append(folder)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    assert not user_models_folder().exists()
    idle_window.actions_.open_model.trigger()
    assert asked == [str(user_models_folder())]
    assert user_models_folder().is_dir()
