"""Makes the portraits that `emocam benchmark --seeing` changes: two people, cut out of their backgrounds.

    pip install scikit-image matplotlib av && python assets/make_portraits.py

scikit-image carries NASA's portrait of Eileen Collins, matplotlib the United States Navy's of Grace Hopper.
"""

import argparse
from pathlib import Path

import cv2
import matplotlib.cbook
import numpy as np
from make_demo import BACKDROP_BGR, cut_out  # type: ignore[import-not-found]  # beside this script
from skimage.data import astronaut

HEIGHT_PX = 512
JPEG_QUALITY = 92
# Outlines in pixels of the portrait of Grace Hopper, by hand: she is within the first, and fills the second.
SURELY_WITHIN = (
    (145, 164), (156, 117), (176, 53), (220, 16), (291, 16), (345, 59), (375, 94), (377, 176), (377, 234), (359, 293),
    (338, 314), (345, 338), (431, 363), (490, 404), (512, 436), (512, 600), (16, 600), (19, 410), (56, 373),
    (173, 330), (199, 307), (162, 293), (150, 223),
)  # fmt: skip
SURELY_PERSON = (
    (168, 152), (188, 82), (232, 33), (302, 35), (338, 82), (361, 111), (361, 164), (359, 223), (345, 281),
    (326, 316), (338, 352), (431, 387), (490, 445), (507, 595), (33, 595), (39, 422), (103, 381), (185, 346),
    (209, 316), (173, 275), (164, 223), (173, 176),
)  # fmt: skip


def cut_out_hopper(portrait: np.ndarray) -> np.ndarray:
    """Return how much of each pixel is the person, (H, W) float32 from 0 to 1, from a BGR portrait."""
    mask = np.full(portrait.shape[:2], cv2.GC_BGD, np.uint8)
    cv2.fillPoly(mask, [np.array(SURELY_WITHIN)], cv2.GC_PR_FGD)
    cv2.fillPoly(mask, [np.array(SURELY_PERSON)], cv2.GC_FGD)
    cv2.setRNGSeed(1)
    cv2.grabCut(portrait, mask, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)
    is_person: np.ndarray = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    is_person = cv2.erode(cv2.morphologyEx(is_person, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)), np.ones((3, 3)))
    return cv2.GaussianBlur(is_person.astype(np.float32), (0, 0), 1.5)


def on_wall(portrait: np.ndarray, coverage: np.ndarray) -> np.ndarray:
    """Return a BGR portrait before a plain wall, HEIGHT_PX high."""
    wall = np.array(BACKDROP_BGR, np.float32)
    picture = (wall + coverage[..., None] * (portrait - wall)).round().astype(np.uint8)
    size = (round(picture.shape[1] * HEIGHT_PX / picture.shape[0]), HEIGHT_PX)
    return picture if picture.shape[0] == HEIGHT_PX else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, metavar="DIR")
    out = parser.parse_args().out
    collins = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR)
    hopper = cv2.imread(str(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)))
    assert hopper is not None, "matplotlib carries the portrait"
    for name, picture in (
        ("collins", on_wall(collins, cut_out(collins))),
        ("hopper", on_wall(hopper, cut_out_hopper(hopper))),
    ):
        path = out / f"portrait_{name}.jpg"
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
