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
    keys = _keys()
    return ChoiceControls(
        actions,
        settings,
        setting="spectrum",
        names=SPECTRUM_MENU,
        options=[
            Option(spectrum.name, spectrum.title, keys[spectrum.name], spectrum.meaning)
            for spectrum in SPECTRA.values()
        ],
        next_text="S&witch spectrum",
        next_key="S",
        next_tip=f"Change between {listed(TITLES, last='and')}",
        parent=parent,
    )


def _keys() -> dict[str, str]:
    """Give each spectrum the digit of how many labels it has, or where that is taken the next one that is free."""
    keys: dict[str, str] = {}
    for name, spectrum in SPECTRA.items():
        count = len(spectrum.labels)
        keys[name] = next(digit for digit in map(str, (*range(count, 10), *range(count))) if digit not in keys.values())
    return keys
