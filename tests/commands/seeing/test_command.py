"""`emocam benchmark --seeing`: a small grid from end to end, its JSON, its page, and what it refuses."""

import json
import re
from dataclasses import replace

import pytest

from emocam.__main__ import main
from emocam.commands.seeing import command, measurement, portraits
from emocam.commands.seeing.examples import SHOWN
from emocam.commands.seeing.findings import Findings, Limits, range_text
from emocam.commands.seeing.measurement import Point
from emocam.commands.seeing.plots import SHARES
from emocam.commands.seeing.trials import TRIALS
from emocam.engine import watch as engine_watch

SIZE, TURNED, YAW, *OTHERS = TRIALS


@pytest.fixture
def small_grid(monkeypatch):
    """Two trials of three values, and one portrait with its mirror image, once each."""
    trials = (replace(SIZE, values=(12, 160, 240)), replace(YAW, values=(-60, 0, 60)))
    monkeypatch.setattr(command, "TRIALS", trials)
    monkeypatch.setattr(measurement, "STREAMS_OF_EACH", 1)
    monkeypatch.setattr(command, "read_portraits", lambda: portraits.read_portraits(["portrait_collins.jpg"]))
    return trials


def findings_of(found: list[float], trial=TURNED, finder="both") -> Findings:
    points = [
        Point(trial.name, value, finder, 4, share, share / 2) for value, share in zip(trial.values, found, strict=True)
    ]
    return Findings("own", (finder,), (trial,), tuple(points))


def test_every_value_of_every_trial_is_measured_with_every_finder(small_grid, capsys):
    assert main(["benchmark", "--seeing", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {
        "version", "emocam", "utc", "model", "picture_px", "face_width_px", "noise_levels", "frames",
        "frames_looked_at", "overlap_needed", "share_needed", "limits", "points",
    }  # fmt: skip
    points = {(point["trial"], point["value"], point["finder"]): point for point in answer["points"]}
    assert len(points) == len(answer["points"]) == 2 * 3 * 3
    for point in points.values():
        assert set(point) == {"trial", "value", "finder", "streams", "found", "same_label", "distance_m"}
        assert point["streams"] == 2
        assert 0 <= point["found"] <= 1
        assert 0 <= point["same_label"] <= 1
    for finder in ("cascades", "blazeface", "both"):
        assert points["size", 160, finder]["found"] == 1
        assert points["size", 160, finder]["same_label"] == 1
        assert points["size", 12, finder]["found"] < 1
        assert points["size", 160, finder]["distance_m"] == pytest.approx(0.857)
        assert points["yaw", 0, finder]["found"] == points["size", 160, finder]["found"]
    assert points["yaw", 60, "cascades"]["found"] < points["yaw", 60, "both"]["found"]
    assert {limits["finder"] for limits in answer["limits"]} == {"cascades", "blazeface", "both"}
    assert ["size", [160, 240]] in [[limits["trial"], limits["found"]] for limits in answer["limits"]]


def test_one_finder_is_measured_alone_and_a_table_and_a_page_tell(small_grid, tmp_path, capsys):
    page = tmp_path / "seeing.html"
    assert main(["benchmark", "--seeing", "--faces", "blazeface", "--out", str(page)]) == 0
    text = capsys.readouterr().out
    assert "blazeface" in text
    assert "cascades" not in text
    assert "160 px (0.86 m)" in text
    assert str(page) in text
    html = page.read_text(encoding="utf-8")
    assert html.count('role="img"') == len(small_grid) * len(SHARES)
    assert html.count("<img ") == len(small_grid) * SHOWN
    assert html.count("<polyline") > len(small_grid) * len(SHARES)
    assert all(f'id="{trial.name}"' in html for trial in small_grid)
    assert "rendered head is not a real one" in html
    assert "prefers-color-scheme: dark" in html


def test_the_page_loads_nothing_and_runs_nothing(small_grid, tmp_path):
    page = tmp_path / "seeing.html"
    assert main(["benchmark", "--seeing", "--faces", "cascades", "--json", "--out", str(page)]) == 0
    html = page.read_text(encoding="utf-8")
    assert not re.search(r"http|<script|<link|@import|url\(|javascript:| on\w+=", html)
    assert set(re.findall(r'(?:src|href)="(.{10})', html)) == {"data:image"}


def test_the_limits_are_the_ends_of_the_run_around_the_mildest_value():
    found = [1, 0, 0.9, 1, 1, 1, 1, 1, 0.8, 1, 1, 0, 0]  # −90° to +90°
    findings = findings_of(found)
    assert findings.limits(TURNED, "both") == Limits("turned_in_plane", "both", (-60, 15), None)
    assert range_text(TURNED, (-60, 15)) == "−60° to +15°"
    assert range_text(TURNED, None) == "none"
    assert range_text(OTHERS[1], (0, 0.3)) == "to 30 %"
    assert range_text(OTHERS[1], (0, 0)) == "0 %"


def test_every_trial_has_its_mildest_value_and_rises():
    for trial in TRIALS:
        assert trial.mildest in trial.values
        assert list(trial.values) == sorted(set(trial.values))
    assert (SIZE.values[0], SIZE.values[-1]) == (12, 400)
    assert (TURNED.values[0], TURNED.values[-1]) == (-90, 90)
    assert (YAW.values[0], YAW.values[-1]) == (-60, 60)
    assert len({trial.name for trial in TRIALS}) == len(TRIALS) == 10


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seeing", "--source", "x.mp4"],
        [],
        ["--seeing", "--faces", "eagles"],
        ["--source", "x.mp4", "--out", "page.html"],
        ["--seeing", "--frames", "40"],
        ["--seeing", "--no-plain"],
    ],
)
def test_options_that_do_not_go_together_are_refused_with_status_2(arguments, capsys):
    status: object
    try:
        status = main(["benchmark", *arguments])
    except SystemExit as refusal:
        status = refusal.code
    assert status == 2
    answer = capsys.readouterr()
    assert "emocam benchmark: " in answer.err
    assert not answer.out


def test_a_page_that_cannot_be_written_is_a_message_before_anything_is_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "measure", lambda *_, **__: pytest.fail("measured in vain"))
    for out in (tmp_path, tmp_path / "missing" / "page.html"):
        assert main(["benchmark", "--seeing", "--out", str(out)]) == 1
        (message,) = capsys.readouterr().err.splitlines()
        assert "--out" in message


def test_a_failure_leaves_no_empty_page_behind(tmp_path, capsys):
    page = tmp_path / "page.html"
    assert main(["benchmark", "--seeing", "--out", str(page), "--model", "dreams.hdf5"]) == 1
    assert "dreams.hdf5" in capsys.readouterr().err
    assert not page.exists()


def test_a_finder_that_cannot_be_opened_is_not_measured_as_another(small_grid, monkeypatch, capsys):
    def refuse():
        raise ValueError("expected BlazeFace; found a broken file")

    monkeypatch.setattr(engine_watch, "BlazeFinder", refuse)
    assert main(["benchmark", "--seeing", "--faces", "both"]) == 1
    answer = capsys.readouterr()
    assert "found a broken file" in answer.err
    assert not answer.out


def test_a_damaged_portrait_is_refused_by_name(tmp_path, monkeypatch, capsys):
    broken = tmp_path / "portrait_collins.jpg"
    broken.write_bytes(b"no picture")
    monkeypatch.setattr(portraits, "asset_path", lambda name: tmp_path / name)
    assert main(["benchmark", "--seeing"]) == 1
    (message,) = capsys.readouterr().err.splitlines()
    assert "portrait_collins.jpg" in message
    assert "install Emocam anew" in message
