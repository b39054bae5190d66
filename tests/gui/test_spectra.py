"""Whichever spectrum is set, the window offers, names and shows that one, and none is told what is not known of it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QSlider

from emocam.gui import spectrum_controls
from emocam.gui.live.face_chart import FaceChart
from emocam.gui.live.share_chart import ShareChart
from emocam.gui.model.card import card_text
from emocam.gui.model.scores import network_scores
from emocam.gui.settings_panel import SettingsPanel
from emocam.labels import SEVEN, SPECTRA, SUMMED_SPECTRA, THREE, TWO, UNCERTAIN
from emocam.settings import Settings
from tests.gui.stand_ins import FakeModel, network_metrics, result

each_spectrum = pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=list(SPECTRA))


def entries_of(menu: QMenu) -> list[QAction]:
    """Return the entries of a menu that choose a spectrum."""
    return [action for action in menu.actions() if action.objectName() in {f"spectrum_{name}" for name in SPECTRA}]


def menus_of(window) -> list[QMenu]:
    """Return the menus that offer the spectra: the toolbar's, and one of the menu bar."""
    found = [menu for menu in window.findChildren(QMenu) if entries_of(menu)]
    assert len(found) == 2
    return found


@each_spectrum
def test_in_each_menu_the_spectrum_that_is_set_and_no_other_is_ticked(idle_window, spectrum):
    idle_window.change(spectrum=spectrum.name)
    for menu in menus_of(idle_window):
        ticked = [action.objectName() for action in entries_of(menu) if action.isChecked()]
        assert ticked == [f"spectrum_{spectrum.name}"]


@each_spectrum
def test_its_entry_puts_a_spectrum_in_force_and_the_toolbar_names_it(idle_window, spectrum):
    others = [name for name in SPECTRA if name != spectrum.name]
    idle_window.change(spectrum=others[0])
    entry = getattr(idle_window.actions_, f"spectrum_{spectrum.name}")
    entry.trigger()
    assert idle_window.settings.spectrum == spectrum.name
    assert idle_window.toolbar.spectrum_button.text().strip() == f"Spectrum: {spectrum.name}"
    assert entry.text().replace("&", "") == spectrum.title
    assert entry.toolTip().startswith(spectrum.meaning)
    for tip in (idle_window.toolbar.spectrum_button.toolTip(), idle_window.actions_.spectrum_next.toolTip()):
        assert spectrum.title.lower() in tip


def test_the_entries_stand_in_one_order_and_each_is_chosen_by_a_letter_of_its_own(idle_window):
    for menu in menus_of(idle_window):
        assert [action.text().replace("&", "") for action in entries_of(menu)] == [
            spectrum.title for spectrum in SPECTRA.values()
        ]
        chosen_by = [action.text().partition("&")[2][0].lower() for action in entries_of(menu)]
        chosen_by.append(idle_window.actions_.spectrum_next.text().partition("&")[2][0].lower())
        assert len(set(chosen_by)) == len(SPECTRA) + 1


def test_a_spectrum_with_as_many_labels_as_another_gets_the_next_digit(monkeypatch):
    tones = {name: replace(THREE, name=name) for name in ("three", "arousal", "valence")}
    monkeypatch.setattr(spectrum_controls, "SPECTRA", {"seven": SEVEN, **tones, "two": TWO})
    assert spectrum_controls._keys() == {"seven": "7", "three": "3", "arousal": "4", "valence": "5", "two": "2"}


def test_the_key_goes_round_all_of_them(idle_window, qtbot):
    with qtbot.waitActive(idle_window):
        idle_window.show()
        idle_window.activateWindow()
    visited = []
    for _ in SPECTRA:
        visited.append(idle_window.settings.spectrum)
        qtbot.keyClick(idle_window, Qt.Key.Key_S)
    assert visited == list(SPECTRA)
    assert idle_window.settings.spectrum == visited[0]


@each_spectrum
def test_the_charts_list_the_labels_of_the_spectrum(qtbot, spectrum):
    probabilities, shares = FaceChart(), ShareChart()
    for chart in (probabilities, shares):
        qtbot.addWidget(chart)
    probabilities.show_result(result(settings=Settings(spectrum=spectrum.name)))
    shares.show_shares({spectrum.labels[-1]: 1.0}, spectrum=spectrum.name)
    assert tuple(probabilities._curves) == tuple(probabilities._legend._colours) == spectrum.labels
    assert tuple(shares._shares) == (*spectrum.labels, UNCERTAIN)


@each_spectrum
def test_the_slider_quotes_a_spectrum_s_own_figures_and_says_nothing_where_the_file_has_none(qtbot, spectrum):
    panel = SettingsPanel(QAction("Open"))
    qtbot.addWidget(panel)
    caption, slider = panel.findChild(QLabel, "expected"), panel.findChild(QSlider, "prediction_sensitivity_percent")
    assert caption and slider
    for place, name in enumerate(SPECTRA):
        curves = {name: {"labelled": [place / 100] * 101, "right": [0.5] * 101}}
        scores = network_scores({"metrics": network_metrics(sensitivity=curves)})
        assert scores
        panel.show_scores(scores.by_spectrum)
        panel.show_settings(Settings(spectrum=spectrum.name))
        is_told = name == spectrum.name
        assert caption.text().startswith(f"names {place}\N{NO-BREAK SPACE}% of faces") == is_told
        assert caption.isHidden() != is_told
        assert ("this network" in slider.toolTip()) == is_told


@pytest.mark.parametrize("spectrum", SUMMED_SPECTRA, ids=lambda spectrum: spectrum.name)
def test_the_card_tells_the_accuracy_in_a_spectrum_only_where_the_file_does(spectrum):
    bare = {one.accuracy_name: None for one in SUMMED_SPECTRA}
    told = card_text(FakeModel(metrics=network_metrics(**{**bare, spectrum.accuracy_name: 0.876})).model)
    silent = card_text(FakeModel(metrics=network_metrics(**bare)).model)
    row = f"– as {', '.join(spectrum.labels[:-1])} or {spectrum.labels[-1]}"
    assert told.count("– as ") == told.count(row) == told.count("87.6") == 1
    assert "– as " not in silent
