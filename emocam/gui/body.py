"""The window's middle: the picture above its charts, and the settings above the list of faces beside it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.faces_list import FacesList
from emocam.gui.live.share_chart import ShareChart
from emocam.gui.live.video_view import VideoView
from emocam.gui.notice_bar import NoticeBar
from emocam.gui.settings_panel import SettingsPanel

PANEL_WIDTH_PX = 300
CHARTS_HEIGHT_PX = 190


class Body(QWidget):
    """Lays out the parts; charts and side can be hidden."""

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
        self.side = _make_side(panel, faces)
        top = QSplitter(Qt.Orientation.Horizontal)
        top.addWidget(video)
        top.addWidget(self.side)
        rows = QSplitter(Qt.Orientation.Vertical)
        rows.addWidget(top)
        rows.addWidget(self.charts)
        rows.setSizes([600, CHARTS_HEIGHT_PX])
        for splitter in (top, rows):
            splitter.setStretchFactor(0, 1)
            splitter.setStretchFactor(1, 0)
        for splitter in (top, rows, self.charts):
            splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(notices)
        column.addWidget(rows, 1)


def _make_side(panel: SettingsPanel, faces: FacesList) -> QScrollArea:
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    heading = QLabel("Faces in sight")
    heading.setContentsMargins(12, 4, 12, 6)
    column.addWidget(panel)
    column.addWidget(heading)
    column.addWidget(faces, 1)
    side = QScrollArea()
    side.setWidget(inner)
    side.setWidgetResizable(True)
    side.setFrameShape(QFrame.Shape.NoFrame)
    side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    side.setMinimumWidth(PANEL_WIDTH_PX)
    side.setMaximumWidth(2 * PANEL_WIDTH_PX)
    return side
