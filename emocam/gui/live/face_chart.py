"""One face over the last minute: its probabilities, or measures of its points."""

import time
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from emocam.gui.advice import absence
from emocam.gui.live.chart_title import ChartTitle
from emocam.gui.live.history import MEASURES, SPAN_S, FaceHistory, measures_of, pooled_of
from emocam.gui.live.legend import Legend
from emocam.gui.live.plots import EmptyText, Threshold, colour_plot, fit_axis, inert_plot, lay_on_base
from emocam.gui.live.shapes import OF_LABEL, Markers
from emocam.gui.live.subjects import PROBABILITIES, Subject
from emocam.gui.live.verdict import Verdict, verdict_on
from emocam.gui.theme import tones
from emocam.labels import COLOURS, SPECTRA, spectrum_matrix
from emocam.messages import Face, Frame, FrameResult
from emocam.pooling import needed_percent
from emocam.settings import Settings


class FaceChart(QWidget):
    """Show one face over the last minute, as the subject that is chosen.

    clock: seconds, monotonic. At most ten times a second a sample is taken and the chart drawn.
    """

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._subject = PROBABILITIES
        self._model_labels: tuple[str, ...] = ()
        self._settings = Settings()
        self._in_sight: dict[int, Face] = {}
        self._seen_s: dict[int, float] = {}  # when each face was seen last, those of the last minute
        self._now_s = 0.0
        self._frame: Frame | None = None  # the last one
        self._is_empty = True
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
        self._markers = Markers(self._plot)
        self._threshold = Threshold(self._plot, left=-SPAN_S - 2, right=2)
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
        is_switched = result.settings.spectrum != self._settings.spectrum
        self._settings = result.settings
        self._in_sight = {face.track_id: face for face in result.faces}
        self._follow(list(self._in_sight))
        self._now_s = self._clock()
        self._seen_s.update(dict.fromkeys(self._in_sight, self._now_s))
        self._seen_s = {face: seen_s for face, seen_s in self._seen_s.items() if self._now_s - seen_s < SPAN_S}
        is_sampled = self._sample(result)
        if is_sampled or is_switched:
            self._draw()
        else:
            self._show_figures()

    def show_nobody(self) -> None:
        """Show that no face is in sight, because there is no picture; the lines of the last minute stay."""
        self._in_sight = {}
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
        self._in_sight, self._seen_s = {}, {}

    def _sample(self, result: FrameResult) -> bool:
        """Take samples if it is time to, and tell whether any were; a frame that is shown again changes its own."""
        is_again, self._frame = result.frame is self._frame, result.frame
        is_sampled = False
        for history in (self._pooled, self._measures):
            if is_again and history.newest_s > -np.inf:
                history.amend(result.faces)
                is_sampled = True
            else:
                is_sampled |= history.add(self._now_s, result.faces, lasts_s=result.frame.lasts_s)
        return is_sampled

    def _follow(self, in_sight: list[int]) -> None:
        """Stay with a face for as long as it has samples or nobody else is there."""
        if self._followed in in_sight or not in_sight:
            return
        recent = self._values()[1][-30:] if self._followed is not None else np.empty(0)
        if not np.isfinite(recent).any():
            self._followed = in_sight[0]

    @property
    def _labels(self) -> tuple[str, ...]:
        return SPECTRA[self._settings.spectrum].labels

    def _colours(self) -> dict[str, str]:
        """Return the lines and their colours, in their order."""
        if self._subject.lines:
            return {line.title: line.colour for line in self._subject.lines}
        return {label: COLOURS[label] for label in self._labels}

    def _shapes(self) -> dict[str, str]:
        """Return the lines and their shapes, in the same order."""
        if self._subject.lines:
            return {line.title: line.shape for line in self._subject.lines}
        return {label: OF_LABEL[label] for label in self._labels}

    def _shown(self, samples: np.ndarray) -> np.ndarray:
        """Return the lines' values, (..., lines), of samples of the subject's history."""
        if self._subject.lines:
            return samples[..., [MEASURES.index(line.name) for line in self._subject.lines]]
        if not self._model_labels:
            return np.full((*samples.shape[:-1], len(self._labels)), np.nan, np.float32)
        return samples @ spectrum_matrix(self._model_labels, SPECTRA[self._settings.spectrum]).T

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
        self._markers.show(self._pooled.newest_s + ages_s, values, leave_out_below=self._subject.marked_from)
        self._is_empty = not np.isfinite(values).any()
        self._empty.say(self._reason_for_nothing() if self._is_empty else "")
        self._show_figures()

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
        """Show the figures of the last frame, which the lines' next sample may miss, and what explains the label."""
        subject = self._subject
        face = self._in_sight.get(self.shown_face or 0)
        verdict = None if face is None else verdict_on(face, self._model_labels, self._settings)
        sample = None if face is None else measures_of(face) if subject.lines else pooled_of(face)
        texts, leading = [""] * len(self._curves), None
        if sample is not None:
            texts = [subject.write(float(value)) for value in self._shown(sample)]
            is_named = verdict is not None and not verdict.is_uncertain
            leading = verdict.row if verdict is not None and is_named and not subject.lines else None
        widest = max((subject.write(tick) for tick in subject.scales[-1]), key=len)
        self._legend.show_values(texts, widest=widest, leading=leading)
        self._show_threshold(verdict)
        title = f"{subject.title}{self._whose()}, the last {SPAN_S:.0f} s"
        words = "" if subject.lines or verdict is None else verdict.words
        self._title.say(title, tip=subject.tip, unit=subject.unit, words=words)

    def _whose(self) -> str:
        """Return whose face it is, and whether it has left."""
        face = self.shown_face
        if face is None:
            return ""
        if face in self._in_sight:
            return f" of face {face}"
        seen_s = self._seen_s.get(face)
        return f" of face {face} ({absence(None if seen_s is None else self._now_s - seen_s)})"

    def _show_threshold(self, verdict: Verdict | None) -> None:
        """Draw what a label must reach: more after `uncertain` than before."""
        if self._subject.lines or self._is_empty:
            self._threshold.hide()
        else:
            usual = needed_percent(self._settings, after_uncertain=False)
            self._threshold.show(usual if verdict is None else verdict.needed_percent)

    def _restyle(self) -> None:
        scheme, colours, shapes = tones(self.palette()), self._colours(), self._shapes()
        colour_plot(self._plot, scheme)
        self._threshold.use_colour(scheme.quiet)
        self._legend.show_lines(colours, shapes)
        self._markers.use(list(colours.values()), list(shapes.values()))
        self._scale = ()
        if list(self._curves) == list(colours):
            return
        for curve in self._curves.values():
            self._plot.removeItem(curve)
        self._curves = {
            name: pg.PlotDataItem(connect="finite", antialias=True, pen=pg.mkPen(colour, width=2))
            for name, colour in colours.items()
        }
        for curve in self._curves.values():
            # Qt strokes a thick polyline slowly: by segments a drawing takes 5 ms, in one 10 to 20.
            curve.curve.setSegmentedLineMode("on")
            self._plot.addItem(curve)

    def _reason_for_nothing(self) -> str:
        face = self.shown_face
        if face is None:
            return "No face yet"
        if self._subject.lines:
            return f"No points of face {face} are seen: it may be too small, turned too far, or half hidden"
        return f"No label for face {face} in the last {SPAN_S:.0f} s"
