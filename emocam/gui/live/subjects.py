"""What the chart of a face can show: its probabilities, or measures of its points."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from emocam.gui.theme import probability

MINUS = "\N{MINUS SIGN}"
NO_FEELINGS = "Measures of geometry, not FACS codes and not feelings"


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of a face.

    name: in FaceMeasures. title: says which way is positive. colour: #RRGGBB. shape: of pyqtgraph's symbols.
    """

    name: str
    title: str
    colour: str
    shape: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What the chart shows, and how.

    name: in window.ini, and of its action after `chart_`. text: in menus, with & before its letter. title: before `of
    face 1`. unit: of the figures, in a few words. scales: ticks, from the narrowest scale to the widest; the first is
    used that has room for every value. write: a value as a figure. marked_from: lower values get no shape on their
    line. lines: of the measures; none for the probabilities, whose lines are the labels of the spectrum.
    """

    name: str
    text: str
    title: str
    key: str
    tip: str
    unit: str
    scales: tuple[tuple[float, ...], ...]
    write: Callable[[float], str]
    marked_from: float = -np.inf
    lines: tuple[Line, ...] = ()


def _degrees(value: float) -> str:
    return f"{round(value)}°".replace("-", MINUS)


def _hundredths(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", MINUS)  # adding zero makes -0.0 a plain one


PROBABILITIES = Subject(
    "probabilities",
    "&Probabilities of the face",
    "Probabilities",
    "B",
    "How probable the network finds each label: what the label shown is made from",
    "",
    scales=((0.0, 0.5, 1.0),),
    write=probability,
    marked_from=0.05,  # along the foot of the chart, shapes would hide one another
)

# The lines have colours of the labels' palette, which any colour vision tells apart on light and on dark.
HEAD_POSE = Subject(
    "head",
    "&Head pose",
    "Head pose",
    "H",
    "How the head is turned; 0° faces the camera.\n"
    "Positive: the nose points to the picture's right (yaw) or up (pitch), or the head leans clockwise (roll).\n"
    f"{NO_FEELINGS}",
    "degrees from facing the camera",
    scales=((-30, 0, 30), (-60, 0, 60), (-90, 0, 90), (-180, 0, 180)),
    write=_degrees,
    lines=(
        Line("yaw_deg", "yaw to the right", "#5468DC", "o"),
        Line("pitch_deg", "pitch up", "#AF441D", "t1"),
        Line("roll_deg", "roll clockwise", "#6EA061", "s"),
    ),
)

FEATURES = Subject(
    "features",
    "&Eyes, mouth and brows",
    "Eyes, mouth and brows",
    "E",
    "How far eyes and mouth are open, how high the brows are, and the corners of the mouth above its middle.\n"
    "1 is the distance between the outer corners of the eyes, and for the eyes the width of each. Right and left are\n"
    "the person's own. Faces differ at rest: compare one with itself.\n"
    f"{NO_FEELINGS}",
    "1 = from eye to eye; eyes: their own width",
    scales=((-0.2, 0, 0.2, 0.4), (-0.4, 0, 0.4, 0.8), (-1, 0, 1, 2)),
    write=_hundredths,
    lines=(
        Line("eyes_open_right", "right eye open", "#5468DC", "o"),
        Line("eyes_open_left", "left eye open", "#039ED7", "d"),
        Line("mouth_open", "mouth open", "#AF441D", "s"),
        Line("brows_raised", "brows raised", "#6EA061", "t1"),
        Line("lip_corners", "lip corners up", "#AE3195", "t"),
    ),
)

SUBJECTS = {subject.name: subject for subject in (PROBABILITIES, HEAD_POSE, FEATURES)}  # in the order of the menus
