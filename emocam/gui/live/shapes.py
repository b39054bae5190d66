"""The shapes that tell the lines of a chart apart where colours do not."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath

from emocam.labels import CONTEMPT

SIZE_PX = 8.0
EVERY_S = 6.0  # a line's shapes along it; those of several lines take turns

# By label; what looks alike has different names, as triangles that point up and down. Names of pyqtgraph's symbols.
OF_LABEL = {
    "angry": "t1",
    "disgust": "s",
    "fear": "d",
    "happy": "o",
    "sad": "t",
    "surprise": "star",
    "neutral": "+",
    CONTEMPT: "x",
    "positive": "o",
    "negative": "t1",
    "non-positive": "t",
}


def path_of(shape: str) -> QPainterPath:
    """Return the outline of a shape around the origin, one unit wide."""
    path: QPainterPath = pg.graphicsItems.ScatterPlotItem.Symbols[shape]
    return path


def paint_shape(painter: QPainter, shape: str, centre: QPointF, colour: QColor, size_px: float = SIZE_PX) -> None:
    """Fill a shape around a point."""
    painter.save()
    painter.translate(centre)
    painter.scale(size_px, size_px)
    painter.fillPath(path_of(shape), colour)
    painter.restore()


class Markers:
    """The shapes along the lines of a chart, which keep their places in time; a single sample shows by its shape."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        self._item = pg.ScatterPlotItem(size=SIZE_PX, pxMode=True, pen=None)
        self._item.setZValue(1)
        plot.addItem(self._item, ignoreBounds=True)
        self._symbols: list[str] = []
        self._brushes: list[QBrush] = []

    def use(self, colours: Sequence[str], shapes: Sequence[str]) -> None:
        """Use the colour (#RRGGBB) and the shape of each line."""
        self._symbols, self._brushes = list(shapes), [pg.mkBrush(colour) for colour in colours]

    def show(self, times_s: np.ndarray, values: np.ndarray, *, leave_out_below: float) -> None:
        """Mark lines: times_s (N,) float64, ascending; values (N, lines) float32, NaN in gaps."""
        spots = [
            {"pos": (times_s[place] - times_s[-1], values[place, line]), "symbol": shape, "brush": brush}
            for line, (shape, brush) in enumerate(zip(self._symbols, self._brushes, strict=True))
            for place in _places(times_s - EVERY_S * line / len(self._symbols), values[:, line])
            if values[place, line] >= leave_out_below
        ]
        self._item.setData(spots)


def _places(times_s: np.ndarray, line: np.ndarray) -> list[int]:
    """Return which samples of a line are marked: the first in each interval, and the newest."""
    known = np.isfinite(line)
    if not known.any():
        return []
    begins = np.flatnonzero(np.diff(np.floor(times_s / EVERY_S)) > 0) + 1
    return sorted({*begins[known[begins]].tolist(), int(np.flatnonzero(known)[-1])})
