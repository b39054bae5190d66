"""The panel with the settings of the analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

from emocam.gui.model.scores import SensitivityFigures
from emocam.gui.theme import percent
from emocam.resources import model_title
from emocam.settings import FINDER_CHOICES, JUDGE_CHOICES, RANGES, Choice, Settings

SENSITIVITY = "prediction_sensitivity_percent"
FACES_LABEL = "Faces f&ound by"
JUDGES_LABEL = "&Judges"
NETWORK_TIP = "The network that reads the expressions. Its file says what it was trained on: Help › About this network."


@dataclass(frozen=True, slots=True)
class _Row:
    """How one number is shown; every_first: the text for an interval of one frame."""

    label: str
    tip: str
    prefix: str = ""
    suffix: str = ""
    step: int = 1
    page: int = 10
    every_first: str = ""


_ROWS = {
    SENSITIVITY: _Row(
        "Prediction &sensitivity",
        "How sure the network must be before an expression is named. Below this confidence the label reads "
        "“uncertain”. Higher: fewer labels, and better ones.",
        suffix=" %",
        step=5,
    ),
    "tracking_sensitivity_px": _Row(
        "Trac&king sensitivity",
        "How far the centre of a face may move between two frames and still be the same face. Raise it if "
        "a moving face keeps getting a new number; lower it if two people swap numbers.",
        suffix=" px",
        step=10,
        page=50,
    ),
    "prediction_every_frames": _Row(
        "&Prediction",
        "How often the network looks at each face. Every frame is most exact; fewer predictions leave the "
        "computer more rest.",
        prefix="every ",
        suffix=" frames",
        every_first="every frame",
    ),
    "label_every_frames": _Row(
        "&Label",
        "How often a new label is shown; one that clearly is another is shown sooner. The longer the interval, the "
        "longer predictions are averaged, and the calmer the label.",
        prefix="every ",
        suffix=" frames",
        step=3,
        every_first="every frame",
    ),
}


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A list to choose a setting from. choices: all of them, by name."""

    label: QLabel
    box: QComboBox
    choices: Mapping[str, Choice]

    def offer(self, choices: Mapping[str, Choice]) -> None:
        """List these; nothing is signalled."""
        self.label.setToolTip("\n\n".join(f"{one.title}: {one.meaning}." for one in choices.values()))
        with QSignalBlocker(self.box):
            self.box.clear()
            for choice in choices.values():
                self.box.addItem(choice.title, choice.name)
                self.box.setItemData(self.box.count() - 1, choice.meaning, Qt.ItemDataRole.ToolTipRole)

    def select(self, name: str) -> None:
        """Show which one is chosen; nothing is signalled."""
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(name))
        meaning = f"{self.choices[name].meaning}."
        self.box.setToolTip(meaning)
        self.box.setAccessibleDescription(meaning)


class SettingsPanel(QWidget):
    """Shows Settings, and reports what the user changes; `CurrentSettings` makes the new value."""

    changed = Signal(str, object)  # the setting's name in Settings, its value
    reset_asked = Signal()

    def __init__(self, open_model: QAction, parent: QWidget | None = None) -> None:
        """open_model: what the last entry of the list of models does."""
        super().__init__(parent)
        self._open_model = open_model
        self._sliders: dict[str, QSlider] = {}
        self._spins: dict[str, QSpinBox] = {}
        self._scores: Mapping[str, SensitivityFigures] = {}
        self._spectrum = Settings().spectrum
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 10, 12, 10)
        self._grid.setVerticalSpacing(5)
        self._grid.setHorizontalSpacing(10)
        self._grid.setColumnStretch(0, 1)
        for name, row in _ROWS.items():
            self._add_row(name, row)
        self._finders = self._add_choices(FACES_LABEL, "faces_found_by", FINDER_CHOICES, name="finders")
        self._add_network()
        self.show_settings(Settings())

    def show_settings(self, settings: Settings) -> None:
        """Show these; nothing is signalled."""
        for name, spin in self._spins.items():
            for widget in (spin, self._sliders[name]):
                with QSignalBlocker(widget):
                    widget.setValue(getattr(settings, name))
        self._spectrum = settings.spectrum
        self._tell_sensitivity()
        self._finders.select(settings.faces_found_by)
        self._judges.select(settings.judges_like)
        self._select_model(settings.model)

    def show_scores(self, by_spectrum: Mapping[str, SensitivityFigures]) -> None:
        """Quote a network's figures at the prediction sensitivity; nothing where its file gives none."""
        self._scores = by_spectrum
        self._tell_sensitivity()

    def show_models(self, names: list[str], current: str) -> None:
        """List the models to choose from, and show which one is chosen."""
        with QSignalBlocker(self._models):
            self._models.clear()
            for name in names:
                title = model_title(name)
                self._models.addItem(title, name)
                if title != name:
                    self._models.setItemData(self._models.count() - 1, f"{name}.hdf5", Qt.ItemDataRole.ToolTipRole)
            self._models.insertSeparator(self._models.count())
            self._models.addItem(self._open_model.text().replace("&", ""), None)
        self._select_model(current)

    def show_answers(self, names: Sequence[str]) -> None:
        """Offer the answers of the network in use; a network that gives but one lets nobody choose."""
        offered = {name: choice for name, choice in JUDGE_CHOICES.items() if name in names}
        current = self._judges.box.currentData()
        self._judges.offer(offered)
        if current in offered:
            self._judges.select(current)
        self._judges.box.setEnabled(True)
        for widget in (self._judges.label, self._judges.box):
            widget.setVisible(len(offered) > 1)

    def show_network_state(self, text: str) -> None:
        """Say in a few words what the network is doing or whose labels it gives."""
        self._network_state.setText(text)
        self._network_state.setVisible(bool(text))

    def next_model(self) -> None:
        """Choose the next model in the list, if there is another."""
        names = [self._models.itemData(row) for row in range(self._models.count())]
        names = [name for name in names if name is not None]
        if len(names) > 1:
            place = (names.index(self._models.currentData()) + 1) % len(names)
            self.changed.emit("model", names[place])

    def step(self, name: str, steps: int) -> None:
        """Change one of the numbers by its steps, as far as its range goes."""
        self._spins[name].stepBy(steps)

    def _add_row(self, name: str, row: _Row) -> None:
        low, high = RANGES[name]
        label, spin, slider = QLabel(row.label), QSpinBox(), QSlider(Qt.Orientation.Horizontal)
        spin.setRange(low, high)
        spin.setPrefix(row.prefix)
        spin.setSuffix(row.suffix)
        spin.setSingleStep(row.step)
        spin.setSpecialValueText(row.every_first)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.setKeyboardTracking(False)
        spin.setAccelerated(True)
        slider.setRange(low, high)
        slider.setPageStep(row.page)
        slider.setObjectName(name)
        spin.setObjectName(f"{name}_spin")
        label.setBuddy(slider)
        for widget in (label, spin, slider):
            widget.setToolTip(row.tip)
        for control in (spin, slider):
            control.setAccessibleName(row.label.replace("&", ""))
            control.setAccessibleDescription(row.tip)
            control.valueChanged.connect(lambda value: self._take(name, value))
        at = self._grid.rowCount()
        self._grid.addWidget(label, at, 0)
        self._grid.addWidget(spin, at, 1)
        self._grid.addWidget(slider, at + 1, 0, 1, 2)
        self._sliders[name], self._spins[name] = slider, spin
        if name == SENSITIVITY:
            self._expected = QLabel()  # in words below the slider, because few people wait for a tooltip
            self._expected.setObjectName("expected")
            self._expected.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            self._grid.addWidget(self._expected, at + 2, 0, 1, 2)

    def _add_choices(self, text: str, setting: str, choices: Mapping[str, Choice], *, name: str) -> ChoiceRow:
        """Add a list to choose a setting from; name: of the list, as an object."""
        row = ChoiceRow(QLabel(text), QComboBox(), choices)
        row.label.setBuddy(row.box)
        row.offer(choices)
        row.box.setObjectName(name)
        row.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row.box.setAccessibleName(text.replace("&", ""))
        row.box.activated.connect(lambda place: self.changed.emit(setting, row.box.itemData(place)))
        self._add_choice(row.label, row.box)
        return row

    def _add_choice(self, label: QLabel, box: QComboBox) -> None:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(label)
        row.addWidget(box, 1)
        self._grid.addLayout(row, self._grid.rowCount(), 0, 1, 2)

    def _add_network(self) -> None:
        label, self._models = QLabel("Net&work"), QComboBox()
        label.setBuddy(self._models)
        self._models.setObjectName("models")
        self._models.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._models.setAccessibleName("Network")
        self._models.activated.connect(self._take_model)
        self._network_state = QLabel()
        self._network_state.setObjectName("network_state")
        self._network_state.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._network_state.setWordWrap(True)
        self._network_state.hide()
        label.setToolTip(NETWORK_TIP)
        reset = QPushButton("Reset to &defaults")
        reset.setToolTip("Put every setting back to what Emocam starts with, except the source")
        reset.setAutoDefault(False)
        reset.clicked.connect(self.reset_asked)
        self._add_choice(label, self._models)
        self._judges = self._add_choices(JUDGES_LABEL, "judges_like", JUDGE_CHOICES, name="judges")
        self._judges.box.setEnabled(False)  # until a network is there; the row has its room from the first
        buttons = QHBoxLayout()
        buttons.addWidget(self._network_state, 1)
        buttons.addStretch()
        buttons.addWidget(reset)
        self._grid.addLayout(buttons, self._grid.rowCount(), 0, 1, 2)

    def _take(self, name: str, value: int) -> None:
        for widget in (self._spins[name], self._sliders[name]):
            with QSignalBlocker(widget):
                widget.setValue(value)
        if name == SENSITIVITY:
            self._tell_sensitivity()
        self.changed.emit(name, value)

    def _tell_sensitivity(self) -> None:
        """Say what the slider's position gives, in the spectrum shown."""
        tip, figures = _ROWS[SENSITIVITY].tip, self._scores.get(self._spectrum)
        place = self._spins[SENSITIVITY].value()
        told = ""
        if figures is not None:
            labelled, right = percent(figures.labelled[place]), figures.right[place]
            told = f"names {labelled} of faces" + ("" if right is None else f", right on {percent(right)}")
            rightly = "" if right is None else f", and is right on {percent(right)} of those it names"
            tip += f"\n\nAt {place} %: this network names {labelled} of faces{rightly} ({figures.measured})."
        for control in (self._spins[SENSITIVITY], self._sliders[SENSITIVITY]):
            control.setToolTip(tip)
            control.setAccessibleDescription(tip)
        self._expected.setText(told)
        self._expected.setVisible(bool(told))

    def _take_model(self, row: int) -> None:
        text = self._models.itemData(row)
        if text is not None:
            self._current_model = text
            self.changed.emit("model", text)
        else:
            self._select_model(self._current_model)
            self._open_model.trigger()

    def _select_model(self, text: str) -> None:
        """Show a model as chosen; one that is named by its path is listed by its file's name."""
        self._current_model = text
        row = self._models.findData(text)
        with QSignalBlocker(self._models):
            if row < 0:
                row = max(0, self._models.count() - 2)  # before the separator and the last entry
                self._models.insertItem(row, Path(text).name, text)
                self._models.setItemData(row, text, Qt.ItemDataRole.ToolTipRole)
            self._models.setCurrentIndex(row)
        file = self._models.itemData(row, Qt.ItemDataRole.ToolTipRole)
        self._models.setToolTip(NETWORK_TIP if file is None else f"{NETWORK_TIP}\n\nThis one: {file}")
