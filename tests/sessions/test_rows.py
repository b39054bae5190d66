"""Rows of faces.csv: what is written is what is read, whatever the values."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emocam.labels import EMOTIONS, SPECTRA, UNCERTAIN
from emocam.messages import Box, Face, FaceMeasures, Gap
from emocam.sessions.columns import FACE, MEASURE_COLUMNS, NO_FACE, SOURCE_LOST
from emocam.sessions.files import csv_lines
from emocam.sessions.rows import NO_MEASURES, RowReader, RowWriter
from emocam.settings import Settings
from tests.sessions.recordings import make_result, utc_start

WRITER = RowWriter(start=utc_start(), labels=EMOTIONS)
COLUMNS = WRITER.header
COORDINATES = st.integers(-5000, 5000)
PROBABILITIES = st.none() | st.lists(st.floats(0, 1, width=32), min_size=7, max_size=7).map(
    lambda values: np.array(values, np.float32)
)
ANGLES, RATIOS = st.floats(-180, 180), st.floats(-1, 2)
MEASURES = st.none() | st.builds(FaceMeasures, *[ANGLES] * 3, *[RATIOS] * 5)


@st.composite
def faces(draw, *, in_sight):
    box = draw(st.builds(Box, COORDINATES, COORDINATES, st.integers(1, 5000), st.integers(1, 5000)))
    label = draw(st.none() | st.sampled_from([*EMOTIONS, UNCERTAIN]))
    return Face(
        track_id=draw(st.integers(1, 10**6)),
        box=box if in_sight else None,
        prediction=draw(PROBABILITIES),
        pooled=draw(PROBABILITIES),
        label=label,
        confidence=None if label is None else draw(st.floats(0, 1)),
        measures=draw(MEASURES) if in_sight else None,
    )


def written_and_read(rows):
    """Write rows as a file, and return its cells by name."""
    text = csv_lines([COLUMNS, *rows]).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(
    index=st.integers(0, 10**9), time_ms=st.integers(0, 86_400_000), spectrum=st.sampled_from(sorted(SPECTRA)),
    seen=st.lists(faces(in_sight=True), max_size=3), departed=st.lists(faces(in_sight=False), max_size=2),
)  # fmt: skip
def test_a_frame_comes_back_as_it_was_written(index, time_ms, spectrum, seen, departed):
    result = make_result(index, *seen, departed=departed, settings=Settings(spectrum=spectrum))
    rows = written_and_read(WRITER.frame_rows(result, time_ms=time_ms))
    read = [RowReader(COLUMNS).read(list(row.values())) for row in rows]
    assert {(row.frame, row.time_ms, row.spectrum) for row in read} == {(index, time_ms, spectrum)}
    if not seen:
        assert read.pop(0).state == NO_FACE
        rows.pop(0)
    for face, row, cells in zip([*seen, *departed], read, rows, strict=True):
        assert (row.state, row.face, row.label) == (FACE, face.track_id, face.label)
        assert row.is_in_sight == (face.box is not None)
        assert row.has_prediction == (face.prediction is not None)
        assert row.confidence == (None if face.confidence is None else pytest.approx(face.confidence, abs=1e-6))
        if face.measures is None:
            assert row.measures == NO_MEASURES
        else:
            for column, value in zip(MEASURE_COLUMNS, row.measures, strict=True):
                assert value == pytest.approx(getattr(face.measures, column.name), abs=0.0051)
        for prefix, values in (("", face.pooled), ("raw_", face.prediction)):
            for position, label in enumerate(EMOTIONS):
                cell = cells[prefix + label]
                assert cell == "" if values is None else float(cell) == pytest.approx(values[position], abs=1e-6)


@given(index=st.integers(0, 10**9), time_ms=st.integers(0, 86_400_000))
def test_a_gap_comes_back_as_it_was_written(index, time_ms):
    gap = Gap(index, 0.0, "a reason is no cell: =1+1,\n")
    (row,) = written_and_read([WRITER.gap_row(gap, time_ms=time_ms)])
    read = RowReader(COLUMNS).read(list(row.values()))
    assert (read.frame, read.time_ms, read.state, read.face) == (index, time_ms, SOURCE_LOST, None)


@given(st.lists(st.text(max_size=12), max_size=len(COLUMNS) + 2))
def test_cells_that_are_no_row_are_refused_and_nothing_else(cells):
    cells = cells + [""] * (len(COLUMNS) - len(cells)) if len(cells) % 2 else cells
    with pytest.raises((ValueError, OverflowError)):
        RowReader(COLUMNS).read(cells)
