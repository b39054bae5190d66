"""The rows of faces.csv: made from what was concluded of a frame, and read back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from emocam.messages import Face, FrameResult, Gap
from emocam.sessions.cells import moment_after
from emocam.sessions.column_types import FaceColumn, LabelColumns, Moment, MomentColumn
from emocam.sessions.columns import (
    FACE,
    FORMAT_VERSION,
    MEASURE_COLUMNS,
    NO_FACE,
    RAW,
    SOURCE_LOST,
    STATES,
    FacesFile,
    columns,
    declared,
    header_of,
)


class RowWriter:
    """Makes rows of faces.csv, in the order of its header."""

    def __init__(self, *, start: datetime, labels: Sequence[str]) -> None:
        """Take the session's start, by which moments are told, and the labels of the network that it began with."""
        self._start = start
        self._labels = tuple(labels)
        self.header = header_of(FacesFile, labels=self._labels)
        self._of_moment: list[tuple[int, MomentColumn]] = []
        self._of_face: list[tuple[int, FaceColumn]] = []
        self._of_labels: list[tuple[slice, LabelColumns]] = []
        place = 0
        for column in declared(FacesFile):
            if isinstance(column, LabelColumns):
                self._of_labels.append((slice(place, place + len(labels)), column))
                place += len(labels)
                continue
            if isinstance(column, MomentColumn):
                self._of_moment.append((place, column))
            elif isinstance(column, FaceColumn):
                self._of_face.append((place, column))
            place += 1

    def frame_rows(
        self,
        result: FrameResult,
        *,
        time_ms: int,
        clock_ms: int | None = None,
        lasts_ms: int | None = None,
        input: int | None = None,
    ) -> list[list[str]]:
        """Return the rows of one analysed frame: one for each face, and one without a face if none is in sight.

        clock_ms: when it arrived by the clock, since the session's start; None where only the frame itself may say
        when it was taken. lasts_ms, input: see `Moment`.
        """
        utc = result.frame.taken or self._utc(clock_ms)
        moment = Moment(result.frame.index, time_ms, utc, FACE, result, lasts_ms, input)
        faces = (*result.faces, *result.departed)
        rows = []
        if faces:
            without_face = self._row(moment)
            rows = [self._face_row(without_face, face, model_labels=result.model_labels) for face in faces]
        if not result.faces:
            rows.insert(0, self._row(replace(moment, state=NO_FACE)))
        return rows

    def gap_row(
        self, gap: Gap, *, time_ms: int, clock_ms: int | None = None, input: int | None = None
    ) -> list[str]:
        """Return the row of a moment at which the source was lost."""
        return self._row(Moment(gap.index, time_ms, self._utc(clock_ms), SOURCE_LOST, None, input=input))

    def _utc(self, clock_ms: int | None) -> datetime | None:
        return None if clock_ms is None else moment_after(self._start, clock_ms)

    def _row(self, moment: Moment) -> list[str]:
        cells = [""] * len(self.header)
        for place, column in self._of_moment:
            cells[place] = column.cell(moment)
        return cells

    def _face_row(self, without_face: list[str], face: Face, *, model_labels: Sequence[str]) -> list[str]:
        cells = without_face.copy()
        for place, column in self._of_face:
            cells[place] = column.cell(face)
        for places, group in self._of_labels:
            cells[places] = group.cells(face, labels=self._labels, model_labels=model_labels)
        return cells


NO_MEASURES: tuple[float | None, ...] = (None,) * len(MEASURE_COLUMNS)


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """What a row of faces.csv tells the statistics; None where its cell is empty.

    measures: in the order of MEASURE_COLUMNS. lasts_ms, input: see `column_types.Moment`. is_counted: the frame is a
    picture that stands for itself, and for no time.
    """

    frame: int
    time_ms: int
    state: str
    face: int | None
    is_in_sight: bool
    has_prediction: bool
    label: str | None
    confidence: float | None
    spectrum: str | None
    measures: tuple[float | None, ...] = NO_MEASURES
    lasts_ms: int | None = None
    input: int | None = None
    is_counted: bool = False


class RowReader:
    """Reads rows of faces.csv by the names in its header, whatever the format; passes over columns it does not know."""

    def __init__(self, header: Sequence[str], *, format_version: int = FORMAT_VERSION) -> None:
        """Take the header; raises ValueError if it lacks a column that a file of this format cannot be read without."""
        missing = [
            column.name
            for column in columns(FacesFile, format_version=format_version)
            if column.is_essential and column.name not in header
        ]
        if missing:
            raise ValueError(f"expected the columns of faces.csv; got none called {', '.join(missing)}")
        self._width = len(header)
        positions = {name: position for position, name in enumerate(header)}
        self._raw = [position for name, position in positions.items() if name.startswith(RAW)]
        self._frame = FacesFile.frame.reader(positions)
        self._time_ms = FacesFile.time_s.reader(positions)
        self._state = FacesFile.state.reader(positions)
        self._face = FacesFile.face.reader(positions)
        self._x = FacesFile.x.reader(positions)
        self._label = FacesFile.label.reader(positions)
        self._confidence = FacesFile.confidence.reader(positions)
        self._spectrum = FacesFile.spectrum.reader(positions)
        self._measures = [column.reader(positions) for column in MEASURE_COLUMNS]
        self._picture = FacesFile.picture.reader(positions)
        self._lasts_ms = FacesFile.lasts_s.reader(positions)
        self._input = FacesFile.input.reader(positions)

    def read(self, cells: Sequence[str]) -> RecordedRow:
        """Return what a row says; raises ValueError for a damaged one."""
        if len(cells) != self._width:
            raise ValueError(f"expected {self._width} cells; got {len(cells)}")
        frame, time_ms = self._frame(cells), self._time_ms(cells)
        if frame is None or time_ms is None:
            raise ValueError("expected the number and the time of a frame; got an empty cell")
        state, face = self._state(cells), self._face(cells)
        if state not in STATES or (state == FACE) != (face is not None):
            raise ValueError(
                f"expected {' or '.join(STATES)}, and a number for a face; got {state!r} with face {face!r}"
            )
        lasts_ms = self._lasts_ms(cells)
        return RecordedRow(
            frame=frame,
            time_ms=time_ms,
            state=state,
            face=face,
            is_in_sight=self._x(cells) is not None,
            has_prediction=any(cells[position] for position in self._raw),
            label=self._label(cells),
            confidence=self._confidence(cells),
            spectrum=self._spectrum(cells),
            measures=NO_MEASURES if face is None else tuple([read(cells) for read in self._measures]),
            lasts_ms=lasts_ms,
            input=self._input(cells),
            is_counted=lasts_ms is None and self._picture(cells) is not None,
        )
