"""Opening a file or a folder with the system's own program, and saying where it lies when that fails."""

import shutil
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from emocam.gui.notice_bar import NoticeBar

POLL_MS = 100
POLLS = 100  # whoever has not given up by then has opened it: some of them run for as long as what they opened


def open_in_system(path: Path, notices: NoticeBar) -> None:
    """Open a file or a folder with the system's program for it; a notice says where it lies if there is none."""
    if not path.exists():
        notices.say(f"{path} is not there any more.")
        return
    launcher = shutil.which("xdg-open") if sys.platform.startswith("linux") else None
    if launcher is None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            _say_nobody_opens(path, notices)
        return
    # Qt starts the same program, and does not hear from it that nothing opens such a file.
    try:
        process = subprocess.Popen(
            [launcher, str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it outlives this window
        )
    except OSError:
        _say_nobody_opens(path, notices)
        return
    _Attempt(process, path, notices)


def _say_nobody_opens(path: Path, notices: NoticeBar) -> None:
    kind = "folders" if path.is_dir() else f"{path.suffix or 'such'} files"
    notices.say(f"This system names no program that opens {kind}. It lies here: {path}")


class _Attempt(QObject):
    """Waits for what a launcher says; it goes when that is known."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path, notices: NoticeBar) -> None:
        super().__init__(notices)
        self._process, self._path, self._notices, self._polls = process, path, notices, 0
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        status = self._process.poll()
        self._polls += 1
        if status is None and self._polls < POLLS:
            return
        self._timer.stop()
        if status:
            _say_nobody_opens(self._path, self._notices)
        self.deleteLater()
