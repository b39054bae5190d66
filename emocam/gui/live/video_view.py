"""The picture as large as it gets, with a box and a label for each face."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from emocam.gui.live.contours import paint_contours
from emocam.gui.live.overlay import Mark, chip_font, paint_marks, place_marks
from emocam.gui.notices import Banner, Message
from emocam.gui.theme import tones
from emocam.messages import Face, FrameResult


class VideoView(QWidget):
    """Show frames and what was concluded from them, or say in words why there is none.

    face_selected: the number of the face whose box or chip was clicked.
    """

    face_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setMouseTracking(True)
        self.setAccessibleName("Picture with the faces found in it")
        self._image = QImage()
        self._pixels: np.ndarray | None = None
        self._faces: tuple[Face, ...] = ()
        self._selected: int | None = None
        self._shows_points = False
        self._message = Message(self)
        self._banner = Banner(self)
        self._message.hide()
        self._banner.hide()

    @property
    def selected_face(self) -> int | None:
        """The number of the face whose box is drawn thicker; None for none."""
        return self._selected

    @property
    def has_picture(self) -> bool:
        """Whether a frame is shown, or lies under a message."""
        return not self._image.isNull()

    def show_result(self, result: FrameResult) -> None:
        """Show a frame with its faces; a message goes, a banner stays."""
        # The QImage reads the array's memory, so the array is kept for as long as the image is.
        pixels = np.ascontiguousarray(result.frame.image)
        height, width = pixels.shape[:2]
        self._image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_BGR888)
        self._pixels, self._faces = pixels, result.faces
        if not self._message.isHidden():
            self.clear_message()
        self.update()

    def clear(self) -> None:
        """Show neither picture nor message nor banner."""
        self._image, self._pixels, self._faces = QImage(), None, ()
        self.clear_message()
        self.clear_banner()
        self.update()

    def select_face(self, track_id: int | None) -> None:
        """Draw this face's box thicker, in this and all later frames; emits nothing."""
        if track_id != self._selected:
            self._selected = track_id
            self.update()

    def show_points(self, is_shown: bool) -> None:
        """Draw the contours that the points of each face make, or leave them out."""
        self._shows_points = is_shown
        self.update()

    def show_message(self, title: str, text: str, actions: Sequence[QAction] = ()) -> None:
        """Say this instead of a picture, until the next one comes; a banner goes."""
        self.clear_banner()
        self._message.setGeometry(self.rect())
        self._message.show_words(title, text, actions)

    def clear_message(self) -> None:
        """Take the message away."""
        self._message.hide()

    def show_banner(self, text: str, actions: Sequence[QAction] = ()) -> None:
        """Say this at the foot of the picture, until cleared."""
        self._banner.show_words(text, actions)

    def clear_banner(self) -> None:
        """Take the banner away."""
        self._banner.hide()

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tones(self.palette()).well))
        if self._image.isNull():
            return
        picture = self._picture()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(picture, self._image)
        painter.setClipRect(picture)
        if self._shows_points:
            paint_contours(painter, self._faces, picture=picture, image_width_px=self._image.width())
        font = chip_font(self.font(), picture.height())
        paint_marks(painter, self._marks(), selected=self._selected, font=font)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._message.setGeometry(self.rect())
        self._banner.place()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        face = self._face_at(event.position())
        if face is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.select_face(face.track_id)
        self.face_selected.emit(face.track_id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over_face = self._face_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over_face else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()
        super().changeEvent(event)

    def _picture(self) -> QRectF:
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        return QRectF(left, top, size.width(), size.height())

    def _marks(self) -> list[Mark]:
        picture = self._picture()
        font = chip_font(self.font(), picture.height())
        return place_marks(self._faces, picture=picture, image_width_px=self._image.width(), font=font)

    def _face_at(self, point: QPointF) -> Face | None:
        """Return the face under a point; of several, the smallest, which the others would hide."""
        if self._image.isNull() or not self._message.isHidden():
            return None
        hit = [mark for mark in self._marks() if mark.contains(point)]
        nearest = min(hit, key=lambda mark: mark.box.width() * mark.box.height(), default=None)
        return None if nearest is None else nearest.face
