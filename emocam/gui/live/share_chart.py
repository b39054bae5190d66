"""The shares of the labels so far, as bars."""

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from emocam.gui.live.plots import EmptyText, colour_plot, fit_axis, fix_height, inert_plot, lay_on_base
from emocam.gui.theme import blend, label_colour, percent, tones
from emocam.labels import SEVEN, SPECTRA, UNCERTAIN

TEXT_MARGIN_PX = 4  # which Qt keeps around a TextItem's text


class ShareChart(QWidget):
    """Show how much of the time so far each label had, as bars in a fixed order; see `SharesSoFar`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: dict[str, float] = {}
        self._title = QLabel("Shares so far", self)
        self._title.setToolTip("How long each label was shown, since the source was opened or since Record was pressed")
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
        self._draw()

    def show_shares(self, shares: dict[str, float], *, spectrum: str = SEVEN.name) -> None:
        """Show each label's share (0 to 1); the spectrum's labels always have a row, others if they are there."""
        listed = (*SPECTRA[spectrum].labels, UNCERTAIN)
        others = [label for label, share in shares.items() if share and label not in listed]
        rows = {label: shares.get(label, 0.0) for label in (*listed, *others)}
        rows = {label: round(share, 3) for label, share in rows.items()} if any(shares.values()) else {}
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
        brushes = [_bar_colour(label, scheme.base) for label in labels]
        self._bars.setOpts(x0=0, y=rows, width=shares, height=0.62, brushes=brushes, pen=pg.mkPen(None))
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


def _bar_colour(label: str, background: str) -> QColor:
    """Return a bar's colour: uncertain is paler, to tell it from neutral, which is gray as well."""
    colour = label_colour(label, background)
    return blend(colour, QColor(background), 0.45) if label == UNCERTAIN else colour
