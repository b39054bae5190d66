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
from emocam.gui.places import media_folder, users_folder
from emocam.gui.remembered import WindowLook
from emocam.gui.source_menu import SourceMenu
from emocam.gui.worker import CaptureThread, Shown
from emocam.messages import Frame, is_too_dark
from emocam.resources import demo_clip
from emocam.settings import BLAZEFACE, CASCADES, FINDER_CHOICES
from emocam.sources import PICTURE_SUFFIXES, VIDEO_SUFFIXES, Camera

NO_FACE_AFTER_S = 5.0
FIRST_PICTURE, LOST_PICTURE = "the first picture", "the picture to come back"
GOES_ON = "The recording goes on, and notes the gap."
SUFFIXES = " ".join(f"*{suffix}" for suffix in (*sorted(VIDEO_SUFFIXES), *sorted(PICTURE_SUFFIXES)))
FILES_OFFERED = f"Videos and pictures ({SUFFIXES});;All files (*)"


class SourceControls(QObject):
    """Opens what the user asks for, and shows messages where the picture would be."""

    opening = Signal(str)  # title
    opened = Signal(str, str)  # title; identity to remember, or "" for what is not remembered
    ended = Signal(str)  # in a few words, why no more pictures come; the last one stays
    vanished = Signal(str)  # in a few words, why there are no figures now
    awaited = Signal(str)  # what whoever needs a picture waits for, as `the first picture`; empty while they come

    def __init__(
        self,
        worker: CaptureThread,
        video: VideoView,
        actions: Actions,
        *,
        look: WindowLook,
        list_cameras: Callable[[], list[Camera]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window, self._worker, self._video, self._actions = parent, worker, video, actions
        self._look = look
        self._is_demo = False
        self._wanted: str | None = None
        self._awaited = self._was_awaited = ""  # what pictures wait for now, and before they were paused
        self._is_recording = self._is_recording_awaited = False
        self._say: Callable[[], None] | None = None  # what the picture says, which depends on the recording
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
        self._allow_pause(True)
        self._worker.replay()

    def ask_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a video or a picture", self._folder(), FILES_OFFERED)
        if path:
            self._look.folder = path
            self.open(path)

    def ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, "Open a folder of pictures", self._folder())
        if path:
            self._look.folder = path
            self.open(path)

    def ask_stream(self) -> None:
        text = "Address of the stream, for example http://192.168.0.20:8080/video or rtsp://…"
        address, is_accepted = QInputDialog.getText(self._window, "Open a network stream", text)
        if is_accepted and address.strip():
            self.open(address.strip())

    @property
    def is_moving(self) -> bool:
        """Whether pictures come, so that there are figures of them; a picture that stays has none."""
        return not self._awaited

    def note_recording(self, is_recording: bool) -> None:
        """Say what is true of the recording now."""
        self._is_recording = is_recording
        self._say_again()

    def note_waiting(self, is_awaited: bool) -> None:
        """Say that a recording begins with the next picture, or that none does."""
        self._is_recording_awaited = is_awaited
        self._say_again()

    def note_picture(self) -> None:
        """Take note that a picture has come; one that stays in view may be shown again."""
        if self._awaited in (FIRST_PICTURE, LOST_PICTURE):
            self._say = None
            self._await("")

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
        self._allow_pause(True)
        self._forget_picture("Opening…", awaits="the source to open")
        self.menu.show_current(None)
        self.opening.emit(Path(title).name if _is_there(title) else title)
        self._video.show_message("Opening…", title, [])
        if not self._worker.isRunning():
            self._worker.start()
        self._worker.open(source, loops=self._is_demo)

    def _folder(self) -> str:
        """Return where a file dialog begins: beside what is open, where the last file was, or with films."""
        places = [self._wanted if not self._is_demo else None, self._look.folder]
        return next((folder for place in places if (folder := users_folder(place))), media_folder())

    def _pause(self, is_paused: bool) -> None:
        if is_paused:
            self._actions.describe("pause", text="&Resume", tip="Go on")
        else:
            self._actions.describe("pause")
        self._worker.set_paused(is_paused)
        self._clear_advice()
        if is_paused:
            self._was_awaited, self._say = self._awaited, self._say_paused
            self._await("Resume")
            self.ended.emit("Paused")
            self._say_again()
        elif self._awaited == "Resume":
            self._say = None
            self._await(self._was_awaited)
            self.ended.emit("Waiting for the next picture…")

    def _allow_pause(self, is_possible: bool, reason: str = "") -> None:
        """Let pictures run, and say whether they can be held."""
        self._actions.pause.setChecked(False)
        self._pause(False)
        self._actions.pause.setEnabled(is_possible)
        if reason:
            self._actions.describe("pause", tip=reason)

    def _await(self, what: str) -> None:
        self._awaited = what
        self.awaited.emit(what)

    def _say_again(self) -> None:
        if self._say is not None:
            self._say()

    def _say_paused(self) -> None:
        text = "Paused"
        if self._is_recording:
            text = "Paused: the recording is open, and notes nothing meanwhile"
        elif self._is_recording_awaited:
            text = "Paused: the recording begins when you resume"
        self._video.show_banner(text, [self._actions.pause])

    def _note_opened(self, title: str, identity: str, is_live: bool) -> None:
        self._forget_picture("Waiting for the first picture…", awaits=FIRST_PICTURE)
        self.menu.show_current(identity if is_live else None)
        self.opened.emit("Demo clip" if self._is_demo else title, "" if self._is_demo else identity)

    def _note_failed(self, reason: str, retries: bool) -> None:
        self._forget_picture("No picture", awaits="a picture, which the source does not give")
        self._allow_pause(False, "There is no picture to hold")
        a, is_file = self._actions, self._wanted is not None and _is_there(self._wanted)
        is_address = self._wanted is not None and "://" in self._wanted
        is_camera = not is_file and not is_address
        again = "\n\nEmocam keeps trying by itself." if retries else ""
        title = "No camera picture" if is_camera else "This cannot be shown"
        actions = [a.retry, a.open_file, a.open_demo]
        if self._wanted is not None:
            actions.append(a.first_camera)
        self._say = lambda: self._video.show_message(title, f"{reason}{again}{self._recording_text(GOES_ON)}", actions)
        self._say()

    def _note_lost(self, reason: str) -> None:
        self._forget_picture("Picture lost", awaits=LOST_PICTURE)
        self._allow_pause(True)  # whether it is back shows by its picture
        text = f"{reason}\n\nThe picture returns by itself as soon as the source does."
        actions = [self._actions.retry, self._actions.open_file]
        title = "The picture was lost"
        self._say = lambda: self._video.show_message(title, f"{text}{self._recording_text(GOES_ON)}", actions)
        self._say()

    def _note_ended(self, title: str, problem: str) -> None:
        self._clear_advice()
        self._allow_pause(False, "The source has ended: nothing moves")
        self._await("a picture, because the source has ended")
        (self.ended if self._video.has_picture else self.vanished).emit("The source has ended")
        self._say = lambda: self._say_ended(title, problem)
        self._say()

    def _say_ended(self, title: str, problem: str) -> None:
        recording = self._recording_text("The recording is still open: stop it, or go on with another source.").strip()
        actions = [self._replay, self._actions.open_file, self._actions.first_camera]
        if self._video.has_picture:
            self._video.show_banner(f"{problem or f'The end of {title}.'} {recording}".rstrip(), actions)
        else:
            text = "\n\n".join(part for part in (problem, recording) if part)
            self._video.show_message(f"The end of {title}", text, actions)

    def _recording_text(self, if_open: str) -> str:
        """Return what there is to say of the recording, after an empty line; if_open: when there is one."""
        if self._is_recording:
            return f"\n\n{if_open}"
        return "\n\nThe recording begins with the next picture." if self._is_recording_awaited else ""

    def _note_crash(self, problem: str) -> None:
        self._forget_picture("Stopped", awaits="the analysis, which has stopped")
        self._allow_pause(False, "The analysis has stopped")
        text = f"This should not have happened; {log_path()} has the details.\n\n{problem}"
        self._video.show_message("The analysis has stopped", text, [self._actions.retry])

    def _forget_picture(self, words: str, *, awaits: str) -> None:
        self._seen_s = self._say = None
        self._clear_advice()
        self._advice_hidden = False
        self._video.clear()
        self._await(awaits)
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
