"""The list of the faces in sight, a row for each."""

import time
from collections.abc import Callable

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

from emocam.gui.theme import Tones, blend, figures_font, label_colour, percent, tones
from emocam.labels import UNCERTAIN
from emocam.messages import Face, FrameResult

ROOM_PX = 72  # for three faces; more scroll
FACE_ROLE = Qt.ItemDataRole.UserRole

# A face that the detector misses for a few frames keeps its row, so that the rows do not jump.
KEPT_FOR_S = 1.0


class FacesList(QWidget):
    """List number, label and confidence of each face; a row chosen by mouse or keyboard selects the face.

    face_selected: the number of the face that the user chose. clock: seconds, monotonic.
    """

    face_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._seen: dict[int, tuple[float, Face]] = {}
        self._selected: int | None = None
        self._list = _Rows(self)
        self._list.itemSelectionChanged.connect(self._tell_choice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._list)

    def show_result(self, result: FrameResult) -> None:
        """Bring the rows up to a frame's faces."""
        now_s = self._clock()
        self._seen.update({face.track_id: (now_s, face) for face in result.faces})
        faces = [face for seen_s, face in self._seen.values() if now_s - seen_s < KEPT_FOR_S]
        self._show(sorted(faces, key=lambda face: face.track_id))

    def select_face(self, track_id: int | None) -> None:
        """Mark this face's row, now or when the face appears; emits nothing."""
        self._selected = track_id
        self._mark_selected()

    def clear(self) -> None:
        """Remove every row and the selection."""
        self._selected = None
        self._show([])

    def _show(self, faces: list[Face]) -> None:
        self._seen = {face.track_id: self._seen[face.track_id] for face in faces}
        rows = [self._list.item(row) for row in range(self._list.count())]
        if [row.data(FACE_ROLE).track_id for row in rows] != list(self._seen):
            self._list.blockSignals(True)
            self._list.clear()
            for face in faces:
                item = QListWidgetItem(_row_text(face))
                item.setData(FACE_ROLE, face)
                self._list.addItem(item)
            self._list.blockSignals(False)
            self._mark_selected()
            return
        for row, face in zip(rows, faces, strict=True):
            if row.text() != _row_text(face):
                row.setText(_row_text(face))
                row.setData(FACE_ROLE, face)

    def _mark_selected(self) -> None:
        self._list.blockSignals(True)
        self._list.clearSelection()
        for row in range(self._list.count()):
            if self._list.item(row).data(FACE_ROLE).track_id == self._selected:
                self._list.setCurrentRow(row)
        self._list.blockSignals(False)
        self._list.viewport().update()

    def _tell_choice(self) -> None:
        for item in self._list.selectedItems():
            self._selected = item.data(FACE_ROLE).track_id
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
        face: Face = index.data(FACE_ROLE)
        row, scheme = QRectF(option.rect), tones(option.palette)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            strength = 0.22 if state & QStyle.StateFlag.State_Selected else 0.08
            painter.setBrush(blend(QColor(scheme.base), QColor(scheme.accent), strength))
            painter.drawRoundedRect(row.adjusted(3, 1, -3, -1), 5, 5)
        font = figures_font(option.font)
        painter.setFont(font)
        _paint_row(painter, row.adjusted(12, 0, -12, 0), face, scheme, QFontMetricsF(font))
        painter.restore()


def _paint_row(painter: QPainter, row: QRectF, face: Face, scheme: Tones, metrics: QFontMetricsF) -> None:
    is_quiet = face.label in (None, UNCERTAIN)
    middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    number_width = metrics.horizontalAdvance("00")
    bar_width = min(90.0, row.width() * 0.3)
    painter.setPen(QColor(scheme.quiet))
    painter.drawText(row.adjusted(0, 0, number_width - row.width(), 0), right, str(face.track_id))
    name = row.adjusted(number_width + 10, 0, 0, 0)
    painter.setPen(QColor(scheme.quiet if is_quiet else scheme.text))
    painter.drawText(name, middle, face.label or "no label yet")
    if face.label is None or face.confidence is None:
        return
    figure = row.adjusted(0, 0, -bar_width - 10, 0)
    painter.drawText(figure, right, percent(face.confidence))
    bar = QRectF(row.right() - bar_width, row.center().y() - 4, bar_width, 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scheme.line))
    painter.drawRoundedRect(bar, 3, 3)
    painter.setBrush(label_colour(face.label, scheme.base))
    filled_width = max(4.0, bar_width * face.confidence)
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), filled_width, bar.height()), 3, 3)


def _row_text(face: Face) -> str:
    """Return what a row says; a screen reader says the same."""
    if face.label is None or face.confidence is None:
        return f"{face.track_id} no label yet"
    return f"{face.track_id} {face.label} {percent(face.confidence)}"
