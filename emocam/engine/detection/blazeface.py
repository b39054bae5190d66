"""Finding every face of a picture in one call of a network: BlazeFace, for near faces and for far ones.

Source: Bazarevsky et al. 2019, arXiv:1907.05047; the networks are MediaPipe's (see `assets/README.md`).
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from emocam.engine.shipped_network import ShippedNetwork
from emocam.messages import Box
from emocam.resources import asset_path

LARGEST_LOGIT = 100.0  # where MediaPipe clips; twice as much would still be a float64
SAME_FACE_OVERLAP = 0.3  # intersection over union from which two hits are one face; MediaPipe's value
KEYPOINTS = 6
MIDDLE_OF_RANGE = 127.5
PADDING = -1.0  # black, as MediaPipe pads; measured with gray instead: on a dark stage 8 % fewer faces


@dataclass(frozen=True, slots=True)
class Reach:
    """One of the two networks: which faces it was made for, and how its answers are laid out.

    asset, sha256: the file in `assets/`. side_px: of its square input. grids: (cells a side, anchors a cell), in the
    order of its answers. min_score: from which a hit counts.
    """

    asset: str
    sha256: str
    side_px: int
    grids: tuple[tuple[int, int], ...]
    min_score: float

    def anchors(self) -> np.ndarray:
        """Return the (anchors, 2) float32 centres `x, y` that answers are relative to, in pixels of the input."""
        centres = []
        for cells, repeats in self.grids:
            middles = (np.arange(cells, dtype=np.float32) + 0.5) * (self.side_px / cells)
            grid = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
            centres.append(np.repeat(grid, repeats, axis=0))
        return np.concatenate(centres)


# Faces of 8 to 50 % of the picture's longer side, and of 15 to 100 %.
FULL_RANGE = Reach(
    asset="face_detection_full_range.tflite",
    sha256="99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
    side_px=192,
    grids=((48, 1),),
    min_score=0.6,
)
SHORT_RANGE = Reach(
    asset="face_detection_short_range.tflite",
    sha256="3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
    side_px=128,
    grids=((16, 2), (8, 6)),
    min_score=0.6,
)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A face as BlazeFace sees it, in pixels of the frame, which it may overlap.

    x, y, width, height: of the box, which reaches from the brows to the chin. score: 0 to 1. keypoints: (6, 2)
    float32 `x, y` of the person's right eye, left eye, tip of the nose, mouth, right and left ear.
    """

    x: float
    y: float
    width: float
    height: float
    score: float
    keypoints: np.ndarray

    @property
    def box(self) -> Box:
        """The box in whole pixels."""
        left, top = round(self.x), round(self.y)
        return Box(left, top, max(1, round(self.x + self.width) - left), max(1, round(self.y + self.height) - top))


class BlazeFace:
    """One of the two networks, for one thread at a time."""

    def __init__(self, reach: Reach, path: Path | None = None) -> None:
        """Open the shipped network, or a copy of it elsewhere; raises ValueError where it is missing or damaged."""
        self._reach = reach
        self._network = ShippedNetwork(
            path or asset_path(reach.asset), sha256=reach.sha256, side_px=reach.side_px
        )
        self._anchors = reach.anchors()

    def find(
        self, image: np.ndarray, *, region: Box | None = None, margin: float = 0.0, min_score: float | None = None
    ) -> list[Detection]:
        """Return the faces of an (H, W, 3) uint8 BGR image, the surest first.

        region: the part of the picture that is looked at, all of it if None. margin: how much black is put around that
        part on each side, as a share of its longer side; a face that fills it is seen then. min_score: 0 to 1, the
        network's own if None.
        """
        height, width = image.shape[:2]
        left, top, right, bottom = 0, 0, width, height
        if region is not None:
            left, top = max(0, region.x), max(0, region.y)
            right, bottom = min(width, region.x + region.width), min(height, region.y + region.height)
        if right <= left or bottom <= top:
            return []
        scale, begin = self._feed(image[top:bottom, left:right], margin)
        answers, logits = sorted(self._network.answer(), key=lambda output: -output.shape[-1])
        scores = 1 / (1 + np.exp(-np.clip(logits[:, 0].astype(np.float64), -LARGEST_LOGIT, LARGEST_LOGIT)))
        least = self._reach.min_score if min_score is None else min_score
        hits = np.flatnonzero(scores >= least)
        hits = hits[np.isfinite(answers[hits]).all(axis=1)]
        hits = hits[np.argsort(-scores[hits], kind="stable")]
        faces, best = averaged_hits(self._corners(answers[hits], hits), scores[hits])
        points = faces.reshape(-1, 2 + KEYPOINTS, 2) * scale + begin + (left, top)
        return [_detection(face, float(score)) for face, score in zip(points, best, strict=True)]

    def _corners(self, answers: np.ndarray, anchors: np.ndarray) -> np.ndarray:
        """Return answers as (N, 16) pixels of the input: two corners of the box, six points, each `x, y`."""
        points = answers.reshape(-1, 2 + KEYPOINTS, 2) + self._anchors[anchors, np.newaxis]
        centre, half = points[:, 0], answers[:, 2:4] / 2
        points[:, 0], points[:, 1] = centre - half, centre + half
        return points.reshape(-1, 2 * (2 + KEYPOINTS))

    def _feed(self, part: np.ndarray, margin: float) -> tuple[float, np.ndarray]:
        """Fill the network's input with a picture, its shape kept, and black around it.

        Returns how many pixels of the picture one of the input is, and where in the picture the input begins, `x, y`.
        """
        height, width = part.shape[:2]
        side = self._reach.side_px
        scale = max(height, width) * (1 + 2 * margin) / side
        wide, high = max(1, round(width / scale)), max(1, round(height / scale))
        left, top = (side - wide) // 2, (side - high) // 2
        rgb = cv2.cvtColor(cv2.resize(part, (wide, high)), cv2.COLOR_BGR2RGB)
        picture = self._network.picture
        picture.fill(PADDING)
        inside = picture[top : top + high, left : left + wide]
        np.multiply(rgb, np.float32(1 / MIDDLE_OF_RANGE), out=inside, dtype=np.float32)
        np.subtract(inside, np.float32(1), out=inside)
        return scale, np.array([-left * scale, -top * scale])


def averaged_hits(hits: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return one hit for each face: the mean, weighted by score, of those that overlap its surest one.

    hits: (N, 16) float32, of which the first four numbers are two corners of a box, the surest first. scores: (N,).
    Returns (faces, 16) and the (faces,) scores of the surest. Averaged boxes are steadier than chosen ones.
    """
    faces, best = [], []
    while len(hits):
        same = _overlaps(hits[0], hits) > SAME_FACE_OVERLAP
        same[0] = True  # a box without an area overlaps nothing
        faces.append(scores[same] @ hits[same] / scores[same].sum())
        best.append(scores[0])
        hits, scores = hits[~same], scores[~same]
    return np.array(faces).reshape(-1, 2 * (2 + KEYPOINTS)), np.array(best)


def _overlaps(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the (N,) intersections over unions of one box with (N, 4 and more) others."""
    widths, heights = (np.minimum(one[2:4], others[:, 2:4]) - np.maximum(one[:2], others[:, :2])).clip(0).T
    shared, (wide, high) = widths * heights, (others[:, 2:4] - others[:, :2]).T
    own_area = (one[2] - one[0]) * (one[3] - one[1])
    return shared / np.maximum(own_area + wide * high - shared, 1e-9)


def _detection(points: np.ndarray, score: float) -> Detection:
    (left, top), (right, bottom) = points[:2].tolist()
    return Detection(left, top, right - left, bottom - top, score, points[2:].astype(np.float32))
