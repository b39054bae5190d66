"""How the window looks: theme, full screen, and which of its parts are shown, remembered from start to start."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.body import Body
from emocam.gui.live.status import Status
from emocam.gui.remembered import WindowLook
from emocam.gui.theme import apply_theme

START_SIZE = QSize(1280, 720)
FRAME_MS = 200  # by then a window system has put its frame around a new window
THEMES = {None: "theme_system", "light": "theme_light", "dark": "theme_dark"}  # what WindowLook keeps: the action
HIDDEN_AT_FIRST = {"points"}


class ViewControls(QObject):
    """Changes the look as its actions say; parts: what shows or hides each, by the name of its action."""

    def __init__(
        self,
        window: QMainWindow,
        actions: Actions,
        look: WindowLook,
        *,
        parts: Mapping[str, Callable[[bool], object]],
        body: Body,
        status: Status,
    ) -> None:
        super().__init__(window)
        self._window, self._actions, self._look = window, actions, look
        self._parts, self._body, self._status = parts, body, status
        self._screen: QScreen | None = None
        window.installEventFilter(self)
        declare, use, show = ActionDeclaration, self._use, self._show
        actions.declare(
            declare("theme_system", "&As the system has it", "Ctrl+Alt+0",
                    "Follow the system's light or dark theme", use(None), group="theme"),
            declare("theme_light", "&Light", "Ctrl+Alt+1",
                    "Dark text on a light window", use("light"), group="theme"),
            declare("theme_dark", "&Dark", "Ctrl+Alt+2",
                    "Light text on a dark window", use("dark"), group="theme"),
            declare("points", "Face p&oints", "O",
                    "Draw the contours that the points of each face make over the picture", show("points"),
                    is_checkable=True),
            declare("charts", "&Charts", "C",
                    "Show or hide the charts under the picture", show("charts"), is_checkable=True),
            declare("panel", "Settings &panel", "T",
                    "Show or hide the settings and the list of faces", show("panel"), is_checkable=True),
            declare("full_screen", "&Full screen", "F11",
                    "Use the whole screen", self._fill_screen, is_checkable=True),
        )  # fmt: skip
        self.theme_menu = QMenu("&Theme", window)
        self.theme_menu.addActions([getattr(actions, name) for name in THEMES.values()])

    def restore(self) -> None:
        """Make the window look as it did last time."""
        getattr(self._actions, THEMES[self._look.theme]).setChecked(True)
        self._use_theme(self._look.theme)
        for part in self._parts:
            is_shown = self._look.is_shown(part, at_first=part not in HIDDEN_AT_FIRST)
            getattr(self._actions, part).setChecked(is_shown)
            self._show_part(part, is_shown)
        for name in self._body.splitters:
            if (state := self._look.splitter(name)) is not None:
                self._body.restore(name, state)
        if not self._look.restore(self._window):
            self._window.resize(START_SIZE)
        fit_to_screen(self._window)
        self._actions.full_screen.setChecked(self._window.isFullScreen())

    def keep(self) -> None:
        """Remember where the window is, and where its parts end."""
        for name, state in self._body.places().items():
            self._look.keep_splitter(name, state)
        self._look.keep(self._window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the window once it has a frame, and again on another screen or where the screen changes."""
        if watched is self._window and event.type() == QEvent.Type.Show and self._screen is None:
            handle = self._window.windowHandle()
            if handle is not None:
                handle.screenChanged.connect(self._watch_screen)
                self._watch_screen(handle.screen())
        return super().eventFilter(watched, event)

    def _watch_screen(self, screen: QScreen) -> None:
        if self._screen is not None:
            self._screen.availableGeometryChanged.disconnect(self._fit_soon)
        self._screen = screen
        screen.availableGeometryChanged.connect(self._fit_soon)
        self._fit_soon()

    def _fit_soon(self) -> None:
        QTimer.singleShot(FRAME_MS, self, lambda: fit_to_screen(self._window))

    def _use(self, theme: str | None) -> Callable[[], None]:
        return lambda: self._use_theme(theme)

    def _use_theme(self, theme: str | None) -> None:
        self._look.theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)

    def _show(self, part: str) -> Callable[[bool], None]:
        return lambda is_shown: self._show_part(part, is_shown)

    def _show_part(self, part: str, is_shown: bool) -> None:
        self._parts[part](is_shown)
        self._look.keep_shown(part, is_shown)

    def _fill_screen(self, is_full: bool) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
        if is_full:
            self._status.note("F11 leaves the full screen")


def fit_to_screen(window: QMainWindow) -> None:
    """Make a window that is larger than the free area of its screen, or beyond its edges, lie within, frame and all."""
    if window.isMaximized() or window.isFullScreen():
        return
    free, frame, inner = window.screen().availableGeometry(), window.frameGeometry(), window.geometry()
    around = frame.size() - inner.size()
    room = free.size() - around
    size = inner.size().boundedTo(room).expandedTo(window.minimumSizeHint())
    if size != inner.size():
        window.resize(size)
    outer = QRect(frame.topLeft(), size + around)
    outer.moveRight(min(outer.right(), free.right()))
    outer.moveBottom(min(outer.bottom(), free.bottom()))
    outer.moveLeft(max(outer.left(), free.left()))
    outer.moveTop(max(outer.top(), free.top()))
    if outer.topLeft() != frame.topLeft():
        window.move(outer.topLeft())
