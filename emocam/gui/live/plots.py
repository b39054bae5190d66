"""What the live charts are made of: plots that only show, and what stands in one that is empty."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetricsF, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from emocam.gui.theme import Tones


class EmptyText(QLabel):
    """What a chart says in its middle while it has nothing to show."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        super().__init__(plot)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setWordWrap(True)
        plot.installEventFilter(self)

    def say(self, text: str) -> None:
        """Show a text; nothing hides it."""
        self.setText(text)
        self.setVisible(bool(text))

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(watched.rect())
        return False


class Threshold:
    """A dashed line across a chart of probabilities, with what it stands for: from here on a label is shown."""

    def __init__(self, plot: pg.PlotWidget, *, left: float, right: float) -> None:
        """left, right: the ends of the chart's axis."""
        self._line, self._text = pg.PlotCurveItem(), pg.TextItem()
        self._ends = left, right
        for item in (self._line, self._text):
            item.setZValue(-1)  # behind the lines of the labels
            plot.addItem(item, ignoreBounds=True)
        self.percent: int | None = None

    def show(self, percent: int) -> None:
        """Draw the line at a probability in whole percent."""
        if percent == self.percent:
            return
        self.percent = percent
        at = percent / 100
        self._line.setData(np.array(self._ends), np.array([at, at]))
        self._text.setText(f"needed: {percent}\N{NO-BREAK SPACE}%")
        self._text.setAnchor((0, 1) if at <= 0.5 else (0, 0))  # on the side where there is room
        self._text.setPos(self._ends[0], at)
        self._line.show()
        self._text.show()

    def hide(self) -> None:
        """Draw no line."""
        self.percent = None
        self._line.hide()
        self._text.hide()

    def use_colour(self, colour: str) -> None:
        """Draw it in this colour, #RRGGBB."""
        self._line.setPen(pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine))
        self._text.setColor(colour)


def fix_height(title: QWidget) -> None:
    """Give a chart's title the height that all have, so that the plots below begin on one line."""
    title.setFixedHeight(title.fontMetrics().height() + 6)


def lay_on_base(chart: QWidget) -> None:
    chart.setBackgroundRole(QPalette.ColorRole.Base)
    chart.setAutoFillBackground(True)


def inert_plot() -> pg.PlotWidget:
    """Return a plot that shows, and that no mouse, wheel or menu changes."""
    plot = pg.PlotWidget()
    plot.setMouseEnabled(x=False, y=False)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    plot.getPlotItem().layout.setContentsMargins(0, 6, 14, 0)  # the last tick's text reaches over the edge
    for name in ("left", "bottom"):
        plot.getAxis(name).setStyle(hideOverlappingLabels=False)
    return plot


def fit_axis(plot: pg.PlotWidget, texts: Sequence[str]) -> None:
    """Give the left axis the width of its texts; pyqtgraph's own guess comes a paint too late."""
    metrics = QFontMetricsF(plot.font())
    plot.getAxis("left").setWidth(max((metrics.horizontalAdvance(text) for text in texts), default=0) + 12)


def colour_plot(plot: pg.PlotWidget, scheme: Tones) -> None:
    plot.setBackground(scheme.base)
    for name in ("left", "bottom"):
        plot.getAxis(name).setPen(scheme.line)
        plot.getAxis(name).setTextPen(scheme.quiet)
