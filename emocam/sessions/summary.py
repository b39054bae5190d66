"""What is counted of a session's rows, and the files that it becomes when the session ends."""

from emocam.sessions.columns import FORMAT_VERSION, MeasuresFile, columns
from emocam.sessions.files import MEASURES, STATISTICS
from emocam.sessions.measures import MeasureStatistics
from emocam.sessions.rows import RecordedRow
from emocam.sessions.statistics import Statistics


class Summary:
    """Counts the rows of a session, one by one."""

    def __init__(self) -> None:
        self._statistics = Statistics()
        self._measures = MeasureStatistics()

    def add(self, row: RecordedRow) -> None:
        """Count a row of faces.csv; rows must come in the order of the file."""
        self._statistics.add(row)
        self._measures.add(row)

    @property
    def has_time(self) -> bool:
        """Whether the session takes time: pictures are counted and take none."""
        return self._statistics.has_time

    def files(self, *, format_version: int = FORMAT_VERSION) -> dict[str, list[list[str]]]:
        """Return the cells of each file by its name, header first: those that a session of this format has."""
        files = {STATISTICS: self._statistics.csv_rows(format_version=format_version)}
        if any(columns(MeasuresFile, format_version=format_version)):
            files[MEASURES] = self._measures.csv_rows(format_version=format_version)
        return files
