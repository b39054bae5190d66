"""Choosing whose labels the network gives, where its file lets one choose."""

from PySide6.QtWidgets import QWidget

from emocam.gui.actions import Actions
from emocam.gui.advice import listed
from emocam.gui.choice_controls import ChoiceControls, Option
from emocam.gui.settings_controls import CurrentSettings
from emocam.gui.settings_panel import JUDGES_LABEL
from emocam.settings import BETWEEN, DATA_SET, JUDGE_CHOICES, JUDGES, PEOPLE

JUDGE_MENU = (*(f"judges_{name}" for name in JUDGES), "judges_next")
KEYS = {BETWEEN: "Shift+J", PEOPLE: "Shift+K", DATA_SET: "Shift+D"}


def judge_controls(actions: Actions, settings: CurrentSettings, *, parent: QWidget) -> ChoiceControls:
    """Declare an action for each answer that a network may give, and one for the next."""
    choices = JUDGE_CHOICES.values()
    controls = ChoiceControls(
        actions,
        settings,
        setting="judges_like",
        names=JUDGE_MENU,
        options=[Option(choice.name, choice.title, KEYS[choice.name], choice.meaning) for choice in choices],
        next_text="S&witch whose labels",
        next_key="J",
        next_tip=f"Change between {listed([choice.title for choice in choices], last='and')}",
        parent=parent,
    )
    controls.menu.setTitle(JUDGES_LABEL)
    controls.menu.setToolTipsVisible(True)
    controls.menu.menuAction().setEnabled(False)  # until a network is there that lets one choose
    return controls
