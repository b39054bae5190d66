"""Measure how often a changed face is still found, and still gets the label of the untouched one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from emocam.commands.seeing.pictures import FRAMES, HEIGHT_PX, WIDTH_PX, Change, frames
from emocam.commands.seeing.portraits import Portrait
from emocam.commands.seeing.trials import Trial
from emocam.engine.classification import Classifier
from emocam.engine.pipeline import Pipeline
from emocam.messages import Box, Face, Frame, FrameResult
from emocam.settings import Settings

LOOKED_AT = FRAMES // 3  # frames at the end of a stream in which the face should be found
IS_THE_SAME = 0.3  # overlap of two boxes, by their union, from which they are one face's
FRAMES_PER_SECOND = 30
STREAMS_OF_EACH = 2  # of each portrait and its mirror image; they differ in place, movement and noise


@dataclass(frozen=True, slots=True)
class Point:
    """What one value of a trial gave with one finder.

    found: in which share of the last LOOKED_AT frames of all streams the face was found. same_label: in which share of
    the streams it ended with the label of the untouched portrait; 0 where that has none.
    """

    trial: str
    value: float
    finder: str
    streams: int
    found: float
    same_label: float


@dataclass(frozen=True, slots=True)
class Stream:
    """How one stream was seen: the share of the last frames in which the face was found, and its label at the end."""

    found: float
    label: str | None


def measure(
    trials: Sequence[Trial],
    portraits: Sequence[Portrait],
    triangles: np.ndarray,
    classifier: Classifier,
    settings: Sequence[Settings],
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Point]:
    """Return a point for each trial, value and finder, in this order; raises ValueError where one cannot be opened.

    settings: one for each finder. on_progress: told how many streams are done, and of how many.
    """
    sources = list(enumerate([*portraits] * STREAMS_OF_EACH))
    pipelines = {one.faces_found_by: (Pipeline(classifier), one) for one in settings}
    changes = list(dict.fromkeys([Change(), *(trial.change(value) for trial in trials for value in trial.values)]))
    seen: dict[tuple[Change, str], list[Stream]] = {(change, finder): [] for change in changes for finder in pipelines}
    for done, (change, (seed, portrait)) in enumerate(product(changes, sources)):
        on_progress(done, len(changes) * len(sources))
        stream = list(frames(portrait, triangles, change, seed=seed))
        for finder, (pipeline, one) in pipelines.items():
            seen[change, finder].append(watch(stream, pipeline, one))
            if pipeline.problem:  # another finder stands in for it
                raise ValueError(pipeline.problem)
    return [
        _point(trial.name, value, finder, seen[trial.change(value), finder], seen[Change(), finder])
        for trial in trials
        for value in trial.values
        for finder in pipelines
    ]


def watch(stream: Iterable[tuple[np.ndarray, Box]], pipeline: Pipeline, settings: Settings) -> Stream:
    """Return how a pipeline sees a stream, as one that has just begun."""
    pipeline.forget_faces()
    found = []
    for index, (image, box) in enumerate(stream):
        result = pipeline.analyze(Frame(index, index / FRAMES_PER_SECOND, image), settings)
        found.append(the_face(result, box) is not None)
    face = the_face(pipeline.end_faces(result), box)  # a face that was found late gets its label now
    return Stream(float(np.mean(found[-LOOKED_AT:])), face.label if face else None)


def the_face(result: FrameResult, box: Box) -> Face | None:
    """Return the face of a result whose box is the same as the true one, None where it was not found."""
    overlaps = [(overlap(face.box, box), face) for face in result.faces if face.box is not None]
    share, best = max(overlaps, key=lambda each: each[0], default=(0.0, None))
    return best if share >= IS_THE_SAME else None


def overlap(one: Box, other: Box) -> float:
    """Return what two boxes share within the picture, as a share of what they cover there together (IoU), 0 to 1."""
    one, other = _within(one), _within(other)
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0, width) * max(0, height)
    together = one.width * one.height + other.width * other.height - shared
    return shared / together if together else 0.0


def _within(box: Box) -> Box:
    """Return the part of a box that lies in the picture."""
    left, top = (min(max(0, value), end) for value, end in ((box.x, WIDTH_PX), (box.y, HEIGHT_PX)))
    right, bottom = min(max(left, box.x + box.width), WIDTH_PX), min(max(top, box.y + box.height), HEIGHT_PX)
    return replace(box, x=left, y=top, width=right - left, height=bottom - top)


def _point(trial: str, value: float, finder: str, seen: Sequence[Stream], untouched: Sequence[Stream]) -> Point:
    same = [
        one.label is not None and one.label == before.label for one, before in zip(seen, untouched, strict=True)
    ]
    found = float(np.mean([one.found for one in seen]))
    return Point(trial, value, finder, len(seen), round(found, 4), round(float(np.mean(same)), 4))
