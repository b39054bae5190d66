"""Faces from elsewhere are cut out as the app does it live, so that their scores are the app's."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from emocam.engine.detection.finder import Sighting
from emocam.engine.mesh import FaceMesh, look_in_box
from emocam.engine.parallel import Pair
from emocam.engine.picture import Picture
from emocam.engine.pipeline import Pipeline
from emocam.engine.region import PointsCrop
from emocam.engine.watch import Rota, Watch, open_watch
from emocam.labels import EMOTIONS
from emocam.messages import Box, Frame
from emocam.settings import CASCADES, Settings
from tests.clips import FACE_FROM, demo_frames
from training.data.elsewhere import BOX, TILE_PX, OtherFaces, read_elsewhere

MARGIN, CROP = 0.1, PointsCrop(0.05, 0.1, is_turned=True)


class FindsTheBox:
    """A finder that draws the box of a tile."""

    def search(self, picture: Picture, *, is_first: bool) -> list[Sighting]:
        return [Sighting(BOX, 1)]

    def near(self, picture: Picture, *, known: Sequence[Box], likely: Sequence[Box]) -> list[Sighting]:
        return []


@dataclass
class Keeps:
    """A classifier that keeps the crops it is given."""

    model = SimpleNamespace(labels=EMOTIONS, image_size_px=48, crop_margin=MARGIN, points_crop=CROP)
    crops: list[np.ndarray] = field(default_factory=list)

    def classify(self, crops: np.ndarray) -> np.ndarray:
        self.crops += list(crops)
        return np.full((len(crops), 7), 1 / 7, np.float32)


@pytest.fixture(scope="module")
def tile() -> np.ndarray:
    """The face of the demo clip, tilted, with the box that the cascade drew around it in the middle of a tile."""
    frame = demo_frames(FACE_FROM + 20, 1)[0]
    (face,) = open_watch(CASCADES).look(Picture(frame), known=[], likely=[])
    matrix = cv2.getRotationMatrix2D(face.box.centroid, 12, BOX.width / face.box.width)
    matrix[:, 2] += TILE_PX / 2 - np.array(face.box.centroid)
    tile = cv2.warpAffine(frame, matrix, (TILE_PX, TILE_PX), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(tile, cv2.COLOR_BGR2GRAY)


@pytest.fixture(scope="module")
def faces(tile, tmp_path_factory) -> OtherFaces:
    """What is read of a folder with that tile, and with one that shows no face."""
    folder = tmp_path_factory.mktemp("elsewhere")
    cv2.imwrite(str(folder / "faces.png"), np.hstack([tile, np.full_like(tile, 90)]))
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("source", "emotion"), ("here", 3), ("here", 6)])
    return read_elsewhere(folder)["here"]


def live_crop(tile: np.ndarray) -> np.ndarray:
    watch, classifier = Watch([Rota(FindsTheBox(), 1)], Pair(FaceMesh)), Keeps()
    image = cv2.cvtColor(tile, cv2.COLOR_GRAY2BGR)
    Pipeline(classifier, make_watch=lambda _: watch).analyze(Frame(0, 0.0, image), Settings(), is_alone=True)
    (crop,) = classifier.crops
    return crop


def test_a_face_with_points_is_cut_out_as_in_the_app(faces, tile):
    assert faces.points[0] is not None
    crop = faces.crops(size_px=48, margin=MARGIN, points_crop=CROP)[0]
    np.testing.assert_array_equal(crop, live_crop(tile))
    assert not np.array_equal(crop, faces.crops(size_px=48, margin=MARGIN)[0])


def test_a_face_without_points_is_cut_out_by_its_box_as_in_the_app(faces):
    assert faces.points[1] is None
    crop = faces.crops(size_px=48, margin=MARGIN, points_crop=CROP)[1]
    np.testing.assert_array_equal(crop, live_crop(faces.tiles[1]))
    np.testing.assert_array_equal(crop, faces.crops(size_px=48, margin=MARGIN)[1])


def test_a_box_too_small_for_points_has_none(tile):
    image = cv2.cvtColor(cv2.resize(tile, (16, 16), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)
    assert look_in_box(FaceMesh(), image, Box(3, 3, 10, 10)) is None
