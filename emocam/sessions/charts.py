"""The charts of session.xlsx, and what they count as the tables are written."""

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from emocam.labels import COLOURS, SPECTRA
from emocam.sessions.cells import FRACTION, SECONDS
from emocam.sessions.columns import ALL_FACES, RAW, FacesFile, StatisticsFile
from emocam.sessions.course import Course
from emocam.sessions.tables import DURATION, Book, Field, Table

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart

WIDTH_PX, SHARES_HEIGHT_PX, COURSE_HEIGHT_PX = 760, 300, 340
DAY_MS = 86_400_000
SHORT_MS = 60_000  # a course that ends before has its axis in seconds
MOST_TIMES = 8  # on the axis
SPACE = '"  "'  # around them, for programs that choose which ones to show, and let those touch one another
NO_COLOUR = "#808080"  # of a label that nobody here knows


class SharesOfLabels:
    """What the rows of statistics.csv tell: which face was labelled longest, and where those of all faces stand."""

    def __init__(self) -> None:
        self.main_face: str | None = None
        self.faces = 0
        self.labels: list[str] = []
        self.shares: list[float] = []
        self.table: Table | None = None
        self.first_row = 0  # in the sheet, of the rows of all faces
        self._columns: dict[str, int] = {}
        self._face, self._labelled_ms, self._longest_ms = "", 0, 0

    def begin(self, header: Sequence[str]) -> None:
        """Take the header of the file."""
        positions = {name: place for place, name in enumerate(header)}
        self._columns = positions
        self._read_face = StatisticsFile.face.reader(positions)
        self._read_label = StatisticsFile.label.reader(positions)
        self._read_ms = StatisticsFile.seconds.reader(positions)
        self._read_share = StatisticsFile.share.reader(positions)

    def add(self, cells: Sequence[str], table: Table) -> None:
        """Count a row, which was just written into a table."""
        try:
            face, label = self._read_face(cells) or "", self._read_label(cells) or ""
            shown_ms, share = self._read_ms(cells) or 0, self._read_share(cells) or 0.0
        except ValueError:
            return
        if face == ALL_FACES:
            self._add_to_all(label, share, table)
            return
        if face != self._face:
            self._face, self._labelled_ms = face, 0
            self.faces += 1
        self._labelled_ms += shown_ms
        if self._labelled_ms > self._longest_ms:
            self._longest_ms, self.main_face = self._labelled_ms, self._face

    def _add_to_all(self, label: str, share: float, table: Table) -> None:
        if not self.labels:
            self.first_row, self.table = table.last_row, table
        self.labels.append(label)
        self.shares.append(share)

    def draw(self, book: Book) -> "Chart | None":
        """Return the chart of the shares of all faces; None where no label was shown."""
        table = self.table
        if table is None or not any(self.shares) or table.last_row != self.first_row + len(self.labels) - 1:
            return None
        chart = book.workbook.add_chart({"type": "bar"})
        rows = self.first_row, table.last_row
        label, share = self._columns[StatisticsFile.label.name], self._columns[StatisticsFile.share.name]
        chart.add_series(
            {
                "name": "share",
                "categories": [table.sheets[-1].name, rows[0], label, rows[1], label],
                "values": [table.sheets[-1].name, rows[0], share, rows[1], share],
                "categories_data": self.labels,
                "values_data": self.shares,
                "points": [_filled(one) for one in self.labels],
                "gap": 35,
                "data_labels": {"value": True, "num_format": "0.0%", "font": {"color": "#404040"}},
            }
        )
        _titled(chart, "How long each expression was shown, all faces", height_px=SHARES_HEIGHT_PX)
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True, "line": {"color": "#A0A0A0"}, "major_tick_mark": "none"})
        chart.set_x_axis({"min": 0, "num_format": "0%", "major_gridlines": _grid(), "line": {"none": True},
                          "label_position": "high"})  # fmt: skip
        return chart


class CourseOfFace:
    """The course of one face, from the rows of faces.csv, and the sheet and chart that show it."""

    def __init__(self, face: str | None) -> None:
        """Take the number of the face, as it stands in the file; None for a session without one."""
        self.face = face
        self.course: Course | None = None
        self._table: Table | None = None

    def begin(self, header: Sequence[str]) -> None:
        """Take the header of the file."""
        positions = {name: place for place, name in enumerate(header)}
        self._time_ms = FacesFile.time_s.reader(positions)
        self._spectrum = FacesFile.spectrum.reader(positions)
        self._place = positions.get(FacesFile.face.name)
        labels = [name.removeprefix(RAW) for name in header if name.startswith(RAW)]
        self._pooled = {label: FacesFile.pooled.of(label).reader(positions) for label in labels}

    def add(self, cells: Sequence[str], table: Table) -> None:
        """Count a row of the file."""
        if self.face is None or self._place is None or cells[self._place] != self.face:
            return
        try:
            time_ms, spectrum = self._time_ms(cells), self._spectrum(cells)
            pooled = {label: value for label, read in self._pooled.items() if (value := read(cells)) is not None}
        except ValueError:
            return
        if time_ms is None or not pooled:
            return
        if self.course is None:
            self.course = Course(SPECTRA.get(spectrum or "", SPECTRA["seven"]))
        self.course.add(time_ms, pooled)

    def meanings(self) -> dict[str, str]:
        """Return the columns of the sheet, with their meanings."""
        if self.course is None:
            return {}
        span = f"{self.course.span_ms / 1000:g} s"
        return {
            "time": f"where a span of {span} begins, since the session's start",
            "time_s": "the same, in seconds",
            **{
                label: f"mean probability of {label} over the rows of face {self.face} in this span; empty where it "
                "has no label"
                for label in self.course.spectrum.labels
            },
        }

    def write(self, table: Table) -> None:
        """Write the sheet."""
        if self.course is None:
            return
        fields = [
            Field("time", lambda cells: cells[0] / DAY_MS, DURATION + ("" if self.course.span_ms >= 1000 else ".0")),
            Field("time_s", lambda cells: cells[0] / 1000, SECONDS.number_format),
        ]
        for place, label in enumerate(self.course.spectrum.labels, start=1):
            fields.append(Field(label, itemgetter(place), FRACTION.number_format))
        table.begin(fields)
        for start_ms, means in self.course.points():
            table.add([start_ms, *means])
        table.end()
        self._table = table

    def draw(self, book: Book) -> "Chart | None":
        """Return the chart of the course; None where no face had a label."""
        if self.course is None or self._table is None:
            return None
        sheet, last_row = self._table.sheets[-1].name, self._table.last_row
        points = list(self.course.points())
        is_short = points[-1][0] < SHORT_MS
        time = 1 if is_short else 0
        chart = book.workbook.add_chart({"type": "area", "subtype": "stacked"})
        for place, label in enumerate(self.course.spectrum.labels):
            chart.add_series(
                {
                    "name": label,
                    "categories": [sheet, 1, time, last_row, time],
                    "values": [sheet, 1, place + 2, last_row, place + 2],
                    "categories_data": [start_ms / (1000 if is_short else DAY_MS) for start_ms, _ in points],
                    "values_data": ["" if means[place] is None else means[place] for _, means in points],
                    "fill": {"color": COLOURS.get(label, NO_COLOUR)},
                }
            )
        _titled(chart, f"Course of face {self.face}: probability of each expression", height_px=COURSE_HEIGHT_PX)
        chart.set_legend({"position": "bottom", "font": {"color": "#404040"}})
        chart.set_y_axis({"min": 0, "max": 1, "major_unit": 0.25, "num_format": "0%", "major_gridlines": _grid(),
                          "line": {"none": True}})  # fmt: skip
        step = _step(len(points))
        time_format = SPACE + ("0.0" if is_short else DURATION) + SPACE
        chart.set_x_axis({"num_format": time_format, "interval_unit": step, "interval_tick": step,
                          "text_axis": True, "name": "seconds" if is_short else "h:mm:ss",
                          "name_font": {"bold": False, "size": 9, "color": "#606060"},
                          "line": {"color": "#A0A0A0"}, "major_tick_mark": "none"})  # fmt: skip
        chart.show_blanks_as("gap")
        return chart


def _step(points: int) -> int:
    """Return every how many points a time stands on the axis: 1, 2, 5, 10, 20 …, so that it is a round one."""
    steps = (factor * 10**power for power in range(9) for factor in (1, 2, 5))
    return next(step for step in steps if points <= step * MOST_TIMES)


def _filled(label: str) -> dict[str, Any]:
    return {"fill": {"color": COLOURS.get(label, NO_COLOUR)}, "border": {"color": "#606060", "width": 0.5}}


def _grid() -> dict[str, Any]:
    return {"visible": True, "line": {"color": "#E0E0E0", "width": 0.75}}


def _titled(chart: "Chart", title: str, *, height_px: int) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True, "color": "#202020"}, "overlay": False})
    chart.set_size({"width": WIDTH_PX, "height": height_px})
    chart.set_chartarea({"border": {"color": "#D0D4DC"}})
