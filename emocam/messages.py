"""The frozen data that travels from the sources through the pipeline to window and session."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from emocam.baseline import Baseline
from emocam.settings import Settings

BLACK_LEVEL = 12  # of 255; a dark room with a sensor's noise is lighter
# Of 255. Where all but half a percent of a picture is darker, brightening it shows noise and steps instead of faces.
TOO_DARK_LEVEL, BRIGHTEST_PERCENT = 16, 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from a source.

    index: position in the source, from 0. A live source counts the frames that it dropped, too.
    time_s: seconds since the source's first frame; for a live source, when the frame arrived.
    image: (H, W, 3) uint8 BGR, read-only, handed on by reference.
    lasts_s: for how long the source shows it, in seconds; None where that is not known, as with a live source, and for
        a picture that stands for itself and takes no time.
    taken: when it was taken, with a time zone; None where the source does not say.
    picture: the name of its file in a source of pictures; else empty.
    """

    index: int
    time_s: float
    image: np.ndarray
    lasts_s: float | None = None
    taken: datetime | None = None
    picture: str = ""


def is_black(image: np.ndarray) -> bool:
    """Tell whether a (H, W, 3) uint8 image shows nothing, as behind a covered lens; one pixel in 64 is looked at."""
    return int(image[::8, ::8].max(initial=0)) <= BLACK_LEVEL


def is_too_dark(image: np.ndarray) -> bool:
    """Tell whether a (H, W, 3) uint8 image is too dark to find faces in; one pixel in 64 is looked at."""
    return bool(image.size) and float(np.percentile(image[::8, ::8], 100 - BRIGHTEST_PERCENT)) < TOO_DARK_LEVEL


@dataclass(frozen=True, slots=True)
class Gap:
    """A moment at which a live source had been lost; repeated each second while it lasts.

    index and time_s continue those of the source's frames. reason: a sentence for people.
    """

    index: int
    time_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the frame."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centroid(self) -> tuple[float, float]:
        """The centre, `(x, y)` in pixels."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class FaceMeasures:
    """Measures of one face in one frame; left and right are the person's own.

    Angles are between the head and the line from the camera to it, so whoever looks at the camera has about none,
    wherever in the picture; they are turned in the order yaw, pitch, roll. The others are taken in three dimensions,
    with the head turned back to face the camera, in units of the distance between the outer corners of the eyes (points
    33 and 263). In brackets: how much each varies by itself, as a standard deviation from one frame to the next, on
    four webcam clips. Of acted expressions happiness raises `lip_corners` by 0.055, surprise `brows_raised` by 0.076
    and `mouth_open` by 0.23.
    """

    # Positive where the nose points to the picture's right, which is the person's left. [0.1 to 0.3]
    yaw_deg: float
    # Positive where the nose points up. [0.2 to 0.4]
    pitch_deg: float
    # Positive where the head leans clockwise in the picture. [0.1 to 0.3]
    roll_deg: float
    # The mean of the distances 160 to 144 and 158 to 153, by the eye's width, 33 to 133: on three people 0.21 to 0.34
    # open and 0.14 to 0.17 shut. [0.003 to 0.005]
    eyes_open_right: float
    # The same of 387 to 373 and 385 to 380, by 263 to 362.
    eyes_open_left: float
    # The distance between the inner lips, 13 to 14; 0 is shut. [0.001 to 0.004]
    mouth_open: float
    # How high the brows (mean of 105, 66, 334, 296) are above the corners of the eyes (33, 133, 263, 362).
    # [0.001 to 0.003]
    brows_raised: float
    # How high the corners of the mouth (61, 291) are above the point a quarter of the way from the upper inner lip (13)
    # to the lower one (14); positive is pulled up. [0.001 to 0.003]
    lip_corners: float


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """What is known of one track after one frame.

    track_id: the face's number, from 1, never reused in a session.
    box: where it is in this frame; None if it is out of sight and got a last label nevertheless.
    prediction: (labels,) float32, the network's probabilities for this frame's crop; None where the
        face was not classified in this frame.
    pooled: (labels,) float32, the pool that the label was made from, as the baseline corrects it; None before the first
        label.
    label, confidence: the label shown, and its pooled probability in the spectrum shown (0 to 1);
        None before the first label. The label reads `uncertain` below the prediction sensitivity.
    is_new_label: this frame presented a new label, from a new pool.
    points: (468, 3) float32 `x, y` in pixels of the frame and a depth in pixels, in the numbers of MediaPipe's face
        mesh; None where the face is not seen well enough for them.
    measures: what the points tell; None without them.
    boxes_before: where it was in the frames right before, in their order, while it was not yet sure to be a face.
    baseline: the person's neutral face that is in force; None without one. uncorrected: (labels,) float32, the pool
        without it; None where no baseline is in force.
    """

    track_id: int
    box: Box | None
    prediction: np.ndarray | None
    pooled: np.ndarray | None
    label: str | None
    confidence: float | None
    is_new_label: bool = False
    points: np.ndarray | None = None
    measures: FaceMeasures | None = None
    boxes_before: tuple[Box, ...] = ()
    baseline: Baseline | None = None
    uncorrected: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the stages of one frame took, in milliseconds."""

    detect_ms: float
    classify_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """A frame and everything that was concluded from it, under exactly one Settings.

    faces: those in sight, by number. departed: faces out of sight that got a last label in this
    frame. model_labels: the order of every probability array; empty while no network is loaded.
    """

    frame: Frame
    faces: tuple[Face, ...]
    departed: tuple[Face, ...]
    model_labels: tuple[str, ...]
    settings: Settings
    latency: Latency
