"""The main window: the parts of the app, made, laid out and wired to one another and to the capture thread."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QMainWindow

from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.body import Body
from emocam.gui.chart_controls import ChartControls
from emocam.gui.dialogs import ABOUT, may_stop_and_close, shortcut_table, show_page
from emocam.gui.finder_controls import finder_controls
from emocam.gui.judge_controls import judge_controls
from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.faces_list import FacesList
from emocam.gui.live.share_chart import ShareChart
from emocam.gui.live.status import Status
from emocam.gui.live.video_view import VideoView
from emocam.gui.menus import CHARTS, FINDERS, JUDGES, NEUTRAL, SOURCES, THEMES, fill_menu_bar
from emocam.gui.model_controls import LOADING, ModelControls
from emocam.gui.neutral_controls import NeutralControls
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.remembered import WindowLook
from emocam.gui.session_controls import SessionControls
from emocam.gui.settings_controls import CurrentSettings, SettingsControls
from emocam.gui.settings_panel import SettingsPanel
from emocam.gui.source_controls import SourceControls
from emocam.gui.spectrum_controls import spectrum_controls
from emocam.gui.spreadsheet_controls import SpreadsheetControls
from emocam.gui.toolbar import MainToolBar
from emocam.gui.view_controls import ViewControls
from emocam.gui.worker import CaptureThread
from emocam.sessions.recorder import default_parent
from emocam.settings import Settings
from emocam.sources import Camera, list_cameras

log = logging.getLogger(__name__)

END_WITHIN_MS = 10_000


class MainWindow(QMainWindow):
    """Shows what the capture thread concludes, and passes on what the user asks for."""

    def __init__(
        self,
        worker: CaptureThread,
        settings: Settings,
        *,
        settings_path: Path,
        sessions_folder: Callable[[], Path] = default_parent,
        list_cameras: Callable[[], list[Camera]] = list_cameras,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Emocam")
        self._worker, self._may_close = worker, False
        self._settings = CurrentSettings(worker, settings, settings_path, parent=self)
        self._look = WindowLook(settings_path.with_name("window.ini"))
        self.actions_ = Actions(self)
        self._make_parts(sessions_folder, list_cameras)
        self._declare_actions()
        self.toolbar = MainToolBar(
            self.actions_,
            source_menu=self.sources.menu,
            spectrum_menu=self._spectra.menu,
            neutral_menu=self._neutral.menu,
            parent=self,
        )
        self.addToolBar(self.toolbar)
        submenus = {
            SOURCES: self.sources.menu,
            FINDERS: self._finders.menu,
            JUDGES: self._judges.menu,
            NEUTRAL: self._neutral.menu,
            CHARTS: self._charts.menu,
            THEMES: self._view.theme_menu,
        }
        fill_menu_bar(self.menuBar(), self.actions_, submenus)
        self._connect_parts()
        self.panel.show_models(self._models.names, settings.model)
        self.panel.show_network_state(LOADING)
        self.toolbar.name_spectrum(settings.spectrum)
        self._view.restore()

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._settings.value

    def change(self, **values: Any) -> None:
        """Change some values of the settings."""
        self._settings.change(**values)

    def start(self, source: str | None, *, is_demo: bool = False) -> None:
        """Show the first picture, look for cameras and for sessions that were cut off."""
        if is_demo:
            self.sources.open_demo()
        else:
            self.sources.open(source)
        self.sources.menu.find_cameras()
        self.session.look_for_unfinished()

    def end(self) -> None:
        """Close without asking; a recording in progress is completed."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.session.is_recording and not self._may_close and not may_stop_and_close(self):
            event.ignore()
            return
        self._view.keep()
        self._settings.save()
        self._worker.stop()
        if self._worker.isRunning() and not self._worker.wait(END_WITHIN_MS):
            log.warning("the capture thread did not end within %d s", END_WITHIN_MS // 1000)
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        super().closeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave Space to a focused button or list, which needs it, and to Pause otherwise."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            takes_space = QAbstractButton | QComboBox | QAbstractItemView
            if event.key() == Qt.Key.Key_Space and isinstance(QApplication.focusWidget(), takes_space):
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def _make_parts(
        self, sessions_folder: Callable[[], Path], list_cameras: Callable[[], list[Camera]]
    ) -> None:
        """Make the parts and lay them out; each declares its actions."""
        worker, actions, settings = self._worker, self.actions_, self._settings
        self.video, self.faces = VideoView(), FacesList()
        self.chart, self.shares = FaceChart(), ShareChart()
        self.notices, self.status = NoticeBar(), Status()
        self.setStatusBar(self.status)
        self.sources = SourceControls(
            worker, self.video, actions, look=self._look, list_cameras=list_cameras, parent=self
        )
        self.session = SessionControls(
            worker, actions, self.status, self.notices, sessions_folder=sessions_folder, parent=self
        )
        self._spreadsheets = SpreadsheetControls(
            worker, actions, self.status, self.notices, sessions_folder=sessions_folder, parent=self
        )
        self._models = ModelControls(
            worker, actions, settings, look=self._look, notices=self.notices, status=self.status, parent=self
        )
        self.panel = SettingsPanel(actions.open_model)
        self._settings_controls = SettingsControls(self.panel, actions, settings, self.status, parent=self)
        self._spectra = spectrum_controls(actions, settings, parent=self)
        self._finders = finder_controls(actions, settings, parent=self)
        self._judges = judge_controls(actions, settings, parent=self)
        self._neutral = NeutralControls(
            worker, actions, settings, video=self.video, notices=self.notices, status=self.status, parent=self
        )
        self._charts = ChartControls(self.chart, actions, self._look, parent=self)
        self.body = Body(
            notices=self.notices, video=self.video, chart=self.chart, shares=self.shares,
            panel=self.panel, faces=self.faces,
        )  # fmt: skip
        self.setCentralWidget(self.body)
        parts = {
            "points": self.video.show_points,
            "charts": self.body.charts.setVisible,
            "panel": self.body.side.setVisible,
        }
        self._view = ViewControls(self, actions, self._look, parts=parts, body=self.body, status=self.status)

    def _declare_actions(self) -> None:
        declare = ActionDeclaration
        self.actions_.declare(
            declare("quit", "&Quit", "Ctrl+Q", "Close Emocam", self.close),
            declare("shortcuts", "&Keyboard shortcuts", "F1", "List every shortcut", self._show_shortcuts),
            declare("about", "&About Emocam", "Shift+F1", "What Emocam is, and what it is not",
                    lambda: show_page(self, "About Emocam", ABOUT)),
        )  # fmt: skip

    def _connect_parts(self) -> None:
        self._worker.result_ready.connect(self._show_newest)
        self._worker.finder_problem.connect(self._say_finder_problem)
        self._worker.source_notice.connect(lambda text: self.notices.say(text))
        self._settings.changed.connect(lambda _before, now: self.toolbar.name_spectrum(now.spectrum))
        self._models.state_changed.connect(self.panel.show_network_state)
        self._models.scores_changed.connect(self.panel.show_scores)
        self._models.answers_changed.connect(self._offer_answers)
        self._models.models_changed.connect(lambda names: self.panel.show_models(names, self.settings.model))
        self.sources.opening.connect(self._note_opening)
        self.sources.opened.connect(self._note_source)
        self.sources.ended.connect(self.status.clear_figures)
        self.sources.vanished.connect(self._clear_results)
        self.sources.awaited.connect(self.session.await_picture)
        self.session.recording_changed.connect(self.toolbar.show_recording)
        self.session.recording_changed.connect(self.sources.note_recording)
        self.session.waiting_changed.connect(self.toolbar.show_waiting)
        self.session.waiting_changed.connect(self.sources.note_waiting)
        self.session.ticked.connect(self.toolbar.show_elapsed)
        self.video.face_selected.connect(self._select_face)
        self.faces.face_selected.connect(self._select_face)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def _show_newest(self) -> None:
        shown = self._worker.results.take()
        if shown is None:
            return
        result = shown.result
        self.video.show_result(result)
        self.chart.show_result(result)
        self.shares.show_shares(shown.shares, spectrum=result.settings.spectrum, since=shown.shares_since)
        self.faces.show_result(result)
        if self.video.selected_face not in (None, *self.faces.faces):  # whoever left so long ago that no list has them
            self._select_face(None)
        self.sources.note_picture()
        if self.sources.is_moving:
            self.status.show_figures(shown)
        self.sources.watch_for_faces(shown)

    def _offer_answers(self, names: list[str]) -> None:
        self.panel.show_answers(names)
        self._judges.menu.menuAction().setEnabled(len(names) > 1)

    def _say_finder_problem(self, problem: str) -> None:
        self.notices.say(f"Faces are found without a part of Emocam: {problem}.")

    def _clear_results(self, words: str) -> None:
        self.faces.clear()
        self.chart.show_nobody()
        self.status.clear_figures(words)

    def _select_face(self, track_id: int | None) -> None:
        for part in (self.video, self.faces, self.chart, self._neutral):
            part.select_face(track_id)

    def _note_opening(self, title: str) -> None:
        """Forget what was shown of the source before."""
        self._name_source(title)
        self._select_face(None)
        self.chart.clear()
        self.shares.clear()
        self._neutral.clear()

    def _name_source(self, title: str) -> None:
        self.setWindowTitle(f"{title} – Emocam")
        self.toolbar.name_source(title)

    def _note_source(self, title: str, identity: str) -> None:
        self._name_source(title)
        self.chart.clear()
        if identity:
            self.change(source=identity)

    def _show_shortcuts(self) -> None:
        show_page(self, "Keyboard shortcuts", shortcut_table(self.actions_.declarations))
