"""Faces are found on scaled pictures, and their boxes are in pixels of the frame."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from emocam.engine.detection.scan import SLICES, CascadeFinder
from emocam.engine.picture import Picture
from emocam.engine.preprocessing import gray_picture
from emocam.engine.watch import SLICE_EVERY_FRAMES, Rota, Watch
from emocam.messages import Box
from emocam.resources import asset_path


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """A gray frame of the demo clip, in which the face is near."""
    clip = cv2.VideoCapture(str(asset_path("demo.mp4")))
    best, most = None, 0
    for _ in range(90):
        ok, image = clip.read()
        assert ok
        found = first(CascadeFinder(), Picture(image))
        if found and found[0].width > most:
            best, most = gray_picture(image), found[0].width
    assert best is not None
    return best


def first(finder: CascadeFinder, picture: Picture) -> list[Box]:
    """Return what is seen in a source's first picture."""
    return [one.box for one in finder.search(picture, is_first=True)]


def around(
    finder: CascadeFinder, picture: Picture, *, known: Sequence[Box] = (), likely: Sequence[Box] = ()
) -> list[Box]:
    return [one.box for one in finder.near(picture, known=known, likely=likely)]


def in_colour(gray: np.ndarray) -> Picture:
    return Picture(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))


def overlap(one: Box, other: Box) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0, width) * max(0, height)
    return shared / (one.width * one.height + other.width * other.height - shared)


def test_a_known_face_is_found_again_near_its_box(portrait: np.ndarray):
    finder = CascadeFinder()
    (scanned,) = first(finder, in_colour(portrait))
    moved = np.roll(portrait, 12, axis=1)
    (searched,) = around(finder, in_colour(moved), known=[scanned])
    assert overlap(searched, Box(scanned.x + 12, scanned.y, scanned.width, scanned.height)) > 0.6


@pytest.mark.parametrize("factor", [0.5, 1.5, 3.0])
def test_boxes_are_in_pixels_of_the_frame_whatever_its_size(portrait: np.ndarray, factor: float):
    (box,) = first(CascadeFinder(), in_colour(portrait))
    scaled = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    (found,) = first(CascadeFinder(), in_colour(scaled))
    expected = Box(*(round(value * factor) for value in (box.x, box.y, box.width, box.height)))
    assert overlap(found, expected) > 0.6


def test_a_face_that_appears_beside_a_known_one_is_found_with_the_next_slice(portrait: np.ndarray):
    (box,) = first(CascadeFinder(), in_colour(portrait))
    width = portrait.shape[1]
    both = np.concatenate([portrait, portrait], axis=1)
    alone = both.copy()
    alone[:, width:] = 128
    watch = Watch([Rota(CascadeFinder(), SLICE_EVERY_FRAMES)], None)
    assert len(watch.look(in_colour(alone), known=[], likely=[])) == 1
    counts = [
        len(watch.look(in_colour(both), known=[box], likely=[])) for _ in range(SLICE_EVERY_FRAMES * len(SLICES))
    ]
    assert counts[: SLICE_EVERY_FRAMES - 1] == [1] * (SLICE_EVERY_FRAMES - 1)
    assert 2 in counts


@pytest.mark.parametrize("angle", [-30, -20, 20, 30])
def test_a_known_face_that_tilts_is_found_again(portrait: np.ndarray, angle: int):
    finder = CascadeFinder()
    (box,) = first(finder, in_colour(portrait))
    matrix = cv2.getRotationMatrix2D(box.centroid, angle, 1)
    tilted = cv2.warpAffine(portrait, matrix, portrait.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    (found,) = around(finder, in_colour(tilted), known=[box])
    assert overlap(found, box) > 0.5


def test_what_was_found_once_is_looked_for_where_it_was(portrait: np.ndarray):
    finder = CascadeFinder()
    (box,) = first(finder, in_colour(portrait))
    (found,) = around(finder, in_colour(portrait), likely=[box])
    assert overlap(found, box) > 0.6


def test_a_small_face_far_away_is_found_within_one_round_of_slices(portrait: np.ndarray):
    (box,) = first(CascadeFinder(), in_colour(portrait))
    factor = 30 / box.width
    small = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    for top in (0, 100, 480 - small.shape[0]):
        picture = np.full((480, 640), 128, np.uint8)
        picture[top : top + small.shape[0], 200 : 200 + small.shape[1]] = small
        finder = CascadeFinder()
        found = [finder.search(in_colour(picture), is_first=False) for _ in range(len(SLICES))]
        assert any(overlap(face.box, Box(200 + round(box.x * factor), top + round(box.y * factor), 30, 30)) > 0.4
                   for faces in found for face in faces)


def test_nothing_is_found_in_an_empty_picture():
    assert first(CascadeFinder(), in_colour(np.full((480, 640), 127, np.uint8))) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (2000, 3), (20, 20)])
def test_a_picture_too_small_for_a_face_has_none(shape: tuple[int, int]):
    finder = CascadeFinder()
    known = Box(0, 0, shape[1], shape[0])
    assert first(finder, in_colour(np.zeros(shape, np.uint8))) == []
    assert around(finder, in_colour(np.zeros(shape, np.uint8)), known=[known]) == []


def test_a_file_that_is_no_cascade_is_refused(tmp_path: Path):
    broken = tmp_path / "cascade.xml"
    broken.write_text("<?xml version='1.0'?><opencv_storage><nothing/></opencv_storage>")
    with pytest.raises(ValueError, match="Haar cascade"):
        CascadeFinder(broken)
