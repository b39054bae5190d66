"""Reads a folder of faces that are not FER-2013's, to see whether a network holds on other people's pictures."""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from emocam.engine.mesh import FaceMesh, FacePoints, look_in_box
from emocam.engine.preprocessing import Box, crop_face, crop_region
from emocam.engine.region import PointsCrop
from emocam.labels import EMOTIONS
from training.data.faces import DataError
from training.quiet import quiet

TILE_PX = 128
BOX = Box(24, 24, 80, 80)  # of the detector, in the tile's middle, so that a crop can be widened and moved


@dataclass(frozen=True, slots=True, eq=False)
class OtherFaces:
    """Faces of one collection.

    tiles: (N, 128, 128) uint8 gray. labels: (N,) uint8, index into EMOTIONS. points: of each face in pixels of its
    tile, None where the mesh is not sure of it.
    """

    tiles: np.ndarray
    labels: np.ndarray
    points: tuple[FacePoints | None, ...]

    def crops(self, *, size_px: int, margin: float, points_crop: PointsCrop | None = None) -> np.ndarray:
        """Return (N, size_px, size_px) uint8 faces, cut out as the app does it.

        By their points where those are known, by their box, widened by `margin`, otherwise; without `points_crop` all
        by their box.
        """

        def cut_out(tile: np.ndarray, points: FacePoints | None) -> np.ndarray:
            if points is None or points_crop is None:
                return crop_face(tile, BOX, size_px=size_px, margin=margin)
            return crop_region(tile, points_crop.of(points.extent), size_px=size_px)

        return np.stack([cut_out(tile, points) for tile, points in zip(self.tiles, self.points, strict=True)])


def read_elsewhere(folder: Path) -> dict[str, OtherFaces]:
    """Read `faces.webp` or `faces.png`, a sheet of 128×128 tiles, and `labels.csv` with a line for each, by source.

    The columns are `source` and `emotion` (0 to 6 in FER-2013's order). Raises DataError.
    """
    sheets = [path for path in (folder / "faces.webp", folder / "faces.png") if path.is_file()]
    sheet = cv2.imdecode(np.fromfile(sheets[0], np.uint8), cv2.IMREAD_GRAYSCALE) if sheets else None
    if sheet is None:
        raise DataError(f"{folder}: expected a readable sheet of faces, faces.webp or faces.png")
    rows = _read_labels(folder / "labels.csv")
    columns = sheet.shape[1] // TILE_PX
    if columns * (sheet.shape[0] // TILE_PX) < len(rows):
        raise DataError(f"{sheets[0]}: expected {len(rows)} tiles of {TILE_PX}×{TILE_PX} pixels, as in labels.csv; "
                        f"the sheet is {sheet.shape[1]}×{sheet.shape[0]}")
    found = {}
    for source in sorted({source for source, _ in rows}):
        chosen = [index for index, row in enumerate(rows) if row[0] == source]
        places = [(index // columns * TILE_PX, index % columns * TILE_PX) for index in chosen]
        tiles = np.stack([sheet[top : top + TILE_PX, left : left + TILE_PX] for top, left in places])
        labels = np.array([rows[index][1] for index in chosen], np.uint8)
        found[source] = OtherFaces(tiles, labels, points_of_tiles(tiles))
    return found


def points_of_tiles(tiles: np.ndarray) -> tuple[FacePoints | None, ...]:
    """Return the points of the face in each of (N, 128, 128) uint8 tiles; raises DataError without the mesh."""
    with quiet():  # LiteRT announces its delegate
        mesh = _open_mesh()
    return tuple(_points(mesh, tile) for tile in tiles)


def _open_mesh() -> FaceMesh:
    try:
        return FaceMesh()
    except ValueError as error:
        raise DataError(f"faces from elsewhere cannot be cut out as the app does it: {error}") from None


def _points(mesh: FaceMesh, tile: np.ndarray) -> FacePoints | None:
    return look_in_box(mesh, cv2.cvtColor(tile, cv2.COLOR_GRAY2BGR), BOX)


def _read_labels(path: Path) -> list[tuple[str, int]]:
    rows = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                emotion = int(row["emotion"])
                if not 0 <= emotion < len(EMOTIONS):
                    raise DataError(f"{path}, row {number}: expected an emotion from 0 to 6; got {emotion}")
                rows.append((row["source"], emotion))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: expected the columns source and emotion ({error})") from None
    if not rows:
        raise DataError(f"{path}: expected a line for each face; got none")
    return rows
