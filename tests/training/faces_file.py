"""Small data files in FER-2013's formats: seeded blobs that a network can tell apart."""

import csv
from pathlib import Path

import cv2
import numpy as np

from emocam.labels import EMOTIONS

FERPLUS_COLUMNS = [
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
]  # fmt: skip
AS_FERPLUS = {"angry": "anger", "disgust": "disgust", "fear": "fear", "happy": "happiness", "sad": "sadness",
              "surprise": "surprise", "neutral": "neutral"}  # fmt: skip


def picture(label: int, *, seed: int) -> np.ndarray:
    """Return a (48, 48) uint8 picture with a soft spot whose place says which label it is."""
    rng = np.random.default_rng([label, seed])
    image = np.full((48, 48), 90, np.uint8)
    x, y = 8 + 5 * label, 12 + 12 * (label % 3)
    cv2.circle(image, (x + int(rng.integers(-2, 3)), y + int(rng.integers(-2, 3))), 7, 220, -1)
    noise = rng.normal(0, 6, image.shape)
    return np.clip(cv2.GaussianBlur(image, (7, 7), 2) + noise, 0, 255).astype(np.uint8)


def rows(*, training: int = 140, public_test: int = 35) -> list[tuple[int, np.ndarray, str]]:
    """Return (label, picture, split) rows, every label as often."""
    splits = ["Training"] * training + ["PublicTest"] * public_test
    return [(i % 7, picture(i % 7, seed=i), split) for i, split in enumerate(splits)]


def write_fer2013(path: Path, data: list[tuple[int, np.ndarray, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["emotion", "pixels", "Usage"])
        for label, image, split in data:
            writer.writerow([label, " ".join(map(str, image.ravel())), split])
    return path


def write_ferplus(path: Path, data: list[tuple[int, np.ndarray, str]]) -> Path:
    """Write votes: eight for the label's emotion, two for neutral."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Usage", "Image name", *FERPLUS_COLUMNS])
        for number, (label, _, split) in enumerate(data):
            votes = dict.fromkeys(FERPLUS_COLUMNS, 0)
            votes["neutral"] += 2
            votes[AS_FERPLUS[EMOTIONS[label]]] += 8
            writer.writerow([split, f"fer{number:07d}.png", *votes.values()])
    return path
