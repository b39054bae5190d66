"""What the window says in words where the picture is: a message instead of it, or a banner over it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from emocam.gui.theme import tones

MESSAGE_WIDTH_PX = 460
BANNER_WIDTH_PX = 720


class ActionButton(QPushButton):
    """A push button that is an action: its text, tip, state and effect."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self.setAutoDefault(False)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self._action.text().replace("&", ""))  # the mnemonic belongs to the menu
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())


class Message(QWidget):
    """A title, a text and buttons in the middle of an otherwise empty picture."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._title, self._text = QLabel(self), QLabel(self)
        for label in (self._title, self._text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setMaximumWidth(MESSAGE_WIDTH_PX)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setWeight(font.Weight.DemiBold)
        self._title.setFont(font)
        self._buttons = QHBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addStretch()
        for label in (self._title, self._text):
            row = QHBoxLayout()
            row.addStretch()
            row.addWidget(label, MESSAGE_WIDTH_PX)
            row.addStretch()
            column.addLayout(row)
        column.addSpacing(4)
        column.addLayout(self._buttons)
        column.addStretch()
        self._colour()

    def show_words(self, title: str, text: str, actions: Sequence[QAction]) -> None:
        """Show these instead of what is shown now."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        _clear(self._buttons)
        self._buttons.addStretch()
        for action in actions:
            self._buttons.addWidget(ActionButton(action, self))
        self._buttons.addStretch()
        self.show()
        self.raise_()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self.parentWidget():
            self._colour()
        super().changeEvent(event)

    def _colour(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        colour = QColor(tones(parent.palette()).well)
        if colour != self.palette().color(QPalette.ColorRole.Window):
            palette = QPalette()  # this colour alone, so that the others follow the theme
            palette.setColor(QPalette.ColorRole.Window, colour)
            self.setPalette(palette)


class Banner(QFrame):
    """A line of text and buttons at the foot of the picture, which stays visible around it."""

    # The same in light and dark: it lies on a picture, not on the window.
    STYLE = """
    Banner { background: rgba(16, 17, 20, 222); border-radius: 8px; }
    Banner QLabel { color: #F5F6F8; }
    Banner QPushButton { color: #F5F6F8; background: rgba(255, 255, 255, 30); border: 1px solid rgba(255, 255, 255, 90);
        border-radius: 5px; padding: 4px 10px; }
    Banner QPushButton:hover, Banner QPushButton:focus { background: rgba(255, 255, 255, 64); }
    Banner QPushButton:pressed { background: rgba(255, 255, 255, 96); }
    Banner QPushButton:disabled { color: #9A9EA6; }
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setStyleSheet(self.STYLE)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._buttons = QHBoxLayout()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 10, 9)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)

    def show_words(self, text: str, actions: Sequence[QAction]) -> None:
        """Show these instead of what is shown now."""
        self._text.setText(text)
        _clear(self._buttons)
        for action in actions:
            button = ActionButton(action, self)
            self._buttons.addWidget(button)
            button.show()  # what is hidden takes no room when the place is reckoned
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """Stand at the foot of the parent, in the middle."""
        parent, layout = self.parentWidget(), self.layout()
        assert parent is not None and layout is not None
        room = parent.rect()
        layout.activate()
        words = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 2
        beside = self._buttons.sizeHint().width() + 12 + 24
        width = min(room.width() - 16, BANNER_WIDTH_PX, words + beside)
        height = max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
        self.setGeometry((room.width() - width) // 2, room.height() - height - 12, width, height)


def _clear(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
