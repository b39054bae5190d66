"""A portrait's head turned to the side: its picture laid over its points, which are turned and drawn again.

Source: Zhu et al. 2016, arXiv:1511.07212, who turn faces so to train with them: the mesh goes on in rings around the
face that turn less and less, so that head, hair and background stay one picture without a hole.
"""

import math
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from emocam.engine.mesh import POINTS
from emocam.resources import asset_path

ASSET = "canonical_triangles.csv"
EARS = (234, 454)  # the outermost points at their height; the head turns about a line between them
# Rings around the face: how far from its middle, in times of its outline; how far behind the ears, in widths of the
# face; and which share of the turn they follow. The last one stays where it is.
RINGS = ((1.3, 0.15, 1.0), (1.8, 0.3, 0.5), (2.6, 0.5, 0.0))


def read_triangles(path: Path | None = None) -> np.ndarray:
    """Return the (T, 3) numbers of the points that the shipped triangles join; raises ValueError where damaged."""
    path = path or asset_path(ASSET)
    try:
        _, *rows = path.read_text(encoding="utf-8").splitlines()
        triangles = np.array([[int(number) for number in row.split(",")] for row in rows])
    except (OSError, ValueError) as error:
        raise ValueError(f"expected the triangles of a face in {path} ({error}); install Emocam anew") from None
    if triangles.ndim != 2 or triangles.shape[1] != 3 or triangles.min() < 0 or triangles.max() >= POINTS:
        raise ValueError(f"expected triangles of the {POINTS} points of a face in {path}; install Emocam anew")
    return triangles


def turned_points(points: np.ndarray, yaw_deg: float) -> np.ndarray:
    """Return (N, 3) points of a head, the first 468 those of its face, turned about the line between its ears.

    yaw_deg: positive turns the nose to the picture's right. Seen from far away, without perspective.
    """
    angle = math.radians(yaw_deg)
    axis = points[list(EARS)].mean(axis=0)
    across, depth = points[:, 0] - axis[0], points[:, 2] - axis[2]
    turned = points.copy()
    turned[:, 0] = axis[0] + across * math.cos(angle) - depth * math.sin(angle)
    turned[:, 2] = axis[2] + across * math.sin(angle) + depth * math.cos(angle)
    return turned


def turned_head(
    picture: np.ndarray, points: np.ndarray, triangles: np.ndarray, *, yaw_deg: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return a portrait, (H, W, 3) uint8, with its head turned, and the (468, 3) points of the turned face.

    points: `x, y` in pixels and a depth in pixels, smaller towards the camera, of an upright face (`mesh.FacePoints`).
    """
    outline = outline_of(triangles)
    around, follows = _rings(points, outline)
    before = np.vstack([points, around])
    after = before + follows[:, None] * (turned_points(before, yaw_deg) - before)
    every_triangle = np.vstack([triangles, _between_rings(outline)])
    map_x, map_y = _way_back(before, after, every_triangle, picture.shape[:2])
    turned = cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return turned, after[:POINTS].astype(np.float32)


def outline_of(triangles: np.ndarray) -> np.ndarray:
    """Return the points around a mesh, one beside the next: its edges that belong to one triangle alone."""
    edges = {(int(a), int(b)) for row in triangles for a, b in zip(row, np.roll(row, -1), strict=True)}
    following = {a: b for a, b in edges if (b, a) not in edges}
    outline = [min(following)]
    while (after := following[outline[-1]]) != outline[0]:
        outline.append(after)
    return np.array(outline)


def _rings(points: np.ndarray, outline: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of the rings around a face, and which share of the turn each of all points follows."""
    width = float(np.ptp(points[:, 0]))
    middle = (points[:, :2].min(axis=0) + points[:, :2].max(axis=0)) / 2
    ears = float(points[list(EARS), 2].mean())
    rings = []
    for times, behind, _ in RINGS:
        flat = middle + times * (points[outline, :2] - middle)
        rings.append(np.column_stack([flat, np.full(len(outline), ears + behind * width)]))
    shares = [1.0, *(share for _, _, share in RINGS)]
    return np.vstack(rings), np.repeat(shares, [len(points), *[len(outline)] * len(RINGS)])


def _between_rings(outline: np.ndarray) -> np.ndarray:
    """Return the triangles that join the outline and the rings, turned as those of the face are."""
    loops = [outline, *(POINTS + number * len(outline) + np.arange(len(outline)) for number in range(len(RINGS)))]
    triangles = []
    for inner, outer in pairwise(loops):
        inner_next, outer_next = np.roll(inner, -1), np.roll(outer, -1)
        triangles += [np.column_stack([inner_next, inner, outer]), np.column_stack([inner_next, outer, outer_next])]
    return np.vstack(triangles)


def _way_back(
    before: np.ndarray, after: np.ndarray, triangles: np.ndarray, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pixel of the turned picture where it was before: the x and the y of the nearest triangle's."""
    height, width = shape
    map_y, map_x = np.mgrid[0:height, 0:width].astype(np.float32)
    nearest = np.full((height, width), np.inf)
    facing = np.sign(_doubled_areas(before, triangles))
    for triangle in triangles[_doubled_areas(after, triangles) * facing > 0]:  # the others show their back
        corners = after[triangle]
        left, top = np.maximum(np.floor(corners[:, :2].min(axis=0)), 0).astype(int)
        right, bottom = np.minimum(np.ceil(corners[:, :2].max(axis=0)) + 1, (width, height)).astype(int)
        if left >= right or top >= bottom:
            continue
        y, x = np.mgrid[top:bottom, left:right]
        shares = np.linalg.solve(
            np.vstack([corners[:, :2].T, np.ones(3)]), np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
        )
        depth = corners[:, 2] @ shares
        there = (shares >= -1e-6).all(axis=0) & (depth < nearest[top:bottom, left:right].ravel())
        where = (y.ravel()[there], x.ravel()[there])
        nearest[where] = depth[there]
        map_x[where], map_y[where] = before[triangle, :2].T @ shares[:, there]
    return map_x, map_y


def _doubled_areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return twice the area of each triangle as it is seen; negative where its points go round the other way."""
    a, b, c = (points[triangles[:, corner], :2] for corner in range(3))
    areas: np.ndarray = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return areas
