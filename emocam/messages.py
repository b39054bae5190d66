"""The frozen data that travels from the sources through the pipeline to window and session."""

from dataclasses import dataclass

import numpy as np

from emocam.settings import Settings

BLACK_LEVEL = 12  # of 255; a dark room with a sensor's noise is lighter


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from a source.

    index: position in the source, from 0. A live source counts the frames that it dropped, too.
    time_s: seconds since the source's first frame; for a live source, when the frame arrived.
    image: (H, W, 3) uint8 BGR, read-only, handed on by reference.
    """

    index: int
    time_s: float
    image: np.ndarray


def is_black(image: np.ndarray) -> bool:
    """Tell whether a (H, W, 3) uint8 image shows nothing, as behind a covered lens; one pixel in 64 is looked at."""
    return int(image[::8, ::8].max(initial=0)) <= BLACK_LEVEL


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


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """What is known of one track after one frame.

    track_id: the face's number, from 1, never reused in a session.
    box: where it is in this frame; None if it is out of sight and got a last label nevertheless.
    prediction: (labels,) float32, the network's probabilities for this frame's crop; None where the
        face was not classified in this frame.
    pooled: (labels,) float32, the pool that the label was made from; None before the first label.
    label, confidence: the label shown, and its pooled probability in the spectrum shown (0 to 1);
        None before the first label. The label reads `uncertain` below the prediction sensitivity.
    is_new_label: this frame presented a new label, from a new pool.
    """

    track_id: int
    box: Box | None
    prediction: np.ndarray | None
    pooled: np.ndarray | None
    label: str | None
    confidence: float | None
    is_new_label: bool = False


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
