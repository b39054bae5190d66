"""The list of the faces in sight, a row for each, and of those who left."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from emocam.gui.advice import absence
from emocam.gui.live.verdict import Verdict, verdict_on
from emocam.gui.theme import Tones, blend, figures_font, label_colour, tones
from emocam.messages import FrameResult

ROOM_PX = 72  # for three faces; more scroll
ROW_ROLE = Qt.ItemDataRole.UserRole

# Who was missed for a moment keeps the place, so that the rows do not jump.
KEPT_FOR_S = 1.0
REMEMBERED_FOR_S, MOST_REMEMBERED = 60.0, 5  # as long as the chart shows a face, and the last ones only


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says of a face; away: since when it has not been seen, in words, or nothing for who is in sight."""

    track_id: int
    verdict: Verdict
    away: str = ""

    @property
    def name(self) -> str:
        if self.away:
            return self.away
        return self.verdict.label or self.verdict.words.partition(":")[0].lower()

    @property
    def figure(self) -> str:
        return "" if self.away else self.verdict.figure

    @property
    def text(self) -> str:
        """The row in words; a screen reader says the same."""
        return f"{self.track_id} {self.name} {self.figure}".rstrip()


class FacesList(QWidget):
    """List number, label and confidence of each face; a row chosen by mouse or keyboard selects the face.

    Those who left follow, the last one first, until they are forgotten.

    face_selected: the number of the face that the user chose. clock: seconds, monotonic.
    """

    face_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._seen: dict[int, tuple[float, Row]] = {}  # when and how each face was seen last
        self._selected: int | None = None
        self._list = _Rows(self)
        self._list.itemSelectionChanged.connect(self._tell_choice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._list)

    @property
    def faces(self) -> list[int]:
        """The numbers of the faces listed, in their order."""
        return [self._list.item(row).data(ROW_ROLE).track_id for row in range(self._list.count())]

    def show_result(self, result: FrameResult) -> None:
        """Bring the rows up to a frame's faces."""
        now_s = self._clock()
        for face in result.faces:
            row = Row(face.track_id, verdict_on(face, result.model_labels, result.settings))
            self._seen[face.track_id] = now_s, row
        in_sight = {face.track_id for face in result.faces}
        here, left = [], []
        for track_id, (seen_s, row) in self._seen.items():
            away_s = now_s - seen_s
            if track_id in in_sight:
                here.append(row)
            elif away_s < KEPT_FOR_S:
                here.append(replace(row, away=absence(away_s)))
            elif away_s < REMEMBERED_FOR_S:
                left.append((away_s, replace(row, away=absence(away_s))))
        left = sorted(left, key=lambda one: one[0])[:MOST_REMEMBERED]
        self._show([*sorted(here, key=lambda row: row.track_id), *(row for _, row in left)])

    def select_face(self, track_id: int | None) -> None:
        """Mark this face's row, now or when the face appears; emits nothing."""
        self._selected = track_id
        self._mark_selected()

    def clear(self) -> None:
        """Remove every row and the selection."""
        self._selected = None
        self._show([])

    def _show(self, rows: list[Row]) -> None:
        self._seen = {row.track_id: self._seen[row.track_id] for row in rows}
        if self.faces != [row.track_id for row in rows]:
            self._list.blockSignals(True)
            self._list.clear()
            for row in rows:
                _fill(item := QListWidgetItem(), row)
                self._list.addItem(item)
            self._list.blockSignals(False)
            self._mark_selected()
            return
        for place, row in enumerate(rows):
            item = self._list.item(place)
            if item.data(ROW_ROLE) != row:
                _fill(item, row)

    def _mark_selected(self) -> None:
        self._list.blockSignals(True)
        self._list.clearSelection()
        for row in range(self._list.count()):
            if self._list.item(row).data(ROW_ROLE).track_id == self._selected:
                self._list.setCurrentRow(row)
        self._list.blockSignals(False)
        self._list.viewport().update()

    def _tell_choice(self) -> None:
        for item in self._list.selectedItems():
            self._selected = item.data(ROW_ROLE).track_id
            self.face_selected.emit(self._selected)


class _Rows(QListWidget):
    """The rows, and a sentence where there are none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setItemDelegate(_RowDelegate(self))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setMinimumHeight(ROOM_PX)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Faces in the picture")

    def sizeHint(self) -> QSize:
        return QSize(260, ROOM_PX)  # a scroll area asks for this much, and the layout gives it what is left

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(tones(self.palette()).quiet))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, "No face in the picture")


class _RowDelegate(QStyledItemDelegate):
    """Paint a face's number, label and confidence, and a bar as long as the confidence."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, round(QFontMetricsF(option.font).height() * 1.75))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(ROW_ROLE)
        place, scheme = QRectF(option.rect), tones(option.palette)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            strength = 0.22 if state & QStyle.StateFlag.State_Selected else 0.08
            painter.setBrush(blend(QColor(scheme.base), QColor(scheme.accent), strength))
            painter.drawRoundedRect(place.adjusted(3, 1, -3, -1), 5, 5)
        font = figures_font(option.font)
        painter.setFont(font)
        _paint_row(painter, place.adjusted(12, 0, -12, 0), row, scheme, QFontMetricsF(font))
        painter.restore()


def _paint_neutral(painter: QPainter, left_px: float, place: QRectF, scheme: Tones) -> None:
    """Mark a face that is measured against its neutral: an N in a ring, which the row's tip explains."""
    ring = QRectF(left_px, place.center().y() - 7, 14, 14)
    painter.save()
    font = painter.font()
    font.setPixelSize(9)
    painter.setFont(font)
    painter.setPen(QColor(scheme.quiet))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(ring)
    painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, "N")
    painter.restore()


def _fill(item: QListWidgetItem, row: Row) -> None:
    item.setData(ROW_ROLE, row)
    item.setText(row.text)
    words = [part for part in (row.verdict.words, row.verdict.neutral) if part]
    item.setToolTip("" if row.away else "\n".join(words))


def _paint_row(painter: QPainter, place: QRectF, row: Row, scheme: Tones, metrics: QFontMetricsF) -> None:
    verdict = row.verdict
    is_quiet = bool(row.away) or verdict.label is None or verdict.is_uncertain
    middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    number_width = metrics.horizontalAdvance("00")
    bar_width = min(90.0, place.width() * 0.3)
    painter.setPen(QColor(scheme.quiet))
    painter.drawText(place.adjusted(0, 0, number_width - place.width(), 0), right, str(row.track_id))
    painter.setPen(QColor(scheme.quiet if is_quiet else scheme.text))
    painter.drawText(place.adjusted(number_width + 10, 0, 0, 0), middle, row.name)
    if verdict.neutral and not row.away:
        _paint_neutral(painter, place.left() + number_width + 16 + metrics.horizontalAdvance(row.name), place, scheme)
        painter.setPen(QColor(scheme.quiet if is_quiet else scheme.text))
    if row.away or verdict.percent is None or verdict.label is None:
        return
    painter.drawText(place.adjusted(0, 0, -bar_width - 10, 0), right, row.figure)
    bar = QRectF(place.right() - bar_width, place.center().y() - 4, bar_width, 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scheme.line))
    painter.drawRoundedRect(bar, 3, 3)
    painter.setBrush(label_colour(verdict.label))
    filled_width = max(4.0, bar_width * verdict.percent / 100)
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), filled_width, bar.height()), 3, 3)
    # A bar that reaches this tick has a label.
    tick = bar.left() + bar_width * verdict.needed_percent / 100
    painter.setBrush(QColor(scheme.text))
    painter.drawRect(QRectF(min(tick, bar.right() - 1), bar.top() - 3, 1, bar.height() + 6))
