"""A network is remembered once it has run: one that ends the process must not do so at each start."""

from dataclasses import replace

import pytest

from emocam.settings import DEFAULT_MODEL, Settings, load_settings
from tests.gui.stand_ins import FakeModel

SHIPPED = "mini_xception_fer2013"


@pytest.fixture
def remembered(tmp_path):
    return lambda: load_settings(tmp_path / "settings.json").model


def run(window, text):
    """Tell the window that a network was opened, and has answered."""
    window._worker.model_opened.emit(text, FakeModel("any").model)
    window._settings.save()


def test_a_chosen_network_is_remembered_once_it_has_run(idle_window, remembered):
    idle_window.change(model="mine.hdf5", spectrum="three")
    idle_window._settings.save()
    assert remembered() == DEFAULT_MODEL
    run(idle_window, "mine.hdf5")
    assert remembered() == "mine.hdf5"


def test_a_network_of_the_last_time_is_remembered_again_once_it_has_run(make_idle_window, remembered):
    window = make_idle_window(Settings(model="mine.hdf5", spectrum="three"))
    assert remembered() == DEFAULT_MODEL
    run(window, "mine.hdf5")
    assert remembered() == "mine.hdf5"


def test_a_shipped_network_stays_remembered_without_being_written_anew(make_idle_window, tmp_path):
    window = make_idle_window(Settings(model=SHIPPED))
    run(window, SHIPPED)
    assert not (tmp_path / "settings.json").exists()
    window.change(spectrum="three")
    window._settings.save()
    assert load_settings(tmp_path / "settings.json") == replace(Settings(model=SHIPPED), spectrum="three")
