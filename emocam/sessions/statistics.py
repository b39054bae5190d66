"""How long, how surely and how often each expression was shown in a session."""

from collections.abc import Iterable
from dataclasses import dataclass

from emocam.labels import SPECTRA, UNCERTAIN
from emocam.messages import FrameResult
from emocam.sessions.column_types import LabelStatistics
from emocam.sessions.columns import ALL_FACES, SOURCE_LOST, StatisticsFile, columns
from emocam.sessions.rows import RecordedRow
from emocam.sessions.timeline import LONGEST_INTERVAL_MS, counted_ms


@dataclass(slots=True)
class _Tally:
    """What is counted for one label of one face."""

    shown_ms: int = 0
    pictures: int = 0
    predictions: int = 0
    rows: int = 0
    confidence_sum: float = 0.0
    peak: float = -1.0
    peak_ms: int = 0
    episodes: int = 0

    def count_confidence(self, confidence: float, *, time_ms: int) -> None:
        self.rows += 1
        self.confidence_sum += confidence
        if confidence > self.peak:
            self.peak, self.peak_ms = confidence, time_ms

    def add(self, other: "_Tally") -> None:
        self.shown_ms += other.shown_ms
        self.pictures += other.pictures
        self.predictions += other.predictions
        self.rows += other.rows
        self.confidence_sum += other.confidence_sum
        self.episodes += other.episodes
        if (other.peak, -other.peak_ms) > (self.peak, -self.peak_ms):
            self.peak, self.peak_ms = other.peak, other.peak_ms


class Statistics:
    """The session statistics, counted row by row; memory grows with the number of faces, not with time."""

    def __init__(self) -> None:
        self._tallies: dict[int, dict[str, _Tally]] = {}
        self._last_label: dict[int, str | None] = {}
        self._spectra: set[str] = set()
        self._shown: dict[int, str] = {}  # what the last frame showed, by face
        self._last: RecordedRow | None = None  # a row of it
        self._timed: set[int] = set()  # faces that were seen in something else than pictures
        self._counted: set[int] = set()  # and those that were seen in pictures
        self._has_time = self._has_pictures = False

    def add(self, row: RecordedRow) -> None:
        """Count a row of faces.csv; rows must come in the order of the file."""
        if is_next_frame(self._last, row):
            self._end_frame(row)
        self._last = row
        self._has_time, self._has_pictures = self._has_time or not row.is_counted, self._has_pictures or row.is_counted
        if row.spectrum:
            self._spectra.add(row.spectrum)
        if row.face is None:
            return
        (self._counted if row.is_counted else self._timed).add(row.face)
        if row.label is not None:
            self._count(row.face, row.label, row)
        self._last_label[row.face] = row.label

    def _end_frame(self, following: RecordedRow | None) -> None:
        """Count how long the last frame was shown, by the first row of the next; None at the session's end."""
        if self._last is not None and self._shown:
            is_loss = following is not None and following.state == SOURCE_LOST
            interval_ms = counted_ms(self._last, following, is_loss=is_loss)
            for face, label in self._shown.items():
                self._tallies[face][label].shown_ms += interval_ms
                self._tallies[face][label].pictures += self._last.is_counted
        self._shown = {}

    def _count(self, face: int, label: str, row: RecordedRow) -> None:
        tally = self._tallies.setdefault(face, {}).setdefault(label, _Tally())
        tally.predictions += row.has_prediction
        tally.episodes += self._last_label.get(face) != label
        if row.confidence is not None:
            tally.count_confidence(row.confidence, time_ms=row.time_ms)
        if row.is_in_sight:
            self._shown[face] = label

    @property
    def has_time(self) -> bool:
        """Something else than pictures was seen, or nothing yet."""
        return self._has_time or not self._has_pictures

    def csv_rows(self, *, format_version: int | None = None) -> list[list[str]]:
        """Return the cells of statistics.csv, header first; format_version: in columns that it had."""
        written = list(columns(StatisticsFile, format_version=format_version))
        header = [column.name for column in written]
        return [header, *([column.cell(row) for column in written] for row in self.rows())]

    def rows(self) -> list[LabelStatistics]:
        """Return what was counted: of each face that got a label, by number, then of all together.

        The session ends with the last row that was added.
        """
        self._end_frame(None)
        together: dict[str, _Tally] = {}
        rows = []
        for face in sorted(self._tallies):
            for label, tally in self._tallies[face].items():
                together.setdefault(label, _Tally()).add(tally)
            kinds = _Kinds(face in self._timed, face in self._counted)
            rows += self._face_rows(str(face), self._tallies[face], kinds)
        return rows + self._face_rows(ALL_FACES, together, _Kinds(self.has_time, self._has_pictures))

    def _face_rows(self, face: str, tallies: dict[str, _Tally], kinds: "_Kinds") -> list[LabelStatistics]:
        labels = _labels_in_order(self._spectra, tallies)
        counts = [tallies.get(label, _Tally()) for label in labels]
        weights = [tally.shown_ms if kinds.has_time else tally.pictures for tally in counts]
        total = sum(weights)
        return [
            _row(face, label, tally, weight / total if total else 0.0, kinds)
            for label, tally, weight in zip(labels, counts, weights, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Kinds:
    """In what a face was seen: in sources that take time, in pictures, or in both."""

    has_time: bool
    has_pictures: bool


def is_next_frame(last: RecordedRow | None, row: RecordedRow) -> bool:
    """Tell whether a row is of another frame than the one before it."""
    last_ms, last_input = (last.time_ms, last.input) if last is not None else (0, row.input)
    return row.time_ms != last_ms or row.input != last_input or row.state == SOURCE_LOST


def _labels_in_order(spectra: set[str], labels: Iterable[str]) -> list[str]:
    ordered = [label for name in SPECTRA if name in spectra for label in SPECTRA[name].labels]
    if spectra:
        ordered.append(UNCERTAIN)
    return list(dict.fromkeys([*ordered, *labels]))


def _row(face: str, label: str, tally: _Tally, share: float, kinds: _Kinds) -> LabelStatistics:
    return LabelStatistics(
        face=face,
        label=label,
        shown_ms=tally.shown_ms if kinds.has_time else None,
        share=share,
        predictions=tally.predictions,
        mean_probability=tally.confidence_sum / tally.rows if tally.rows else None,
        peak_probability=tally.peak if tally.rows else None,
        peak_ms=tally.peak_ms if tally.rows else None,
        episodes=tally.episodes,
        pictures=tally.pictures if kinds.has_pictures else None,
    )


class FrameCount:
    """How many frames were analysed, and how many frames of the source were dropped between them."""

    def __init__(self) -> None:
        self.analysed = 0
        self.dropped = 0
        self._last_index: int | None = None

    def add_frame(self, index: int) -> None:
        """Count an analysed frame; those missing since the last one were dropped."""
        self.analysed += 1
        if self._last_index is not None:
            self.dropped += max(0, index - self._last_index - 1)
        self._last_index = index

    def restart(self) -> None:
        """Start again from the next frame: the source changed, or was lost in between."""
        self._last_index = None

    def described(self) -> dict[str, int]:
        """Return the counts as they stand in session.json."""
        return {"frames_analysed": self.analysed, "frames_dropped": self.dropped}


class SharesSoFar:
    """How long each label was shown since counting began, in shares, for a live chart; used from one thread.

    Counting begins with the object: whoever counts makes a new one where a source is opened and where a recording
    begins, so that the shares tell of one source, or of one session.
    """

    def __init__(self) -> None:
        self._shown_s: dict[str, dict[str, float]] = {name: {} for name in SPECTRA}
        self._last: FrameResult | None = None

    def add(self, result: FrameResult) -> None:
        """Count the time since the last result for the labels that it showed; a picture is counted once.

        A time that goes back, as after a change of source or where a file begins again, counts for as long as a film
        says that its frame lasts, and else nothing.
        """
        if self._last is not None:
            _add_shown(self._last, self._weight(result), self._shown_s[self._last.settings.spectrum])
        self._last = result

    def _weight(self, following: FrameResult | None) -> float:
        """Return how much the last frame counts: seconds until another or so far, or one picture."""
        assert self._last is not None
        frame = self._last.frame
        if frame.lasts_s is None and frame.picture:
            return 1.0  # among pictures, whatever time is counted elsewhere
        until_s = following.frame.time_s - frame.time_s if following is not None else 0.0
        if frame.lasts_s is not None:
            return until_s if until_s > 0 else frame.lasts_s
        return min(max(0.0, until_s), LONGEST_INTERVAL_MS / 1000)

    def amend(self, result: FrameResult) -> None:
        """Put this in place of the last result: its frame is shown again, under other settings or networks."""
        self._last = result

    def shares(self) -> dict[str, float]:
        """Return each label of the spectrum shown last, and `uncertain`, with its share of 0 to 1.

        Each spectrum is counted for itself. Empty before the first result; all 0 before the first label.
        """
        if self._last is None:
            return {}
        spectrum = SPECTRA[self._last.settings.spectrum]
        shown_s = self._shown_s[spectrum.name].copy()
        _add_shown(self._last, self._weight(None), shown_s)
        total_s = sum(shown_s.values()) or 1.0
        return {label: shown_s.get(label, 0.0) / total_s for label in (*spectrum.labels, UNCERTAIN)}


def _add_shown(result: FrameResult, weight: float, shown_s: dict[str, float]) -> None:
    for face in result.faces:
        if face.label is not None:
            shown_s[face.label] = shown_s.get(face.label, 0.0) + weight
