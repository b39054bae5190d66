"""The contours that the points of a face make, painted over its picture."""

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from emocam.messages import Face

# Numbers of points in the order in which they are joined, as in the connections of MediaPipe's face mesh.
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10,
)  # fmt: skip
RIGHT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33)
LEFT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466, 263)
RIGHT_BROW = (46, 53, 52, 65, 55, 107, 66, 105, 63, 70, 46)
LEFT_BROW = (276, 283, 282, 295, 285, 336, 296, 334, 293, 300, 276)
OUTER_LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61,
)  # fmt: skip
INNER_LIPS = (
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78,
)  # fmt: skip
NOSE_RIDGE = (168, 6, 197, 195, 5, 4)
NOSTRILS = (98, 97, 2, 326, 327)
CONTOURS = (
    OVAL, RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, OUTER_LIPS, INNER_LIPS, NOSE_RIDGE, NOSTRILS,
)  # fmt: skip

# A light line on a dark one is seen on any skin.
LINE, SHADOW = QColor(240, 250, 255, 230), QColor(0, 0, 0, 140)
LINES_PER_PX, MOST_LINES = 1 / 160, 3  # beside one another, by the width of the face on the screen
APART_PX = 0.7


def paint_contours(painter: QPainter, faces: tuple[Face, ...], *, picture: QRectF, image_width_px: int) -> None:
    """Paint the contours of each face whose points are known, in the picture's place in the widget."""
    pixel = 1 / painter.device().devicePixelRatioF()
    scale = picture.width() / image_width_px
    corner = np.array([picture.left(), picture.top()])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for face in faces:
        if face.points is None:
            continue
        places = (face.points[:, :2] * scale + corner).tolist()
        contours = [QPolygonF([QPointF(*places[number]) for number in contour]) for contour in CONTOURS]
        width = float(np.ptp(face.points[:, 0])) * scale / pixel
        count = min(max(round(width * LINES_PER_PX), 1), MOST_LINES)
        _paint_lines(painter, contours, SHADOW, pixel, (-1, count))
        _paint_lines(painter, contours, LINE, pixel, range(count))


def _paint_lines(
    painter: QPainter, contours: Sequence[QPolygonF], colour: QColor, pixel: float, places: Iterable[int]
) -> None:
    """Paint each contour at places beside one another: Qt takes twenty times as long for a line of two pixels."""
    painter.setPen(QPen(colour, 0))
    for place in places:
        aside = (place * APART_PX) * pixel
        painter.translate(aside, aside)
        for contour in contours:
            painter.drawPolyline(contour)
        painter.translate(-aside, -aside)
