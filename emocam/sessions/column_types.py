"""What a column of a session's CSV files is: how it is explained, and how its cells are written and read."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Self, TypeVar

import numpy as np

from emocam.messages import Face, FrameResult
from emocam.sessions.cells import FRACTION, CellType

Source = TypeVar("Source")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Moment:
    """What the rows of faces.csv for one frame have in common; without a result, the source was lost.

    utc: None where nobody knows. lasts_ms: for how long a film shows the frame. input: number of the source, from 1.
    """

    frame: int
    time_ms: int
    utc: datetime | None
    state: str
    result: FrameResult | None
    lasts_ms: int | None = None
    input: int | None = None


@dataclass(frozen=True, slots=True)
class LabelStatistics:
    """A row of statistics.csv. Probabilities and peak_ms are None for a label never shown.

    shown_ms is None for what was seen in pictures alone, and pictures where none was.
    """

    face: str
    label: str
    shown_ms: int | None
    share: float
    predictions: int
    mean_probability: float | None
    peak_probability: float | None
    peak_ms: int | None
    episodes: int
    pictures: int | None = None


@dataclass(frozen=True, slots=True)
class FaceStatistics:
    """A row of measures.csv.

    blinks and blinks_per_minute are None where they could not be watched for, seen_ms and watched_ms for a face that
    was seen in pictures alone. means, deviations: by the names of MEASURE_COLUMNS, without those of too few values.
    """

    face: str
    seen_ms: int | None
    watched_ms: int | None
    blinks: int | None
    blinks_per_minute: float | None
    means: Mapping[str, float]
    deviations: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Marker:
    """A row of markers.csv."""

    start_ms: int
    end_ms: int
    name: str


class Column(Generic[Source, Value]):
    """A column that is written from a Source and read as a Value, or None where the cell or the column is missing.

    meaning: the sentence of the dictionary. value: takes it out of what a row is written from; None gives an empty
    cell. since: the first format that has the column. is_essential: a file of such a format cannot be read without it.
    """

    name: str

    def __init__(
        self,
        meaning: str,
        cell_type: CellType[Value],
        value: Callable[[Source], Value | None],
        *,
        since: int = 1,
        is_essential: bool = False,
    ) -> None:
        self.meaning = meaning
        self.cell_type = cell_type
        self.value = value
        self.since = since
        self.is_essential = is_essential

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def of_format(self, version: int) -> Self:
        """Return the column as files of a format have it, with cells written as they were then."""
        cell_type = self.cell_type.of_format(version)
        if cell_type is self.cell_type:
            return self
        column = copy.copy(self)
        column.cell_type = cell_type
        return column

    def cell(self, source: Source) -> str:
        """Write the cell of a row."""
        value = self.value(source)
        return "" if value is None else self.cell_type.write(value)

    def reader(self, positions: Mapping[str, int]) -> Callable[[Sequence[str]], Value | None]:
        """Return what reads the column in the cells of a row, which stand at positions by name.

        It raises ValueError for a damaged cell.
        """
        position, read = positions.get(self.name), self.cell_type.read
        if position is None:
            return lambda cells: None
        return lambda cells: read(cell) if (cell := cells[position]) else None


class MomentColumn(Column[Moment, Value]):
    """A column of faces.csv that says the same in every row of a frame."""


class FaceColumn(Column[Face, Value]):
    """A column of faces.csv about a face, empty in a row without one."""


class MeasureColumn(FaceColumn[float]):
    """A column of faces.csv for the field of FaceMeasures that has its name, empty where the points are not seen."""

    def __init__(self, meaning: str, cell_type: CellType[float], *, since: int) -> None:
        super().__init__(meaning, cell_type, self._measured, since=since)

    def _measured(self, face: Face) -> float | None:
        return None if face.measures is None else getattr(face.measures, self.name)


class LabelColumns:
    """A column of faces.csv for each of the network's labels, about a face. Read one with `of(label)`.

    prefix: stands before the label in a column's name. meaning: with {label} for the label. values: (labels,)
    float32 in the order of the network that analysed the frame, or None.
    """

    cell_type = FRACTION

    def __init__(
        self, prefix: str, meaning: str, values: Callable[[Face], np.ndarray | None], *, since: int = 1
    ) -> None:
        self.prefix = prefix
        self.meaning = meaning
        self.values = values
        self.since = since

    def of(self, label: str) -> FaceColumn[float]:
        """Return the column of one label, to be named, explained or read."""
        column = FaceColumn(self.meaning.format(label=label), self.cell_type, lambda face: None, since=self.since)
        column.name = self.prefix + label
        return column

    def cells(self, face: Face, *, labels: Sequence[str], model_labels: Sequence[str]) -> list[str]:
        """Write the cells of a row. labels: those of the file; model_labels: those of the face's probabilities."""
        values = self.values(face)
        if values is None:
            return [""] * len(labels)
        write = self.cell_type.write
        if model_labels == labels and len(values) == len(labels):
            return list(map(write, values.tolist()))
        # By name: a network with other labels was switched in since the header was written.
        by_label = dict(zip(model_labels, values.tolist(), strict=True))
        return [write(by_label[label]) if label in by_label else "" for label in labels]
