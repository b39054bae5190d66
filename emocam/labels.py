"""The emotion labels, their colours, and the spectra in which they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # FER-2013's order
CONTEMPT = "contempt"  # FER+ only
UNCERTAIN = "uncertain"

# Okabe and Ito's palette, distinct with any colour vision (jfly.uni-koeln.de/color, 2008).
COLOURS = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#F0E442",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#9A9A9A",
    CONTEMPT: "#E69F00",
    "positive": "#F0E442",
    "negative": "#D55E00",
    UNCERTAIN: "#D0D0D0",
}


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A set of labels shown, and for each emotion the label under which it is shown."""

    name: str
    labels: tuple[str, ...]
    shown_as: dict[str, str]


# In seven, contempt is left out rather than spread over the others: a contemptuous face then has a low
# confidence and reads `uncertain`, instead of being called something that the network did not see.
SEVEN = Spectrum("seven", EMOTIONS, {emotion: emotion for emotion in EMOTIONS})

# Jönsson and Söderberg 2018, table 7.
THREE = Spectrum(
    "three",
    ("positive", "neutral", "negative"),
    {
        "happy": "positive",
        "neutral": "neutral",
        "surprise": "neutral",
        "angry": "negative",
        "disgust": "negative",
        "fear": "negative",
        "sad": "negative",
        CONTEMPT: "negative",
    },
)

SPECTRA = {spectrum.name: spectrum for spectrum in (SEVEN, THREE)}


def spectrum_matrix(model_labels: Sequence[str], spectrum: Spectrum) -> np.ndarray:
    """Return the 0/1 matrix from a model's labels to the shown ones.

    Shape (len(spectrum.labels), len(model_labels)), float32: `matrix @ probabilities` gives the shown
    probabilities, in the order of `spectrum.labels`. Raises ValueError for a label that is no emotion.
    """
    unknown = [label for label in model_labels if label not in THREE.shown_as]
    if unknown:
        expected = ", ".join(THREE.shown_as)
        raise ValueError(f"expected labels out of {expected}; got {', '.join(unknown)}")
    matrix = np.zeros((len(spectrum.labels), len(model_labels)), np.float32)
    for column, label in enumerate(model_labels):
        if label in spectrum.shown_as:
            matrix[spectrum.labels.index(spectrum.shown_as[label]), column] = 1
    return matrix
