"""What the window remembers between two starts: the settings, and how it looked."""

import logging
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, QTimer
from PySide6.QtWidgets import QMainWindow

from emocam.gui.live.subjects import PROBABILITIES, SUBJECTS
from emocam.settings import Settings, save_settings

log = logging.getLogger(__name__)

SAVE_AFTER_MS = 800  # a slider that is dragged is written once


class SettingsKeeper(QObject):
    """Writes Settings a moment after they change, and at the end."""

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._unsaved: Settings | None = None
        self._timer = QTimer(self, interval=SAVE_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self.save)

    def keep(self, settings: Settings) -> None:
        """Write these soon."""
        self._unsaved = settings
        self._timer.start()

    def save(self) -> None:
        """Write what has not been written yet; where the folder cannot be written to, log it."""
        self._timer.stop()
        settings, self._unsaved = self._unsaved, None
        if settings is None:
            return
        try:
            save_settings(settings, self._path)
        except OSError as error:
            log.warning("the settings could not be saved: %s", error)


class WindowLook:
    """Geometry, theme and what is folded away, in window.ini beside the settings."""

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def restore(self, window: QMainWindow) -> bool:
        """Put the window where it was last time; return whether that was kept."""
        geometry = self._store.value("geometry")
        return bool(geometry) and window.restoreGeometry(geometry)

    def keep(self, window: QMainWindow) -> None:
        """Remember where the window is."""
        self._store.setValue("geometry", window.saveGeometry())
        self._store.sync()

    @property
    def folder(self) -> str | None:
        """Return what the user opened last, a file or a folder; None before that."""
        folder = self._store.value("folder")
        return folder if isinstance(folder, str) else None

    @folder.setter
    def folder(self, path: str) -> None:
        self._store.setValue("folder", path)

    @property
    def model_folder(self) -> str | None:
        """Return the model file that the user opened last; None before that."""
        path = self._store.value("model_folder")
        return path if isinstance(path, str) else None

    @model_folder.setter
    def model_folder(self, path: str) -> None:
        self._store.setValue("model_folder", path)

    def splitter(self, name: str) -> QByteArray | None:
        """Return where a splitter of this name stood, as `QSplitter.restoreState` takes it."""
        state = self._store.value(f"splitter_{name}")
        return state if isinstance(state, QByteArray) else None

    def keep_splitter(self, name: str, state: QByteArray) -> None:
        self._store.setValue(f"splitter_{name}", state)

    @property
    def theme(self) -> str | None:
        """Return "light", "dark", or None for the system's."""
        theme = self._store.value("theme")
        return theme if theme in ("light", "dark") else None

    @theme.setter
    def theme(self, theme: str | None) -> None:
        self._store.setValue("theme", theme or "system")

    @property
    def chart(self) -> str:
        """Return what the chart of a face shows, a name out of SUBJECTS."""
        name = self._store.value("chart")
        return name if isinstance(name, str) and name in SUBJECTS else PROBABILITIES.name

    @chart.setter
    def chart(self, name: str) -> None:
        self._store.setValue("chart", name)

    def is_shown(self, part: str, *, at_first: bool = True) -> bool:
        """Return whether a part of the window that can be hidden is shown; at_first: before the user chose."""
        return self._store.value(f"shows_{part}", "true" if at_first else "false") != "false"

    def keep_shown(self, part: str, is_shown: bool) -> None:
        self._store.setValue(f"shows_{part}", "true" if is_shown else "false")
