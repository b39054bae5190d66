"""Why a face has its label: the figures that it was made from, and words where they alone do not explain it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from emocam.baseline import CONTINUOUS, KEPT
from emocam.labels import SPECTRA, UNCERTAIN, spectrum_matrix
from emocam.messages import Face
from emocam.pooling import LEAD_TO_CHANGE, label_shown, needed_percent, whole_percent
from emocam.settings import Settings


@dataclass(frozen=True, slots=True)
class Verdict:
    """A face's label beside the figures that explain it.

    percent: the label's pooled probability, and for `uncertain` that of the most probable label; None without a label.
    row: the place of that label in the spectrum. needed_percent: what a label must reach; the face is `uncertain`
    exactly if `percent` is below it. words: a sentence where the figures alone do not say why; else empty.
    """

    label: str | None
    percent: int | None
    row: int | None
    needed_percent: int
    words: str
    neutral: str = ""  # in words, which neutral face it is measured against, and what it would read without; or empty

    @property
    def is_uncertain(self) -> bool:
        return self.label == UNCERTAIN

    @property
    def figure(self) -> str:
        """The figure beside the label; for `uncertain` with what would be needed."""
        if self.percent is None:
            return ""
        needed = f" < {self.needed_percent}" if self.is_uncertain else ""
        return f"{self.percent}{needed}\N{NO-BREAK SPACE}%"


def verdict_on(face: Face, model_labels: Sequence[str], settings: Settings) -> Verdict:
    """Return why a face of a frame that was analysed under these settings has its label."""
    return replace(_verdict(face, model_labels, settings), neutral=_neutral(face, model_labels, settings))


def _neutral(face: Face, model_labels: Sequence[str], settings: Settings) -> str:
    """Say which neutral face a face is measured against, and what it would be called without."""
    baseline = face.baseline
    if baseline is None:
        return ""
    kind = {CONTINUOUS: "its own mean over minutes", KEPT: "its neutral face of another session"}.get(
        baseline.kind, "its own neutral face"
    )
    words = f"Measured against {kind}"
    if baseline.spread_points is not None:
        words += f", which varied by {round(baseline.spread_points)} %"
    if face.uncorrected is not None:
        shown = label_shown(face.uncorrected, tuple(model_labels), settings)
        words += f". Without it: {shown.label} {whole_percent(shown.confidence)} %"
    return words


def _verdict(face: Face, model_labels: Sequence[str], settings: Settings) -> Verdict:
    needed = needed_percent(settings, after_uncertain=face.label == UNCERTAIN)
    if face.pooled is None or face.label is None or face.confidence is None:
        words = "No label yet" if model_labels else "No label: there is no network yet"
        return Verdict(None, None, None, needed, words)
    spectrum = SPECTRA[settings.spectrum]
    shown = spectrum_matrix(model_labels, spectrum) @ face.pooled
    best, percent = int(np.argmax(shown)), whole_percent(face.confidence)
    if face.label == UNCERTAIN:
        lead = needed - settings.prediction_sensitivity_percent
        words = f"uncertain: {spectrum.labels[best]} has {percent} %, needs {needed} %"
        words += f" (sensitivity + {lead})" if lead else ""
        words += _left_out(face.pooled, model_labels, settings, than_percent=percent)
        return Verdict(face.label, percent, best, needed, words)
    row = spectrum.labels.index(face.label) if face.label in spectrum.labels else None
    lead, words = whole_percent(float(shown[best])) - percent, ""
    if best != row and lead > 0:
        points, to_change = f"{lead} point{'s' if lead > 1 else ''}", round(100 * LEAD_TO_CHANGE)
        words = f"{face.label} stays: {spectrum.labels[best]} leads by {points}, needs {to_change}"
    return Verdict(face.label, percent, row, needed, words)


def _left_out(pooled: np.ndarray, model_labels: Sequence[str], settings: Settings, *, than_percent: int) -> str:
    """Say which emotion has more than any label, if the spectrum leaves it out."""
    for emotion in SPECTRA[settings.spectrum].left_out:
        if emotion in model_labels:
            percent = whole_percent(float(pooled[list(model_labels).index(emotion)]))
            if percent > than_percent:
                return f". {emotion.capitalize()}, which this spectrum leaves out, has {percent} %"
    return ""
