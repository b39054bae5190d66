"""The toolbar's pictures, drawn in the colours of the theme."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF

RECORD_COLOUR = QColor("#D13B3B")
SIZE_PX = 64  # scaled down by the toolbar, so that it is sharp on dense screens


def draw_icon(shape: str, colour: QColor) -> QIcon:
    """Return one of disc, square, bars and triangle in a colour; raises KeyError for another."""
    icon = QIcon()
    faint = QColor(colour)
    faint.setAlphaF(0.35)
    for mode, shade in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, faint)):
        picture = QPixmap(SIZE_PX, SIZE_PX)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        {"disc": _disc, "square": _square, "bars": _bars, "triangle": _triangle}[shape](painter)
        painter.end()
        icon.addPixmap(picture, mode)
    return icon


def _disc(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(12, 12, 40, 40))


def _square(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(14, 14, 36, 36), 4, 4)


def _bars(painter: QPainter) -> None:
    painter.drawRect(QRectF(16, 12, 11, 40))
    painter.drawRect(QRectF(37, 12, 11, 40))


def _triangle(painter: QPainter) -> None:
    painter.drawPolygon(QPolygonF([QPointF(18, 10), QPointF(54, 32), QPointF(18, 54)]))
