"""Small pictures of what each trial does to a face, for the page."""

import base64
from collections.abc import Sequence

import cv2
import numpy as np

from emocam.commands.seeing.pictures import FACE_WIDTH_PX, HEIGHT_PX, WIDTH_PX, frames
from emocam.commands.seeing.portraits import Portrait
from emocam.commands.seeing.trials import Trial
from emocam.messages import Box

SIDE_PX = 112
SHOWN = 5  # pictures of a trial
AROUND_FACE = 2.2  # side of what is cut out, in those of the face's box
JPEG_QUALITY = 82


def examples(trial: Trial, portraits: Sequence[Portrait], triangles: np.ndarray) -> list[tuple[float, str]]:
    """Return some of a trial's values, each with a picture as a `data:` address; the portraits take turns."""
    shown = []
    for number, place in enumerate(np.linspace(0, len(trial.values) - 1, SHOWN).round().astype(int)):
        value = trial.values[place]
        image, box = next(frames(portraits[number % len(portraits)], triangles, trial.change(value), seed=0))
        part = cut(image, box)
        _, encoded = cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        shown.append((value, "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")))
    return shown


def cut(image: np.ndarray, box: Box) -> np.ndarray:
    """Return the face and what is around it, (SIDE_PX, SIDE_PX, 3); as wide for a small face as for one as usual."""
    side = min(round(max(box.width, FACE_WIDTH_PX * 1.1) * AROUND_FACE), HEIGHT_PX)
    centre_x, centre_y = box.centroid
    left = min(max(0, round(centre_x - side / 2)), WIDTH_PX - side)
    top = min(max(0, round(centre_y - side / 2)), HEIGHT_PX - side)
    part: np.ndarray = cv2.resize(
        image[top : top + side, left : left + side], (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA
    )
    return part
