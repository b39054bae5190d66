"""The window's middle: the picture above its charts, and the settings above the list of faces beside it."""

from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.faces_list import FacesList
from emocam.gui.live.share_chart import ShareChart
from emocam.gui.live.video_view import VideoView
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.settings_panel import SettingsPanel

PANEL_WIDTH_PX = 300
CHARTS_HEIGHT_PX, CHARTS_SHARE = 166, 0.34  # in a low window they have no more than this share of the height
LEAST_CHARTS_PX = 96


class Body(QWidget):
    """Lays out the parts; charts and side can be hidden, and their edges moved.

    splitters: by the names under which their places are remembered.
    """

    def __init__(
        self,
        *,
        notices: NoticeBar,
        video: VideoView,
        chart: FaceChart,
        shares: ShareChart,
        panel: SettingsPanel,
        faces: FacesList,
    ) -> None:
        super().__init__()
        self.charts = QSplitter(Qt.Orientation.Horizontal)
        self.charts.addWidget(chart)
        self.charts.addWidget(shares)
        self.charts.setSizes([700, 300])
        self.charts.setMinimumHeight(LEAST_CHARTS_PX)
        self._below = _make_below(faces)
        self.side = _make_side(panel, self._below)
        top = QSplitter(Qt.Orientation.Horizontal)
        top.addWidget(video)
        top.addWidget(self.side)
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.addWidget(top)
        self._rows.addWidget(self.charts)
        for splitter in (top, self._rows):
            splitter.setStretchFactor(0, 1)
            splitter.setStretchFactor(1, 0)
        self.splitters = {"charts": self.charts, "top": top, "rows": self._rows, "side": self.side}
        for splitter in self.splitters.values():
            splitter.setChildrenCollapsible(False)
        # Who pulls the charts down to nothing gets the picture as large as it may be.
        self._rows.setCollapsible(1, True)
        self._panel = panel
        panel.installEventFilter(self)
        self._arranged: set[str] = set()  # the splitters that the user has moved
        for name, splitter in self.splitters.items():
            splitter.splitterMoved.connect(partial(self._note_arranged, name))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(notices)
        column.addWidget(self._rows, 1)

    def places(self) -> dict[str, QByteArray]:
        """Return where those splitters stand that the user has moved, now or in a former start."""
        return {name: self.splitters[name].saveState() for name in self._arranged}

    def restore(self, name: str, state: QByteArray) -> None:
        """Put a splitter where it stood."""
        if self.splitters[name].restoreState(state):
            self._note_arranged(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the panel says more than before, or less
            self._arrange()
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        """Share out the room between what the user has not moved."""
        height_px = self.height()
        if "rows" not in self._arranged:
            charts_px = max(min(CHARTS_HEIGHT_PX, round(CHARTS_SHARE * height_px)), LEAST_CHARTS_PX)
            self._rows.setSizes([height_px - charts_px, charts_px])
        if "side" not in self._arranged:
            side_px, panel_px = self.side.height(), self._panel.sizeHint().height()
            faces_px = max(self._below.minimumSizeHint().height(), side_px - panel_px)
            self.side.setSizes([side_px - faces_px, faces_px])

    def _note_arranged(self, name: str, *_: int) -> None:
        """From now on these parts are as large as the user made them."""
        self._arranged.add(name)


def _make_below(faces: FacesList) -> QWidget:
    heading = QLabel("Faces")
    heading.setContentsMargins(12, 4, 12, 6)
    below = QWidget()
    column = QVBoxLayout(below)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(heading)
    column.addWidget(faces, 1)
    return below


def _make_side(panel: SettingsPanel, below: QWidget) -> QSplitter:
    """Return the settings, which scroll where they have no room, above what is always seen."""
    scrolled = QScrollArea()
    scrolled.setWidget(panel)
    scrolled.setWidgetResizable(True)
    scrolled.setFrameShape(QFrame.Shape.NoFrame)
    scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    side = QSplitter(Qt.Orientation.Vertical)
    side.addWidget(scrolled)
    side.addWidget(below)
    side.setStretchFactor(0, 0)
    side.setStretchFactor(1, 1)
    side.setMinimumWidth(PANEL_WIDTH_PX)
    side.setMaximumWidth(2 * PANEL_WIDTH_PX)
    return side
