"""What was measured, and how far each finder sees."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from emocam import __version__
from emocam.commands.seeing.measurement import IS_THE_SAME, LOOKED_AT, Point
from emocam.commands.seeing.pictures import FACE_WIDTH_PX, FRAMES, HEIGHT_PX, NOISE_LEVELS, WIDTH_PX, distance_m
from emocam.commands.seeing.trials import Trial

VERSION = 1  # of the JSON
ENOUGH = 0.9  # share from which a face counts as seen


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which values a finder sees a face at least nine times in ten, and as often gives it the same label.

    Each pair holds the ends of the unbroken run around the mildest value; None where that value itself is too much.
    """

    trial: str
    finder: str
    found: tuple[float, float] | None
    same_label: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Findings:
    """The points of every trial with every finder. model: the name of the network that gave the labels."""

    model: str
    finders: tuple[str, ...]
    trials: tuple[Trial, ...]
    points: tuple[Point, ...]

    def of(self, trial: Trial, finder: str) -> list[Point]:
        """Return a trial's points with one finder, by value."""
        return [point for point in self.points if (point.trial, point.finder) == (trial.name, finder)]

    def limits(self, trial: Trial, finder: str) -> Limits:
        """Return how far a finder sees in a trial."""
        points = self.of(trial, finder)
        return Limits(
            trial.name,
            finder,
            _run(trial, [point.value for point in points if point.found >= ENOUGH]),
            _run(trial, [point.value for point in points if point.same_label >= ENOUGH]),
        )

    def as_json(self) -> dict[str, Any]:
        """Return everything as `--json` prints it."""
        return {
            "version": VERSION,
            "emocam": __version__,
            "utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "model": self.model,
            "picture_px": [WIDTH_PX, HEIGHT_PX],
            "face_width_px": FACE_WIDTH_PX,
            "noise_levels": NOISE_LEVELS,
            "frames": FRAMES,
            "frames_looked_at": LOOKED_AT,
            "overlap_needed": IS_THE_SAME,
            "share_needed": ENOUGH,
            "limits": [asdict(self.limits(trial, finder)) for trial in self.trials for finder in self.finders],
            "points": [asdict(point) | {"distance_m": self._distance_m(point)} for point in self.points],
        }

    def _distance_m(self, point: Point) -> float:
        trial = next(trial for trial in self.trials if trial.name == point.trial)
        return round(distance_m(trial.change(point.value).face_width_px), 3)


def _run(trial: Trial, enough: Sequence[float]) -> tuple[float, float] | None:
    """Return the ends of the unbroken run of a trial's values around its mildest that are among those enough."""
    if trial.mildest not in enough:
        return None
    middle = trial.values.index(trial.mildest)
    first = last = middle
    while first > 0 and trial.values[first - 1] in enough:
        first -= 1
    while last < len(trial.values) - 1 and trial.values[last + 1] in enough:
        last += 1
    return trial.values[first], trial.values[last]


def range_text(trial: Trial, ends: tuple[float, float] | None) -> str:
    """Return what is said of a run of values: both ends, or one where the other is the mildest and the first."""
    if ends is None:
        return "none"
    first, last = ends
    if first == last:
        return trial.as_text(first)
    if first == trial.mildest == trial.values[0]:
        return f"to {trial.as_text(last)}"
    return f"{trial.as_text(first)} to {trial.as_text(last)}"
