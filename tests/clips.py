"""Short clips for tests, cut from the demo clip, whose face comes into sight in the first second."""

from pathlib import Path

import cv2
import numpy as np

from emocam.resources import asset_path

FACE_FROM, NO_FACE_FROM = 45, 275  # frames of the demo clip


def demo_frames(first: int, count: int) -> list[np.ndarray]:
    """Return (480, 640, 3) uint8 BGR frames of the demo clip."""
    capture = cv2.VideoCapture(str(asset_path("demo.mp4")))
    capture.set(cv2.CAP_PROP_POS_FRAMES, first)
    frames = [capture.read()[1] for _ in range(count)]
    capture.release()
    return frames


def write_clip(path: Path, frames: list[np.ndarray]) -> Path:
    """Write BGR frames as a video of 30 frames a second."""
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


def write_picture(path: Path, frame: np.ndarray) -> Path:
    """Write one BGR frame as a picture."""
    assert cv2.imwrite(str(path), frame)
    return path
