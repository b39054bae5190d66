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
        self._shown: dict[int, str] = {}  # what the frame at _shown_ms showed, by face
        self._shown_ms = 0

    def add(self, row: RecordedRow) -> None:
        """Count a row of faces.csv; rows must come in the order of the file."""
        if row.time_ms != self._shown_ms or row.state == SOURCE_LOST:
            self._end_interval(row)
        if row.spectrum:
            self._spectra.add(row.spectrum)
        if row.face is None:
            return
        if row.label is not None:
            self._count(row.face, row.label, row)
        self._last_label[row.face] = row.label

    def _end_interval(self, row: RecordedRow) -> None:
        if row.state != SOURCE_LOST:
            interval_ms = counted_ms(self._shown_ms, row.time_ms)
            for face, label in self._shown.items():
                self._tallies[face][label].shown_ms += interval_ms
        self._shown = {}
        self._shown_ms = row.time_ms

    def _count(self, face: int, label: str, row: RecordedRow) -> None:
        tally = self._tallies.setdefault(face, {}).setdefault(label, _Tally())
        tally.predictions += row.has_prediction
        tally.episodes += self._last_label.get(face) != label
        if row.confidence is not None:
            tally.count_confidence(row.confidence, time_ms=row.time_ms)
        if row.is_in_sight:
            self._shown[face] = label

    def csv_rows(self, *, format_version: int | None = None) -> list[list[str]]:
        """Return the cells of statistics.csv, header first; format_version: in columns that it had."""
        written = list(columns(StatisticsFile, format_version=format_version))
        header = [column.name for column in written]
        return [header, *([column.cell(row) for column in written] for row in self.rows())]

    def rows(self) -> list[LabelStatistics]:
        """Return what was counted: of each face that got a label, by number, then of all together."""
        together: dict[str, _Tally] = {}
        rows = []
        for face in sorted(self._tallies):
            for label, tally in self._tallies[face].items():
                together.setdefault(label, _Tally()).add(tally)
            rows += self._face_rows(str(face), self._tallies[face])
        return rows + self._face_rows(ALL_FACES, together)

    def _face_rows(self, face: str, tallies: dict[str, _Tally]) -> list[LabelStatistics]:
        labelled_ms = sum(tally.shown_ms for tally in tallies.values())
        labels = _labels_in_order(self._spectra, tallies)
        return [_row(face, label, tallies.get(label, _Tally()), labelled_ms) for label in labels]


def _labels_in_order(spectra: set[str], labels: Iterable[str]) -> list[str]:
    ordered = [label for name in SPECTRA if name in spectra for label in SPECTRA[name].labels]
    if spectra:
        ordered.append(UNCERTAIN)
    return list(dict.fromkeys([*ordered, *labels]))


def _row(face: str, label: str, tally: _Tally, labelled_ms: int) -> LabelStatistics:
    return LabelStatistics(
        face=face,
        label=label,
        shown_ms=tally.shown_ms,
        share=tally.shown_ms / labelled_ms if labelled_ms else 0.0,
        predictions=tally.predictions,
        mean_probability=tally.confidence_sum / tally.rows if tally.rows else None,
        peak_probability=tally.peak if tally.rows else None,
        peak_ms=tally.peak_ms if tally.rows else None,
        episodes=tally.episodes,
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
        """Count the time since the last result for the labels that it showed.

        A time that goes back, as after a change of source, counts nothing.
        """
        if self._last is not None:
            interval_s = result.frame.time_s - self._last.frame.time_s
            interval_s = min(max(0.0, interval_s), LONGEST_INTERVAL_MS / 1000)
            shown_s = self._shown_s[self._last.settings.spectrum]
            for face in self._last.faces:
                if face.label is not None:
                    shown_s[face.label] = shown_s.get(face.label, 0.0) + interval_s
        self._last = result

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
        shown_s = self._shown_s[spectrum.name]
        total_s = sum(shown_s.values()) or 1.0
        return {label: shown_s.get(label, 0.0) / total_s for label in (*spectrum.labels, UNCERTAIN)}
