"""A chart's title, which opens a menu of what else it can show, and beside it a unit or words about its figures."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from emocam.gui.live.plots import fix_height
from emocam.gui.theme import ARROW_ROOM, figures_font


class ChartTitle(QWidget):
    """Stands over a chart; where a unit has no room it is left out, and words are cut short."""

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
        self._words, self._are_cut = "", False
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

    def say(self, text: str, *, tip: str, unit: str = "", words: str = "") -> None:
        """Show a title, and beside it the unit of the figures, or words about them."""
        if (text, unit or words) != (self.text(), self._words):
            self._chooser.setText(f"{text}{ARROW_ROOM}")
            self._chooser.setToolTip(tip)
            self._words, self._are_cut = unit or words, not unit
            self._unit.setToolTip(self._words)
            self._place_unit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_unit()

    def _place_unit(self) -> None:
        room_px = self.width() - self._chooser.sizeHint().width() - self.layout().spacing()  # type: ignore[union-attr]
        metrics = self._unit.fontMetrics()
        if self._are_cut:
            self._unit.setText(metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, room_px))
        else:
            self._unit.setText(self._words if metrics.horizontalAdvance(self._words) <= room_px else "")
