"""Choosing what the chart of a face shows, remembered from start to start."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.subjects import SUBJECTS, Subject
from emocam.gui.remembered import WindowLook


class ChartControls(QObject):
    """Declares an action for each subject; the chart's title and the View menu offer them."""

    def __init__(self, chart: FaceChart, actions: Actions, look: WindowLook, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._chart, self._look = chart, look
        actions.declare(*(self._declaration(subject) for subject in SUBJECTS.values()))
        self.menu = QMenu("&Left chart", parent)
        self.menu.setToolTipsVisible(True)
        self.menu.addActions([getattr(actions, _action_name(subject)) for subject in SUBJECTS.values()])
        chart.offer(self.menu)
        getattr(actions, _action_name(SUBJECTS[look.chart])).trigger()

    def _declaration(self, subject: Subject) -> ActionDeclaration:
        return ActionDeclaration(
            _action_name(subject), subject.text, subject.key, subject.tip, lambda: self._show(subject), group="chart"
        )

    def _show(self, subject: Subject) -> None:
        self._look.chart = subject.name
        self._chart.show_subject(subject)


def _action_name(subject: Subject) -> str:
    return f"chart_{subject.name}"
