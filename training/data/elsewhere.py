"""Reads a folder of faces that are not FER-2013's, to see whether a network holds on other people's pictures."""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from emocam.engine.preprocessing import Box, crop_face
from emocam.labels import EMOTIONS
from training.data.faces import DataError

TILE_PX = 128
BOX = Box(24, 24, 80, 80)  # of the detector, in the tile's middle, so that a crop can be widened and moved


@dataclass(frozen=True, slots=True, eq=False)
class OtherFaces:
    """Faces of one collection. tiles: (N, 128, 128) uint8 gray. labels: (N,) uint8, index into EMOTIONS."""

    tiles: np.ndarray
    labels: np.ndarray

    def crops(self, *, size_px: int, margin: float) -> np.ndarray:
        """Return (N, size_px, size_px) uint8 faces, cut out as the app does it."""
        return np.stack([crop_face(tile, BOX, size_px=size_px, margin=margin) for tile in self.tiles])


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
        found[source] = OtherFaces(tiles, np.array([rows[index][1] for index in chosen], np.uint8))
    return found


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
