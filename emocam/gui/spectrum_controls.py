"""Choosing the spectrum: an action for each, and one that goes on to the next."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.advice import listed
from emocam.gui.settings_controls import CurrentSettings
from emocam.labels import SPECTRA, Spectrum

NEXT = "spectrum_next"
NEXT_TEXT = "S&witch spectrum"
SPECTRUM_MENU = (*(f"spectrum_{name}" for name in SPECTRA), NEXT)
TITLES = [spectrum.title.lower() for spectrum in SPECTRA.values()]


class SpectrumControls(QObject):
    """Switches to the spectrum that is chosen, and marks the current one."""

    def __init__(self, actions: Actions, settings: CurrentSettings, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions, self._settings = actions, settings
        texts, keys = _menu_texts(), _keys()
        actions.declare(
            *(self._declaration(one, texts[one.name], keys[one.name]) for one in SPECTRA.values()),
            ActionDeclaration(NEXT, NEXT_TEXT, "S", f"Change between {listed(TITLES, last='and')}", self._go_on),
        )
        self.menu = QMenu(parent)
        self.menu.addActions([getattr(actions, name) for name in SPECTRUM_MENU])
        settings.changed.connect(self._mark_current)
        self._mark_current()

    def _declaration(self, spectrum: Spectrum, text: str, key: str) -> ActionDeclaration:
        return ActionDeclaration(
            f"spectrum_{spectrum.name}", text, key, spectrum.meaning,
            lambda: self._settings.change(spectrum=spectrum.name), group="spectrum",
        )  # fmt: skip

    def _go_on(self) -> None:
        """Switch to the next spectrum, and from the last one to the first."""
        names = list(SPECTRA)
        place = names.index(self._settings.value.spectrum) + 1
        self._settings.change(spectrum=names[place % len(names)])

    def _mark_current(self) -> None:
        getattr(self._actions, f"spectrum_{self._settings.value.spectrum}").setChecked(True)


def _menu_texts() -> dict[str, str]:
    """Mark in each title the first letter by which no other entry is chosen."""
    taken = {_letter(NEXT_TEXT)}
    texts = {}
    for name, spectrum in SPECTRA.items():
        place = next(place for place, letter in enumerate(spectrum.title) if letter.lower() not in taken | {" "})
        texts[name] = f"{spectrum.title[:place]}&{spectrum.title[place:]}"
        taken.add(_letter(texts[name]))
    return texts


def _keys() -> dict[str, str]:
    """Give each spectrum the digit of how many labels it has, or where that is taken the next one that is free."""
    keys: dict[str, str] = {}
    for name, spectrum in SPECTRA.items():
        count = len(spectrum.labels)
        keys[name] = next(digit for digit in map(str, (*range(count, 10), *range(count))) if digit not in keys.values())
    return keys


def _letter(text: str) -> str:
    return text.partition("&")[2][0].lower()
