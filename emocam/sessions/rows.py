"""The rows of faces.csv: made from what was concluded of a frame, and read back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from emocam.messages import Face, FrameResult, Gap

FACE, NO_FACE, SOURCE_LOST = "face", "no_face", "source_lost"
STATES = (FACE, NO_FACE, SOURCE_LOST)
LONGEST_S = 366 * 86_400.0  # a row that tells of a later time is damaged; a date could not hold some

BEFORE_PROBABILITIES = {
    "frame": "position of the frame in its source, from 0; begins again where the source changes",
    "time_s": "seconds since the session's start; for a file, as its frames are timed",
    "utc": "the session's start plus time_s, ISO 8601, UTC",
    "state": "face: a row for each face; no_face: a frame in which no face was found; source_lost: no frame, "
    "the source delivered none at this moment",
    "face": "number of the face: the same person as long as they are followed, never used twice",
    "x": "left edge of the face's box, pixels of the frame; empty for a face out of sight that got a last label",
    "y": "upper edge of the box, pixels",
    "width": "width of the box, pixels",
    "height": "height of the box, pixels",
}
AFTER_PROBABILITIES = {
    "label": "expression shown for the face, in the spectrum shown: the most probable one, but the one shown before "
    "until another leads by 0.08; uncertain where its probability lies below the prediction sensitivity, or after "
    "uncertain less than 0.04 above it; empty before the face's first label",
    "confidence": "probability of the label in the spectrum shown, 0 to 1; for uncertain the highest there was",
    "spectrum": "set of labels shown: seven, or three (positive, neutral, negative)",
}
MARKER_COLUMNS = {
    "start_s": "where the marker begins, seconds since the session's start, as time_s in faces.csv",
    "end_s": "where it ends; a moment ends where it begins",
    "name": "what the user called it; an apostrophe stands before a name that a spreadsheet would calculate",
}


def face_columns(labels: Sequence[str]) -> dict[str, str]:
    """Return each column of faces.csv, in order, with its meaning."""
    pooled = {
        label: f"probability of {label}, 0 to 1: the mean of the predictions that the label was made from; "
        "empty before the face's first label"
        for label in labels
    }
    raw = {
        f"raw_{label}": f"probability of {label}, 0 to 1, predicted from this frame alone; empty where the face "
        "was not classified in this frame"
        for label in labels
    }
    return BEFORE_PROBABILITIES | pooled | raw | AFTER_PROBABILITIES


def decimal_seconds(time_ms: int) -> str:
    """Write whole milliseconds as seconds with exactly three decimals."""
    return f"{time_ms // 1000}.{time_ms % 1000:03d}"


def utc_text(moment: datetime) -> str:
    """Write an aware moment as ISO 8601 in UTC, with milliseconds and Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def face_rows(result: FrameResult, *, time_ms: int, start: datetime, labels: Sequence[str]) -> list[list[str]]:
    """Return the rows of one analysed frame; labels: those of the file's header."""
    moment = _moment(result.frame.index, time_ms=time_ms, start=start)
    spectrum = result.settings.spectrum
    rows = [
        [*moment, FACE, *_face_cells(face, model_labels=result.model_labels, labels=labels), spectrum]
        for face in (*result.faces, *result.departed)
    ]
    if not result.faces:
        empty = [""] * (len(BEFORE_PROBABILITIES) - 4 + 2 * len(labels) + 2)
        rows.insert(0, [*moment, NO_FACE, *empty, spectrum])
    return rows


def gap_row(gap: Gap, *, time_ms: int, start: datetime, labels: Sequence[str]) -> list[str]:
    """Return the row of a moment at which the source was lost."""
    moment = _moment(gap.index, time_ms=time_ms, start=start)
    empty = [""] * (len(BEFORE_PROBABILITIES) - 4 + 2 * len(labels) + len(AFTER_PROBABILITIES))
    return [*moment, SOURCE_LOST, *empty]


def _moment(index: int, *, time_ms: int, start: datetime) -> list[str]:
    return [str(index), decimal_seconds(time_ms), utc_text(start + timedelta(milliseconds=time_ms))]


def _face_cells(face: Face, *, model_labels: Sequence[str], labels: Sequence[str]) -> list[str]:
    box = face.box
    return [
        str(face.track_id),
        *(["", "", "", ""] if box is None else map(str, (box.x, box.y, box.width, box.height))),
        *_probabilities(face.pooled, model_labels=model_labels, labels=labels),
        *_probabilities(face.prediction, model_labels=model_labels, labels=labels),
        face.label or "",
        "" if face.confidence is None else _decimal(float(face.confidence)),
    ]


def _probabilities(values: np.ndarray | None, *, model_labels: Sequence[str], labels: Sequence[str]) -> list[str]:
    if values is None:
        return [""] * len(labels)
    # By name: a network with other labels may have been switched in since the header was written.
    by_label = dict(zip(model_labels, values.tolist(), strict=True))
    return [_decimal(by_label[label]) if label in by_label else "" for label in labels]


def _decimal(value: float) -> str:
    return f"{value:.6f}" if math.isfinite(value) else ""


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """What a row of faces.csv says to the statistics; None where its cell is empty."""

    frame: int
    time_ms: int
    state: str
    face: int | None
    is_in_sight: bool
    has_prediction: bool
    label: str | None
    confidence: float | None
    spectrum: str


class RowReader:
    """Reads rows of faces.csv by the names in its header."""

    def __init__(self, header: Sequence[str]) -> None:
        """Take the header; raises ValueError if a column is missing."""
        missing = [name for name in (*BEFORE_PROBABILITIES, *AFTER_PROBABILITIES) if name not in header]
        if missing:
            raise ValueError(f"expected the columns of faces.csv; got none called {', '.join(missing)}")
        self._width = len(header)
        self._position = {name: position for position, name in enumerate(header)}
        self._raw = [position for name, position in self._position.items() if name.startswith("raw_")]

    def read(self, cells: Sequence[str]) -> RecordedRow:
        """Return what a row says; raises ValueError for a damaged one."""
        if len(cells) != self._width:
            raise ValueError(f"expected {self._width} cells; got {len(cells)}")
        cell = {name: cells[position] for name, position in self._position.items()}
        state, face = cell["state"], cell["face"]
        if state not in STATES or (state == FACE) != bool(face):
            raise ValueError(f"expected a face, no_face or source_lost; got {state!r} with face {face!r}")
        time_s = float(cell["time_s"])
        if not 0 <= time_s <= LONGEST_S:
            raise ValueError(f"expected a time from 0 to {LONGEST_S:.0f} s; got {cell['time_s']}")
        return RecordedRow(
            frame=int(cell["frame"]),
            time_ms=round(time_s * 1000),
            state=state,
            face=int(face) if face else None,
            is_in_sight=bool(cell["x"]),
            has_prediction=any(cells[position] for position in self._raw),
            label=cell["label"] or None,
            confidence=float(cell["confidence"]) if cell["confidence"] else None,
            spectrum=cell["spectrum"],
        )
