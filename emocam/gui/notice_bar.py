"""A strip under the toolbar for what the user should know and may answer, one notice at a time."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from emocam.gui.notices import ActionButton
from emocam.gui.theme import blend, tones


class NoticeBar(QFrame):
    """Hidden until there is something to say; it never takes the keyboard away from what is being done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons = QHBoxLayout()
        dismiss = QToolButton()
        dismiss.setText("✕")
        dismiss.setAutoRaise(True)
        dismiss.setToolTip("Close this notice")
        dismiss.setAccessibleName("Close this notice")
        dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        row.addWidget(dismiss)
        self.setAutoFillBackground(True)
        self.hide()

    @property
    def text(self) -> str:
        """What is being said; empty while the strip is hidden."""
        return self._text.text() if not self.isHidden() else ""

    def say(self, text: str, actions: Sequence[QAction] = ()) -> None:
        """Show a notice instead of the last one; choosing one of its actions closes it."""
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for action in actions:
            button = ActionButton(action)
            button.clicked.connect(self.hide)
            self._buttons.addWidget(button)
        self._text.setText(text)
        self._colour()
        self.show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and not self.isHidden():
            self._colour()
        super().changeEvent(event)

    def _colour(self) -> None:
        scheme = tones(QApplication.palette(self))
        colour = blend(QColor(scheme.window), QColor(scheme.accent), 0.16)
        if colour != self.palette().color(self.backgroundRole()):
            # These alone: a palette with all colours would keep the whole strip in this theme for ever.
            palette = QPalette()
            palette.setColor(self.backgroundRole(), colour)
            palette.setColor(QPalette.ColorRole.WindowText, QColor(scheme.text))
            self.setPalette(palette)
