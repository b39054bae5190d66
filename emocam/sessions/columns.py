"""The columns of a session's CSV files, each declared once: its name, its meaning, and how it is written and read.

Headers, the dictionary in session.json, writers, readers and the tables of docs/session-files.md are made from these
declarations. A new column goes to the end of its class, with `since` one above the last released format.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from emocam.labels import SPECTRA, UNCERTAIN
from emocam.pooling import LEAD_TO_BE_CERTAIN, LEAD_TO_CHANGE
from emocam.sessions.blinks import (
    LARGEST_YAW_DEG,
    LONGEST_MS,
    LONGEST_STEP_MS,
    NARROWED,
    REGAINED,
    SHORTEST_MS,
    USUAL_FROM_MS,
    USUAL_OF_MS,
    USUAL_OPENNESS,
)
from emocam.sessions.cells import DEGREES, FACE_NAME, FRACTION, MOMENT, NAME, RATE, RATIO, SECONDS, TEXT, WHOLE_NUMBER
from emocam.sessions.column_types import (
    Column,
    FaceColumn,
    FaceStatistics,
    LabelColumns,
    LabelStatistics,
    Marker,
    MeasureColumn,
    MomentColumn,
    Value,
)
from emocam.sessions.files import FACES, MARKERS, MEASURES, SESSION, STATISTICS
from emocam.sessions.timeline import LONGEST_INTERVAL_MS

FACE, NO_FACE, SOURCE_LOST = "face", "no_face", "source_lost"
STATES = (FACE, NO_FACE, SOURCE_LOST)
ALL_FACES = "all"
RAW = "raw_"
GEOMETRY = "a measure of geometry, no FACS code, empty where the face's points are not seen"


class FacesFile:
    """faces.csv: a row for each face of each analysed frame, and one without a face where there was none."""

    frame = MomentColumn(
        "position of the frame in its source, from 0; begins again where the source changes",
        WHOLE_NUMBER, lambda moment: moment.frame, is_essential=True,
    )  # fmt: skip
    time_s = MomentColumn(
        "seconds since the session's start; for a file, as its frames are timed",
        SECONDS, lambda moment: moment.time_ms, is_essential=True,
    )  # fmt: skip
    utc = MomentColumn(
        "when the frame was taken, ISO 8601, UTC: of a live source when it arrived, of a file as far as that says it; "
        "else empty. Before format 3, the session's start plus time_s, whatever the source",
        MOMENT, lambda moment: moment.utc,
    )  # fmt: skip
    state = MomentColumn(
        f"{FACE}: a row for each face; {NO_FACE}: a frame in which no face was found; {SOURCE_LOST}: no frame, "
        "the source delivered none at this moment",
        NAME, lambda moment: moment.state, is_essential=True,
    )  # fmt: skip
    face = FaceColumn(
        "number of the face: the same person as long as they are followed, never used twice",
        WHOLE_NUMBER, lambda face: face.track_id, is_essential=True,
    )  # fmt: skip
    x = FaceColumn(
        "left edge of the face's box, pixels of the frame; empty for a face out of sight that got a last label",
        WHOLE_NUMBER, lambda face: face.box.x if face.box else None, is_essential=True,
    )  # fmt: skip
    y = FaceColumn("upper edge of the box, pixels", WHOLE_NUMBER, lambda face: face.box.y if face.box else None)
    width = FaceColumn("width of the box, pixels", WHOLE_NUMBER, lambda face: face.box.width if face.box else None)
    height = FaceColumn("height of the box, pixels", WHOLE_NUMBER, lambda face: face.box.height if face.box else None)
    pooled = LabelColumns(
        "",
        "probability of {label}, 0 to 1: the mean of the predictions that the label was made from, in which newer ones "
        "count more, as the baseline in force (baseline) corrects it; empty before the face's first label",
        lambda face: face.pooled,
    )
    raw = LabelColumns(
        RAW,
        "probability of {label}, 0 to 1, predicted from this frame alone; empty where the face was not classified in "
        "this frame",
        lambda face: face.prediction,
    )
    label = FaceColumn(
        "expression shown for the face, in the spectrum shown: the most probable one, but the one shown before until "
        f"another leads by {LEAD_TO_CHANGE}; {UNCERTAIN} where its probability lies below the prediction sensitivity, "
        f"or after {UNCERTAIN} less than {LEAD_TO_BE_CERTAIN} above it; empty before the face's first label",
        NAME, lambda face: face.label, is_essential=True,
    )  # fmt: skip
    confidence = FaceColumn(
        f"probability of the label in the spectrum shown, 0 to 1; for {UNCERTAIN} the highest there was",
        FRACTION, lambda face: face.confidence, is_essential=True,
    )  # fmt: skip
    spectrum = MomentColumn(
        "set of labels shown: " + "; ".join(f"{one.name} ({', '.join(one.labels)})" for one in SPECTRA.values()),
        NAME, lambda moment: moment.result.settings.spectrum if moment.result else None, is_essential=True,
    )  # fmt: skip
    yaw_deg = MeasureColumn(
        "how far the head is turned about the vertical, from the line between it and the camera: degrees, positive "
        f"where the nose points to the picture's right, the person's left; {GEOMETRY}",
        DEGREES, since=2,
    )  # fmt: skip
    pitch_deg = MeasureColumn(
        "how far the head is raised, after yaw: degrees from the line to the camera, positive where the nose points "
        f"up; {GEOMETRY}",
        DEGREES, since=2,
    )  # fmt: skip
    roll_deg = MeasureColumn(
        "how far the head leans, after yaw and pitch: degrees, positive where it leans clockwise in the picture; "
        f"{GEOMETRY}",
        DEGREES, since=2,
    )  # fmt: skip
    eyes_open_left = MeasureColumn(
        "how far the person's left eye is open: the distance between its lids, the mean of two places, divided by the "
        f"eye's width from corner to corner; about 0.15 is shut, 0.21 to 0.34 open; {GEOMETRY}",
        RATIO, since=2,
    )  # fmt: skip
    eyes_open_right = MeasureColumn(
        "how far the person's right eye is open, measured as eyes_open_left is: the distance between its lids divided "
        f"by the eye's width; {GEOMETRY}",
        RATIO, since=2,
    )  # fmt: skip
    mouth_open = MeasureColumn(
        "how far the mouth is open: the distance between the inner edges of the lips in their middle, divided by the "
        f"distance between the outer corners of the eyes; 0 is shut; {GEOMETRY}",
        RATIO, since=2,
    )  # fmt: skip
    brows_raised = MeasureColumn(
        "how high the brows are above the corners of the eyes, the mean of both sides, divided by the distance between "
        f"the outer corners of the eyes; more is higher; {GEOMETRY}",
        RATIO, since=2,
    )  # fmt: skip
    lip_corners = MeasureColumn(
        "how high the corners of the mouth are above the point a quarter of the way from the upper lip's inner edge to "
        "the lower one's, divided by the distance between the outer corners of the eyes; positive is pulled up, "
        f"negative down; {GEOMETRY}",
        RATIO, since=2,
    )  # fmt: skip
    picture = MomentColumn(
        "file of the picture, where the source is a picture or a folder of them, with #2 behind it for the second in a "
        "file of several; an apostrophe stands before a name that a spreadsheet would calculate",
        TEXT, lambda moment: moment.result.frame.picture or None if moment.result else None, since=3,
    )  # fmt: skip
    lasts_s = MomentColumn(
        "for how long a film shows the frame, by what the film says. Empty for a live source and a picture of a folder",
        SECONDS, lambda moment: moment.lasts_ms, since=3,
    )  # fmt: skip
    input = MomentColumn(
        f"number of the source in the list inputs of {SESSION}, from 1; empty while none was open",
        WHOLE_NUMBER, lambda moment: moment.input, since=3,
    )  # fmt: skip
    baseline = FaceColumn(
        f"number of the person's neutral face in the list baselines of {SESSION}, which corrects the probabilities, "
        f"label and confidence of this row, and not the {RAW} columns; empty where none is in force",
        WHOLE_NUMBER, lambda face: face.baseline.number if face.baseline else None, since=4,
    )  # fmt: skip


# How long a row counts: `timeline.counted_ms`.
COUNTS = (
    f"each row of {FACES} counts until the next frame of its input; the last of a film for its lasts_s, the last of a "
    f"live source not at all, and a row of a live source (no lasts_s) at most {LONGEST_INTERVAL_MS / 1000:g} s and not "
    f"until a {SOURCE_LOST} row, as all rows before format 3. Empty where only pictures (a picture and no lasts_s) "
    "were seen, which are counted and not timed"
)
MEASURE_COLUMNS = tuple(column for column in vars(FacesFile).values() if isinstance(column, MeasureColumn))


class StatisticsColumn(Column[LabelStatistics, Value]):
    """A column of statistics.csv."""


class StatisticsFile:
    """statistics.csv: a row for each face and label, and the same for all faces together."""

    face = StatisticsColumn(
        f"number of the face, as in {FACES}; {ALL_FACES}: all faces together", FACE_NAME, lambda row: row.face
    )
    label = StatisticsColumn(
        f"expression shown, or {UNCERTAIN}. Where the spectrum was switched during the session, the labels of each "
        "spectrum shown have rows; a label that stands in several, as neutral does, has one row for all of them",
        NAME, lambda row: row.label,
    )  # fmt: skip
    seconds = StatisticsColumn(
        f"how long the label was shown while the face was in sight: {COUNTS}. For {ALL_FACES}: the sum over the faces",
        SECONDS, lambda row: row.shown_ms,
    )  # fmt: skip
    share = StatisticsColumn(
        f"seconds divided by the seconds of all labels of this face, {UNCERTAIN} included, 0 to 1; where seconds is "
        "empty, pictures by pictures",
        FRACTION, lambda row: row.share,
    )  # fmt: skip
    predictions = StatisticsColumn(
        "how often the network classified the face while the label was shown", WHOLE_NUMBER, lambda row: row.predictions
    )
    mean_probability = StatisticsColumn(
        f"mean of the column confidence over the rows of {FACES} with this face and label, 0 to 1, in the spectrum "
        "shown at the time; empty for a label never shown",
        FRACTION, lambda row: row.mean_probability,
    )  # fmt: skip
    peak_probability = StatisticsColumn(
        "highest confidence among those rows", FRACTION, lambda row: row.peak_probability
    )
    peak_time_s = StatisticsColumn(
        "when it was first reached, seconds since the session's start", SECONDS, lambda row: row.peak_ms
    )
    episodes = StatisticsColumn(
        "how many separate times the label was shown: runs of consecutive rows of the face with this label",
        WHOLE_NUMBER, lambda row: row.episodes,
    )  # fmt: skip
    pictures = StatisticsColumn(
        f"in how many pictures the label was shown: rows of {FACES} with a picture and no lasts_s; empty where there "
        "is no such row. Their time is not in seconds",
        WHOLE_NUMBER, lambda row: row.pictures, since=3,
    )  # fmt: skip


class MarkerColumn(Column[Marker, Value]):
    """A column of markers.csv."""


class MarkersFile:
    """markers.csv: the moments and spans that the user named."""

    start_s = MarkerColumn(
        f"where the marker begins, seconds since the session's start, as time_s in {FACES}",
        SECONDS, lambda row: row.start_ms,
    )  # fmt: skip
    end_s = MarkerColumn("where it ends; a moment ends where it begins", SECONDS, lambda row: row.end_ms)
    name = MarkerColumn(
        "what the user called it; an apostrophe stands before a name that a spreadsheet would calculate, or take for "
        "another number or a date",
        TEXT, lambda row: row.name,
    )  # fmt: skip


class MeasuresColumn(Column[FaceStatistics, Value]):
    """A column of measures.csv."""


class MeanColumn(MeasuresColumn[float]):
    """The mean of a measure of faces.csv."""

    def __init__(self, measure: MeasureColumn, *, since: int) -> None:
        super().__init__(
            f"mean of the column {measure.name} over the rows of {FACES} with this face in which it stands; empty "
            "where there is none",
            measure.cell_type, lambda row: row.means.get(measure.name), since=since,
        )  # fmt: skip


class DeviationColumn(MeasuresColumn[float]):
    """The standard deviation of a measure of faces.csv."""

    def __init__(self, measure: MeasureColumn, *, since: int) -> None:
        super().__init__(
            f"standard deviation of the column {measure.name} over the same rows as its mean, with their number less "
            "one as divisor; empty where there are fewer than two",
            measure.cell_type, lambda row: row.deviations.get(measure.name), since=since,
        )  # fmt: skip


class MeasuresFile:
    """measures.csv: what the points told of each face, and of all faces together."""

    face = MeasuresColumn(
        f"number of the face, as in {FACES}; {ALL_FACES}: all faces together", FACE_NAME, lambda row: row.face, since=2
    )
    seconds_seen = MeasuresColumn(
        f"how long the points of the face were seen, in rows with measures: {COUNTS}. For {ALL_FACES}: the sum over "
        "the faces",
        SECONDS, lambda row: row.seen_ms, since=2,
    )  # fmt: skip
    seconds_watched = MeasuresColumn(
        "for how much of this time a blink could be told: the head is turned by no more than "
        f"{LARGEST_YAW_DEG:g} degrees (yaw_deg), the rows are at most {LONGEST_STEP_MS / 1000:g} s apart without one "
        f"between them that lacks the points, {USUAL_FROM_MS / 1000:g} s of such rows came before, and their median "
        f"openness is {USUAL_OPENNESS:g} or more. Openness is the mean of eyes_open_left and eyes_open_right. Empty "
        "where seconds_seen is",
        SECONDS, lambda row: row.watched_ms, since=2,
    )  # fmt: skip
    blinks = MeasuresColumn(
        f"how often both eyes blinked: the openness falls below {NARROWED:.0%} of its median of the last "
        f"{USUAL_OF_MS / 1000:g} s, and then regains half of what it lost and {REGAINED:.0%} of that median; from the "
        f"last row before to that row it takes {SHORTEST_MS / 1000:g} to {LONGEST_MS / 1000:g} s. Longer closings are "
        "none. Empty where seconds_watched is 0 or empty",
        WHOLE_NUMBER, lambda row: row.blinks, since=2,
    )  # fmt: skip
    blinks_per_minute = MeasuresColumn(
        "blinks divided by the minutes watched; empty where blinks is",
        RATE, lambda row: row.blinks_per_minute, since=2,
    )  # fmt: skip
    mean_yaw_deg = MeanColumn(FacesFile.yaw_deg, since=2)
    mean_pitch_deg = MeanColumn(FacesFile.pitch_deg, since=2)
    mean_roll_deg = MeanColumn(FacesFile.roll_deg, since=2)
    mean_eyes_open_left = MeanColumn(FacesFile.eyes_open_left, since=2)
    mean_eyes_open_right = MeanColumn(FacesFile.eyes_open_right, since=2)
    mean_mouth_open = MeanColumn(FacesFile.mouth_open, since=2)
    mean_brows_raised = MeanColumn(FacesFile.brows_raised, since=2)
    mean_lip_corners = MeanColumn(FacesFile.lip_corners, since=2)
    sd_yaw_deg = DeviationColumn(FacesFile.yaw_deg, since=2)
    sd_pitch_deg = DeviationColumn(FacesFile.pitch_deg, since=2)
    sd_roll_deg = DeviationColumn(FacesFile.roll_deg, since=2)
    sd_eyes_open_left = DeviationColumn(FacesFile.eyes_open_left, since=2)
    sd_eyes_open_right = DeviationColumn(FacesFile.eyes_open_right, since=2)
    sd_mouth_open = DeviationColumn(FacesFile.mouth_open, since=2)
    sd_brows_raised = DeviationColumn(FacesFile.brows_raised, since=2)
    sd_lip_corners = DeviationColumn(FacesFile.lip_corners, since=2)


CSV_FILES: dict[str, type] = {
    FACES: FacesFile,
    STATISTICS: StatisticsFile,
    MARKERS: MarkersFile,
    MEASURES: MeasuresFile,
}


def declared(file: type) -> list[Column[Any, Any] | LabelColumns]:
    """Return what a file declares, in the order of its columns."""
    return [column for column in vars(file).values() if isinstance(column, (Column, LabelColumns))]


# The newest column's, or way of writing: so neither can be added without a format that has it.
FORMAT_VERSION = max(
    max(column.since, column.cell_type.since) for file in CSV_FILES.values() for column in declared(file)
)


def columns(file: type, *, labels: Sequence[str] = (), format_version: int | None = None) -> Iterator[Column[Any, Any]]:
    """Yield the columns of a file for a network with these labels; format_version: those it had, as it had them."""
    for column in declared(file):
        if format_version is not None and column.since > format_version:
            continue
        if isinstance(column, LabelColumns):
            yield from map(column.of, labels)
        else:
            yield column if format_version is None else column.of_format(format_version)


def header_of(file: type, *, labels: Sequence[str] = ()) -> list[str]:
    """Return the first row of a file."""
    return [column.name for column in columns(file, labels=labels)]


def meanings(labels: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the dictionary of session.json: each file's columns, in order, with their meanings."""
    return {
        name: {column.name: column.meaning for column in columns(file, labels=labels)}
        for name, file in CSV_FILES.items()
    }
