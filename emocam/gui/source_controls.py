"""Choosing a source, and saying in words what became of it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from emocam.addresses import shown_address
from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.advice import no_face_advice
from emocam.gui.live.video_view import VideoView
from emocam.gui.log_file import log_path
from emocam.gui.source_menu import SourceMenu
from emocam.gui.worker import CaptureThread, Shown
from emocam.messages import Frame, is_too_dark
from emocam.resources import demo_clip
from emocam.settings import BLAZEFACE, CASCADES, FINDER_CHOICES
from emocam.sources import PICTURE_SUFFIXES, VIDEO_SUFFIXES, Camera

NO_FACE_AFTER_S = 5.0
SUFFIXES = " ".join(f"*{suffix}" for suffix in (*sorted(VIDEO_SUFFIXES), *sorted(PICTURE_SUFFIXES)))
FILES_OFFERED = f"Videos and pictures ({SUFFIXES});;All files (*)"


class SourceControls(QObject):
    """Opens what the user asks for, and shows messages where the picture would be."""

    opening = Signal(str)  # title
    opened = Signal(str, str)  # title; identity to remember, or "" for what is not remembered
    ended = Signal(str)  # in a few words, why no more pictures come; the last one stays
    vanished = Signal(str)  # in a few words, why there are no figures now

    def __init__(
        self,
        worker: CaptureThread,
        video: VideoView,
        actions: Actions,
        *,
        list_cameras: Callable[[], list[Camera]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window, self._worker, self._video, self._actions = parent, worker, video, actions
        self._is_demo = False
        self._wanted: str | None = None
        self._seen_s: float | None = None
        self._watched_with: str | None = None  # the finders that saw nobody since then
        self._declare_actions()
        self.menu = SourceMenu(list_cameras, actions, parent)
        self._hide_advice = QAction("Hide", self, toolTip="Hide this until the next face")
        self._try_both = {
            CASCADES: QAction("Try BlazeFace too", self, toolTip=FINDER_CHOICES[BLAZEFACE].meaning),
            BLAZEFACE: QAction("Try cascades too", self, toolTip=FINDER_CHOICES[CASCADES].meaning),
        }
        self._replay = QAction("Play again", self, toolTip="Play it from its start")
        self._advice_shown = self._advice_hidden = False
        self.menu.camera_chosen.connect(self.open)
        self._hide_advice.triggered.connect(self._put_advice_away)
        for action in self._try_both.values():
            action.triggered.connect(lambda: self._actions.faces_both.trigger())
        self._replay.triggered.connect(self.try_again)
        worker.source_opened.connect(self._note_opened)
        worker.source_failed.connect(self._note_failed)
        worker.source_lost.connect(self._note_lost)
        worker.source_ended.connect(self._note_ended)
        worker.crashed.connect(self._note_crash)

    def _declare_actions(self) -> None:
        declare = ActionDeclaration
        self._actions.declare(
            declare("open_file", "&Open file…", "Ctrl+O",
                    "Play a video or a picture instead of the camera", self.ask_file),
            declare("open_folder", "Open f&older…", "Ctrl+Shift+O",
                    "Play the pictures of a folder, in the order of their names", self.ask_folder),
            declare("open_stream", "Open &network stream…", "Ctrl+U",
                    "Show a camera of the network, by its http or rtsp address", self.ask_stream),
            declare("open_demo", "&Demo clip", "Ctrl+D",
                    "Play a short clip that comes with Emocam", self.open_demo),
            declare("find_cameras", "&Refresh cameras", "F5",
                    "Look again which cameras are connected", lambda: self.menu.find_cameras()),
            declare("first_camera", "Use the &first camera", "Ctrl+Shift+1",
                    "Show the first camera that answers", lambda: self.open(None)),
            declare("retry", "&Try again", "Ctrl+T",
                    "Open the current source again, from its start", self.try_again),
            declare("pause", "&Pause", "Space",
                    "Hold the picture and the analysis until you press it again", self._pause, is_checkable=True),
        )  # fmt: skip

    def open(self, source: str | None) -> None:
        """Show a source instead of the current one; None is the first camera."""
        self._is_demo = False
        self._open(source, shown_address(source) if source else "the first camera")

    def open_demo(self) -> None:
        """Show the clip that comes with Emocam, over and over."""
        self._is_demo = True
        self._open(str(demo_clip()), "the demo clip")

    def try_again(self) -> None:
        """Open the current source again; start the capture thread again if it had ended."""
        if not self._worker.isRunning():
            self._worker.start()
        self._actions.pause.setChecked(False)
        self._pause(False)
        self._worker.replay()

    def ask_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a video or a picture", self._folder(), FILES_OFFERED)
        if path:
            self.open(path)

    def ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, "Open a folder of pictures", self._folder())
        if path:
            self.open(path)

    def ask_stream(self) -> None:
        text = "Address of the stream, for example http://192.168.0.20:8080/video or rtsp://…"
        address, is_accepted = QInputDialog.getText(self._window, "Open a network stream", text)
        if is_accepted and address.strip():
            self.open(address.strip())

    def watch_for_faces(self, shown: Shown) -> None:
        """Give advice when no face has been found for a while, until there is one."""
        frame, finders = shown.result.frame, shown.result.settings.faces_found_by
        if self._watched_with != finders:  # they have as long as those before
            self._watched_with, self._seen_s = finders, None
            if self._advice_shown:
                self._clear_advice()
        if shown.result.faces or self._seen_s is None or frame.time_s < self._seen_s:
            self._seen_s = frame.time_s
        if shown.result.faces:
            self._advice_hidden = False
            if self._advice_shown:
                self._clear_advice()
        elif not self._advice_shown and not self._advice_hidden and frame.time_s - self._seen_s > NO_FACE_AFTER_S:
            self._advice_shown = True
            self._video.show_banner(no_face_advice(frame), self._remedies(frame, finders))

    def _remedies(self, frame: Frame, finders: str) -> list[QAction]:
        """Return what may help where nobody is found; another finder sees no more in the dark."""
        actions = [self._actions.open_demo, self._hide_advice]
        if not self._is_demo:
            actions.insert(0, self._actions.open_file)
        if finders in self._try_both and not is_too_dark(frame.image):
            actions.insert(0, self._try_both[finders])
        return actions

    def _open(self, source: str | None, title: str) -> None:
        self._wanted = source
        self._actions.pause.setChecked(False)
        self._pause(False)
        self._forget_picture("Opening…")
        self.opening.emit(Path(title).name if _is_there(title) else title)
        self._video.show_message("Opening…", title, [])
        if not self._worker.isRunning():
            self._worker.start()
        self._worker.open(source, loops=self._is_demo)

    def _folder(self) -> str:
        """Return where a file dialog begins: beside what is open."""
        return str(Path(self._wanted).parent) if self._wanted and _is_there(self._wanted) else ""

    def _pause(self, is_paused: bool) -> None:
        if is_paused:
            self._actions.describe("pause", text="&Resume", tip="Go on")
        else:
            self._actions.describe("pause")
        self._worker.set_paused(is_paused)
        self._clear_advice()
        if is_paused:
            self._video.show_banner("Paused", [self._actions.pause])

    def _note_opened(self, title: str, identity: str, is_live: bool) -> None:
        self._forget_picture("Waiting for the first picture…")
        self.menu.show_current(identity if is_live else None)
        self.opened.emit("Demo clip" if self._is_demo else title, "" if self._is_demo else identity)

    def _note_failed(self, reason: str, retries: bool) -> None:
        self._forget_picture("No picture")
        a, is_file = self._actions, self._wanted is not None and _is_there(self._wanted)
        is_address = self._wanted is not None and "://" in self._wanted
        is_camera = not is_file and not is_address
        again = "\n\nEmocam keeps trying by itself." if retries else ""
        title = "No camera picture" if is_camera else "This cannot be shown"
        actions = [a.retry, a.open_file, a.open_demo]
        if self._wanted is not None:
            actions.append(a.first_camera)
        self._video.show_message(title, f"{reason}{again}", actions)

    def _note_lost(self, reason: str) -> None:
        self._forget_picture("Picture lost")
        recording = "\n\nThe recording goes on, and notes the gap." if self._worker.elapsed_s else ""
        text = f"{reason}\n\nThe picture returns by itself as soon as the source does.{recording}"
        self._video.show_message("The picture was lost", text, [self._actions.retry, self._actions.open_file])

    def _note_ended(self, title: str, problem: str) -> None:
        is_recording = self._worker.elapsed_s > 0
        recording = "The recording is still open: stop it, or go on with another source." if is_recording else ""
        self._clear_advice()
        actions = [self._replay, self._actions.open_file, self._actions.first_camera]
        if self._video.has_picture:
            self.ended.emit("The source has ended")
            self._video.show_banner(f"{problem or f'The end of {title}.'} {recording}".rstrip(), actions)
        else:
            self.vanished.emit("The source has ended")
            text = "\n\n".join(part for part in (problem, recording) if part)
            self._video.show_message(f"The end of {title}", text, actions)

    def _note_crash(self, problem: str) -> None:
        self._forget_picture("Stopped")
        text = f"This should not have happened; {log_path()} has the details.\n\n{problem}"
        self._video.show_message("The analysis has stopped", text, [self._actions.retry])

    def _forget_picture(self, words: str) -> None:
        self._seen_s = None
        self._clear_advice()
        self._advice_hidden = False
        self._video.clear()
        self.vanished.emit(words)

    def _put_advice_away(self) -> None:
        self._clear_advice()
        self._advice_hidden = True

    def _clear_advice(self) -> None:
        self._advice_shown = False
        self._video.clear_banner()


def _is_there(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # an address may be longer than any name of a file
        return False
