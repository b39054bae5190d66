"""What the live charts are made of: plots that only show, and what stands in one that is empty."""

from collections.abc import Sequence

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
