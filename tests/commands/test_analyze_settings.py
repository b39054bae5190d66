"""Options of `emocam analyze` and `emocam record` that change what is concluded, and the window's settings."""

import argparse
import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from emocam.__main__ import build_parser, main
from emocam.commands import options as command_options
from emocam.commands.options import chosen_settings
from emocam.settings import Settings, save_settings
from tests.clips import FACE_FROM, demo_frames, write_clip

ARGUMENTS = {"analyze": ["analyze", "a.mp4", "--out", "out"], "record": ["record"]}
CHANGES = {
    "spectrum": ("--spectrum", "two"),
    "prediction_sensitivity_percent": ("--prediction-sensitivity", 62),
    "tracking_sensitivity_px": ("--tracking-sensitivity", 33),
    "prediction_every_frames": ("--every", 5),
    "label_every_frames": ("--label-every", 4),
    "model": ("--model", "mini_xception_ferplus"),
    "faces_found_by": ("--faces", "cascades"),
    "judges_like": ("--judges-like", "people"),
    "neutral": ("--neutral", "continuous"),
}
WINDOWS = Settings(source="/dev/video0", spectrum="three", prediction_sensitivity_percent=70, label_every_frames=30)


def parsed(*arguments: object) -> argparse.Namespace:
    return build_parser().parse_args(list(map(str, arguments)))


@pytest.fixture
def window_file(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "settings.json"
    monkeypatch.setattr(command_options, "settings_path", lambda: path)
    return path


@pytest.mark.parametrize("command", ARGUMENTS)
def test_each_setting_that_changes_a_result_has_an_option(command):
    assert {field.name for field in fields(Settings)} == {"source", *CHANGES}
    for name, (option, value) in CHANGES.items():
        settings = chosen_settings(parsed(*ARGUMENTS[command], option, value))
        assert settings == replace(Settings(), **{name: value})


@pytest.mark.parametrize("command", ARGUMENTS)
def test_without_options_the_defaults_hold(command):
    assert chosen_settings(parsed(*ARGUMENTS[command])) == Settings()


def test_the_window_s_settings_are_taken_but_for_its_source_and_an_option_wins(window_file):
    save_settings(WINDOWS, window_file)
    arguments = [*ARGUMENTS["analyze"], "--settings", "window"]
    assert chosen_settings(parsed(*arguments)) == replace(WINDOWS, source=None)
    assert chosen_settings(parsed(*arguments, "--spectrum", "seven")) == replace(WINDOWS, source=None, spectrum="seven")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "it has none yet"),
        ("no JSON", "cannot be read"),
        ('{"version": 1, "spectrum": "nine"}', "are not whole: spectrum: expected one of"),
    ],
)
def test_window_settings_that_are_missing_or_damaged_are_not_replaced_by_defaults(
    window_file, content, words, tmp_path, capsys
):
    if content is not None:
        window_file.write_text(content)
    assert main(["analyze", "a.mp4", "--out", str(tmp_path / "out"), "--settings", "window"]) == 1
    assert words in capsys.readouterr().err
    assert content is None or window_file.read_text() == content


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--prediction-sensitivity", "101", "expected a whole number from 0 to 100; got 101"),
        ("--tracking-sensitivity", "4", "expected a whole number from 5 to 400; got 4"),
        ("--out", "", "expected a folder; got an empty name"),
        ("--out", "~nobody-of-that-name/x", "~nobody-of-that-name/x is in the home of a user who is not known"),
        ("--settings", "mine", "invalid choice: 'mine'"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_option(option, value, words, capsys):
    with pytest.raises(SystemExit) as refusal:
        main([*ARGUMENTS["analyze"], option, value])
    assert refusal.value.code == 2
    message = capsys.readouterr().err
    assert f"argument {option}: " in message
    assert words in message


def test_a_session_is_made_and_described_with_the_settings_asked_for(tmp_path):
    clip = write_clip(tmp_path / "smile.mp4", demo_frames(FACE_FROM, 6))
    options = ["--prediction-sensitivity", "100", "--tracking-sensitivity", "40", "--label-every", "1"]
    assert main(["analyze", str(clip), "--out", str(tmp_path), *options]) == 0
    described = json.loads((tmp_path / "smile" / "session.json").read_text(encoding="utf-8"))
    assert described["settings"]["prediction_sensitivity_percent"] == 100
    assert described["settings"]["tracking_sensitivity_px"] == 40
    faces = (tmp_path / "smile" / "faces.csv").read_text(encoding="utf-8")
    assert ",uncertain," in faces
    assert ",happy," not in faces.partition("\n")[2]
