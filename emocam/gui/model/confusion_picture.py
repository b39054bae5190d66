"""Paints a confusion matrix: a row for each label that the pictures bear, its answers in percent, shaded by them."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPalette

from emocam.gui.model.scores import Confusion
from emocam.gui.theme import blend, tones

ROW_TITLE, COLUMN_TITLE = "what people say", "what the network answers"
LEAST_WIDTH, LEAST_HEIGHT = 46.0, 28.0  # of a cell, in logical pixels
ROOM = 10.0  # around a label
EDGE = 2.0  # outside the titles: some fonts paint a little above their ascent
STRONGEST = 0.5  # of the accent in a shade: the theme's text keeps 4.5:1 on it (WCAG 2.1, 1.4.3), light and dark


def confusion_picture(confusion: Confusion, palette: QPalette, font: QFont, *, ratio: float) -> QImage:
    """Return the picture, transparent, with room for every label in this font.

    ratio: device pixels in a logical pixel of the screen that it is for.
    """
    return _Painting(confusion, palette, font, ratio).paint()


def cell_shade(share: float, palette: QPalette) -> QColor:
    """Return a cell's shade for its share of the row (0 to 1)."""
    tone = tones(palette)
    return blend(QColor(tone.base), QColor(tone.accent), STRONGEST * share)


class _Painting:
    """One picture: where everything stands, and how it is painted."""

    def __init__(self, confusion: Confusion, palette: QPalette, font: QFont, ratio: float) -> None:
        metrics = QFontMetricsF(font)
        longest = max(metrics.horizontalAdvance(label) for label in confusion.labels)
        self._confusion, self._palette, self._font, self._ratio = confusion, palette, font, ratio
        self._tone = tones(palette)
        self._line = metrics.height()
        self._left = EDGE + self._line + 4 + longest + ROOM  # the rows' title, then their labels
        self._top = EDGE + 2 * self._line + 8
        self._cell_width = max(LEAST_WIDTH, longest + ROOM)
        self._cell_height = max(LEAST_HEIGHT, self._line + ROOM)
        count = len(confusion.labels)
        self._width = self._left + max(self._cell_width * count, metrics.horizontalAdvance(COLUMN_TITLE) + ROOM)
        title = metrics.horizontalAdvance(ROW_TITLE) + ROOM
        self._height = max(self._top + self._cell_height * count, title)
        self._title_top = min(self._top, self._height - title)  # beside the cells, or higher where these are few

    def paint(self) -> QImage:
        pixels = round(self._width * self._ratio), round(self._height * self._ratio)
        image = QImage(*pixels, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self._ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setFont(self._font)
        self._paint_titles(painter)
        for row, label in enumerate(self._confusion.labels):
            self._paint_row(painter, row, label)
        painter.end()
        return image

    def _paint_titles(self, painter: QPainter) -> None:
        middle = Qt.AlignmentFlag.AlignCenter
        painter.setPen(QColor(self._tone.quiet))
        painter.drawText(QRectF(self._left, EDGE, self._width - self._left, self._line), middle, COLUMN_TITLE)
        painter.save()
        painter.translate(EDGE, self._height)
        painter.rotate(-90)  # reads upwards, as the title of an axis does
        painter.drawText(QRectF(0, 0, self._height - self._title_top, self._line), middle, ROW_TITLE)
        painter.restore()
        painter.setPen(QColor(self._tone.text))
        for column, label in enumerate(self._confusion.labels):
            left = self._left + column * self._cell_width
            above = QRectF(left, EDGE + self._line + 4, self._cell_width, self._line)
            painter.drawText(above, middle, label)

    def _paint_row(self, painter: QPainter, row: int, label: str) -> None:
        top, counts = self._top + row * self._cell_height, self._confusion.counts[row]
        beside = QRectF(0, top, self._left - ROOM, self._cell_height)
        painter.setPen(QColor(self._tone.text))
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        total, bold = sum(counts), QFont(self._font)
        bold.setBold(True)
        for column, count in enumerate(counts):
            cell = QRectF(self._left + column * self._cell_width, top, self._cell_width - 1, self._cell_height - 1)
            share = count / total if total else 0.0
            painter.fillRect(cell, cell_shade(share, self._palette))
            painter.setFont(bold if row == column else self._font)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, f"{100 * share:.0f}" if total else "–")
        painter.setFont(self._font)
