"""Makes the demo clip: NASA's portrait of an astronaut, who enters, moves, turns small, leaves and comes back.

    pip install scikit-image av && python assets/make_demo.py

Both are needed only here, for the portrait and for an encoder whose bit rate can be set.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from skimage.data import astronaut

WIDTH_PX, HEIGHT_PX, FRAMES_PER_SECOND = 640, 480, 30
BACKDROP_BGR = (168, 170, 172)
BITS_PER_SECOND = 550_000
NOISE_LEVELS = 1.6  # standard deviation in levels of 0 to 255: about a webcam's in a lit room
FACE_CENTRE = (227, 120)  # pixels of the portrait
# Outlines in pixels of the portrait, by hand: the astronaut is within the first, and fills the second.
SURELY_WITHIN = (
    (140, 10), (312, 10), (308, 105), (274, 125), (262, 172), (310, 195), (335, 240), (368, 300), (368, 350),
    (368, 512), (5, 512), (5, 380), (30, 255), (100, 210), (105, 175), (150, 148), (180, 140), (140, 110),
)  # fmt: skip
SURELY_ASTRONAUT = (
    (175, 50), (270, 50), (280, 100), (250, 185), (320, 270), (340, 330), (300, 500), (60, 500), (60, 300),
    (140, 230), (190, 180),
)  # fmt: skip
HELMET = ((392, 452), (218, 216), 0)  # centre, axes and angle; dark as the table behind it, so it is told

# Time in seconds; where the face's middle is, in pixels of the clip; scale of the portrait; tilt in degrees.
PATH = (
    (0.0, -60, 235, 1.15, 3),
    (1.3, 300, 230, 1.15, -2),
    (2.2, 320, 225, 1.20, 0),
    (3.4, 430, 205, 1.35, 4),
    (4.6, 220, 220, 1.35, -4),
    (5.4, 300, 230, 1.20, 0),
    (6.8, 380, 300, 0.55, 0),
    (7.6, 330, 300, 0.55, 0),
    (8.6, 870, 250, 0.90, -3),
    (9.4, 960, 230, 1.30, -3),
    (10.5, 340, 215, 1.30, 2),
    (12.0, 320, 215, 1.30, 0),
)


def cut_out(portrait: np.ndarray) -> np.ndarray:
    """Return how much of each pixel is the astronaut, (H, W) float32 from 0 to 1, from a BGR portrait."""
    height, width = portrait.shape[:2]
    mask = np.full((height, width), cv2.GC_BGD, np.uint8)
    cv2.fillPoly(mask, [np.array(SURELY_WITHIN)], cv2.GC_PR_FGD)
    cv2.fillPoly(mask, [np.array(SURELY_ASTRONAUT)], cv2.GC_FGD)
    cv2.ellipse(mask, HELMET, cv2.GC_FGD, -1)
    cv2.setRNGSeed(1)
    cv2.grabCut(portrait, mask, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)
    is_astronaut: np.ndarray = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    is_astronaut = cv2.morphologyEx(is_astronaut, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    is_astronaut = cv2.erode(is_astronaut, np.ones((3, 3), np.uint8))
    return cv2.GaussianBlur(is_astronaut.astype(np.float32), (0, 0), 1.5)


def backdrop() -> np.ndarray:
    """Return a plain wall in soft light: (HEIGHT_PX, WIDTH_PX, 3) float32 BGR."""
    y, x = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)
    light = 1.12 - 0.35 * np.hypot((x / WIDTH_PX - 0.4), (y / HEIGHT_PX - 0.3))
    return light[..., None] * np.array(BACKDROP_BGR, np.float32)


def place(time_s: float) -> np.ndarray:
    """Return the (2, 3) matrix from the portrait's pixels to the clip's at a time, eased between stops."""
    times, *columns = np.array(PATH).T
    before = int(np.clip(np.searchsorted(times, time_s, side="right") - 1, 0, len(times) - 2))
    share = (time_s - times[before]) / (times[before + 1] - times[before])
    eased = share * share * (3 - 2 * share)
    x, y, scale, tilt = (column[before] + eased * (column[before + 1] - column[before]) for column in columns)
    matrix = cv2.getRotationMatrix2D(FACE_CENTRE, tilt, scale)
    matrix[:, 2] = matrix[:, 2] + (np.array((x, y)) - FACE_CENTRE)
    return matrix


def pictures(portrait: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the clip's frames, (HEIGHT_PX, WIDTH_PX, 3) uint8 BGR, of a BGR portrait."""
    coverage, wall, noise = cut_out(portrait), backdrop(), np.random.default_rng(1)
    # The portrait ends at its lower edge: it is drawn out downwards, so that a small figure still has a body.
    portrait = cv2.copyMakeBorder(portrait, 0, HEIGHT_PX, 0, 0, cv2.BORDER_REPLICATE)
    coverage = cv2.copyMakeBorder(coverage, 0, HEIGHT_PX, 0, 0, cv2.BORDER_REPLICATE)
    for number in range(round(PATH[-1][0] * FRAMES_PER_SECOND)):
        matrix = place(number / FRAMES_PER_SECOND)
        figure = cv2.warpAffine(portrait, matrix, (WIDTH_PX, HEIGHT_PX)).astype(np.float32)
        share = cv2.warpAffine(coverage, matrix, (WIDTH_PX, HEIGHT_PX))[..., None]
        picture = wall + share * (figure - wall)
        picture += noise.normal(0, NOISE_LEVELS, (HEIGHT_PX, WIDTH_PX, 1))
        yield np.clip(picture, 0, 255).astype(np.uint8)


def write_clip(frames: Iterable[np.ndarray], path: Path) -> None:
    """Write BGR frames as MPEG-4, which every build of OpenCV decodes and no patent covers any more."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FRAMES_PER_SECOND)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.bit_rate = BITS_PER_SECOND
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "demo.mp4")
    path = parser.parse_args().out
    write_clip(pictures(cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR)), path)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
