"""Results and sessions for tests: what a pipeline could have concluded, and a clock that a test moves."""

import csv
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from emocam.labels import EMOTIONS, SPECTRA, UNCERTAIN, spectrum_matrix
from emocam.messages import Box, Face, FaceMeasures, Frame, FrameResult, Latency
from emocam.sessions.recorder import SessionRecorder
from emocam.settings import Settings

START = datetime(2026, 3, 1, 8, 30, 0, 250_900, tzinfo=timezone(timedelta(hours=1)))


@dataclass(frozen=True)
class FakeModel:
    """What a session asks of a network."""

    path: Path = Path("models/small.hdf5")
    labels: tuple[str, ...] = EMOTIONS
    weights_digest: str = "abc123"
    judges_like: str | None = None


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def record_into(folder, *, clock=None, **changes) -> SessionRecorder:
    """Begin a session of a file: the times of its frames are the session's."""
    choices = {
        "model": FakeModel(),
        "settings": Settings(),
        "source": "clip.mp4",
        "is_live": False,
        "clock": clock or FakeClock(),
        "utc_now": lambda: START,
    }
    return SessionRecorder(folder, **(choices | changes))


def make_face(
    track_id=1, label=None, confidence=None, *, probabilities=None, predicted=False, box=True, measures=None
) -> Face:
    """Return a face that shows a label."""
    pooled = np.full(7, 1 / 7, np.float32) if probabilities is None else np.asarray(probabilities, np.float32)
    return Face(
        track_id=track_id,
        box=Box(10 * track_id, -5, 40, 50) if box else None,
        prediction=pooled if predicted else None,
        pooled=None if label is None else pooled,
        label=label,
        confidence=confidence,
        measures=measures,
    )


def make_measures(**changes) -> FaceMeasures:
    """Return the measures of a face that looks straight ahead with open eyes."""
    straight = FaceMeasures(
        yaw_deg=0.0,
        pitch_deg=0.0,
        roll_deg=0.0,
        eyes_open_right=0.27,
        eyes_open_left=0.27,
        mouth_open=0.0,
        brows_raised=0.2,
        lip_corners=0.0,
    )
    return replace(straight, **changes)


def make_result(index, *faces, time_s=None, departed=(), settings=None, model_labels=EMOTIONS) -> FrameResult:
    """Return what was concluded of a frame, at 10 frames a second unless a time is named."""
    image = np.zeros((4, 4, 3), np.uint8)
    return FrameResult(
        frame=Frame(index, index / 10 if time_s is None else time_s, image),
        faces=faces,
        departed=tuple(departed),
        model_labels=model_labels,
        settings=settings or Settings(),
        latency=Latency(0.0, 0.0, 0.0),
    )


def random_results(seed: int, frame_count: int) -> list[FrameResult]:
    """Return a lively session: faces come and go, spectra change, frames are dropped."""
    chance = random.Random(seed)
    probability = np.random.default_rng(seed)
    results = []
    index, time_s = 0, 0.0
    for _ in range(frame_count):
        settings = Settings(spectrum=chance.choice(("seven", "seven", "three")))
        faces = [
            _random_face(number, chance=chance, probability=probability, spectrum=settings.spectrum)
            for number in range(1, 5)
            if chance.random() < 0.7
        ]
        results.append(
            make_result(index, *faces[1:], departed=faces[:1], time_s=time_s, settings=settings)
            if chance.random() < 0.1
            else make_result(index, *faces, time_s=time_s, settings=settings)
        )
        index += chance.choice((1, 1, 1, 3))
        time_s += chance.choice((1 / 30, 1 / 29.97, 0.0001, 2.5))
    return results


def _random_face(number, *, chance, probability, spectrum) -> Face:
    pooled = probability.dirichlet(np.full(7, 0.3)).astype(np.float32)
    shown = spectrum_matrix(EMOTIONS, SPECTRA[spectrum]) @ pooled
    confidence = float(shown.max())
    label = SPECTRA[spectrum].labels[int(shown.argmax())] if confidence > 0.5 else UNCERTAIN
    if chance.random() < 0.1:
        return make_face(number, predicted=True)
    return make_face(
        number,
        label,
        confidence,
        probabilities=pooled,
        predicted=chance.random() < 0.3,
        box=chance.random() < 0.9,
        measures=FaceMeasures(*probability.normal(0.25, 0.05, 8)) if chance.random() < 0.9 else None,
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as its users do."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def utc_start() -> datetime:
    """Return the session's start in UTC, in whole milliseconds."""
    return START.astimezone(UTC).replace(microsecond=250_000)
