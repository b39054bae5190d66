"""The menu of sources: the cameras by name, and what may be opened instead."""

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from emocam.capture.background import start_beside
from emocam.gui.actions import Actions
from emocam.sources import Camera

POLL_MS = 50
KEYED_CAMERAS = 9


class SourceMenu(QMenu):
    """Finds the cameras on another thread, because asking the system for them may take seconds."""

    camera_chosen = Signal(str)  # identity

    def __init__(
        self, list_cameras: Callable[[], list[Camera]], actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__("&Camera", parent)
        self.setToolTipsVisible(True)
        self._list_cameras = list_cameras
        self._search: Future[list[Camera]] | None = None
        self._cameras: list[Camera] = []
        self._current: str | None = None
        self._group = QActionGroup(self)
        self._first = self.addSeparator()
        self._none = QAction("No camera found", self)
        self._none.setEnabled(False)
        self.insertAction(self._first, self._none)
        self.addActions([actions.open_file, actions.open_folder, actions.open_stream, actions.open_demo])
        self.addSeparator()
        self.addActions([actions.first_camera, actions.find_cameras])
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._look)
        self.aboutToShow.connect(self.find_cameras)

    @property
    def cameras(self) -> list[Camera]:
        """The cameras that were found most recently."""
        return list(self._cameras)

    def find_cameras(self) -> None:
        """Begin to look for cameras, unless that is going on."""
        if self._search is None:
            self._search = start_beside(self._list_cameras, name="list cameras")
            self._none.setText("Looking for cameras…")
            self._timer.start()

    def show_current(self, identity: str | None) -> None:
        """Mark the camera that is shown now."""
        self._current = identity
        for action in self._group.actions():
            action.setChecked(action.data() == identity)

    def _look(self) -> None:
        if self._search is None or not self._search.done():
            return
        self._timer.stop()
        search, self._search = self._search, None
        self._none.setText("No camera found")
        cameras = search.result()
        if cameras != self._cameras:
            self._show(cameras)

    def _show(self, cameras: list[Camera]) -> None:
        self._cameras = cameras
        for action in self._group.actions():
            self.removeAction(action)
            action.deleteLater()
        for number, camera in enumerate(cameras, 1):
            action = QAction(camera.name.replace("&", "&&"), self._group)
            action.setCheckable(True)
            action.setData(camera.identity)
            action.setToolTip(camera.identity)
            if number <= KEYED_CAMERAS:
                action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            action.triggered.connect(lambda _checked, identity=camera.identity: self.camera_chosen.emit(identity))
            self.insertAction(self._first, action)
        self._none.setVisible(not cameras)
        self.show_current(self._current)
