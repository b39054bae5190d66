"""`emocam benchmark --seeing`: true boxes, honest shares, and a page that loads nothing."""

import json
from html.parser import HTMLParser
from itertools import islice

import numpy as np
import pytest

from emocam.__main__ import main
from emocam.commands.seeing import command
from emocam.commands.seeing.findings import Findings, range_text
from emocam.commands.seeing.measurement import Point, overlap
from emocam.commands.seeing.pictures import HEIGHT_PX, WIDTH_PX, Change, distance_m, frames
from emocam.commands.seeing.portraits import Portrait, read_portraits
from emocam.commands.seeing.trials import TRIALS, Trial
from emocam.commands.seeing.turned_head import read_triangles
from emocam.engine.pipeline import Pipeline
from emocam.messages import Box, Frame
from emocam.settings import Settings

SMALL = "mini_xception_ferplus"


@pytest.fixture(scope="module")
def portraits() -> list[Portrait]:
    return read_portraits()


@pytest.fixture(scope="module")
def triangles() -> np.ndarray:
    return read_triangles()


def first_picture(portrait: Portrait, triangles: np.ndarray, change: Change) -> tuple[np.ndarray, Box]:
    return next(frames(portrait, triangles, change, seed=0))


@pytest.mark.parametrize(
    "change",
    [Change(), Change(face_width_px=320), Change(roll_deg=45), Change(yaw_deg=30), Change(out=("left", 0.2))],
    ids=str,
)
def test_the_true_box_lies_where_the_engine_sees_the_face(portraits, triangles, change):
    pipeline = Pipeline()
    stream = list(islice(frames(portraits[0], triangles, change, seed=1), 6))
    for index, (image, _) in enumerate(stream):
        assert image.shape == (HEIGHT_PX, WIDTH_PX, 3)
        faces = pipeline.analyze(Frame(index, index / 30, image), Settings()).faces
    (face,) = faces
    assert face.box is not None and overlap(face.box, stream[-1][1]) > 0.5


def test_the_same_seed_makes_the_same_pictures(portraits, triangles):
    one, other = (first_picture(portraits[1], triangles, Change(brightness=0.1)) for _ in range(2))
    assert np.array_equal(one[0], other[0]) and one[1] == other[1]


def test_a_dark_picture_is_dark_and_a_covered_one_hides_what_it_should(portraits, triangles):
    plain, box = first_picture(portraits[0], triangles, Change())
    dark, _ = first_picture(portraits[0], triangles, Change(brightness=0.05))
    assert dark.mean() < plain.mean() * 0.1
    covered, _ = first_picture(portraits[0], triangles, Change(covered=("below", 0.5)))
    differs = np.abs(covered.astype(int) - plain).max(axis=2) > 40
    middle = box.x + box.width // 2
    assert not differs[box.y + box.height // 4, middle]
    assert differs[box.y + box.height * 3 // 4, middle]


def test_a_face_so_wide_is_so_far_away():
    assert distance_m(160) == pytest.approx(0.15 * 914 / 160, rel=0.01)
    assert distance_m(80) == pytest.approx(2 * distance_m(160))


def test_limits_are_the_run_around_the_mildest_value():
    trial = next(trial for trial in TRIALS if trial.name == "turned_in_plane")
    found = {value: float(abs(value) <= 30 or value == 90) for value in trial.values}
    points = [Point(trial.name, value, "both", 8, share, 0.0) for value, share in found.items()]
    limits = Findings("network", ("both",), (trial,), tuple(points)).limits(trial, "both")
    assert limits.found == (-30, 30)
    assert limits.same_label is None
    assert range_text(trial, limits.found) == "−30° to +30°"


class Loaded(HTMLParser):
    """Notes what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]


def few_trials() -> tuple[Trial, ...]:
    """Return two trials of two values each."""
    wanted = {"size": (32, 160), "brightness": (0.5, 1)}
    return tuple(
        Trial(one.name, one.title, one.axis, wanted[one.name], one.mildest, one.change, one.as_text, one.is_logarithmic)
        for one in TRIALS
        if one.name in wanted
    )


def test_it_prints_json_and_writes_a_page_that_loads_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "TRIALS", few_trials())
    page = tmp_path / "seeing.html"
    options = ["benchmark", "--seeing", "--faces", "both", "--model", SMALL, "--out", str(page), "--json"]
    assert main(options) == 0
    told = json.loads(capsys.readouterr().out)
    assert {(point["trial"], point["value"]) for point in told["points"]} == {
        ("size", 32), ("size", 160), ("brightness", 0.5), ("brightness", 1)
    }  # fmt: skip
    assert all(point["finder"] == "both" and 0 <= point["found"] <= 1 for point in told["points"])
    assert {point["found"] for point in told["points"] if point["value"] in (160, 1)} == {1.0}
    loaded = Loaded()
    loaded.feed(page.read_text(encoding="utf-8"))
    assert "svg" in loaded.tags and not loaded.tags & {"script", "link", "iframe", "object"}
    assert loaded.addresses and all(address.startswith("data:image/") for address in loaded.addresses)
    assert "url(" not in page.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_said_before_anything_is_measured(tmp_path, capsys):
    assert main(["benchmark", "--seeing", "--model", SMALL, "--out", str(tmp_path / "missing" / "page.html")]) == 1
    assert "page.html" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [[], ["--seeing", "--source", "clip.mp4"], ["--source", "clip.mp4", "--out", "page.html"]]
)
def test_options_that_contradict_each_other_are_refused(options, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["benchmark", *options])
    assert ended.value.code == 2
    assert "--seeing" in capsys.readouterr().err
