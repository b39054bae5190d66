"""The current model: opening another, saying whose labels it gives, and going back where one cannot be used."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from emocam.engine.model_file import ModelFile
from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.live.status import Status
from emocam.gui.model.card import show_network_card
from emocam.gui.model.scores import NetworkScores, network_scores
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.places import home_folder, users_folder
from emocam.gui.remembered import WindowLook
from emocam.gui.settings_controls import CurrentSettings
from emocam.gui.worker import CaptureThread
from emocam.resources import MODEL_ENDINGS, known_models, user_models_folder
from emocam.settings import DEFAULT_MODEL, Settings

LOADING = "Loading the network…"
NO_NETWORK = "No network: faces get no labels"


@dataclass(frozen=True, slots=True)
class CurrentModel:
    """The current model. text: as in Settings.model. scores: what its file says of how good it is, if it does."""

    text: str
    file: ModelFile
    scores: NetworkScores | None


class ModelControls(QObject):
    """Opens model files as the user asks, and keeps the current one where another cannot be used."""

    state_changed = Signal(str)  # in a few words: what the network is doing, or whose labels it gives
    models_changed = Signal(list)  # the names of the models to choose from
    answers_changed = Signal(list)  # the names of the answers that the current model lets one choose from
    scores_changed = Signal(object)  # dict of SensitivityFigures by spectrum, of the current model

    def __init__(
        self,
        worker: CaptureThread,
        actions: Actions,
        settings: CurrentSettings,
        *,
        look: WindowLook,
        notices: NoticeBar,
        status: Status,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window, self._actions, self._settings = parent, actions, settings
        self._look, self._notices, self._status = look, notices, status
        self._current_model: CurrentModel | None = None
        declare = ActionDeclaration
        actions.declare(
            declare("open_model", "Open model &file…", "Ctrl+Shift+N",
                    "Use a network from an .hdf5 file", self._ask_model),
            declare("network_card", "About this &network", "Ctrl+I",
                    "What the network's file says of itself", self._show_card),
        )  # fmt: skip
        self.names = list(known_models())
        parent.installEventFilter(self)
        settings.changed.connect(self._note_change)
        worker.model_opened.connect(self._note_opened)
        worker.model_failed.connect(self._note_failed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at the folders of models anew when the user comes back to the window, perhaps from a file manager."""
        if event.type() == QEvent.Type.WindowActivate and (names := list(known_models())) != self.names:
            self.names = names
            self.models_changed.emit(names)
        return super().eventFilter(watched, event)

    def _note_change(self, before: Settings, now: Settings) -> None:
        if now.model != before.model:
            self.state_changed.emit(LOADING)
            self.scores_changed.emit({})  # those of the network in use would stand beside another one's name

    def _note_opened(self, text: str, file: ModelFile) -> None:
        self._current_model = CurrentModel(text, file, network_scores(file.metadata))
        if text == self._settings.value.model:
            self._tell_current(self._current_model)

    def _note_failed(self, text: str, reason: str) -> None:
        """Go back to the current model, or to the shipped one if there is none yet."""
        current = self._current_model
        if current:
            self._tell_current(current)
        else:
            self.state_changed.emit(NO_NETWORK)
        kept = "; the one in use stays" if current else ""
        self._notices.say(f"The network {Path(text).name} cannot be used{kept}. {reason}", [self._actions.open_model])
        fallback = current.text if current else DEFAULT_MODEL
        if fallback != text and self._settings.value.model == text:
            self._settings.change(model=fallback)
            if current:
                self._tell_current(current)

    def _tell_current(self, current: CurrentModel) -> None:
        lets_choose = len(current.file.answers) > 1
        self.answers_changed.emit(list(current.file.answers))
        self.state_changed.emit(current.scores.aim if current.scores and not lets_choose else "")
        self.scores_changed.emit(current.scores.by_spectrum if current.scores else {})

    def _ask_model(self) -> None:
        files = f"Networks ({' '.join(f'*{ending}' for ending in MODEL_ENDINGS)});;All files (*)"
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a model file", self._folder_to_open(), files)
        if path:
            self._look.model_folder = path
            self._settings.change(model=path)

    def _folder_to_open(self) -> str:
        """Return the folder of the file in use, or of the last one, or the user's own of models, made if need be."""
        folder = users_folder(self._settings.value.model) or users_folder(self._look.model_folder)
        if not folder:
            own = user_models_folder()
            with suppress(OSError):
                own.mkdir(parents=True, exist_ok=True)
            folder = str(own) if own.is_dir() else home_folder()
        return folder

    def _show_card(self) -> None:
        if self._current_model is not None:
            show_network_card(self._window, self._current_model.file)
        else:
            self._status.note("No network is loaded yet")
