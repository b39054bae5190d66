"""Measures how quickly labels follow a face's expression, and how often they change while it stays the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from emocam.capture.offline import frames_of
from emocam.engine.pipeline import Pipeline
from emocam.labels import SPECTRA, spectrum_matrix
from emocam.messages import FrameResult
from emocam.pooling import Pool, next_label
from emocam.settings import Settings
from emocam.sources import open_source

STAYS_S = 0.3  # a raw answer that stays so long is a change, any other a flicker; expressions last 0.5 s and more
NEAR_BEFORE_S, NEAR_AFTER_S = 0.3, 1.0  # of a change: labels that change then may well follow it
IS_LATE_S = 0.5  # after the raw answer has changed again: what comes later follows it no more
STARTS = 9  # a face is played from each of its first frames on, since labels fall due by counting
RATES = (1, 2, 3)  # of the source's frames each, each 2nd and each 3rd, as of a slower camera


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a network answers to one face in every frame, from the first that shows it to the last.

    source: whose face. times_s: (N,) float, ascending. predictions: N of (labels,) float32; None where the face is not
    in sight.
    """

    source: str
    times_s: np.ndarray
    predictions: tuple[np.ndarray | None, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the raw answer: from when on, and until when, it is this label of the spectrum shown."""

    from_s: float
    until_s: float
    label: str


@dataclass(frozen=True, slots=True)
class Following:
    """How labels follow.

    changes: of raw answers. followed: how many of them a label followed in time. delay_ms_p50, delay_ms_p75: from the
    raw answer's change to the label's, of all changes; None where fewer were followed. label_changes_per_minute: of one
    face. still_changes_per_minute: the same while the raw answer does not change for good. minutes: of faces.
    """

    frames: str
    changes: int
    followed: int
    delay_ms_p50: float | None
    delay_ms_p75: float | None
    label_changes_per_minute: float
    still_changes_per_minute: float | None
    minutes: float


def read_answers(text: str, pipeline: Pipeline, settings: Settings) -> list[Answers]:
    """Return what the network answers to each face of a source in every frame; raises SourceError."""
    every = replace(settings, prediction_every_frames=1, label_every_frames=1)
    with open_source(text) as source:
        found = collect((pipeline.analyze(frame, every) for frame in frames_of(source)), source=text)
    pipeline.forget_faces()
    return found


def collect(results: Iterable[FrameResult], *, source: str) -> list[Answers]:
    """Return the answers that stand in the results of a source's frames, by face."""
    times_s: list[float] = []
    seen: dict[int, dict[int, np.ndarray]] = {}
    for number, result in enumerate(results):
        times_s.append(result.frame.time_s)
        for face in result.faces:
            if face.prediction is not None:
                seen.setdefault(face.track_id, {})[number] = face.prediction
    return [
        Answers(
            source,
            np.array(times_s[min(face) : max(face) + 1]),
            tuple(face.get(number) for number in range(min(face), max(face) + 1)),
        )
        for face in seen.values()
    ]


def find_changes(answers: Answers, model_labels: tuple[str, ...], settings: Settings) -> list[Change]:
    """Return where the most probable label of single predictions changes and stays for STAYS_S."""
    spectrum = SPECTRA[settings.spectrum]
    matrix = spectrum_matrix(model_labels, spectrum)
    runs: list[Change] = []
    for time_s, prediction in zip(answers.times_s, answers.predictions, strict=True):
        if prediction is None:
            continue
        label = spectrum.labels[int(np.argmax(matrix @ prediction))]
        if runs and runs[-1].label == label:
            runs[-1] = replace(runs[-1], until_s=float(time_s))
        else:
            runs.append(Change(float(time_s), float(time_s), label))
    stayed = [run for run in runs if run.until_s - run.from_s >= STAYS_S]
    return [run for before, run in pairwise(stayed) if run.label != before.label]


def play(answers: Answers, model_labels: tuple[str, ...], settings: Settings) -> list[str | None]:
    """Return the label that the app would show in each frame under these settings."""
    pool, labels = Pool(), []
    for time_s, prediction in zip(answers.times_s, answers.predictions, strict=True):
        pool.advance()
        if prediction is not None and pool.is_prediction_due(settings.prediction_every_frames):
            pool.add(prediction, time_s=float(time_s), label_every_frames=settings.label_every_frames)
        shown, _ = next_label(pool, model_labels, settings)
        labels.append(shown.label if shown else None)
    return labels


def measure(faces: Sequence[Answers], model_labels: tuple[str, ...], settings: Settings, *, every: int) -> Following:
    """Return how labels follow the raw answers of faces, of whose frames each `every`th comes."""
    delays: list[float] = []
    label_changes = still_changes = 0
    shown_s = still_s = 0.0
    for face in faces:
        changes = find_changes(face, model_labels, settings)
        for start in range(min(STARTS, len(face.times_s))):
            part = Answers(face.source, face.times_s[start::every], face.predictions[start::every])
            labels = play(part, model_labels, settings)
            delays += _delays(part.times_s, labels, changes)
            is_change = np.array([None not in pair and pair[0] != pair[1] for pair in pairwise(labels)], bool)
            is_still = ~_is_near(part.times_s, changes)[1:]
            lasts_s = np.diff(part.times_s)
            label_changes += int(is_change.sum())
            still_changes += int((is_change & is_still).sum())
            shown_s += float(lasts_s.sum())
            still_s += float(lasts_s[is_still].sum())
    return Following(
        frames="all" if every == 1 else f"1 in {every}",
        changes=len(delays),
        followed=int(np.isfinite(delays).sum()),
        delay_ms_p50=_part_ms(delays, 0.5),
        delay_ms_p75=_part_ms(delays, 0.75),
        label_changes_per_minute=round(60 * label_changes / shown_s, 2) if shown_s else 0.0,
        still_changes_per_minute=round(60 * still_changes / still_s, 2) if still_s else None,
        minutes=round(shown_s / 60, 2),
    )


def _delays(times_s: np.ndarray, labels: Sequence[str | None], changes: Iterable[Change]) -> list[float]:
    """Return after how many seconds the label follows each change, infinite for one that it does not."""
    delays = []
    for change in changes:
        if not len(times_s) or change.from_s < times_s[0] + STAYS_S:
            continue  # the face had no label yet that could have changed
        shown = (
            float(time_s) - change.from_s
            for time_s, label in zip(times_s, labels, strict=True)
            if label == change.label and change.from_s <= time_s <= change.until_s + IS_LATE_S
        )
        delays.append(next(shown, np.inf))
    return delays


def _is_near(times_s: np.ndarray, changes: Iterable[Change]) -> np.ndarray:
    """Return (N,) bool: which frames lie so near to a change that their labels may change with it."""
    near = np.zeros(len(times_s), bool)
    for change in changes:
        near |= (times_s >= change.from_s - NEAR_BEFORE_S) & (times_s <= change.from_s + NEAR_AFTER_S)
    return near


def _part_ms(delays: Sequence[float], part: float) -> float | None:
    """Return the delay that such a part of the changes stays within; None where too few were followed."""
    if not delays:
        return None
    delay_s = sorted(delays)[min(int(part * len(delays)), len(delays) - 1)]
    return round(1000 * delay_s, 0) if np.isfinite(delay_s) else None
