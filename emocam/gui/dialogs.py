"""The windows that ask or tell: markers, closing, shortcuts, about."""

import html
from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from emocam import __version__
from emocam.gui.actions import ActionDeclaration
from emocam.gui.advice import duration

ABOUT = f"""
<h3>Emocam {__version__}</h3>
<p>Reads facial expressions from a camera, on this computer. No picture leaves it, and none is stored.</p>
<p>A label is the guess of a classifier of pictures about an <b>expression</b>. An expression is not a feeling: people
smile when they are sad, and look stern when they think. The European AI Act forbids inferring emotions at work and in
schools, medicine and safety excepted.</p>
"""


class MarkerDialog(QDialog):
    """Asks for a marker's name in a window of its own, while everything goes on."""

    named = Signal(str, bool)  # name, is a span that ends now

    def __init__(self, moment_s: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Marker at {duration(moment_s)}")
        self.setMinimumWidth(340)
        label = QLabel("&Name")
        self.name = QLineEdit()
        self.name.setPlaceholderText("for example: second question")
        self.name.setMaxLength(200)
        label.setBuddy(self.name)
        self.is_span = QCheckBox(f"&Span: from {duration(moment_s)} until Add is pressed")
        self.is_span.setToolTip("Without this, the marker names the moment at which it was asked for")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._add = buttons.addButton("&Add", QDialogButtonBox.ButtonRole.AcceptRole)
        self._add.setEnabled(False)
        column = QVBoxLayout(self)
        for widget in (label, self.name, self.is_span, buttons):
            column.addWidget(widget)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self._add.setDefault(True)  # only a button that stands in the dialog can be its default
        self.name.textChanged.connect(lambda text: self._add.setEnabled(bool(text.strip())))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

    def accept(self) -> None:
        self.named.emit(self.name.text().strip(), self.is_span.isChecked())
        super().accept()


def may_stop_and_close(parent: QWidget) -> bool:
    """Ask whether to end the recording and close the window."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Recording")
    box.setText("A session is being recorded.")
    box.setInformativeText("Stop the recording and close Emocam? What was recorded is kept, with its statistics.")
    stop = box.addButton("&Stop and close", QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.exec()
    return box.clickedButton() is stop


def shortcut_table(declarations: Iterable[ActionDeclaration]) -> str:
    """Return every action with its key, as HTML."""
    rows = "".join(
        f"<tr><td style='padding-right:24px'>{html.escape(declared.text.replace('&', ''))}</td>"
        f"<td><b>{html.escape(QKeySequence(declared.key).toString(QKeySequence.SequenceFormat.NativeText))}</b></td></tr>"
        for declared in declarations
    )
    return f"<h3>Keyboard shortcuts</h3><table cellpadding='2'>{rows}</table>"


def show_page(
    parent: QWidget, title: str, text: str | QTextBrowser, *, width: int = 560, height: int = 460
) -> QDialog:
    """Show a page, given as text or ready-made, in a window of its own, while everything goes on."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    page = text if isinstance(text, QTextBrowser) else QTextBrowser()
    page.setOpenExternalLinks(True)
    if isinstance(text, str):
        page.setHtml(text)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(page)
    column.addWidget(buttons)
    dialog.resize(QSize(width, height).boundedTo(parent.screen().availableSize() * 0.9))
    dialog.show()
    return dialog
