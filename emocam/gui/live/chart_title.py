"""A chart's title, which opens a menu of what else it can show, and beside it the unit of its figures."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from emocam.gui.live.plots import fix_height
from emocam.gui.theme import ARROW_ROOM, figures_font


class ChartTitle(QWidget):
    """Stands over a chart; the unit is left out where it has no room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._chooser, self._unit = QToolButton(), QLabel()
        self._chooser.setFont(figures_font(self.font()))
        self._chooser.setAutoRaise(True)
        self._chooser.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._chooser.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._unit.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._unit.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._unit.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        fix_height(self)
        self._words = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._chooser)
        row.addWidget(self._unit, 1)

    def offer(self, menu: QMenu) -> None:
        """Open a menu at a click."""
        self._chooser.setMenu(menu)

    def text(self) -> str:
        """Return what is shown, and of which face."""
        return self._chooser.text().removesuffix(ARROW_ROOM)

    def say(self, text: str, *, tip: str, unit: str) -> None:
        """Show a title, and the unit of the figures."""
        if (text, unit) != (self.text(), self._words):
            self._chooser.setText(f"{text}{ARROW_ROOM}")
            self._chooser.setToolTip(tip)
            self._words = unit
            self._unit.setToolTip(unit)
            self._place_unit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_unit()

    def _place_unit(self) -> None:
        room_px = self.width() - self._chooser.sizeHint().width() - self.layout().spacing()  # type: ignore[union-attr]
        fits = self._unit.fontMetrics().horizontalAdvance(self._words) <= room_px
        self._unit.setText(self._words if fits else "")
