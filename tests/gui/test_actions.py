"""Actions: each is declared once, with a key, a tip and what it does, and menus and help are made from that."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

import emocam.gui
from emocam.gui.actions import ActionDeclaration, Actions
from emocam.gui.dialogs import shortcut_table
from emocam.gui.menus import CHARTS, FINDERS, JUDGES, MENUS, NEUTRAL, SOURCES, THEMES


@pytest.fixture
def actions(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    return Actions(parent)


def declare(name="greet", **changes) -> ActionDeclaration:
    given = {"text": "&Greet", "key": "Ctrl+G", "tip": "Say hello", "handler": lambda: None}
    return ActionDeclaration(name, **(given | changes))


def test_no_two_actions_share_a_key_and_each_has_text_tip_and_handler(idle_window):
    declarations = idle_window.actions_.declarations
    keys = Counter(QKeySequence(declared.key).toString() for declared in declarations)
    assert "" not in keys
    assert [key for key, count in keys.items() if count > 1] == []
    for declared in declarations:
        assert declared.text.replace("&", "").strip(), declared.name
        assert len(declared.tip) > 5 and not declared.tip.endswith("."), declared.name
        assert callable(declared.handler), declared.name


def test_every_action_of_a_menu_is_declared_once_and_every_action_stands_in_one(idle_window):
    declared = [one.name for one in idle_window.actions_.declarations]
    listed = [name for sections in MENUS.values() for section in sections for name in section]
    assert max(Counter(declared).values()) == max(Counter(listed).values()) == 1
    choices = idle_window._finders.menu, idle_window._judges.menu, idle_window._neutral.menu
    menus = (idle_window.sources.menu, *choices, idle_window._charts.menu, idle_window._view.theme_menu)
    in_submenus = {action.objectName() for menu in menus for action in menu.actions()} - {""}
    assert set(listed) - {SOURCES, FINDERS, JUDGES, NEUTRAL, CHARTS, THEMES} | in_submenus == set(declared)


def test_the_tip_of_an_action_stands_in_one_place_of_the_source(idle_window):
    texts: Counter[str] = Counter()
    for path in sorted(Path(emocam.gui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts[node.value] += 1
    tips = [declared.tip for declared in idle_window.actions_.declarations]
    assert {tip: texts[tip] for tip in tips if texts[tip] > 1} == {}
    assert texts["Record a session: a CSV row for each face of each analysed frame"] == 1


def test_the_shortcuts_page_lists_every_declaration(idle_window):
    page = shortcut_table(idle_window.actions_.declarations)
    assert page.count("<tr>") == len(idle_window.actions_.declarations)
    assert "Record</td><td><b>Ctrl+R</b>" in page


def test_an_action_does_what_it_was_declared_with(actions):
    done = []
    actions.declare(
        declare(handler=lambda: done.append("hello")),
        declare("hold", key="H", handler=lambda is_held: done.append(is_held), is_checkable=True),
    )
    actions.greet.trigger()
    actions.hold.trigger()
    actions.hold.trigger()
    assert done == ["hello", True, False]


def test_of_a_group_one_action_is_checked(actions):
    actions.declare(declare("one", group="numbers"), declare("two", key="2", group="numbers"))
    actions.one.trigger()
    actions.two.trigger()
    assert (actions.one.isChecked(), actions.two.isChecked()) == (False, True)


def test_an_action_that_read_otherwise_for_a_while_reads_as_declared_again(actions):
    actions.declare(declare())
    actions.describe("greet", text="&Part", tip="Say goodbye")
    assert (actions.greet.text(), actions.greet.toolTip()) == ("&Part", "Say goodbye (Ctrl+G)")
    actions.describe("greet")
    assert (actions.greet.text(), actions.greet.toolTip()) == ("&Greet", "Say hello (Ctrl+G)")


def test_a_second_declaration_and_an_unknown_name_are_refused_by_name(actions):
    actions.declare(declare())
    with pytest.raises(ValueError, match="greet again"):
        actions.declare(declare(key="G"))
    with pytest.raises(AttributeError, match="out of greet; got grete"):
        actions.grete  # noqa: B018


def test_record_and_pause_read_as_declared_after_they_were_stop_and_resume(idle_window):
    tip = idle_window.actions_.pause.toolTip()
    idle_window.actions_.pause.trigger()
    assert (idle_window.actions_.pause.text(), idle_window.actions_.pause.toolTip()) == ("&Resume", "Go on (Space)")
    idle_window.actions_.pause.trigger()
    assert (idle_window.actions_.pause.text(), idle_window.actions_.pause.toolTip()) == ("&Pause", tip)


def test_a_full_screen_of_the_last_time_is_one_again(make_idle_window):
    first = make_idle_window()
    first.show()
    first.actions_.full_screen.trigger()
    assert first.isFullScreen()
    first.end()
    second = make_idle_window()
    assert second.isFullScreen()
    assert second.actions_.full_screen.isChecked()
