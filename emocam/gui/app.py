"""Start the app: environment, settings, capture thread, window."""

import logging
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from emocam.addresses import without_secrets
from emocam.gui.ending_signals import call_on_ending_signal
from emocam.gui.log_file import keep_log, log_path
from emocam.gui.main_window import MainWindow
from emocam.gui.theme import apply_theme
from emocam.gui.worker import CaptureThread
from emocam.resources import asset_path
from emocam.settings import load_settings, settings_path

log = logging.getLogger(__name__)

# An OpenCV wheel with its own Qt 5 sets these on import, and Qt 6 then finds no platform to open a window on.
OPENCV_QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def run_app(*, source: str | None = None, model: str | None = None, demo: bool = False) -> int:
    """Open the window and return the exit status once it is closed.

    source: as Settings.source; None is the source of the last time. model: as Settings.model; None is
    the last one. demo: show the demo clip, whatever was shown last.
    """
    for name in OPENCV_QT_VARIABLES:
        if "cv2" in os.environ.get(name, ""):
            del os.environ[name]
    keep_log(log_path())
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Emocam")
    app.setDesktopFileName("emocam")
    app.setWindowIcon(QIcon(str(asset_path("icon.png"))))
    apply_theme(app)
    path = settings_path()
    settings = load_settings(path)
    if model is not None:
        settings = replace(settings, model=_full_path(model))
    worker = CaptureThread(settings)
    window = MainWindow(worker, settings, settings_path=path)
    _catch_all(window)

    def end() -> None:
        window.end()
        app.exit()  # the loop of a dialog that waits for its answer, too

    with call_on_ending_signal(end):
        window.show()
        worker.start()
        window.start(_full_path(source) if source is not None else settings.source, is_demo=demo)
        status = app.exec()
        worker.stop()
        worker.wait()
    return status


def _full_path(text: str) -> str:
    """Return an existing path in full, so that it is found again from another folder; other texts as they are."""
    try:
        path = Path(text).expanduser()
        return str(path.resolve()) if path.exists() else text
    except (OSError, ValueError, RuntimeError):  # no name of a file; whoever opens it says what is wrong
        return text


def _catch_all(window: MainWindow) -> None:
    """Keep the window open after an exception that nobody caught."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("nobody caught this", exc_info=(kind, error, trace))
        if threading.current_thread() is not threading.main_thread():
            return  # a thread of a library's; the window is not its to touch
        said = without_secrets(f"{kind.__name__}: {error}")
        window.notices.say(f"Something went wrong; {log_path()} has the details. {said}")

    sys.excepthook = hook
