"""The menu bar: which actions stand in which menu, and in what order."""

from collections.abc import Mapping

from PySide6.QtWidgets import QMenu, QMenuBar

from emocam.gui.actions import Actions
from emocam.gui.spectrum_controls import SPECTRUM_MENU

# Menus within a menu.
SOURCES, FINDERS, JUDGES, NEUTRAL, CHARTS, THEMES = "sources", "finders", "judges", "neutral", "charts_shown", "themes"

# By title: the sections of each menu, between which a line is drawn, and in each the names of actions and menus.
MENUS: dict[str, tuple[tuple[str, ...], ...]] = {
    "&File": (
        ("open_file", "open_folder", "open_stream", "open_demo", SOURCES),
        ("sessions", "spreadsheet"),
        ("quit",),
    ),
    "&Session": (("record", "marker"), (NEUTRAL,), ("pause", "retry")),
    "Se&ttings": (
        ("sensitivity_up", "sensitivity_down", "tracking_up", "tracking_down"),
        ("predict_more_often", "predict_less_often", "label_more_often", "label_less_often"),
        (FINDERS, "next_network", "open_model", JUDGES),
        ("reset",),
    ),
    "&View": (SPECTRUM_MENU, ("points", CHARTS), ("charts", "panel", "full_screen", THEMES)),
    "&Help": (("shortcuts", "network_card", "about"),),
}


def fill_menu_bar(bar: QMenuBar, actions: Actions, submenus: Mapping[str, QMenu]) -> None:
    """Put the actions into the menus; submenus: those within a menu, by name."""
    for title, sections in MENUS.items():
        menu = bar.addMenu(title)
        for number, section in enumerate(sections):
            if number:
                menu.addSeparator()
            for name in section:
                menu.addAction(submenus[name].menuAction() if name in submenus else getattr(actions, name))
