"""The toolbar: Record with its clock, Pause, and which source and spectrum are shown."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel, QMenu, QToolBar, QToolButton, QWidget

from emocam.gui.actions import Actions
from emocam.gui.advice import duration, listed
from emocam.gui.icons import RECORD_COLOUR, draw_icon
from emocam.gui.spectrum_controls import TITLES
from emocam.gui.theme import ARROW_ROOM, figures_font

SOURCE_WIDTH_PX = 260


class MainToolBar(QToolBar):
    """What is pressed and read most."""

    def __init__(
        self,
        actions: Actions,
        *,
        source_menu: QMenu,
        spectrum_menu: QMenu,
        neutral_menu: QMenu,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Main", parent)
        self._actions = actions
        self._is_recording = self._is_waiting = False
        self.setObjectName("main toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(18, 18))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggleViewAction().setVisible(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addAction(actions.record)
        self.record_button = self.widgetForAction(actions.record)
        self.record_button.setMinimumWidth(80)
        self._clock = QLabel(duration(0))
        self._clock.setFont(figures_font(self._clock.font()))
        self._clock.setContentsMargins(4, 0, 12, 0)
        self._clock.setToolTip("How long the session has been recorded")
        self.addWidget(self._clock)
        self.addAction(actions.pause)
        self.widgetForAction(actions.pause).setMinimumWidth(92)
        self.addSeparator()
        self.source_button = _menu_button(source_menu, "What is shown: a camera, a file, a folder or a stream")
        self.spectrum_button = _menu_button(spectrum_menu, f"Which labels are shown: {listed(TITLES)}")
        self.addWidget(self.source_button)
        self.addWidget(self.spectrum_button)
        self.neutral_button = _menu_button(neutral_menu, "Measure people against their own neutral face")
        self.neutral_button.setText(f"Neutral{ARROW_ROOM}")
        self.addWidget(self.neutral_button)
        actions.pause.toggled.connect(self._draw_icons)
        self._draw_icons()

    def name_source(self, title: str) -> None:
        """Say which source is shown."""
        name = self.source_button.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, SOURCE_WIDTH_PX)
        self.source_button.setText(f"Source: {name}{ARROW_ROOM}".replace("&", "&&"))

    def name_spectrum(self, name: str) -> None:
        """Say which spectrum is shown."""
        self.spectrum_button.setText(f"Spectrum: {name}{ARROW_ROOM}")

    def show_elapsed(self, elapsed_s: float) -> None:
        """Show how long the session has been recorded."""
        self._clock.setText(duration(elapsed_s))

    def show_waiting(self, is_waiting: bool) -> None:
        """Show whether a recording waits for a picture, in place of the time."""
        self._clock.setText("waiting…" if is_waiting else duration(0))
        self._is_waiting = is_waiting
        self._draw_icons()

    def show_recording(self, is_recording: bool) -> None:
        """Show whether a session is being recorded."""
        self._is_recording = is_recording
        self._draw_icons()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "spectrum_button"):
            self._draw_icons()
        super().changeEvent(event)

    def _draw_icons(self) -> None:
        record, pause = self._actions.record, self._actions.pause
        record.setIcon(draw_icon("square" if self._is_recording or self._is_waiting else "disc", RECORD_COLOUR))
        text = self.palette().buttonText().color()
        pause.setIcon(draw_icon("triangle" if pause.isChecked() else "bars", text))


def _menu_button(menu: QMenu, tip: str) -> QToolButton:
    button = QToolButton()
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setToolTip(tip)
    button.setText(f"Source{ARROW_ROOM}")
    return button
