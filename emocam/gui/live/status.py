"""The line at the foot of the window: how fast the analysis runs, and what is being recorded."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar, QToolButton, QWidget

from emocam.gui.advice import duration
from emocam.gui.theme import figures_font
from emocam.gui.worker import Shown

NOTE_MS = 6000
OPEN_FOLDER_TIP = "Open the folder of this session"


class Status(QStatusBar):
    """Figures on the left, the session on the right; a click on the session asks for its folder."""

    folder_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures = QLabel("No picture yet")
        self._figures.setFont(figures_font(self._figures.font()))
        self._figures.setContentsMargins(8, 0, 8, 0)
        # Otherwise every figure of a different width would change the window's minimum size.
        self._figures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._figures.setToolTip(
            "Pictures analysed in a second, the time that one takes, the faces in sight, and the pictures that "
            "the source delivered faster than they could be analysed"
        )
        self._session = QToolButton()
        self._session.setAutoRaise(True)
        self._session.setFont(figures_font(self._session.font()))
        self._session.setToolTip(OPEN_FOLDER_TIP)
        self._session.clicked.connect(self.ask_for_folder)
        self._session.hide()
        self._folder: Path | None = None
        self.addWidget(self._figures, 1)
        self.addPermanentWidget(self._session)

    @property
    def figures(self) -> str:
        return self._figures.text()

    @property
    def session(self) -> str:
        """What is said of the session; empty before the first one."""
        return self._session.text() if not self._session.isHidden() else ""

    def show_figures(self, shown: Shown) -> None:
        """Show how fast frames are analysed now, and how many faces they show."""
        faces = len(shown.result.faces)
        rate = f"{shown.frames_per_second:.0f}" if shown.frames_per_second else "–"
        self._figures.setText(
            f"{rate} fps   ·   {shown.result.latency.total_ms:.0f} ms   ·   "
            f"{faces} {'face' if faces == 1 else 'faces'}   ·   {shown.dropped} dropped"
        )

    def clear_figures(self, words: str) -> None:
        """Say instead of the figures why there are none."""
        self._figures.setText(words)

    def show_waiting(self, words: str) -> None:
        """Say what the next recording waits for."""
        self._folder = None
        self._show_session(f"○  {words}")

    def show_recording(self, folder: Path, elapsed_s: float) -> None:
        """Show that a session is being recorded into a folder."""
        self._folder = folder
        self._show_session(f"●  {duration(elapsed_s)}  →  {folder.parent.name}/{folder.name}")

    def show_saved(self, folder: Path, elapsed_s: float) -> None:
        """Show where the last session lies."""
        self._folder = folder
        self._show_session(f"Saved {duration(elapsed_s)} in {folder.parent.name}/{folder.name}")

    def forget_session(self) -> None:
        """Say nothing of the session, whose folder is gone."""
        self._folder = None
        self._session.hide()

    def note(self, text: str) -> None:
        """Say something for a few seconds, in place of the figures."""
        self.showMessage(text, NOTE_MS)

    def ask_for_folder(self) -> None:
        """Ask for the session's folder to be shown."""
        if self._folder is not None:
            self.folder_asked.emit(str(self._folder))

    def _show_session(self, text: str) -> None:
        if self._session.text() != text:
            self._session.setText(text)
            self._session.setToolTip(text if self._folder is None else OPEN_FOLDER_TIP)
        self._session.show()
