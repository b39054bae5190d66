"""The shares of the labels so far, as bars."""

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from emocam.capture.events import SINCE_OPENED, SINCE_RECORD, SINCE_STOP
from emocam.gui.live.plots import EmptyText, colour_plot, fit_axis, fix_height, inert_plot, lay_on_base
from emocam.gui.theme import label_colour, percent, tones
from emocam.labels import SEVEN, SPECTRA, UNCERTAIN

TEXT_MARGIN_PX = 4  # which Qt keeps around a TextItem's text

# By what `Shown.shares_since` says: the chart's title.
TITLES = {
    SINCE_OPENED: "Shares since the source was opened",
    SINCE_RECORD: "Shares since Record",
    SINCE_STOP: "Shares since Stop",
}


class ShareChart(QWidget):
    """Show how much of the time so far each label had, as bars in a fixed order; see `SharesSoFar`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: dict[str, float] = {}
        self._title = QLabel(self)
        self._title.setToolTip(
            "For what share of the time each label was shown, of all labels and faces. Counting begins anew with each "
            "source, with Record and with Stop."
        )
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        fix_height(self._title)
        self._plot = inert_plot()
        self._plot.hideAxis("bottom")
        self._plot.getAxis("left").setStyle(tickLength=0)
        self._plot.getViewBox().sigResized.connect(self._leave_room_for_figures)
        self._bars = pg.BarGraphItem(x0=0, y=[], width=[], height=0.62)
        self._plot.addItem(self._bars)
        self._figures: list[pg.TextItem] = []
        self._empty = EmptyText(self._plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 6)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._plot, 1)
        lay_on_base(self)
        self.clear()
        self._draw()

    def show_shares(
        self, shares: dict[str, float], *, spectrum: str = SEVEN.name, since: str = SINCE_OPENED
    ) -> None:
        """Show each label's share (0 to 1); the spectrum's labels always have a row, others if they are there.

        since: when counting began, as `Shown.shares_since` says it.
        """
        self._title.setText(TITLES[since])
        listed = (*SPECTRA[spectrum].labels, UNCERTAIN)
        others = [label for label, share in shares.items() if share and label not in listed]
        rows = {label: shares.get(label, 0.0) for label in (*listed, *others)}
        rows = {label: _steady(share) for label, share in rows.items()} if any(shares.values()) else {}
        if rows != self._shares:
            self._shares = rows
            self._draw()

    def clear(self) -> None:
        """Show that there is nothing yet."""
        self.show_shares({})

    def sizeHint(self) -> QSize:
        return QSize(260, 190)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _leave_room_for_figures(self) -> None:
        """End the bar of 100 % where the figure beside it still has room."""
        room_px = self._plot.getViewBox().width()
        figure_px = QFontMetricsF(self._plot.font()).horizontalAdvance(percent(1)) + 2 * TEXT_MARGIN_PX
        self._plot.setXRange(0, room_px / max(room_px - figure_px, 1), padding=0)

    def _draw(self) -> None:
        scheme = tones(self.palette())
        colour_plot(self._plot, scheme)
        labels, shares = list(self._shares), list(self._shares.values())
        rows = [-row for row in range(len(labels))]
        # `uncertain` is hollow: it is no expression, and gray as neutral is.
        brushes = [pg.mkBrush(None if label == UNCERTAIN else label_colour(label)) for label in labels]
        pens = [pg.mkPen(label_colour(label) if share else None) for label, share in self._shares.items()]
        edges = {"pens": pens} if pens else {"pen": pg.mkPen(None)}
        self._bars.setOpts(x0=0, y=rows, width=shares, height=0.62, brushes=brushes, **edges)
        self._plot.setYRange(-len(labels) + 0.5, 0.5, padding=0)
        self._plot.getAxis("left").setTicks([list(zip(rows, labels, strict=True))])
        for figure in self._figures:
            self._plot.removeItem(figure)
        self._figures = [pg.TextItem(percent(share), color=scheme.text, anchor=(0, 0.5)) for share in shares]
        for figure, share, row in zip(self._figures, shares, rows, strict=True):
            figure.setPos(share, row)
            self._plot.addItem(figure)
        fit_axis(self._plot, labels)
        self._plot.getAxis("left").setVisible(bool(labels))
        self._empty.say("" if labels else "No labels yet")


def _steady(share: float) -> float:
    """Return a share that does not change with each frame; what is there at all stays above nothing and below all."""
    return share if share in (0.0, 1.0) else min(max(round(share, 3), 0.001), 0.999)
