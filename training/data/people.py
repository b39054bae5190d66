"""Reads faces of known people, each at rest and with an expression, from folders of faces from elsewhere."""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from emocam.labels import EMOTIONS
from training.data.elsewhere import TILE_PX, OtherFaces, points_of_tiles, read_elsewhere
from training.data.faces import DataError

NEUTRAL = EMOTIONS.index("neutral")
SEQUENCE_TILE_PX = 160  # the frame's face in the middle, with more around it than in a tile of 128
FRAMES_AT_AN_END = 3  # of a sequence: at rest at its beginning, with the expression at its end


@dataclass(frozen=True, slots=True, eq=False)
class PeopleFaces:
    """Faces of one collection, and who they are of.

    people: whose, one for each face. takes: of what each face is a part: faces of one sequence belong together, and a
    picture by itself is one.
    """

    faces: OtherFaces
    people: tuple[str, ...]
    takes: tuple[str, ...]

    def at_rest(self, index: int) -> list[int]:
        """Return the neutral faces of the same person that may stand for how a face looks at rest.

        Those of other takes, or where there are none, for an expression those of its own; none for the one neutral face
        that a person has, which would be measured against itself.
        """
        of_person = [
            place
            for place, (person, label) in enumerate(zip(self.people, self.faces.labels, strict=True))
            if person == self.people[index] and label == NEUTRAL
        ]
        others = [place for place in of_person if self.takes[place] != self.takes[index]]
        return others or ([] if self.faces.labels[index] == NEUTRAL else of_person)


def read_people(folder: Path) -> dict[str, PeopleFaces]:
    """Read the collections of a folder in which it is known who is who; see `read_elsewhere`. Raises DataError.

    By the column `subject` of `labels.csv`; where there is none, the first face of each emotion is the first person's
    and so on, if each emotion has as many faces. Other collections are left out.
    """
    found = {}
    subjects = _column(folder / "labels.csv", "subject")
    for source, faces in read_elsewhere(folder).items():
        people = subjects.get(source) or _by_order(faces.labels)
        if people:
            takes = tuple(str(place) for place in range(len(people)))
            found[source] = PeopleFaces(faces, tuple(people), takes)
    return found


def read_sequences(folder: Path) -> PeopleFaces:
    """Read both ends of sequences: `frames.webp`, a sheet of 160×160 tiles, and `labels.csv` with a line for each.

    The columns are `sequence`, `subject`, `emotion` (0 to 6 in FER-2013's order) and `frame`. Raises DataError.
    """
    path = folder / "frames.webp"
    sheet = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE) if path.is_file() else None
    if sheet is None:
        raise DataError(f"{path}: expected a readable sheet of frames")
    rows = _rows(folder / "labels.csv")
    columns = sheet.shape[1] // SEQUENCE_TILE_PX
    if columns * (sheet.shape[0] // SEQUENCE_TILE_PX) < len(rows):
        raise DataError(f"{path}: expected {len(rows)} tiles of {SEQUENCE_TILE_PX}×{SEQUENCE_TILE_PX} pixels, as in "
                        f"labels.csv; the sheet is {sheet.shape[1]}×{sheet.shape[0]}")
    tiles, labels, people, takes = [], [], [], []
    last = {row["sequence"]: int(row["frame"]) for row in rows}
    for place, row in enumerate(rows):
        frame = int(row["frame"])
        is_at_rest = frame < FRAMES_AT_AN_END
        if is_at_rest or frame > last[row["sequence"]] - FRAMES_AT_AN_END:
            tiles.append(_tile(sheet, place, columns))
            labels.append(NEUTRAL if is_at_rest else int(row["emotion"]))
            people.append(row["subject"])
            takes.append(row["sequence"])
    stacked = np.stack(tiles)
    faces = OtherFaces(stacked, np.array(labels, np.uint8), points_of_tiles(stacked))
    return PeopleFaces(faces, tuple(people), tuple(takes))


def _tile(sheet: np.ndarray, place: int, columns: int) -> np.ndarray:
    """Return the (128, 128) uint8 middle of a tile."""
    around = (SEQUENCE_TILE_PX - TILE_PX) // 2
    top, left = place // columns * SEQUENCE_TILE_PX + around, place % columns * SEQUENCE_TILE_PX + around
    return sheet[top : top + TILE_PX, left : left + TILE_PX]


def _by_order(labels: np.ndarray) -> list[str]:
    counts = np.bincount(labels)
    if len(set(counts[counts > 0].tolist())) != 1 or counts[NEUTRAL : NEUTRAL + 1].sum() == 0:
        return []
    before = [int((labels[:place] == label).sum()) for place, label in enumerate(labels)]
    return [str(person) for person in before]


def _column(path: Path, name: str) -> dict[str, list[str]]:
    """Return the cells of a column by source; none where there is no such column."""
    found: dict[str, list[str]] = {}
    for row in _rows(path):
        if row.get(name):
            found.setdefault(row.get("source", ""), []).append(row[name])
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        if not rows:
            raise DataError(f"{path}: expected a line for each face; got none")
        for number, row in enumerate(rows, start=2):
            if "sequence" in row and not (row["frame"].isdecimal() and 0 <= int(row["emotion"]) < len(EMOTIONS)):
                raise DataError(f"{path}, row {number}: expected a frame's number and an emotion from 0 to 6")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, KeyError, TypeError, ValueError, AttributeError, csv.Error) as error:
        raise DataError(f"{path}: expected the columns sequence, subject, emotion and frame ({error})") from None
    return rows
