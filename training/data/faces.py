"""Reads FER-2013 and the FER+ votes, and says which row is wrong when a file is damaged."""

import csv
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from emocam.labels import CONTEMPT, EMOTIONS
from training.data.errors import DataError as DataError
from training.data.pictures import read_label_folders

SIZE_PX = 48
TRAINING, PUBLIC_TEST, PRIVATE_TEST = "Training", "PublicTest", "PrivateTest"
OFFICIAL_COUNTS = {TRAINING: 28_709, PUBLIC_TEST: 3_589, PRIVATE_TEST: 3_589}
FOLDER_SPLITS = {"train": TRAINING, "test": "test"}  # `test` mixes both tests, so it keeps its own name

# FER+'s columns and our names for them; mapped by name, never by position. "unknown" and "NF" (no face)
# are votes against every emotion and have none.
FERPLUS_EMOTIONS = {
    "neutral": "neutral",
    "happiness": "happy",
    "surprise": "surprise",
    "sadness": "sad",
    "anger": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "contempt": CONTEMPT,
}
FERPLUS_OTHER = ("unknown", "NF")
FERPLUS_NAME = re.compile(r"fer(\d{1,9})\.png")
FERPLUS_LABELS = (*EMOTIONS, CONTEMPT)


@dataclass(frozen=True, slots=True, eq=False)
class FaceData:
    """Labelled face pictures in the order of their file.

    images: (N, 48, 48) uint8 gray. labels: (N,) uint8, index into EMOTIONS. splits: (N,) str.
    votes: (N, 8) uint8 in the order of FERPLUS_LABELS; None without FER+. other_votes: (N, 2) uint8 for
    unknown and no face. notes: what was changed as the pictures were read, a sentence each.
    """

    images: np.ndarray
    labels: np.ndarray
    splits: np.ndarray
    votes: np.ndarray | None = None
    other_votes: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, chosen: np.ndarray) -> "FaceData":
        """Return the rows that a (N,) bool mask or an index array chooses."""
        votes = None if self.votes is None else self.votes[chosen]
        other = None if self.other_votes is None else self.other_votes[chosen]
        return FaceData(self.images[chosen], self.labels[chosen], self.splits[chosen], votes, other)

    def split(self, name: str) -> "FaceData":
        """Return one split; raises DataError where the file has no such rows."""
        chosen = self.splits == name
        if not chosen.any():
            present = ", ".join(sorted(set(self.splits.tolist()))) or "none"
            raise DataError(f"expected rows of split {name}; the file has {present}. Name one with --split")
        return self.take(chosen)


def read_faces(path: Path, ferplus: Path | None = None) -> FaceData:
    """Read `fer2013.csv` / `icml_face_data.csv` or a folder of `<split>/<label>/` pictures, with FER+ votes.

    Raises DataError where a file is missing, damaged or partial, naming the row.
    """
    if path.is_dir():
        if ferplus is not None:
            raise DataError(f"{ferplus} lists its votes in the order of fer2013.csv, which a folder has lost: "
                            "give the CSV file instead, or leave --ferplus out")
        return _read_folder(path)
    data = _read_csv(path)
    return data if ferplus is None else with_votes(data, ferplus)


def count_warnings(data: FaceData) -> list[str]:
    """Return a sentence for each thing about the data that a user would want to know before hours of fitting.

    Splits whose count differs from the published one, labels that a split has no picture of, and what was changed as
    the pictures were read.
    """
    told = list(data.notes)
    for name in sorted(set(data.splits.tolist()), key=_official_first):
        count = int((data.splits == name).sum())
        if (official := OFFICIAL_COUNTS.get(name, count)) != count:
            told.append(f"split {name} has {count:,} pictures; the published FER-2013 has {official:,}")
        missing = np.flatnonzero(np.bincount(data.labels[data.splits == name], minlength=len(EMOTIONS)) == 0)
        if len(missing):
            told.append(f"split {name} has no picture of {', '.join(EMOTIONS[label] for label in missing)}")
    return told


def _official_first(split: str) -> tuple[int, str]:
    names = list(OFFICIAL_COUNTS)
    return (names.index(split) if split in names else len(names), split)


def resized(images: np.ndarray, size_px: int) -> np.ndarray:
    """Return (N, H, W) uint8 faces as (N, size_px, size_px); the same array where they have that size."""
    if images.shape[1:] == (size_px, size_px):
        return images
    return np.stack([cv2.resize(image, (size_px, size_px), interpolation=cv2.INTER_LINEAR) for image in images])


def validation_split(data: FaceData) -> np.ndarray:
    """Return a (N,) bool mask of the tenth of each class that is held out of a fit, to choose and to calibrate by.

    The split is fixed by the pictures themselves (lowest SHA-256), whatever the order of the file, so
    that exact duplicates of one label fall on one side.
    """
    digests = np.array([hashlib.sha256(image.tobytes()).hexdigest() for image in data.images])
    chosen = np.zeros(len(data), bool)
    for label in np.unique(data.labels):
        rows = np.flatnonzero(data.labels == label)
        by_digest = rows[np.argsort(digests[rows], kind="stable")]
        chosen[by_digest[: round(len(rows) / 10)]] = True
    return chosen


def in_other_split(data: FaceData, *, split: str, other: str) -> np.ndarray:
    """Return a (N of the split,) bool mask of its pictures that also stand, pixel by pixel, in the other split."""
    known = {image.tobytes() for image in data.images[data.splits == other]}
    return np.array([image.tobytes() in known for image in data.images[data.splits == split]], bool)


def majority(data: FaceData) -> np.ndarray:
    """Return (N,) int: the emotion that most of FER+'s ten people chose, an index into FERPLUS_LABELS.

    -1 where the most votes are tied, or fall on unknown or no face: those pictures are not scored
    (Barsoum et al. 2016, majority voting). Raises DataError without votes.
    """
    if data.votes is None or data.other_votes is None:
        raise DataError("expected FER+ votes; give fer2013new.csv with --ferplus")
    votes = np.concatenate([data.votes, data.other_votes], axis=1)
    top = votes.argmax(axis=1)
    is_clear = (votes == votes.max(axis=1, keepdims=True)).sum(axis=1) == 1
    return np.where(is_clear & (top < len(FERPLUS_LABELS)), top, -1)


def with_votes(data: FaceData, ferplus: Path) -> FaceData:
    """Add the FER+ votes, row by row; raises DataError where the files are not in one order."""
    votes = np.zeros((len(data), len(FERPLUS_LABELS)), np.uint8)
    other = np.zeros((len(data), len(FERPLUS_OTHER)), np.uint8)
    columns = [(FERPLUS_LABELS.index(ours), theirs) for theirs, ours in FERPLUS_EMOTIONS.items()]
    names: list[tuple[int, int]] = []
    count = 0
    for number, row in _csv_rows(ferplus, {"Usage", *FERPLUS_EMOTIONS, *FERPLUS_OTHER}):
        _check_order(ferplus, number, row.get("Image name") or "", names)
        if count == len(data):
            raise DataError(f"{ferplus}, row {number}: expected {len(data):,} rows as in the picture file; "
                            "there are more. Use the pair of files that belong together")
        if row["Usage"] != data.splits[count]:
            raise DataError(f"{ferplus}, row {number}: expected Usage {data.splits[count]} as in the picture "
                            f"file; got {row['Usage']!r}. Both files must be in the published order{_gap(names)}")
        try:
            for index, name in columns:
                votes[count, index] = int(row[name])
            other[count] = [int(row[name]) for name in FERPLUS_OTHER]
        except (TypeError, ValueError, OverflowError) as error:
            raise DataError(f"{ferplus}, row {number}: expected ten vote counts; {error}") from None
        count += 1
    if count != len(data):
        raise DataError(f"{ferplus} ends after row {count + 1}: expected {len(data):,} rows as in the picture "
                        f"file; got {count:,}. Fetch the file again{_gap(names)}")
    return replace(data, votes=votes, other_votes=other)


def _check_order(ferplus: Path, row: int, name: str, names: list[tuple[int, int]]) -> None:
    """Add a picture's number to those before it; raises DataError where it does not ascend.

    FER+ names its pictures fer0000000.png and on, and leaves the name out where its votes are of no use.
    """
    match = FERPLUS_NAME.fullmatch(name)
    if match is None:
        return
    number = int(match[1])
    if names and number <= names[-1][1]:
        raise DataError(f"{ferplus}, row {row}: expected a picture after fer{names[-1][1]:07d}.png; got {name}. "
                        "The rows have lost the published order, by which votes and pictures belong together")
    names.append((row, number))


def _gap(names: list[tuple[int, int]]) -> str:
    """Return a sentence about the first row whose number jumps, which is where a row is missing."""
    for (row, number), (next_row, next_number) in pairwise(names):
        if next_number - number != next_row - row:
            return f". The names of its pictures jump at row {next_row}, to fer{next_number:07d}.png: rows are missing"
    return ""


def _read_csv(path: Path) -> FaceData:
    images, labels, splits = [], [], []
    for number, row in _csv_rows(path, {"emotion", "pixels", "Usage"}):
        try:
            image = bytes(map(int, row["pixels"].split()))
        except (AttributeError, ValueError):
            raise DataError(f"{path}, row {number}: expected pixels from 0 to 255 between spaces") from None
        if len(image) != SIZE_PX**2:
            raise DataError(f"{path}, row {number}: expected {SIZE_PX**2} pixels; got {len(image)}. "
                            "The file is damaged or cut short: fetch it again")
        if row["emotion"] not in {str(index) for index in range(len(EMOTIONS))}:
            raise DataError(f"{path}, row {number}: expected an emotion from 0 to 6; got {row['emotion']!r}")
        _check_split(path, number, row["Usage"] or "")
        images.append(np.frombuffer(image, np.uint8))
        labels.append(int(row["emotion"]))
        splits.append(row["Usage"])
    if not images:
        raise DataError(f"{path}: expected rows of pictures; got none")
    pictures = np.stack(images).reshape(-1, SIZE_PX, SIZE_PX)
    return FaceData(pictures, np.array(labels, np.uint8), np.array(splits))


def _check_split(path: Path, row: int, name: str) -> None:
    """Raise DataError for no split, or the beginning of a published one: the file was cut there."""
    cut = [official for official in OFFICIAL_COUNTS if official.startswith(name) and official != name]
    if not name or cut:
        raise DataError(f"{path}, row {row}: expected a split such as {' or '.join(cut[:1] or [TRAINING])}; got "
                        f"{name!r}. The file is damaged or cut short: fetch it again")


def _csv_rows(path: Path, expected: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its number in a spreadsheet; header names may stand between spaces."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            # icml_face_data.csv writes " Usage" and " pixels".
            reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
            missing = expected - set(reader.fieldnames)
            if missing:
                raise DataError(f"{path}, row 1: expected columns {', '.join(sorted(expected))}; "
                                f"{', '.join(sorted(missing))} missing")
            for row in reader:
                yield reader.line_num, row
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as CSV: {error}") from None


def _read_folder(root: Path) -> FaceData:
    images, labels, splits, resized_count = [], [], [], 0
    for split, label, _, image, is_resized in read_label_folders(root, size_px=SIZE_PX):
        images.append(image)
        labels.append(EMOTIONS.index(label))
        splits.append(FOLDER_SPLITS.get(split, split))
        resized_count += is_resized
    if not images:
        raise DataError(f"{root}: expected train/<label>/*.jpg and test/<label>/*.jpg; found no picture")
    changed = f"{resized_count:,} of {len(images):,} pictures had another size and were made {SIZE_PX}×{SIZE_PX} pixels"
    return FaceData(np.stack(images), np.array(labels, np.uint8), np.array(splits),
                    notes=(changed,) if resized_count else ())
