"""What the measures of a session's faces come to: means, how much they vary, and blinks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from emocam.sessions.blinks import LARGEST_YAW_DEG, BlinkCounter
from emocam.sessions.column_types import FaceStatistics
from emocam.sessions.columns import (
    ALL_FACES,
    MEASURE_COLUMNS,
    SOURCE_LOST,
    FacesFile,
    MeasuresFile,
    columns,
)
from emocam.sessions.rows import NO_MEASURES, RecordedRow
from emocam.sessions.statistics import is_next_frame
from emocam.sessions.timeline import counted_ms

YAW, LEFT, RIGHT = map(MEASURE_COLUMNS.index, (FacesFile.yaw_deg, FacesFile.eyes_open_left, FacesFile.eyes_open_right))


@dataclass(slots=True)
class _Values:
    """The values of one measure."""

    count: int = 0
    sum: float = 0.0
    square_sum: float = 0.0

    def add(self, other: "_Values") -> None:
        self.count += other.count
        self.sum += other.sum
        self.square_sum += other.square_sum

    @property
    def deviation(self) -> float:
        variance = (self.square_sum - self.sum**2 / self.count) / (self.count - 1)
        return math.sqrt(max(0.0, variance))


@dataclass(slots=True)
class _Tally:
    """What is counted for one face, or for all together."""

    seen_ms: int = 0
    has_time: bool = False  # it was seen in something else than pictures
    values: list[_Values] = field(default_factory=lambda: [_Values() for _ in MEASURE_COLUMNS])
    blinks: BlinkCounter = field(default_factory=BlinkCounter)

    def count(self, measures: Sequence[float | None]) -> None:
        for values, value in zip(self.values, measures, strict=True):
            if value is not None:
                values.count += 1
                values.sum += value
                values.square_sum += value * value

    def add(self, other: "_Tally") -> None:
        self.seen_ms += other.seen_ms
        self.has_time |= other.has_time
        self.blinks.count += other.blinks.count
        self.blinks.watched_ms += other.blinks.watched_ms
        for values, others in zip(self.values, other.values, strict=True):
            values.add(others)


class MeasureStatistics:
    """The statistics of the measures, counted row by row; memory grows with the number of faces, not with time."""

    def __init__(self) -> None:
        self._tallies: dict[int, _Tally] = {}
        self._seen: set[int] = set()  # the faces with measures in the last frame
        self._watched: set[int] = set()  # and those whose eyes can be watched
        self._watched_before: set[int] = set()
        self._last: RecordedRow | None = None  # a row of it
        self._has_pictures = False

    def add(self, row: RecordedRow) -> None:
        """Count a row of faces.csv; rows must come in the order of the file."""
        if is_next_frame(self._last, row):
            self._end_frame(row)
        self._last = row
        self._has_pictures |= row.is_counted
        if row.face is None:
            return
        tally = self._tallies.get(row.face)
        if tally is None:
            tally = self._tallies[row.face] = _Tally()
        tally.has_time |= not row.is_counted
        if row.measures == NO_MEASURES:
            return
        self._seen.add(row.face)
        tally.count(row.measures)
        openness = _openness(row.measures)
        if openness is not None:
            self._watched.add(row.face)
            tally.blinks.add(openness, time_ms=row.time_ms)

    def _end_frame(self, following: RecordedRow | None) -> None:
        if self._last is not None and self._seen:
            is_loss = following is not None and following.state == SOURCE_LOST
            interval_ms = counted_ms(self._last, following, is_loss=is_loss)
            for face in self._seen:
                self._tallies[face].seen_ms += interval_ms
        for face in self._watched_before - self._watched:
            self._tallies[face].blinks.forget()
        self._watched_before, self._watched = self._watched, set()
        self._seen.clear()

    def csv_rows(self, *, format_version: int | None = None) -> list[list[str]]:
        """Return the cells of measures.csv, header first; format_version: in columns that it had."""
        written = list(columns(MeasuresFile, format_version=format_version))
        header = [column.name for column in written]
        return [header, *([column.cell(row) for column in written] for row in self.rows())]

    def rows(self) -> list[FaceStatistics]:
        """Return what was counted: of each face, by number, then of all together.

        The session ends with the last row that was added.
        """
        self._end_frame(None)
        together = _Tally(has_time=not self._has_pictures)
        for tally in self._tallies.values():
            together.add(tally)
        return [*(_row(str(face), tally) for face, tally in sorted(self._tallies.items())), _row(ALL_FACES, together)]


def _openness(measures: Sequence[float | None]) -> float | None:
    """Return how far the eyes are open, None where they cannot be seen well enough to watch for blinks."""
    yaw_deg, left, right = measures[YAW], measures[LEFT], measures[RIGHT]
    if yaw_deg is None or left is None or right is None or abs(yaw_deg) > LARGEST_YAW_DEG:
        return None
    return (left + right) / 2


def _row(face: str, tally: _Tally) -> FaceStatistics:
    named = [(column.name, values) for column, values in zip(MEASURE_COLUMNS, tally.values, strict=True)]
    blinks = tally.blinks
    return FaceStatistics(
        face=face,
        seen_ms=tally.seen_ms if tally.has_time else None,
        watched_ms=blinks.watched_ms if tally.has_time else None,
        blinks=blinks.count if blinks.watched_ms else None,
        blinks_per_minute=blinks.count / (blinks.watched_ms / 60_000) if blinks.watched_ms else None,
        means={name: values.sum / values.count for name, values in named if values.count},
        deviations={name: values.deviation for name, values in named if values.count > 1},
    )
