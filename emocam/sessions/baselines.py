"""Neutral baselines as sessions keep them: written, read back for another session, and taken off recorded rows."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emocam.baseline import CONTINUOUS, KEPT, SET, AnsweringNetwork, Baseline, with_baseline, without_baseline
from emocam.plain_text import plain_text
from emocam.sessions.columns import FacesFile
from emocam.sessions.files import SESSION, replace_file

VERSION = 1
VERSION_KEY = "emocam_baseline"
LARGEST_BYTES = 64 * 2**20  # of a session.json; a file of one baseline has some hundred
DECIMALS = 6
CHOOSE = "Choose a file that a baseline was kept in, or the folder of a session that has one."


class BaselineError(Exception):
    """A file holds no baseline that can be used; the text says why, and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(plain_text(text))


def described(baseline: Baseline) -> dict[str, Any]:
    """Return a baseline as it stands in session.json, and in a file of its own."""
    return {
        "number": baseline.number,
        "face": baseline.face,
        "kind": baseline.kind,
        "source_start_s": round(baseline.start_s, 4),
        "source_end_s": round(baseline.end_s, 4),
        "predictions": baseline.predictions,
        "spread_points": None if baseline.spread_points is None else round(baseline.spread_points, 2),
        "beta": baseline.beta,
        "network": {
            "weights_digest": baseline.network.weights_digest,
            "temperature": baseline.network.temperature,
            "mirrored": baseline.network.is_mirrored,
            "judges_like": baseline.network.judges_like,
        },
        "log_probabilities": _by_label(baseline, baseline.log_probabilities),
        "log_prior": _by_label(baseline, baseline.log_prior),
    }


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Keep a baseline in a file, for other films of the same person; raises OSError."""
    text = json.dumps({VERSION_KEY: VERSION, **described(baseline)}, indent=2) + "\n"
    replace_file(path, text.encode("utf-8"))


def read_baseline(text: str, *, network: AnsweringNetwork) -> Baseline:
    """Read the baseline that a file, or a session's folder or session.json, keeps; raises BaselineError.

    text: its path, with `#` and a number behind it where a session keeps those of several people. network: what is to
    use it; a baseline that was taken with another one is refused.
    """
    path, number = _place(text)
    described_ones = _described_in(path)
    baselines = [_baseline(one, path) for one in described_ones]
    chosen = _chosen(baselines, path, number)
    _check_network(chosen.network, network, path)
    return chosen


def recorded_baselines(description: Mapping[str, Any]) -> dict[int, Baseline]:
    """Return the baselines of a session by number, from its session.json; raises BaselineError for damaged ones."""
    listed = description.get("baselines", [])
    if not isinstance(listed, list):
        raise BaselineError(f"Expected a list of baselines in {SESSION}; got something else. Restore it from a copy.")
    return {one.number: one for one in (_baseline(entry, Path(SESSION)) for entry in listed)}


@dataclass(frozen=True, slots=True, eq=False)
class RecordedPool:
    """The pooled probabilities of one row of faces.csv.

    labels: the order of the others. recorded: (labels,) float32 as they stand in the row, which are those that label
    and confidence were made from. baseline: the one in force; None without one. A row has six decimals, so that what is
    computed from it agrees with the program's to about four.
    """

    labels: tuple[str, ...]
    recorded: np.ndarray
    baseline: Baseline | None

    def without_baseline(self) -> np.ndarray:
        """Return (labels,) float32, as the network alone would have had it."""
        return self.recorded if self.baseline is None else without_baseline(self.recorded, self.baseline)

    def with_baseline(self, baseline: Baseline) -> np.ndarray:
        """Return (labels,) float32 as they are with another baseline; raises ValueError where its labels are others."""
        if set(baseline.labels) != set(self.labels):
            raise ValueError(f"expected a baseline of {', '.join(self.labels)}; got {', '.join(baseline.labels)}")
        places = [self.labels.index(label) for label in baseline.labels]
        corrected = with_baseline(self.without_baseline()[places], baseline)
        return corrected[[baseline.labels.index(label) for label in self.labels]]


class PoolReader:
    """Reads the pooled probabilities of rows of faces.csv, so that labels can be made anew from them."""

    def __init__(self, header: Sequence[str], description: Mapping[str, Any]) -> None:
        """Take the header and session.json; raises BaselineError where that describes its baselines wrongly."""
        positions = {name: position for position, name in enumerate(header)}
        labels = [label for label in description["model"]["labels"] if label in positions]
        self._values = {label: FacesFile.pooled.of(label).reader(positions) for label in labels}
        self._number = FacesFile.baseline.reader(positions)
        self._baselines = recorded_baselines(description)

    def read(self, cells: Sequence[str]) -> RecordedPool | None:
        """Return what a row says; None for a row without a label. Raises ValueError for a damaged one."""
        read = {label: reader(cells) for label, reader in self._values.items()}
        values = {label: value for label, value in read.items() if value is not None}
        if not values:
            return None
        number = self._number(cells)
        if number is None:
            return RecordedPool(tuple(values), np.array(list(values.values()), np.float32), None)
        if number not in self._baselines:
            raise ValueError(f"expected a number of the baselines in {SESSION}; got {number}")
        baseline = self._baselines[number]
        return RecordedPool(baseline.labels, _in_order(values, baseline.labels), baseline)


def _in_order(values: dict[str, float], labels: tuple[str, ...]) -> np.ndarray:
    missing = [label for label in labels if label not in values]
    if len(missing) > 1:  # a network with more labels was switched in after the header was written
        raise ValueError(f"expected a column for each of {', '.join(labels)}; got none of {', '.join(missing)}")
    rest = max(0.0, 1 - sum(values.values()))
    return np.array([values.get(label, rest) for label in labels], np.float32)


def _by_label(baseline: Baseline, values: np.ndarray) -> dict[str, float]:
    return {label: round(value, DECIMALS) for label, value in zip(baseline.labels, values.tolist(), strict=True)}


def _place(text: str) -> tuple[Path, int | None]:
    before, mark, number = text.rpartition("#")
    try:
        path = Path(text).expanduser()
        if mark and number.isdecimal() and not path.exists():
            path, chosen = Path(before).expanduser(), int(number)
        else:
            chosen = None
        return (path / SESSION if path.is_dir() else path), chosen
    except (OSError, ValueError, RuntimeError):
        raise BaselineError(f"Expected a file with a baseline; {text} is no path. {CHOOSE}") from None


def _described_in(path: Path) -> list[Any]:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            raise BaselineError(f"Expected a file with a baseline; there is none at {path}. {CHOOSE}")
        described_there = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BaselineError(f"{path} cannot be read as a baseline ({type(error).__name__}). {CHOOSE}") from None
    if not isinstance(described_there, dict):
        raise BaselineError(f"{path} describes no baseline. {CHOOSE}")
    if VERSION_KEY in described_there:
        if described_there[VERSION_KEY] != VERSION:
            raise BaselineError(
                f"{path} was kept by another version of Emocam ({described_there[VERSION_KEY]!r}; this one reads "
                f"{VERSION}). Take the baseline again."
            )
        return [described_there]
    listed = described_there.get("baselines")
    if not isinstance(listed, list) or not listed:
        raise BaselineError(f"{path} keeps no baseline: none was set in that session. {CHOOSE}")
    return listed


def _baseline(one: Any, path: Path) -> Baseline:
    """Return a baseline from how it is described; raises BaselineError for what cannot be one."""
    try:
        labels = tuple(one["log_probabilities"])
        used = one["network"]
        spread = one["spread_points"]
        baseline = Baseline(
            number=_whole(one["number"]),
            face=_whole(one["face"]),
            kind=one["kind"],
            network=AnsweringNetwork(
                str(used["weights_digest"]),
                labels,
                float(used["temperature"]),
                bool(used["mirrored"]),
                used.get("judges_like"),
            ),
            log_probabilities=_logarithms(one["log_probabilities"], labels),
            log_prior=_logarithms(one["log_prior"], labels),
            predictions=_whole(one["predictions"]),
            spread_points=None if spread is None else _number(spread, 0, 100),
            start_s=_number(one["source_start_s"], 0, math.inf),
            end_s=_number(one["source_end_s"], 0, math.inf),
            beta=_number(one["beta"], 0, 1),
        )
        if len(labels) < 2 or baseline.kind not in (SET, CONTINUOUS, KEPT):
            raise ValueError(f"kind {baseline.kind!r} of {len(labels)} labels")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        told = f"{type(error).__name__}: {error}"[:100]
        raise BaselineError(f"A baseline in {path} is damaged ({told}). Take it again, or restore a copy.") from None
    return baseline


def _logarithms(values: Any, labels: tuple[str, ...]) -> np.ndarray:
    if set(values) != set(labels):
        raise ValueError("other labels")
    return np.array([_number(values[label], -100, 0) for label in labels])


def _number(value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"expected a number from {low:g} to {high:g}; got {value!r}")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"expected a whole number; got {value!r}")
    return value


def _chosen(baselines: list[Baseline], path: Path, number: int | None) -> Baseline:
    """Return the baseline with a number, or the last of the only person who has one; raises BaselineError."""
    if number is not None:
        for baseline in baselines:
            if baseline.number == number:
                return baseline
        known = ", ".join(str(baseline.number) for baseline in baselines)
        raise BaselineError(f"{path} keeps no baseline with the number {number}; it keeps {known}.")
    # What was set says more than what was followed, which nears it.
    wanted = [baseline for baseline in baselines if baseline.kind != CONTINUOUS] or baselines
    last = {baseline.face: baseline for baseline in wanted}
    if len(last) > 1:
        told = ", ".join(f"{path}#{baseline.number} of face {face}" for face, baseline in last.items())
        raise BaselineError(f"{path} keeps baselines of several faces, and one person's is needed. Choose one: {told}.")
    return wanted[-1]


def _judging(network: AnsweringNetwork) -> str:
    return "in its only way" if network.judges_like is None else f"like {network.judges_like}"


def _check_network(taken_with: AnsweringNetwork, network: AnsweringNetwork, path: Path) -> None:
    if taken_with.weights_digest != network.weights_digest or taken_with.labels != network.labels:
        raise BaselineError(
            f"The baseline in {path} was taken with another network (weights {taken_with.weights_digest[:12]}…, labels "
            f"{', '.join(taken_with.labels)}). Choose that network with --model, or take the baseline again with this "
            "one."
        )
    if taken_with.judges_like != network.judges_like:
        raise BaselineError(
            f"The baseline in {path} was taken while the network judged {_judging(taken_with)}; now it judges "
            f"{_judging(network)}. Choose the same with --judges-like, or take it again."
        )
    if taken_with != network:
        raise BaselineError(
            f"The baseline in {path} was taken with the same network in another use (temperature "
            f"{taken_with.temperature:g} and mirrored {taken_with.is_mirrored}; now {network.temperature:g} and "
            f"{network.is_mirrored}). Take it again."
        )
