"""The boxes and label chips painted over a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from emocam.gui.theme import figures_font, label_colour, probability
from emocam.labels import UNCERTAIN
from emocam.messages import Box, Face

# So dense that a label's colour beside the text keeps a contrast of 3:1 even over pure white.
CHIP = QColor(16, 17, 20, 248)
CHIP_TEXT = QColor("#F5F6F8")
CHIP_QUIET_TEXT = QColor("#D2D5DA")
# Under each box, so that it shows on a picture of its own colour, dark or pale.
SHADOW, EDGE = QColor(0, 0, 0, 170), QColor(255, 255, 255, 170)

GAP_PX = 4.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one face's box and chip stand in the widget."""

    face: Face
    box: QRectF
    chip: QRectF

    def contains(self, point: QPointF) -> bool:
        """Tell whether a click at this point means this face."""
        return self.box.contains(point) or self.chip.contains(point)


def chip_words(face: Face) -> str:
    """Return what a chip says after the face's number: nothing before the first label."""
    if face.label is None or face.confidence is None:
        return ""
    return UNCERTAIN if face.label == UNCERTAIN else f"{face.label} {probability(face.confidence)}"


def chip_font(font: QFont, picture_height_px: float) -> QFont:
    """Return the widget's font in a size that goes with the picture's, for chips."""
    sized = figures_font(font)
    sized.setPixelSize(round(min(max(picture_height_px / 34, 12), 19)))
    return sized


def place_marks(faces: Iterable[Face], *, picture: QRectF, image_width_px: int, font: QFont) -> list[Mark]:
    """Lay out boxes and chips, in the coordinates of the picture's place in the widget.

    A chip stands above its box, below, or in its upper edge, and begins or ends with it: the first place where it
    covers the least of faces and other chips. It never leaves the picture.
    """
    scale = picture.width() / image_width_px
    seen = [(face, _in_widget(face.box, picture, scale)) for face in faces if face.box is not None]
    marks: list[Mark] = []
    for face, box in seen:
        taken = [other for _, other in seen] + [mark.chip for mark in marks]
        width, height = _chip_size(face, font)
        lefts = [max(picture.left(), min(x, picture.right() - width)) for x in (box.left(), box.right() - width)]
        tops = (box.top() - height - GAP_PX, box.bottom() + GAP_PX, box.top() + GAP_PX)
        inside = [y for y in tops if picture.top() <= y <= picture.bottom() - height]
        places = [QRectF(x, y, width, height) for y in inside or [picture.top()] for x in lefts]
        marks.append(Mark(face, box, min(places, key=lambda place: _covered_area(place, taken))))
    return marks


def paint_marks(painter: QPainter, marks: Sequence[Mark], *, selected: int | None, font: QFont) -> None:
    """Paint boxes first and chips over them, the selected face's last."""
    ordered = sorted(marks, key=lambda mark: mark.face.track_id == selected)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark in ordered:
        _paint_box(painter, mark, is_selected=mark.face.track_id == selected)
    painter.setFont(font)
    for mark in ordered:
        _paint_chip(painter, mark, font)


def _paint_box(painter: QPainter, mark: Mark, *, is_selected: bool) -> None:
    is_quiet = mark.face.label in (None, UNCERTAIN)
    width = 1.5 if is_quiet else 2.5
    if is_selected:
        width += 2
    radius = min(6.0, mark.box.width() / 6)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, around in ((SHADOW, 3), (EDGE, 1.4)):
        painter.setPen(QPen(colour, width + around))
        painter.drawRoundedRect(mark.box, radius, radius)
    pen = QPen(_colour(mark.face), width)
    if is_quiet:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRoundedRect(mark.box, radius, radius)


def _paint_chip(painter: QPainter, mark: Mark, font: QFont) -> None:
    chip, unit = mark.chip, font.pixelSize()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(CHIP)
    painter.drawRoundedRect(chip, 4, 4)
    painter.setBrush(_colour(mark.face))
    painter.drawRoundedRect(QRectF(chip.left() + 4, chip.top() + 4, unit * 0.3, chip.height() - 8), 1.5, 1.5)
    is_quiet = mark.face.label in (None, UNCERTAIN)
    painter.setPen(CHIP_QUIET_TEXT if is_quiet else CHIP_TEXT)
    text = chip.adjusted(4 + unit * 0.3 + unit * 0.45, 0, 0, 0)
    painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _chip_text(mark.face))


def _chip_text(face: Face) -> str:
    return f"{face.track_id}  {chip_words(face)}".rstrip()


def _chip_size(face: Face, font: QFont) -> tuple[float, float]:
    metrics, unit = QFontMetricsF(font), font.pixelSize()
    return metrics.horizontalAdvance(_chip_text(face)) + 8 + unit * 1.25, metrics.height() + unit * 0.45


def _colour(face: Face) -> QColor:
    return label_colour(face.label or UNCERTAIN)


def _in_widget(box: Box, picture: QRectF, scale: float) -> QRectF:
    left, top = picture.left() + box.x * scale, picture.top() + box.y * scale
    return QRectF(left, top, box.width * scale, box.height * scale)


def _covered_area(place: QRectF, others: Iterable[QRectF]) -> float:
    overlaps = [place.intersected(other) for other in others]
    return sum(overlap.width() * overlap.height() for overlap in overlaps if not overlap.isEmpty())
