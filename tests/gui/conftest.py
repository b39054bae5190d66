"""What several of the window's tests share."""

import pytest

from emocam.gui.main_window import MainWindow
from emocam.gui.worker import CaptureThread, Engine
from emocam.settings import Settings
from tests.gui.stand_ins import FakePipeline


@pytest.fixture
def make_idle_window(tmp_path, qtbot):
    """Make windows whose capture thread is not started; the next one remembers what the last one kept."""
    made = []

    def make(settings=None):
        settings = settings or Settings()
        worker = CaptureThread(settings, engine=Engine(make_pipeline=FakePipeline))
        settings_path = tmp_path / "settings.json"
        made.append(MainWindow(worker, settings, settings_path=settings_path, list_cameras=lambda: []))
        return made[-1]

    yield make
    for window in made:
        window.end()
        window.deleteLater()


@pytest.fixture
def idle_window(make_idle_window):
    return make_idle_window()
