"""Setting the neutral face against which a person is measured, and saying what came of it."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from emocam.baseline import NeutralBegun, NeutralCleared, NeutralRefused, NeutralSet
from emocam.engine.neutral_face import TAKEN_FOR_S
from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.live.status import Status
from emocam.gui.live.video_view import VideoView
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.settings_controls import CurrentSettings
from emocam.gui.worker import CaptureThread
from emocam.settings import NEUTRAL_CONTINUOUS, NEUTRAL_SET

OF_SELECTED = ("set_neutral_selected", "clear_neutral_selected")
NEUTRAL_MENU = ("set_neutral", OF_SELECTED[0], "clear_neutral", OF_SELECTED[1], "neutral_continuous")
SET_TIP = "All in sight look neutral for two seconds, and each is measured against that from then on"
CONTINUOUS_TIP = "Measure each face against its own mean over minutes. Who looks sad all day then counts as neutral"


class NeutralControls(QObject):
    """Has baselines taken of all in sight, or of the selected face, and tells what came of it."""

    def __init__(
        self,
        worker: CaptureThread,
        actions: Actions,
        settings: CurrentSettings,
        *,
        video: VideoView,
        notices: NoticeBar,
        status: Status,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._worker, self._actions, self._settings = worker, actions, settings
        self._video, self._notices, self._status = video, notices, status
        self._awaited: set[int] = set()  # of whom a baseline is being taken
        self._told: list[str] = []  # what came of it, of each face, since it was asked for
        self._refused: list[str] = []
        declare = ActionDeclaration
        actions.declare(
            declare("set_neutral", "Set &neutral of all", "U", SET_TIP, lambda: worker.set_neutral(None)),
            declare("set_neutral_selected", "Set neutral of the &selected face", "Shift+U",
                    "The same for the face that was clicked alone", lambda: self._of_selected(worker.set_neutral)),
            declare("clear_neutral", "&Clear neutral of all", "Ctrl+Alt+U",
                    "Measure nobody against a neutral face any more", lambda: worker.clear_neutral(None)),
            declare("clear_neutral_selected", "Clear neutral of the selected &face", "Ctrl+Alt+Shift+U",
                    "The same for the face that was clicked alone, once more",
                    lambda: self._of_selected(worker.clear_neutral)),
            declare("neutral_continuous", "Follow it c&ontinuously", "Shift+N", CONTINUOUS_TIP,
                    self._switch_continuous, is_checkable=True),
        )  # fmt: skip
        self.select_face(None)
        self.menu = QMenu("N&eutral", parent)
        self.menu.setToolTipsVisible(True)
        self.menu.addActions([getattr(actions, name) for name in NEUTRAL_MENU])
        worker.neutral_begun.connect(self._note_begun)
        worker.neutral_set.connect(self._note_set)
        worker.neutral_refused.connect(self._note_refused)
        worker.neutral_cleared.connect(self._note_cleared)
        settings.changed.connect(lambda _before, _now: self._mark_continuous())
        self._mark_continuous()

    def clear(self) -> None:
        """Forget what was asked of faces of the source before."""
        self._awaited, self._told, self._refused = set(), [], []

    def select_face(self, track_id: int | None) -> None:
        """Offer what is done for the selected face, if there is one."""
        for name in OF_SELECTED:
            getattr(self._actions, name).setEnabled(track_id is not None)

    def _of_selected(self, command: Callable[[int | None], None]) -> None:
        if (selected := self._video.selected_face) is not None:
            command(selected)

    def _switch_continuous(self, is_on: bool) -> None:
        self._settings.change(neutral=NEUTRAL_CONTINUOUS if is_on else NEUTRAL_SET)

    def _mark_continuous(self) -> None:
        self._actions.neutral_continuous.setChecked(self._settings.value.neutral == NEUTRAL_CONTINUOUS)

    def _note_begun(self, begun: NeutralBegun) -> None:
        self._awaited = set(begun.faces)
        self._told, self._refused = [], []
        self._video.show_banner(f"Look neutral for {TAKEN_FOR_S:g} seconds: {_faces(begun.faces)}.")

    def _note_set(self, news: NeutralSet) -> None:
        baseline = news.baseline
        self._end_waiting(baseline.face)
        varied = "" if baseline.spread_points is None else f" (varied by {_points(baseline.spread_points)})"
        self._told.append(f"face {baseline.face}{varied}")
        self._status.note(f"Neutral set: {', '.join(self._told)}")

    def _note_refused(self, refused: NeutralRefused) -> None:
        self._end_waiting(refused.face)
        self._refused.append(refused.reason)
        self._notices.say("\n".join(self._refused), [self._actions.set_neutral])

    def _note_cleared(self, cleared: NeutralCleared) -> None:
        for face in cleared.faces:
            self._end_waiting(face)
        self._status.note(cleared.reason or f"No neutral any more for {_faces(cleared.faces)}")

    def _end_waiting(self, face: int | None) -> None:
        """Take the request to look neutral away once it holds for nobody any more."""
        self._awaited -= self._awaited if face is None else {face}
        if not self._awaited:
            self._video.clear_banner()


def _faces(numbers: tuple[int, ...]) -> str:
    told = ", ".join(map(str, numbers))
    return f"face {told}" if len(numbers) == 1 else f"faces {told}"


def _points(points: float) -> str:
    return "1 point" if round(points) == 1 else f"{points:.0f} points"
