"""The current settings, and what changes them: the panel, its keys and its menu."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.live.status import Status
from emocam.gui.remembered import SettingsKeeper
from emocam.gui.settings_panel import SettingsPanel
from emocam.gui.worker import CaptureThread
from emocam.resources import shipped_models
from emocam.settings import DEFAULT_MODEL, Settings


class CurrentSettings(QObject):
    """Holds the current Settings; every part shows them, and none keeps its own."""

    changed = Signal(object, object)  # Settings before and now

    def __init__(self, worker: CaptureThread, settings: Settings, path: Path, *, parent: QObject) -> None:
        """path: where they are kept."""
        super().__init__(parent)
        self._worker, self._settings = worker, settings
        self._keeper = SettingsKeeper(path, self)
        # Damage in a network's file can end the process: none is remembered before it has run, nor from the last time.
        is_trusted = settings.model in shipped_models()
        self._model_that_ran = settings.model if is_trusted else DEFAULT_MODEL
        worker.model_opened.connect(lambda text, _file: self._note_model_ran(text))
        if not is_trusted:
            self._keep()
            self.save()

    @property
    def value(self) -> Settings:
        """The current settings."""
        return self._settings

    def change(self, **values: Any) -> None:
        """Change some values, have every part show them, and keep them."""
        before, self._settings = self._settings, replace(self._settings, **values)
        if self._settings == before:
            return
        self._worker.use_settings(self._settings)
        self._keep()
        self.changed.emit(before, self._settings)

    def save(self) -> None:
        """Write at once what has not been written yet."""
        self._keeper.save()

    def _note_model_ran(self, text: str) -> None:
        if text != self._model_that_ran:
            self._model_that_ran = text
            self._keep()

    def _keep(self) -> None:
        self._keeper.keep(replace(self._settings, model=self._model_that_ran))


class SettingsControls(QObject):
    """Changes the settings as the panel, its keys and its menu say."""

    def __init__(
        self, panel: SettingsPanel, actions: Actions, settings: CurrentSettings, status: Status, *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._panel, self._settings, self._status = panel, settings, status
        panel.changed.connect(lambda name, value: settings.change(**{name: value}))
        panel.reset_asked.connect(self._reset)
        settings.changed.connect(lambda _before, now: panel.show_settings(now))
        panel.show_settings(settings.value)
        sensitivity, tracking = "prediction_sensitivity_percent", "tracking_sensitivity_px"
        predict, label = "prediction_every_frames", "label_every_frames"
        declare, step = ActionDeclaration, self._step
        actions.declare(
            declare("sensitivity_up", "Prediction sensitivity &up", "Ctrl+Up",
                    "Ask for 5 % more confidence before naming", step(sensitivity, 1)),
            declare("sensitivity_down", "Prediction sensitivity &down", "Ctrl+Down",
                    "Ask for 5 % less confidence", step(sensitivity, -1)),
            declare("tracking_up", "Tracking sensitivity up", "Ctrl+Shift+Up",
                    "Let a face move 10 px farther between frames", step(tracking, 1)),
            declare("tracking_down", "Tracking sensitivity down", "Ctrl+Shift+Down",
                    "Let a face move 10 px less between frames", step(tracking, -1)),
            declare("predict_less_often", "Predict less often", "Shift+P",
                    "Classify each face a frame later", step(predict, 1)),
            declare("predict_more_often", "Predict more often", "P",
                    "Classify each face a frame earlier", step(predict, -1)),
            declare("label_less_often", "Label less often", "Shift+L",
                    "Show a new label three frames later", step(label, 1)),
            declare("label_more_often", "Label more often", "L",
                    "Show a new label three frames earlier", step(label, -1)),
            declare("next_network", "Next net&work", "N",
                    "Switch to the next network of the list", panel.next_model),
            declare("reset", "&Reset to defaults", "Ctrl+0",
                    "Put every setting back, except the source", self._reset),
        )  # fmt: skip

    def _step(self, name: str, steps: int) -> Callable[[], None]:
        return lambda: self._panel.step(name, steps)

    def _reset(self) -> None:
        defaults = Settings()
        self._settings.change(**{name: getattr(defaults, name) for name in Settings.__slots__ if name != "source"})
        self._status.note("Every setting is back at its default")
