"""A setting that is one of a few: an action for each, and one that goes on to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.settings_controls import CurrentSettings


@dataclass(frozen=True, slots=True)
class Option:
    """One value of the setting, as menus name it: without & in its title."""

    value: str
    title: str
    key: str
    tip: str


class ChoiceControls(QObject):
    """Puts the value that is chosen in force, and marks the one that is."""

    def __init__(
        self,
        actions: Actions,
        settings: CurrentSettings,
        *,
        setting: str,
        names: Sequence[str],
        options: Sequence[Option],
        next_text: str,
        next_key: str,
        next_tip: str,
        parent: QWidget,
    ) -> None:
        """setting: its name in Settings. names: of the actions, for each option and at last for going on."""
        super().__init__(parent)
        self._actions, self._settings, self._setting = actions, settings, setting
        self._names = dict(zip((option.value for option in options), names[:-1], strict=True))
        texts = with_letters([option.title for option in options], taken=_letter(next_text))
        actions.declare(
            *(self._declaration(option, text) for option, text in zip(options, texts, strict=True)),
            ActionDeclaration(names[-1], next_text, next_key, next_tip, self._go_on),
        )
        self.menu = QMenu(parent)
        self.menu.addActions([getattr(actions, name) for name in names])
        settings.changed.connect(self._mark_current)
        self._mark_current()

    @property
    def _current(self) -> str:
        value: str = getattr(self._settings.value, self._setting)
        return value

    def _declaration(self, option: Option, text: str) -> ActionDeclaration:
        return ActionDeclaration(
            self._names[option.value], text, option.key, option.tip,
            lambda: self._settings.change(**{self._setting: option.value}), group=self._setting,
        )  # fmt: skip

    def _go_on(self) -> None:
        """Put the next value in force, and after the last one the first."""
        values = list(self._names)
        place = values.index(self._current) + 1
        self._settings.change(**{self._setting: values[place % len(values)]})

    def _mark_current(self) -> None:
        getattr(self._actions, self._names[self._current]).setChecked(True)


def with_letters(titles: Sequence[str], *, taken: str = "") -> list[str]:
    """Mark in each title the first letter by which no other entry is chosen; taken: by an entry beside them."""
    letters, texts = {*taken, " "}, []
    for title in titles:
        place = next(place for place, letter in enumerate(title) if letter.lower() not in letters)
        texts.append(f"{title[:place]}&{title[place:]}")
        letters.add(_letter(texts[-1]))
    return texts


def _letter(text: str) -> str:
    return text.partition("&")[2][0].lower()
