"""What can be done from menus and keyboard: each action is declared once, by the part of the window that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class ActionDeclaration:
    """How an action reads, its key, and what it does.

    name: what the code calls it. text: with & before the letter that chooses it in a menu. key: as QKeySequence takes
    it; letters without a modifier are for what is done while looking at the picture. tip: what it does, without the
    key. handler: called without an argument, or with whether the action is now checked, as it takes it. group: of
    actions with the same one, exactly one is checked.
    """

    name: str
    text: str
    key: str
    tip: str
    handler: Callable[..., object]
    is_checkable: bool = False
    group: str = ""


class Actions:
    """The actions of a window, by the names that they were declared with: `actions.record` is a QAction."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._declared: dict[str, ActionDeclaration] = {}
        self._made: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}

    def __getattr__(self, name: str) -> QAction:
        if name not in self._made:
            raise AttributeError(f"expected an action out of {', '.join(self._made)}; got {name}")
        return self._made[name]

    @property
    def declarations(self) -> tuple[ActionDeclaration, ...]:
        """Every action, in the order in which the parts of the window declared them."""
        return tuple(self._declared.values())

    def all(self) -> list[QAction]:
        """Return every action, in the same order."""
        return list(self._made.values())

    def declare(self, *declarations: ActionDeclaration) -> None:
        """Make actions whose shortcuts work in all of the window; raises ValueError for a name that is taken."""
        for declared in declarations:
            if declared.name in self._declared:
                raise ValueError(f"expected each action to be declared once; got {declared.name} again")
            self._declared[declared.name] = declared
            self._made[declared.name] = self._make(declared)
            self.describe(declared.name)

    def describe(self, name: str, *, text: str | None = None, tip: str | None = None) -> None:
        """Let an action read otherwise for a while; what is not given reads as it was declared."""
        declared, action = self._declared[name], self._made[name]
        action.setText(declared.text if text is None else text)
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{declared.tip if tip is None else tip} ({key})")

    def _make(self, declared: ActionDeclaration) -> QAction:
        action = QAction(declared.text, self._window)
        action.setObjectName(declared.name)
        action.setShortcut(QKeySequence(declared.key))
        action.setCheckable(declared.is_checkable or bool(declared.group))
        if declared.group:
            group = self._groups.setdefault(declared.group, QActionGroup(self._window))
            group.addAction(action)
        action.triggered.connect(declared.handler)
        self._window.addAction(action)
        return action
