"""What is tried on a face: each trial changes one thing, from nothing to more than can be seen through."""

from collections.abc import Callable
from dataclasses import dataclass

from emocam.commands.seeing.pictures import EDGES, FACE_WIDTH_PX, Change, distance_m


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that is changed, and the values that it takes.

    name: of the trial in JSON. axis: what a value is, with its unit. values: ascending. mildest: the one of them from
    which it gets harder. as_text: a value for people. is_logarithmic: how the values are spread.
    """

    name: str
    title: str
    axis: str
    values: tuple[float, ...]
    mildest: float
    change: Callable[[float], Change]
    as_text: Callable[[float], str]
    is_logarithmic: bool = False


def _degrees(value: float) -> str:
    return f"{value:+g}°".replace("-", "−") if value else "0°"


def _share(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")


def _pixels(value: float) -> str:
    return f"{value:g} px ({distance_m(value):.2g} m)"


def _covered(side: str) -> Callable[[float], Change]:
    return lambda share: Change(covered=(side, share) if share else None)


def _out(edge: str) -> Callable[[float], Change]:
    return lambda share: Change(out=(edge, share))


SHARES_COVERED = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
SHARES_OUT = (0, 0.1, 0.2, 0.3, 0.4, 0.5)
COVERS = {
    "below": ("Covered from below", "share of the face's height behind a cloth"),
    "side": ("Covered from the side", "share of the face's width behind a board"),
    "eyes": ("A dark band over the eyes", "the band's height, as a share of the face's"),
}

TRIALS = (
    Trial(
        "size",
        "Size and distance",
        "width of the face in pixels",
        (12, 16, 20, 24, 32, 48, 64, 96, FACE_WIDTH_PX, 240, 320, 400),
        FACE_WIDTH_PX,
        lambda width_px: Change(face_width_px=width_px),
        _pixels,
        is_logarithmic=True,
    ),
    Trial(
        "turned_in_plane",
        "Turned in the plane of the picture",
        "degrees, clockwise positive",
        tuple(range(-90, 91, 15)),
        0,
        lambda roll_deg: Change(roll_deg=roll_deg),
        _degrees,
    ),
    Trial(
        "yaw",
        "Turned to the side",
        "degrees, positive to the picture's right",
        tuple(range(-60, 61, 15)),
        0,
        lambda yaw_deg: Change(yaw_deg=yaw_deg),
        _degrees,
    ),
    Trial(
        "brightness",
        "Dark and overexposed",
        "brightness of the pixels, as a share of the portrait's",
        (0.02, 0.03, 0.05, 0.08, 0.12, 0.25, 0.5, 1, 1.5, 2, 3, 4),
        1,
        lambda brightness: Change(brightness=brightness),
        _share,
        is_logarithmic=True,
    ),
    *(
        Trial(f"covered_{side}", title, axis, SHARES_COVERED, 0, _covered(side), _share)
        for side, (title, axis) in COVERS.items()
    ),
    *(
        Trial(
            f"out_{edge}",
            f"Out of the picture at the {edge}",
            f"share of the face's {'width' if edge == 'left' else 'height'} beyond the edge",
            SHARES_OUT,
            0,
            _out(edge),
            _share,
        )
        for edge in EDGES
    ),
)
