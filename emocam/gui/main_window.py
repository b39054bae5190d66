"""The main window: the picture, its charts, the settings and the line below, wired to the capture thread."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFileDialog,
    QFrame,
    QLabel,
    QMainWindow,
    QMenu,
    QScrollArea,
    QSplitter,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from emocam.engine.model_file import ModelFile
from emocam.gui.actions import fill_menu_bar, fill_spectrum_menu, make_actions
from emocam.gui.advice import duration
from emocam.gui.dialogs import ABOUT, may_stop_and_close, shortcut_table, show_page
from emocam.gui.icons import RECORD_COLOUR, draw_icon
from emocam.gui.live.charts import ProbabilityChart, ShareChart
from emocam.gui.live.faces_list import FacesList
from emocam.gui.live.status import Status
from emocam.gui.live.video_view import VideoView
from emocam.gui.model.card import show_network_card
from emocam.gui.model.scores import network_scores
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.remembered import SettingsKeeper, WindowLook
from emocam.gui.session_controls import SessionControls
from emocam.gui.settings_panel import SettingsPanel
from emocam.gui.source_controls import SourceControls
from emocam.gui.theme import apply_theme, figures_font
from emocam.gui.worker import CaptureThread
from emocam.resources import shipped_models
from emocam.sessions.recorder import default_parent
from emocam.settings import DEFAULT_MODEL, Settings
from emocam.sources import Camera, list_cameras

log = logging.getLogger(__name__)

START_SIZE = QSize(1280, 720)
PANEL_WIDTH_PX = 300
CHARTS_HEIGHT_PX = 190
SOURCE_WIDTH_PX = 260
END_WITHIN_MS = 10_000
ARROW_ROOM = "\N{NO-BREAK SPACE}" * 3  # Fusion draws a menu's arrow over the end of the text


class MainWindow(QMainWindow):
    """Owns the Settings that are in force; every part shows them, and none keeps its own."""

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
        self._worker = worker
        self._settings = settings
        self._model: ModelFile | None = None
        self._loaded_model, self._aim = "", ""
        self._may_close = False
        self._keeper = SettingsKeeper(settings_path, self)
        self._look = WindowLook(settings_path.with_name("window.ini"))
        self.actions_ = make_actions(self)
        self.video, self.faces = VideoView(), FacesList()
        self.probabilities, self.shares = ProbabilityChart(), ShareChart()
        self.panel = SettingsPanel(self.actions_.open_model)
        self.notices, self.status = NoticeBar(), Status()
        self.setStatusBar(self.status)
        self.sources = SourceControls(worker, self.video, self.actions_, list_cameras=list_cameras, parent=self)
        self.session = SessionControls(
            worker, self.actions_, self.status, self.notices, sessions_folder=sessions_folder, parent=self
        )
        self._lay_out()
        self._make_toolbar()
        fill_menu_bar(self.menuBar(), self.actions_, source_menu=self.sources.menu)
        self._connect_actions()
        self._connect_parts()
        self.panel.show_models(list(shipped_models()), settings.model)
        self.panel.show_network_state("Loading the network…")
        self._show_settings()
        self._restore_look()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    def start(self, source: str | None, *, is_demo: bool = False) -> None:
        """Show the first picture, look for cameras and for sessions that were cut off."""
        if is_demo:
            self.sources.open_demo()
        else:
            self.sources.open(source)
        self.sources.menu.find_cameras()
        self.session.look_for_unfinished()

    def end(self) -> None:
        """Close without a question; what is being recorded is completed."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.session.is_recording and not self._may_close and not may_stop_and_close(self):
            event.ignore()
            return
        self._look.keep(self)
        self._keeper.save()
        self._worker.stop()
        if self._worker.isRunning() and not self._worker.wait(END_WITHIN_MS):
            log.warning("the capture thread did not end within %d s", END_WITHIN_MS // 1000)
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_record_button"):
            self._draw_icons()
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave Space to a focused button or list, which needs it, and to Pause otherwise."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            takes_space = QAbstractButton | QComboBox | QAbstractItemView
            if event.key() == Qt.Key.Key_Space and isinstance(QApplication.focusWidget(), takes_space):
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        self._charts = QSplitter(Qt.Orientation.Horizontal)
        self._charts.addWidget(self.probabilities)
        self._charts.addWidget(self.shares)
        self._charts.setSizes([700, 300])
        rows = QSplitter(Qt.Orientation.Vertical)
        top = QSplitter(Qt.Orientation.Horizontal)
        top.addWidget(self.video)
        top.addWidget(self._make_side())
        top.setStretchFactor(0, 1)
        top.setStretchFactor(1, 0)
        rows.addWidget(top)
        rows.addWidget(self._charts)
        rows.setStretchFactor(0, 1)
        rows.setStretchFactor(1, 0)
        rows.setSizes([600, CHARTS_HEIGHT_PX])
        for splitter in (top, rows, self._charts):
            splitter.setChildrenCollapsible(False)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(rows, 1)
        self.setCentralWidget(centre)

    def _make_side(self) -> QWidget:
        """Return the column with the settings above the list of faces."""
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        heading = QLabel("Faces in sight")
        heading.setContentsMargins(12, 4, 12, 6)
        column.addWidget(self.panel)
        column.addWidget(heading)
        column.addWidget(self.faces, 1)
        self._side = QScrollArea()
        self._side.setWidget(inner)
        self._side.setWidgetResizable(True)
        self._side.setFrameShape(QFrame.Shape.NoFrame)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.setMinimumWidth(PANEL_WIDTH_PX)
        self._side.setMaximumWidth(2 * PANEL_WIDTH_PX)
        return self._side

    def _make_toolbar(self) -> None:
        a = self.actions_
        bar = QToolBar("Main")
        bar.setObjectName("main toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.toggleViewAction().setVisible(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.addAction(a.record)
        self._record_button = bar.widgetForAction(a.record)
        self._record_button.setMinimumWidth(80)
        self._clock = QLabel(duration(0))
        self._clock.setFont(figures_font(self._clock.font()))
        self._clock.setContentsMargins(4, 0, 12, 0)
        self._clock.setToolTip("How long the session has been recorded")
        bar.addWidget(self._clock)
        bar.addAction(a.pause)
        bar.widgetForAction(a.pause).setMinimumWidth(92)
        bar.addSeparator()
        self._source_button = _menu_button(self.sources.menu, "What is shown: a camera, a file, a folder or a stream")
        bar.addWidget(self._source_button)
        spectrum_menu = QMenu(self)
        fill_spectrum_menu(spectrum_menu, a)
        self._spectrum_button = _menu_button(spectrum_menu, "Which labels are shown: seven emotions, or three tones")
        bar.addWidget(self._spectrum_button)
        self.addToolBar(bar)
        self._draw_icons()

    def _draw_icons(self) -> None:
        a, text = self.actions_, self.palette().buttonText().color()
        a.record.setIcon(draw_icon("square" if self.session.is_recording else "disc", RECORD_COLOUR))
        a.pause.setIcon(draw_icon("triangle" if a.pause.isChecked() else "bars", text))

    def _connect_actions(self) -> None:
        a = self.actions_
        for action, name, steps in (
            (a.sensitivity_up, "prediction_sensitivity_percent", 1),
            (a.sensitivity_down, "prediction_sensitivity_percent", -1),
            (a.tracking_up, "tracking_sensitivity_px", 1),
            (a.tracking_down, "tracking_sensitivity_px", -1),
            (a.predict_oftener, "prediction_every_frames", -1),
            (a.predict_rarer, "prediction_every_frames", 1),
            (a.label_oftener, "label_every_frames", -1),
            (a.label_rarer, "label_every_frames", 1),
        ):
            action.triggered.connect(lambda _=False, name=name, steps=steps: self.panel.step(name, steps))
        for action, theme in ((a.theme_system, None), (a.theme_light, "light"), (a.theme_dark, "dark")):
            action.triggered.connect(lambda _=False, theme=theme: self._use_theme(theme))
        for action, act in (
            (a.quit, self.close),
            (a.spectrum_seven, lambda: self.change(spectrum="seven")),
            (a.spectrum_three, lambda: self.change(spectrum="three")),
            (a.spectrum_next, self._switch_spectrum),
            (a.next_network, self.panel.next_model),
            (a.open_model, self._ask_model),
            (a.reset, self._reset),
            (a.shortcuts, lambda: show_page(self, "Keyboard shortcuts", shortcut_table(a))),
            (a.network_card, self._show_network_card),
            (a.about, lambda: show_page(self, "About Emocam", ABOUT)),
        ):
            action.triggered.connect(act)
        a.charts.toggled.connect(lambda is_shown: self._show_part("charts", is_shown))
        a.panel.toggled.connect(lambda is_shown: self._show_part("panel", is_shown))
        a.full_screen.toggled.connect(self._fill_screen)
        a.pause.toggled.connect(self._draw_icons)

    def _connect_parts(self) -> None:
        worker = self._worker
        worker.result_ready.connect(self._show_newest)
        worker.model_opened.connect(self._note_model)
        worker.model_failed.connect(self._note_model_failure)
        self.panel.changed.connect(lambda name, value: self.change(**{name: value}))
        self.panel.reset_asked.connect(self._reset)
        self.sources.opening.connect(self._name_source)
        self.sources.opened.connect(self._note_source)
        self.sources.ended.connect(self.status.clear_figures)
        self.sources.vanished.connect(self._clear_results)
        self.session.recording_changed.connect(self._draw_icons)
        self.session.ticked.connect(lambda elapsed_s: self._clock.setText(duration(elapsed_s)))
        self.video.face_selected.connect(self._select_face)
        self.faces.face_selected.connect(self._select_face)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def change(self, **values: Any) -> None:
        """Put other values in force, show them, and keep them."""
        settings = replace(self._settings, **values)
        if settings == self._settings:
            return
        if settings.model != self._settings.model:
            self.panel.show_network_state("Loading the network…")
        self._settings = settings
        self._worker.use_settings(settings)
        self._keeper.keep(settings)
        self._show_settings()

    def _show_settings(self) -> None:
        self.panel.show_settings(self._settings)
        is_three = self._settings.spectrum == "three"
        (self.actions_.spectrum_three if is_three else self.actions_.spectrum_seven).setChecked(True)
        self._spectrum_button.setText(f"Spectrum: {self._settings.spectrum}{ARROW_ROOM}")

    def _show_newest(self) -> None:
        shown = self._worker.results.take()
        if shown is None:
            return
        self.video.show_result(shown.result)
        self.probabilities.show_result(shown.result)
        self.shares.show_shares(shown.shares, spectrum=shown.result.settings.spectrum)
        self.faces.show_result(shown.result)
        self.status.show_figures(shown)
        self.sources.watch_for_faces(shown)

    def _clear_results(self, words: str) -> None:
        self.faces.clear()
        self.status.clear_figures(words)

    def _select_face(self, track_id: int) -> None:
        for part in (self.video, self.faces, self.probabilities):
            part.select_face(track_id)

    def _note_source(self, title: str, identity: str) -> None:
        self._name_source(title)
        self.probabilities.clear()
        if identity:
            self.change(source=identity)

    def _name_source(self, title: str) -> None:
        self.setWindowTitle(f"{title} – Emocam")
        name = self._source_button.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, SOURCE_WIDTH_PX)
        self._source_button.setText(f"Source: {name}{ARROW_ROOM}".replace("&", "&&"))

    def _note_model(self, text: str, model: ModelFile) -> None:
        self._model, self._loaded_model = model, text
        scores = network_scores(model.metadata)
        self.panel.show_scores(scores.by_spectrum if scores else {})
        self._aim = scores.aim if scores else ""
        if text == self._settings.model:
            self.panel.show_network_state(self._aim)
        self.session.allow_recording(True)

    def _note_model_failure(self, text: str, reason: str) -> None:
        """Go back to the network in use, or to the shipped one if there is none yet."""
        fallback = self._loaded_model or DEFAULT_MODEL
        self.panel.show_network_state(self._aim if self._loaded_model else "No network: faces get no labels")
        kept = "; the one in use stays" if self._loaded_model else ""
        self.notices.say(f"The network {Path(text).name} cannot be used{kept}. {reason}", [self.actions_.open_model])
        if fallback != text and self._settings.model == text:
            self.change(model=fallback)
            if self._loaded_model:
                self.panel.show_network_state(self._aim)

    def _ask_model(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a model file", "", "Networks (*.hdf5 *.h5);;All files (*)")
        if path:
            self.change(model=path)

    def _show_network_card(self) -> None:
        if self._model is not None:
            show_network_card(self, self._model)
        else:
            self.status.note("No network is loaded yet")

    def _switch_spectrum(self) -> None:
        self.change(spectrum="three" if self._settings.spectrum == "seven" else "seven")

    def _reset(self) -> None:
        self.change(**{name: getattr(Settings(), name) for name in Settings.__slots__ if name != "source"})
        self.status.note("Every setting is back at its default")

    def _use_theme(self, theme: str | None) -> None:
        self._look.theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)

    def _show_part(self, part: str, is_shown: bool) -> None:
        (self._charts if part == "charts" else self._side).setVisible(is_shown)
        self._look.keep_shown(part, is_shown)

    def _fill_screen(self, is_full: bool) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        if is_full:
            self.status.note("F11 leaves the full screen")

    def _restore_look(self) -> None:
        a, theme = self.actions_, self._look.theme
        {None: a.theme_system, "light": a.theme_light, "dark": a.theme_dark}[theme].setChecked(True)
        self._use_theme(theme)
        for action, part in ((a.charts, "charts"), (a.panel, "panel")):
            action.setChecked(self._look.is_shown(part))
            self._show_part(part, action.isChecked())
        if not self._look.restore(self):
            self.resize(START_SIZE)
        a.full_screen.setChecked(self.isFullScreen())


def _menu_button(menu: QMenu, tip: str) -> QToolButton:
    button = QToolButton()
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setToolTip(tip)
    button.setText(f"Source{ARROW_ROOM}")
    return button
