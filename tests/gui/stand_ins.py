"""A capture thread without a camera, a cascade or a network: the window's tests drive it by hand."""

import threading
from pathlib import Path

import numpy as np

from emocam.baseline import SET, AnsweringNetwork, Baseline
from emocam.engine.baselines import Baselines
from emocam.engine.model_file import ModelFile, ModelFileError
from emocam.engine.region import PointsCrop
from emocam.labels import EMOTIONS
from emocam.messages import Box, Face, FaceMeasures, Frame, FrameResult, Latency
from emocam.resources import asset_path
from emocam.settings import Settings
from emocam.sources import InputDetails, SourceError

PICTURE = np.full((48, 64, 3), 90, np.uint8)
PICTURE.flags.writeable = False


def frame(index=0, time_s=0.0, picture=PICTURE):
    return Frame(index, time_s, picture)


def result(*, faces=1, time_s=0.0, settings=None, labels=EMOTIONS, picture=PICTURE):
    pooled = np.full(len(labels), 1 / 7, np.float32) if labels else None
    label, confidence = ("happy", 0.8) if labels else (None, None)
    seen = tuple(
        Face(number, Box(10 * number, 5, 8, 8), pooled, pooled, label, confidence, True)
        for number in range(1, faces + 1)
    )
    return FrameResult(frame(0, time_s, picture), seen, (), tuple(labels), settings or Settings(), Latency(1, 1, 3))


def points(*, centre=(32.0, 24.0), width_px=20.0):
    """Return the (468, 3) points of an average face that looks at the camera."""
    table = np.loadtxt(asset_path("canonical_face.csv"), delimiter=",", skiprows=1)[:, :3] * (1, -1, -1)
    scaled = table * (width_px / np.ptp(table[:, 0]))
    return (scaled - scaled.mean(axis=0) + (*centre, 0)).astype(np.float32)


def measures(**changes):
    figures = {"yaw_deg": 10.0, "pitch_deg": -4.0, "roll_deg": 2.0, "eyes_open_right": 0.3, "eyes_open_left": 0.28,
               "mouth_open": 0.05, "brows_raised": 0.25, "lip_corners": -0.02}  # fmt: skip
    return FaceMeasures(**{**figures, **changes})


def neutral_baseline(face=1):
    """Return what a network could have answered to a face at rest in two seconds."""
    network = AnsweringNetwork("0" * 64, EMOTIONS, 1.0, False)
    even = np.full(len(EMOTIONS), -np.log(len(EMOTIONS)))
    return Baseline(1, face, SET, network, even, even, 20, 3.0, 1.0, 3.0)


class FakeModel:
    """What a test's network says of itself."""

    def __init__(self, name="fake", metrics=None, answers=()):
        said = {"dataset": "FER-2013", "metrics": metrics or {}, "labels": list(EMOTIONS)}
        if answers:
            said["answers"] = [{"name": answer, "labels": list(EMOTIONS)} for answer in answers]
        self.model = ModelFile(
            path=Path(f"{name}.hdf5"),
            labels=EMOTIONS,
            image_size_px=48,
            scale=1.0,
            offset=0.0,
            crop_margin=0.0,
            points_crop=PointsCrop(0.0),
            temperature=1.0,
            is_mirrored=False,
            weights_digest="0" * 64,
            litert=None,
            metadata=said,
            judges_like=None,
            outputs=slice(0, len(EMOTIONS)),
            stated=said,
        )

    def judging_like(self, _name):
        return self


def network_metrics(**changes):
    """Return the metrics of one split as a training's report writes them."""
    steps = range(101)
    seven = {"labelled": [1 - step / 100 for step in steps], "right": [0.5 + step / 250 for step in steps]}
    three = {"labelled": [1.0] * 101, "right": [0.75] * 100 + [None]}
    figures = {
        "n": 3589, "accuracy": 0.69, "accuracy_ci95": [0.67, 0.71], "three_class_accuracy": 0.81, "ece": 0.02,
        "without_pictures_of_training": {"n": 3310, "accuracy": 0.67},
        "ferplus": {"n": 3372, "accuracy": 0.84, "accuracy_ci95": [0.83, 0.85], "ece": 0.013,
                    "eight_labels": {"n": 3396, "accuracy": 0.835, "balanced_accuracy": 0.63, "ece": 0.014},
                    "voters": {"eight": {"n": 3391, "voter": 0.806, "voter_ci95": [0.799, 0.813],
                                         "network": 0.868, "network_ci95": [0.856, 0.879]}}},
        "elsewhere": {"news": {"n": 1206, "accuracy": 0.74}},
        "judged_by": "ferplus",
        "confusion": {"labels": ["happy", "sad"], "counts": [[90, 10], [40, 60]]},
        "sensitivity": {"seven": seven, "three": three},
    }  # fmt: skip
    return {"public_test": {**figures, **changes}}


class FakePipeline:
    """Finds one face in every frame, and labels it once it has a network."""

    problem: str | None = None

    def __init__(self):
        self.classifier = None
        self.forgotten = 0
        self.baselines = Baselines()

    def use_classifier(self, classifier):
        self.classifier = classifier

    def forget_faces(self):
        self.forgotten += 1

    def analyze(self, frame, settings, *, is_alone=False):
        labels = self.classifier.model.labels if self.classifier else ()
        made = result(time_s=frame.time_s, settings=settings, labels=labels)
        return FrameResult(frame, made.faces, (), made.model_labels, settings, made.latency)

    def end_faces(self, result):
        return result

    def answer_again(self, result, settings):
        return self.analyze(result.frame, settings)


class FakeSource:
    """A file of some frames, or a live source that a test feeds through `items`."""

    is_independent = False
    dropped = 0
    problem = None

    def __init__(self, title="clip", *, frames=3, is_live=False, interval_s=0.001):
        self.title, self.identity, self.is_live = title, title, is_live
        self.frame_count = None if is_live else frames
        self._frames, self._next, self._interval_s = frames, 0, interval_s
        self.items = []
        self.ended = self.is_closed = False

    @property
    def details(self):
        return InputDetails(path=self.identity, frames_expected=self.frame_count, frames_read=self._next)

    def read(self, timeout_s=0.25):
        if self.is_live:
            if not self.items:
                threading.Event().wait(min(timeout_s, 0.005))
            return self.items.pop(0) if self.items else None
        if self._next >= self._frames:
            self.ended = True
            return None
        made = frame(self._next, self._next * self._interval_s)
        self._next += 1
        return made

    def close(self):
        self.is_closed = True


class Sources:
    """Opens what a test has put there; everything else does not exist."""

    def __init__(self, **sources):
        self.sources = sources
        self.opened = []

    def __call__(self, text):
        self.opened.append(text)
        made = self.sources.get(text or "first")
        if made is None:
            raise SourceError(f"expected a camera; {text} is none")
        return made() if callable(made) else made


def open_fake_model(text):
    if text.startswith("bad"):
        raise ModelFileError(f"{text} holds no network")
    return FakeModel(text, network_metrics() if text.startswith("scored") else None)
