"""Choosing what finds faces."""

from PySide6.QtWidgets import QWidget

from emocam.gui.actions import Actions
from emocam.gui.advice import listed
from emocam.gui.choice_controls import ChoiceControls, Option
from emocam.gui.settings_controls import CurrentSettings
from emocam.gui.settings_panel import FACES_LABEL
from emocam.settings import BLAZEFACE, BOTH, CASCADES, FINDER_CHOICES, FINDERS

FINDER_MENU = (*(f"faces_{name}" for name in FINDERS), "faces_next")
KEYS = {CASCADES: "Shift+C", BLAZEFACE: "Shift+B", BOTH: "Shift+F"}


def finder_controls(actions: Actions, settings: CurrentSettings, *, parent: QWidget) -> ChoiceControls:
    """Declare an action for each choice of finders, and one for the next."""
    choices = FINDER_CHOICES.values()
    controls = ChoiceControls(
        actions,
        settings,
        setting="faces_found_by",
        names=FINDER_MENU,
        options=[Option(choice.name, choice.title, KEYS[choice.name], choice.meaning) for choice in choices],
        next_text="S&witch finder",
        next_key="F",
        next_tip=f"Change between {listed([choice.title for choice in choices], last='and')}",
        parent=parent,
    )
    controls.menu.setTitle(FACES_LABEL)
    controls.menu.setToolTipsVisible(True)
    return controls
