"""Choosing the spectrum."""

from PySide6.QtWidgets import QWidget

from emocam.gui.actions import Actions
from emocam.gui.advice import listed
from emocam.gui.choice_controls import ChoiceControls, Option
from emocam.gui.settings_controls import CurrentSettings
from emocam.labels import SPECTRA

SPECTRUM_MENU = (*(f"spectrum_{name}" for name in SPECTRA), "spectrum_next")
TITLES = [spectrum.title.lower() for spectrum in SPECTRA.values()]


def spectrum_controls(actions: Actions, settings: CurrentSettings, *, parent: QWidget) -> ChoiceControls:
    """Declare an action for each spectrum, and one for the next."""
    return ChoiceControls(
        actions,
        settings,
        setting="spectrum",
        names=SPECTRUM_MENU,
        options=[
            Option(spectrum.name, spectrum.title, str(len(spectrum.labels)), spectrum.meaning)
            for spectrum in SPECTRA.values()
        ],
        next_text="S&witch spectrum",
        next_key="S",
        next_tip=f"Change between {listed(TITLES, last='and')}",
        parent=parent,
    )
