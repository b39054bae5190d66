"""One face over the last minute: its probabilities, or measures of its points."""

import time
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from emocam.gui.live.chart_title import ChartTitle
from emocam.gui.live.history import MEASURES, SPAN_S, FaceHistory, measures_of, pooled_of
from emocam.gui.live.legend import Legend
from emocam.gui.live.plots import EmptyText, colour_plot, fit_axis, inert_plot, lay_on_base
from emocam.gui.live.subjects import PROBABILITIES, Subject
from emocam.gui.theme import standing_off, tones
from emocam.labels import COLOURS, SEVEN, SPECTRA, spectrum_matrix
from emocam.messages import Face, FrameResult


class FaceChart(QWidget):
    """Show one face over the last minute, as the subject that is chosen.

    clock: seconds, monotonic. At most ten times a second a sample is taken and the chart drawn.
    """

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._subject = PROBABILITIES
        self._model_labels: tuple[str, ...] = ()
        self._spectrum = SEVEN
        self._in_sight: dict[int, Face] = {}
        self._forget_samples()
        self._chosen: int | None = None
        self._followed: int | None = None
        self._title = ChartTitle(self)
        self._plot = inert_plot()
        # Room for the outermost figures of the axes, which are left out if they do not fit.
        self._plot.setXRange(-SPAN_S - 2, 2, padding=0)
        seconds = [(-age, "now" if age == 0 else f"{age} s") for age in (60, 45, 30, 15, 0)]
        self._plot.getAxis("bottom").setTicks([seconds])
        self._plot.showGrid(y=True, alpha=0.35)
        self._scale: tuple[float, ...] = ()
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
    def subject(self) -> Subject:
        """What is shown of the face."""
        return self._subject

    @property
    def shown_face(self) -> int | None:
        """The number of the face that is drawn; None before the first."""
        return self._followed if self._chosen is None else self._chosen

    def offer(self, menu: QMenu) -> None:
        """Let the title open a menu of the subjects."""
        self._title.offer(menu)

    def show_subject(self, subject: Subject) -> None:
        """Show this of the face from now on, the last minute included."""
        self._subject = subject
        self._restyle()
        self._draw()

    def show_result(self, result: FrameResult) -> None:
        """Add a frame's faces to the chart."""
        if result.model_labels != self._model_labels:
            self._model_labels = result.model_labels
            self._pooled = FaceHistory(len(result.model_labels), pooled_of)
        spectrum = SPECTRA[result.settings.spectrum]
        is_switched, self._spectrum = spectrum != self._spectrum, spectrum
        self._in_sight = {face.track_id: face for face in result.faces}
        self._follow(list(self._in_sight))
        now_s, lasts_s = self._clock(), result.frame.lasts_s
        is_sampled = self._pooled.add(now_s, result.faces, lasts_s=lasts_s)
        is_sampled |= self._measures.add(now_s, result.faces, lasts_s=lasts_s)
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
        self._forget_samples()
        self._chosen = self._followed = None
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(640, 190)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._restyle()
            self._draw()
        super().changeEvent(event)

    def _forget_samples(self) -> None:
        self._pooled = FaceHistory(len(self._model_labels), pooled_of)
        self._measures = FaceHistory(len(MEASURES), measures_of)
        self._in_sight = {}

    def _follow(self, in_sight: list[int]) -> None:
        """Stay with a face for as long as it has samples or nobody else is there."""
        if self._followed in in_sight or not in_sight:
            return
        recent = self._values()[1][-30:] if self._followed is not None else np.empty(0)
        if not np.isfinite(recent).any():
            self._followed = in_sight[0]

    def _colours(self) -> dict[str, str]:
        """Return the lines and their colours, in their order."""
        if self._subject.lines:
            return {line.title: line.colour for line in self._subject.lines}
        return {label: COLOURS[label] for label in self._spectrum.labels}

    def _shown(self, samples: np.ndarray) -> np.ndarray:
        """Return the lines' values, (..., lines), of samples of the subject's history."""
        if self._subject.lines:
            return samples[..., [MEASURES.index(line.name) for line in self._subject.lines]]
        return samples @ spectrum_matrix(self._model_labels, self._spectrum).T

    def _values(self) -> tuple[np.ndarray, np.ndarray]:
        history = self._measures if self._subject.lines else self._pooled
        ages_s, samples = history.series(self.shown_face or 0)
        return ages_s, self._shown(samples)

    def _draw(self) -> None:
        ages_s, values = self._values()
        colours = self._colours()
        if list(self._curves) != list(colours):
            self._restyle()
        self._fit(values)
        for name, line in zip(colours, values.T, strict=True):
            self._curves[name].setData(ages_s, line)
        self._show_figures()
        face, subject = self.shown_face, self._subject
        of_face = "" if face is None else f" of face {face}"
        self._title.say(f"{subject.title}{of_face}, the last {SPAN_S:.0f} s", tip=subject.tip, unit=subject.unit)
        self._empty.say("" if np.isfinite(values).any() else self._reason_for_nothing())

    def _fit(self, values: np.ndarray) -> None:
        """Use the narrowest scale that has room for all values."""
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        scales = self._subject.scales
        scale = next((scale for scale in scales if scale[0] <= low and high <= scale[-1]), scales[-1])
        if scale != self._scale:
            self._scale = scale
            self._plot.setYRange(scale[0], scale[-1], padding=0.12)
            texts = [self._subject.write(tick) for tick in scale]
            self._plot.getAxis("left").setTicks([list(zip(scale, texts, strict=True))])
            fit_axis(self._plot, texts)

    def _show_figures(self) -> None:
        """Show the figures of the last frame, which the lines' next sample may miss."""
        subject, colours = self._subject, self._colours()
        face = self._in_sight.get(self.shown_face or 0)
        sample = None if face is None else measures_of(face) if subject.lines else pooled_of(face)
        texts, leading = [""] * len(colours), None
        if sample is not None:
            values = self._shown(sample)
            texts = [subject.write(float(value)) for value in values]
            leading = None if subject.lines else int(np.argmax(values))
        widest = max((subject.write(tick) for tick in subject.scales[-1]), key=len)
        self._legend.show_values(colours, texts, widest=widest, leading=leading)

    def _restyle(self) -> None:
        scheme, colours = tones(self.palette()), self._colours()
        colour_plot(self._plot, scheme)
        self._scale = ()
        if list(self._curves) != list(colours):
            for curve in self._curves.values():
                self._plot.removeItem(curve)
            curves = {name: pg.PlotDataItem(connect="finite", antialias=True) for name in colours}
            for curve in curves.values():
                # Qt strokes a thick polyline slowly: by segments a drawing takes 5 ms, in one 10 to 20.
                curve.curve.setSegmentedLineMode("on")
                self._plot.addItem(curve)
            self._curves = curves
        for name, curve in self._curves.items():
            curve.setPen(pg.mkPen(standing_off(colours[name], scheme.base), width=2))

    def _reason_for_nothing(self) -> str:
        face = self.shown_face
        if face is None:
            return "No face yet"
        if self._subject.lines:
            return f"No points of face {face} are seen: it may be too small, turned too far, or half hidden"
        return f"No label for face {face} in the last {SPAN_S:.0f} s"
