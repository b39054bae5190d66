"""Settings: validated, kept on disk, and never in the way of a start."""

import json
import logging
import os
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emocam.labels import SPECTRA
from emocam.settings import RANGES, VERSION, Settings, load_settings, save_settings, settings_path

CHOSEN = Settings(source="Überwachung 1", spectrum="three", prediction_sensitivity_percent=60, label_every_frames=30)


def kept_aside(path) -> list:
    return [other for other in path.parent.iterdir() if other != path]


def write(path, **values) -> None:
    path.write_text(json.dumps({"version": VERSION, **values}), encoding="utf-8")


def test_the_defaults_are_those_of_the_design():
    assert asdict(Settings()) == {
        "source": None,
        "spectrum": "seven",
        "prediction_sensitivity_percent": 35,
        "tracking_sensitivity_px": 80,
        "prediction_every_frames": 1,
        "label_every_frames": 9,
        "model": "residual",
        "faces_found_by": "both",
        "judges_like": "between",
        "neutral": "set",
    }


@pytest.mark.parametrize("name", RANGES)
def test_the_ends_of_a_range_are_allowed_and_what_lies_beyond_is_not(name):
    low, high = RANGES[name]
    assert getattr(Settings(**{name: low}), name) == low
    assert getattr(Settings(**{name: high}), name) == high
    for beyond in (low - 1, high + 1, float(low), str(low), True, None):
        with pytest.raises(ValueError, match=f"{name}: expected a whole number from {low} to {high}"):
            Settings(**{name: beyond})


@pytest.mark.parametrize("wrong", [{"spectrum": "nine"}, {"spectrum": ["seven"]}, {"source": 0}, {"model": ""}])
def test_a_wrong_choice_is_refused_by_the_name_of_its_setting(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name}: expected"):
        Settings(**wrong)


def test_settings_come_back_as_they_were_saved(tmp_path):
    path = tmp_path / "new" / "settings.json"
    save_settings(CHOSEN, path)
    assert load_settings(path) == CHOSEN
    assert kept_aside(path) == []


@pytest.mark.parametrize("name", SPECTRA)
def test_a_file_with_any_spectrum_is_read_and_stays(tmp_path, name):
    path = tmp_path / "settings.json"
    write(path, spectrum=name, prediction_sensitivity_percent=40)
    assert load_settings(path) == Settings(spectrum=name, prediction_sensitivity_percent=40)
    assert kept_aside(path) == []


def test_without_a_file_the_defaults_hold_and_nothing_is_said(tmp_path, caplog):
    assert load_settings(tmp_path / "settings.json") == Settings()
    assert caplog.records == []


def test_settings_are_kept_in_a_folder_of_the_user():
    assert settings_path().is_absolute()
    assert settings_path().parent.name == "Emocam"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'"seven"', b"[" * 99_999])
def test_a_damaged_file_gives_the_defaults_and_is_kept_aside(tmp_path, caplog, content):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert load_settings(path) == Settings()
    assert "defaults are used" in caplog.text
    assert [other.read_bytes() for other in kept_aside(path)] == [content]
    assert not path.exists()


def test_one_wrong_value_costs_only_itself(tmp_path, caplog):
    path = tmp_path / "settings.json"
    write(path, spectrum="three", tracking_sensitivity_px=4000, label_every_frames=12)
    assert load_settings(path) == Settings(spectrum="three", label_every_frames=12)
    assert "tracking_sensitivity_px: expected a whole number from 5 to 400; got 4000" in caplog.text
    assert len(kept_aside(path)) == 1


def test_a_newer_version_gives_what_is_known_and_is_kept_aside(tmp_path, caplog):
    path = tmp_path / "settings.json"
    write(path, version=VERSION + 1, spectrum="three", haptics=True)
    assert load_settings(path) == Settings(spectrum="three")
    assert f"version: expected {VERSION}; got {VERSION + 1}" in caplog.text
    assert "haptics: not a setting of this version" in caplog.text
    assert len(kept_aside(path)) == 1


def test_a_file_kept_aside_is_not_overwritten_by_the_next(tmp_path):
    path = tmp_path / "settings.json"
    for content in ("first", "second"):
        path.write_text(content)
        load_settings(path)
    assert {other.read_text() for other in kept_aside(path)} == {"first", "second"}


def test_a_failed_save_leaves_the_old_settings_whole(tmp_path):
    path = tmp_path / "settings.json"
    save_settings(CHOSEN, path)
    path.with_suffix(".new").mkdir()  # what would be written to first is in the way
    with pytest.raises(OSError):
        save_settings(Settings(), path)
    assert load_settings(path) == CHOSEN


@pytest.mark.skipif(os.name != "posix", reason="Windows gives a user's folders to that user alone")
def test_nobody_else_may_read_the_settings_which_may_hold_a_password(tmp_path):
    path = tmp_path / "Emocam" / "settings.json"
    former = os.umask(0)
    try:
        save_settings(CHOSEN, path)
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        path.chmod(0o644)
        path.with_suffix(".new").touch(0o666)
        save_settings(Settings(), path)
        assert path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(former)


@pytest.mark.skipif(os.name != "posix", reason="Windows gives a user's folders to that user alone")
def test_settings_that_others_could_read_are_closed_to_them_where_they_are_and_aside(tmp_path):
    path = tmp_path / "settings.json"
    write(path, source="rtsp://me:secret@camera/")
    path.chmod(0o644)
    load_settings(path)
    assert path.stat().st_mode & 0o777 == 0o600
    write(path, source=["rtsp://me:secret@camera/"])
    path.chmod(0o644)
    load_settings(path)
    assert [other.stat().st_mode & 0o777 for other in kept_aside(path)] == [0o600]


def test_no_setting_that_is_refused_is_quoted_with_an_address(tmp_path, caplog):
    write(tmp_path / "settings.json", source=["rtsp://me:secret@camera/"])
    load_settings(tmp_path / "settings.json")
    assert "source: expected a text or nothing; got list" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_in_the_place_of_the_settings_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "settings.json")
    assert load_settings(tmp_path / "settings.json") == Settings()


def test_settings_that_are_much_too_long_are_not_read_whole(tmp_path, caplog):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": VERSION, "source": "a" * 2_000_000}))
    assert load_settings(path) == Settings()
    assert "at most 1000000 characters" in caplog.text


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["version", *asdict(Settings())]) | st.text()


@given(stored=st.dictionaries(NAMES, JSON_VALUES))
def test_no_content_stops_the_start(tmp_path_factory, stored):
    path = tmp_path_factory.mktemp("any") / "settings.json"
    path.write_text(json.dumps(stored), encoding="utf-8")
    assert isinstance(load_settings(path), Settings)


@given(content=st.binary(max_size=200))
def test_no_bytes_stop_the_start(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "settings.json"
    path.write_bytes(content)
    assert isinstance(load_settings(path), Settings)


@given(
    st.builds(
        Settings, source=st.none() | st.text(), spectrum=st.sampled_from(["seven", "three"]),
        model=st.text(min_size=1), **{name: st.integers(low, high) for name, (low, high) in RANGES.items()},
    )
)  # fmt: skip
def test_whatever_was_chosen_comes_back(tmp_path_factory, chosen):
    path = tmp_path_factory.mktemp("any") / "settings.json"
    save_settings(chosen, path)
    assert load_settings(path) == chosen
    assert kept_aside(path) == []


def test_settings_of_the_first_version_open_whole_and_stay_where_they_are(tmp_path):
    path = tmp_path / "settings.json"
    # As Emocam 0.1.0 wrote them before any setting was added.
    path.write_text(
        '{"version": 1, "source": "/films/a.mp4", "spectrum": "three", "prediction_sensitivity_percent": 50,'
        ' "tracking_sensitivity_px": 120, "prediction_every_frames": 2, "label_every_frames": 6,'
        ' "model": "mini_xception_fer2013"}',
        encoding="utf-8",
    )
    assert load_settings(path) == Settings(
        source="/films/a.mp4",
        spectrum="three",
        prediction_sensitivity_percent=50,
        tracking_sensitivity_px=120,
        prediction_every_frames=2,
        label_every_frames=6,
        model="mini_xception_fer2013",
    )
    assert kept_aside(path) == []
