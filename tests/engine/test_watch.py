"""Known faces are followed by their points, others searched for; what is missing is said, and the rest goes on."""

import shutil
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from emocam.engine import watch as watch_module
from emocam.engine.detection.finder import FaceInBox, Sighting
from emocam.engine.mesh import FaceMesh
from emocam.engine.parallel import Pair
from emocam.engine.picture import Picture, gray_range
from emocam.engine.pipeline import Pipeline
from emocam.engine.watch import SEARCH_AFTER_LOSS_FRAMES, Rota, Watch, open_watch
from emocam.messages import Box, Frame
from emocam.resources import asset_path
from emocam.settings import FINDERS, Settings
from tests.clips import FACE_FROM, NO_FACE_FROM, demo_frames


class Searches:
    """A finder that sees what was written down, and counts how often it is asked."""

    hits_to_start = 3
    face_in_box = FaceInBox()

    def __init__(self, *boxes: Box) -> None:
        self.boxes = boxes
        self.searches = self.looks = 0

    def search(self, picture: Picture, *, is_first: bool) -> list[Sighting]:
        self.searches += 1
        return [Sighting(box, self.hits_to_start) for box in self.boxes]

    def near(self, picture: Picture, *, known: Sequence[Box], likely: Sequence[Box]) -> list[Sighting]:
        self.looks += 1
        return []


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    return demo_frames(FACE_FROM, 60)


@pytest.fixture(scope="module")
def portrait(frames) -> np.ndarray:
    return frames[20]


def only(sightings: list[Sighting]) -> Sighting:
    (one,) = sightings
    return one


def test_a_face_that_was_found_once_is_followed_without_a_search(portrait):
    face = only(open_watch("blazeface").look(Picture(portrait), known=[], likely=[]))
    finder = Searches(face.box)
    watch = Watch([Rota(finder, every_frames=1000)], Pair(FaceMesh))
    box = only(watch.look(Picture(portrait), known=[], likely=[])).box
    for step in range(1, 20):
        moved = np.roll(portrait, 4 * step, axis=1)
        box = only(watch.look(Picture(moved), known=[box], likely=[])).box
    assert finder.searches == 1
    assert finder.looks == 0
    assert abs(box.x - (face.box.x + 76)) < 5


def test_a_followed_face_needs_no_more_hits_and_has_its_points(portrait):
    face = only(open_watch("both").look(Picture(portrait), known=[], likely=[]))
    assert face.hits_to_start == 1
    assert face.face is not None and face.face.points.shape == (468, 3)


def test_a_face_that_moves_fast_leaves_no_box_and_no_number_behind(portrait):
    pipeline = Pipeline()
    (face,) = pipeline.analyze(Frame(0, 0.0, portrait), Settings()).faces
    assert face.box is not None
    start, step = face.box.x, round(face.box.width * 0.35)
    for index in range(1, 6):
        moved = np.roll(portrait, step * index, axis=1)
        (face,) = pipeline.analyze(Frame(index, index / 30, moved), Settings()).faces
        assert face.track_id == 1
        assert face.box is not None and abs(face.box.x - start - step * index) < 0.15 * face.box.width


def test_the_demo_clip_shows_one_face_at_a_time_under_two_numbers():
    pipeline, numbers = Pipeline(), []
    for index, image in enumerate(demo_frames(0, 330)):
        faces = pipeline.analyze(Frame(index, index / 30, image), Settings()).faces
        assert len(faces) <= 1, index
        numbers += [face.track_id for face in faces]
    assert set(numbers) == {1, 2}


def test_after_a_loss_the_face_is_searched_for_in_each_frame_for_a_while():
    finder, empty = Searches(), Picture(np.full((240, 320, 3), 90, np.uint8))
    watch = Watch([Rota(finder, every_frames=1000, every_frames_alone=1000, hurries=True)], None)
    watch.look(empty, known=[], likely=[])
    for _ in range(3):
        watch.look(empty, known=[], likely=[])
    assert finder.searches == 1
    watch.look(empty, known=[Box(10, 10, 50, 50)], likely=[])  # lost in this frame
    for _ in range(SEARCH_AFTER_LOSS_FRAMES + 5):
        watch.look(empty, known=[], likely=[])
    assert SEARCH_AFTER_LOSS_FRAMES <= finder.searches <= SEARCH_AFTER_LOSS_FRAMES + 2


def test_a_still_face_has_a_still_box(portrait):
    chance = np.random.default_rng(1)
    pipeline, sides = Pipeline(), []
    for index in range(30):
        noisy = np.clip(portrait + chance.normal(0, 4, portrait.shape), 0, 255).astype(np.uint8)
        (face,) = pipeline.analyze(Frame(index, index / 30, noisy), Settings()).faces
        assert face.box is not None
        sides.append(face.box.width)
    assert np.std(sides) / np.mean(sides) < 0.01


@pytest.mark.parametrize("faces_found_by", FINDERS)
def test_every_finder_sees_the_face_of_the_demo_clip_and_nothing_after_it(faces_found_by, frames):
    pipeline, settings = Pipeline(), Settings(faces_found_by=faces_found_by)
    seen = [pipeline.analyze(Frame(i, i / 30, image), settings).faces for i, image in enumerate(frames)]
    assert {face.track_id for faces in seen for face in faces} == {1}
    assert all(seen[10:])
    pipeline.forget_faces()
    empty = demo_frames(NO_FACE_FROM + 10, 12)
    assert not any(pipeline.analyze(Frame(i, i / 30, image), settings).faces for i, image in enumerate(empty))


def test_another_finder_keeps_the_face_s_number(frames):
    pipeline, numbers = Pipeline(), set()
    for i, image in enumerate(frames):
        settings = Settings(faces_found_by=FINDERS[i // 15 % 3])
        numbers |= {face.track_id for face in pipeline.analyze(Frame(i, i / 30, image), settings).faces}
    assert numbers == {1}


@pytest.mark.parametrize("light", [30, 14])
def test_a_dim_copy_shows_the_same_face(frames, light):
    pipeline = Pipeline()
    counts = []
    for i, image in enumerate(frames[:20]):
        dim = (image.astype(np.float32) * light / 255).astype(np.uint8)
        counts.append(len(pipeline.analyze(Frame(i, i / 30, dim), Settings()).faces))
    assert counts == [1] * 20


def test_a_well_lit_picture_is_left_as_it_is(portrait):
    assert Picture(portrait).image is portrait


def test_a_picture_of_one_gray_is_not_stretched_into_noise():
    gray = np.full((240, 320, 3), 120, np.uint8)
    gray[::3] += 2
    assert Picture(gray).image is gray
    low, high = gray_range(Picture((gray - 110) * 10).image)
    assert (low, high) == (0, 255)  # one that spans more is


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 4000)])
def test_a_picture_of_next_to_nothing_shows_no_face(size):
    assert Pipeline().analyze(Frame(0, 0.0, np.zeros((*size, 3), np.uint8)), Settings()).faces == ()


def test_a_huge_picture_shows_its_face_in_its_own_pixels(portrait):
    huge = cv2.resize(portrait, (12_000, 9_000), interpolation=cv2.INTER_LINEAR)
    (face,) = Pipeline().analyze(Frame(0, 0.0, huge), Settings()).faces
    (small,) = Pipeline().analyze(Frame(0, 0.0, portrait), Settings()).faces
    assert face.box and small.box
    assert face.box.x == pytest.approx(small.box.x * 12_000 / 640, rel=0.05)


def test_a_frame_that_changes_size_does_not_disturb(portrait):
    pipeline = Pipeline()
    for index, factor in enumerate((1.0, 0.5, 2.0, 0.25, 1.0)):
        scaled = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        pipeline.analyze(Frame(index, index / 30, scaled), Settings())
    assert len(pipeline.analyze(Frame(5, 5 / 30, portrait), Settings()).faces) == 1


ASSETS = {
    "face_detection_full_range.tflite": {"cascades", "both"},
    "face_detection_short_range.tflite": {"cascades", "both"},
    "haarcascade_frontalface_default.xml": {"blazeface", "both"},
    "face_landmark.tflite": set(FINDERS),
    "canonical_face.csv": set(FINDERS),
}
ALWAYS_NEEDED = ("face_landmark.tflite", "canonical_face.csv")


@pytest.mark.parametrize("asset", ASSETS)
@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_with_a_broken_asset_faces_are_found_by_what_is_left_and_the_file_is_named(
    asset, damage, portrait, tmp_path, monkeypatch
):
    copy = shutil.copytree(asset_path("demo.mp4").parent, tmp_path / "assets", ignore=shutil.ignore_patterns("*.png"))
    if damage == "missing":
        (copy / asset).unlink()
    else:
        content = bytearray((copy / asset).read_bytes())
        content[1000:1400] = bytes(400)
        (copy / asset).write_bytes(content)
    for module in ("mesh", "detection.blazeface", "detection.cascades", "measures"):
        monkeypatch.setattr(f"emocam.engine.{module}.asset_path", lambda name: copy / name)
    for faces_found_by in FINDERS:
        pipeline = Pipeline()
        settings = Settings(faces_found_by=faces_found_by)
        result = pipeline.analyze(Frame(0, 0.0, portrait), settings, is_alone=True)
        assert len(result.faces) == 1
        is_needed = asset in ALWAYS_NEEDED or faces_found_by not in ASSETS[asset] - {"both"}
        assert (asset in (pipeline.problem or "")) == is_needed


def test_with_nothing_left_to_find_faces_with_it_says_so(monkeypatch):
    def fail() -> None:
        raise ValueError("expected a cascade in x; install Emocam anew")

    monkeypatch.setattr(watch_module, "CascadeFinder", fail)
    monkeypatch.setattr(watch_module, "BlazeFinder", fail)
    with pytest.raises(ValueError, match="install Emocam anew"):
        open_watch("both")
