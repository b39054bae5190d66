"""The names of a chart's lines, with the newest values."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from emocam.gui.theme import figures_font, label_colour, percent, tones


class Legend(QWidget):
    """The names of the lines in their colours, with the newest values, in a fixed order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._texts: tuple[str, ...] = ()
        self._leading = -1

    def show_values(self, labels: Sequence[str], values: np.ndarray) -> None:
        """Show one value (0 to 1, NaN for none) for each label; the highest stands out."""
        is_known = bool(np.isfinite(values).all()) and len(values) > 0
        texts = tuple(percent(float(value)) for value in values) if is_known else ("",) * len(labels)
        leading = int(np.argmax(values)) if is_known else -1
        if (tuple(labels), texts, leading) != (self._labels, self._texts, self._leading):
            self._labels, self._texts, self._leading = tuple(labels), texts, leading
            self.setFixedWidth(self._width())
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scheme = tones(self.palette())
        pitch = min(self.height() / max(len(self._labels), 1), QFontMetricsF(self.font()).height() * 1.35)
        for row, (label, text) in enumerate(zip(self._labels, self._texts, strict=True)):
            line = QRectF(0, row * pitch, self.width(), pitch)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(label_colour(label, scheme.base))
            painter.drawRoundedRect(QRectF(0, line.center().y() - 2, 14, 4), 2, 2)
            painter.setFont(self._font(is_leading=row == self._leading, pitch=pitch))
            painter.setPen(QColor(scheme.text if row == self._leading else scheme.quiet))
            painter.drawText(line.adjusted(21, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, label)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _font(self, *, is_leading: bool, pitch: float = 1000) -> QFont:
        font = figures_font(self.font())
        font.setBold(is_leading)
        font.setPixelSize(max(9, min(QFontMetricsF(self.font()).height() * 0.8, pitch * 0.85)).__floor__())
        return font

    def _width(self) -> int:
        metrics = QFontMetricsF(self._font(is_leading=True))
        names = max((metrics.horizontalAdvance(label) for label in self._labels), default=0)
        return round(21 + names + 10 + metrics.horizontalAdvance(percent(1)))
