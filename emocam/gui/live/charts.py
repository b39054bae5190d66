"""The live charts: the probabilities of one face over time, and the shares of the labels so far."""

import time
from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from emocam.gui.live.history import SPAN_S, ProbabilityHistory
from emocam.gui.theme import Tones, blend, figures_font, label_colour, percent, tones
from emocam.labels import SEVEN, SPECTRA, UNCERTAIN, spectrum_matrix
from emocam.messages import FrameResult

TEXT_MARGIN_PX = 4  # which Qt keeps around a TextItem's text


class ProbabilityChart(QWidget):
    """Show the pooled probabilities of one face over the last minute, in the spectrum shown.

    clock: seconds, monotonic. At most ten times a second a sample is taken and the chart drawn.
    """

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._history = ProbabilityHistory(0)
        self._model_labels: tuple[str, ...] = ()
        self._spectrum = SEVEN
        self._pooled: dict[int, np.ndarray | None] = {}  # of the faces of the last frame
        self._chosen: int | None = None
        self._followed: int | None = None
        self._title = QLabel(self)
        self._title.setFont(figures_font(self.font()))
        self._plot = _inert_plot()
        # Room for the outermost figures of the axes, which are left out if they do not fit.
        self._plot.setXRange(-SPAN_S - 2, 2, padding=0)
        self._plot.setYRange(0, 1, padding=0.12)
        seconds = [(-age, "now" if age == 0 else f"{age} s") for age in (60, 45, 30, 15, 0)]
        self._plot.getAxis("bottom").setTicks([seconds])
        self._plot.getAxis("left").setTicks([[(share, percent(share)) for share in (0.0, 0.5, 1.0)]])
        self._plot.showGrid(y=True, alpha=0.35)
        _fit_axis(self._plot, [percent(1)])
        self._curves: dict[str, pg.PlotDataItem] = {}
        self._legend = _Legend(self)
        self._empty = _EmptyText(self._plot)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._plot, 1)
        row.addWidget(self._legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 6)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addLayout(row, 1)
        _lay_on_base(self)
        self._restyle()
        self._draw()

    @property
    def shown_face(self) -> int | None:
        """The number of the face whose probabilities are drawn; None before the first."""
        return self._followed if self._chosen is None else self._chosen

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's faces to the chart."""
        if result.model_labels != self._model_labels:
            self._model_labels = result.model_labels
            self._history = ProbabilityHistory(len(result.model_labels))
        spectrum = SPECTRA[result.settings.spectrum]
        is_switched, self._spectrum = spectrum != self._spectrum, spectrum
        self._pooled = {face.track_id: face.pooled for face in result.faces}
        self._follow(list(self._pooled))
        is_sampled = self._history.add(self._clock(), result.faces)
        if is_sampled or is_switched:
            self._draw()
        else:
            self._show_figures()

    def select_face(self, track_id: int | None) -> None:
        """Show this face; None shows the first one in sight, and the next when it has left."""
        if track_id != self._chosen:
            self._chosen = track_id
            self._draw()

    def clear(self) -> None:
        """Forget every sample, and which face was shown."""
        self._history = ProbabilityHistory(len(self._model_labels))
        self._chosen = self._followed = None
        self._pooled = {}
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(640, 190)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._restyle()
            self._draw()
        super().changeEvent(event)

    def _follow(self, in_sight: list[int]) -> None:
        """Stay with a face for as long as it has samples or nobody else is there."""
        if self._followed in in_sight or not in_sight:
            return
        recent = self._probabilities()[1][-30:] if self._followed is not None else np.empty(0)
        if not np.isfinite(recent).any():
            self._followed = in_sight[0]

    def _probabilities(self) -> tuple[np.ndarray, np.ndarray]:
        ages_s, probabilities = self._history.series(self.shown_face or 0)
        return ages_s, probabilities @ spectrum_matrix(self._model_labels, self._spectrum).T

    def _draw(self) -> None:
        ages_s, shown = self._probabilities()
        labels = self._spectrum.labels
        if tuple(self._curves) != labels:
            self._restyle()
        for label, values in zip(labels, shown.T, strict=True):
            self._curves[label].setData(ages_s, values)
        self._show_figures()
        face = self.shown_face
        subject = "Probabilities" if face is None else f"Probabilities of face {face}"
        self._title.setText(f"{subject}, the last {SPAN_S:.0f} s")
        self._empty.say("" if np.isfinite(shown).any() else _reason_for_nothing(face))

    def _show_figures(self) -> None:
        """Show the figures of the last frame, which the lines' next sample may miss."""
        labels, pooled = self._spectrum.labels, self._pooled.get(self.shown_face or 0)
        values = np.full(len(labels), np.nan)
        if pooled is not None:
            values = spectrum_matrix(self._model_labels, self._spectrum) @ pooled
        self._legend.show_values(labels, values)

    def _restyle(self) -> None:
        scheme = tones(self.palette())
        _colour_plot(self._plot, scheme)
        if tuple(self._curves) != self._spectrum.labels:
            for curve in self._curves.values():
                self._plot.removeItem(curve)
            curves = {label: pg.PlotDataItem(connect="finite", antialias=True) for label in self._spectrum.labels}
            for curve in curves.values():
                # Qt strokes a thick polyline slowly: by segments a drawing takes 5 ms, in one 10 to 20.
                curve.curve.setSegmentedLineMode("on")
                self._plot.addItem(curve)
            self._curves = curves
        for label, curve in self._curves.items():
            curve.setPen(pg.mkPen(label_colour(label, scheme.base), width=2))


class ShareChart(QWidget):
    """Show how much of the time so far each label had, as bars in a fixed order; see `SharesSoFar`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: dict[str, float] = {}
        self._title = QLabel("Shares so far", self)
        self._title.setToolTip("How long each label was shown, since the source was opened or since Record was pressed")
        self._plot = _inert_plot()
        self._plot.hideAxis("bottom")
        self._plot.getAxis("left").setStyle(tickLength=0)
        self._plot.getViewBox().sigResized.connect(self._leave_room_for_figures)
        self._bars = pg.BarGraphItem(x0=0, y=[], width=[], height=0.62)
        self._plot.addItem(self._bars)
        self._figures: list[pg.TextItem] = []
        self._empty = _EmptyText(self._plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 6)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._plot, 1)
        _lay_on_base(self)
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
        _colour_plot(self._plot, scheme)
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
        _fit_axis(self._plot, labels)
        self._plot.getAxis("left").setVisible(bool(labels))
        self._empty.say("" if labels else "No labels yet")


class _Legend(QWidget):
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


class _EmptyText(QLabel):
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


def _reason_for_nothing(face: int | None) -> str:
    return "No face yet" if face is None else f"No label for face {face} in the last {SPAN_S:.0f} s"


def _bar_colour(label: str, background: str) -> QColor:
    """Return a bar's colour: uncertain is paler, to tell it from neutral, which is gray as well."""
    colour = label_colour(label, background)
    return blend(colour, QColor(background), 0.45) if label == UNCERTAIN else colour


def _lay_on_base(chart: QWidget) -> None:
    chart.setBackgroundRole(QPalette.ColorRole.Base)
    chart.setAutoFillBackground(True)


def _inert_plot() -> pg.PlotWidget:
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


def _fit_axis(plot: pg.PlotWidget, texts: Sequence[str]) -> None:
    """Give the left axis the width of its texts; pyqtgraph's own guess comes a paint too late."""
    metrics = QFontMetricsF(plot.font())
    plot.getAxis("left").setWidth(max((metrics.horizontalAdvance(text) for text in texts), default=0) + 12)


def _colour_plot(plot: pg.PlotWidget, scheme: Tones) -> None:
    plot.setBackground(scheme.base)
    for name in ("left", "bottom"):
        plot.getAxis(name).setPen(scheme.line)
        plot.getAxis(name).setTextPen(scheme.quiet)
