"""The names of a chart's lines, with the newest values."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from emocam.gui.live.shapes import SIZE_PX, paint_shape
from emocam.gui.theme import figures_font, tones

LINE_PX = 16.0  # of each line's sample
NAME_PX = 23.0  # where the names begin


class Legend(QWidget):
    """The names of the lines beside their colours and shapes, with the newest figures, in a fixed order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours: Mapping[str, str] = {}
        self._shapes: Mapping[str, str] = {}
        self._texts: tuple[str, ...] = ()
        self._leading: int | None = None
        self._widest = ""

    def show_lines(self, colours: Mapping[str, str], shapes: Mapping[str, str]) -> None:
        """Use these colours and shapes, by the name of each line; the figures go."""
        self._colours, self._shapes = dict(colours), dict(shapes)
        self._texts, self._leading = ("",) * len(colours), None
        self.setFixedWidth(self._width())
        self.update()

    def show_values(self, texts: Sequence[str], *, widest: str, leading: int | None = None) -> None:
        """Show one figure for each line; leading: the row that stands out. widest: the figure that needs most room."""
        if (tuple(texts), leading, widest) != (self._texts, self._leading, self._widest):
            self._texts, self._leading, self._widest = tuple(texts), leading, widest
            self.setFixedWidth(self._width())
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scheme = tones(self.palette())
        pitch = min(self.height() / max(len(self._colours), 1), QFontMetricsF(self.font()).height() * 1.35)
        for row, ((label, colour), text) in enumerate(zip(self._colours.items(), self._texts, strict=True)):
            line = QRectF(0, row * pitch, self.width(), pitch)
            middle = line.center().y()
            painter.fillRect(QRectF(0, middle - 1, LINE_PX, 2), QColor(colour))
            size_px = min(SIZE_PX, pitch - 2)
            paint_shape(painter, self._shapes[label], QPointF(LINE_PX / 2, middle), QColor(colour), size_px)
            painter.setFont(self._font(is_leading=row == self._leading, pitch=pitch))
            painter.setPen(QColor(scheme.text if row == self._leading else scheme.quiet))
            painter.drawText(line.adjusted(NAME_PX, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, label)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _font(self, *, is_leading: bool, pitch: float = 1000) -> QFont:
        font = figures_font(self.font())
        font.setBold(is_leading)
        font.setPixelSize(max(9, min(QFontMetricsF(self.font()).height() * 0.8, pitch * 0.85)).__floor__())
        return font

    def _width(self) -> int:
        metrics = QFontMetricsF(self._font(is_leading=True))
        names = max((metrics.horizontalAdvance(label) for label in self._colours), default=0)
        return round(NAME_PX + names + 10 + metrics.horizontalAdvance(self._widest))
