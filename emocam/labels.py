"""The emotion labels, their colours, and the spectra in which they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # FER-2013's order
CONTEMPT = "contempt"  # FER+ only
KNOWN_EMOTIONS = (*EMOTIONS, CONTEMPT)  # every label that a model may have
UNCERTAIN = "uncertain"

# One colour for a label wherever it is drawn. Each has a contrast of 3:1 and more against a white and against a black
# background, and any two are at least 18 apart (CIE 1976) to every colour vision, simulated after Machado et al. 2009.
COLOURS = {
    "angry": "#AF441D",
    "disgust": "#6EA061",
    "fear": "#7439FB",
    "happy": "#CD8401",
    "sad": "#5468DC",
    "surprise": "#039ED7",
    "neutral": "#666666",
    CONTEMPT: "#AE3195",
    "positive": "#CD8401",
    "negative": "#AF441D",
    "non-positive": "#5468DC",
    UNCERTAIN: "#949494",
}


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A set of labels shown, and for each emotion the label under which it is shown.

    name: in settings, files and on the command line. title, meaning: what it is called, and what it shows, in menus
    and tips. left_out: the emotions that it does not show.
    """

    name: str
    title: str
    meaning: str
    labels: tuple[str, ...]
    shown_as: dict[str, str]
    left_out: tuple[str, ...] = ()

    @property
    def accuracy_name(self) -> str:
        """What a model file calls the accuracy in these labels."""
        return "accuracy" if self.labels == EMOTIONS else f"{self.name}_class_accuracy"


SEVEN = Spectrum(
    "seven",
    "Seven emotions",
    "Angry, disgust, fear, happy, sad, surprise, neutral",
    EMOTIONS,
    {emotion: emotion for emotion in EMOTIONS},
    # Left out rather than spread over the others: a contemptuous face then has a low confidence and reads
    # `uncertain`, instead of being called something that the network did not see.
    left_out=(CONTEMPT,),
)

# Jönsson and Söderberg 2018, table 7.
THREE = Spectrum(
    "three",
    "Three tones",
    "Positive, neutral and negative",
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

# Jönsson and Söderberg 2018, section 7.1.5.
TWO = Spectrum(
    "two",
    "Two tones",
    "Positive and non-positive",
    ("positive", "non-positive"),
    {emotion: "positive" if emotion == "happy" else "non-positive" for emotion in KNOWN_EMOTIONS},
)

SPECTRA = {spectrum.name: spectrum for spectrum in (SEVEN, THREE, TWO)}  # in the order of the menus
SUMMED_SPECTRA = tuple(spectrum for spectrum in SPECTRA.values() if spectrum is not SEVEN)  # made of the seven


def spectrum_matrix(model_labels: Sequence[str], spectrum: Spectrum) -> np.ndarray:
    """Return the 0/1 matrix from a model's labels to the shown ones.

    Shape (len(spectrum.labels), len(model_labels)), float32: `matrix @ probabilities` gives the shown
    probabilities, in the order of `spectrum.labels`. Raises ValueError for a label that is no emotion.
    """
    unknown = [label for label in model_labels if label not in KNOWN_EMOTIONS]
    if unknown:
        expected = ", ".join(KNOWN_EMOTIONS)
        raise ValueError(f"expected labels out of {expected}; got {', '.join(unknown)}")
    matrix = np.zeros((len(spectrum.labels), len(model_labels)), np.float32)
    for column, label in enumerate(model_labels):
        if label in spectrum.shown_as:
            matrix[spectrum.labels.index(spectrum.shown_as[label]), column] = 1
    return matrix
