"""The probabilities of one face over time."""

import time
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from emocam.gui.live.history import SPAN_S, ProbabilityHistory
from emocam.gui.live.legend import Legend
from emocam.gui.live.plots import EmptyText, colour_plot, fit_axis, inert_plot, lay_on_base
from emocam.gui.theme import figures_font, label_colour, percent, tones
from emocam.labels import SEVEN, SPECTRA, spectrum_matrix
from emocam.messages import FrameResult


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
        self._plot = inert_plot()
        # Room for the outermost figures of the axes, which are left out if they do not fit.
        self._plot.setXRange(-SPAN_S - 2, 2, padding=0)
        self._plot.setYRange(0, 1, padding=0.12)
        seconds = [(-age, "now" if age == 0 else f"{age} s") for age in (60, 45, 30, 15, 0)]
        self._plot.getAxis("bottom").setTicks([seconds])
        self._plot.getAxis("left").setTicks([[(share, percent(share)) for share in (0.0, 0.5, 1.0)]])
        self._plot.showGrid(y=True, alpha=0.35)
        fit_axis(self._plot, [percent(1)])
        self._curves: dict[str, pg.PlotDataItem] = {}
        self._legend = Legend(self)
        self._empty = EmptyText(self._plot)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._plot, 1)
        row.addWidget(self._legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 6)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addLayout(row, 1)
        lay_on_base(self)
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
        colour_plot(self._plot, scheme)
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


def _reason_for_nothing(face: int | None) -> str:
    return "No face yet" if face is None else f"No label for face {face} in the last {SPAN_S:.0f} s"
