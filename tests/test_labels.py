"""Labels and spectra: every emotion is shown as what the source of the spectra says."""

import numpy as np
import pytest

from emocam.labels import (
    COLOURS,
    CONTEMPT,
    EMOTIONS,
    KNOWN_EMOTIONS,
    SEVEN,
    SPECTRA,
    SUMMED_SPECTRA,
    THREE,
    TWO,
    UNCERTAIN,
    spectrum_matrix,
)

each_spectrum = pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=list(SPECTRA))


def shown(probabilities: dict[str, float], spectrum) -> dict[str, float]:
    labels = list(probabilities)
    values = spectrum_matrix(labels, spectrum) @ np.array(list(probabilities.values()), np.float32)
    return dict(zip(spectrum.labels, values.tolist(), strict=True))


def test_seven_shows_each_emotion_as_itself():
    np.testing.assert_array_equal(spectrum_matrix(EMOTIONS, SEVEN), np.eye(7, dtype=np.float32))


def test_three_adds_up_what_belongs_together():
    probabilities = dict(zip(EMOTIONS, (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1 / 128), strict=True))
    assert shown(probabilities, THREE) == {
        "positive": 1 / 8,
        "neutral": 1 / 2 + 1 / 128,
        "negative": 1 / 64 + 1 / 32 + 1 / 16 + 1 / 4,
    }


def test_probabilities_are_taken_by_name_not_by_position():
    assert shown({"neutral": 0.25, "happy": 0.75}, SEVEN) == {
        **dict.fromkeys(EMOTIONS, 0.0),
        "happy": 0.75,
        "neutral": 0.25,
    }


def test_contempt_is_negative_in_three_and_nothing_else_in_seven():
    probabilities = {CONTEMPT: 0.75, "happy": 0.25}
    assert shown(probabilities, THREE) == {"positive": 0.25, "neutral": 0.0, "negative": 0.75}
    assert sum(shown(probabilities, SEVEN).values()) == 0.25


def test_each_emotion_goes_to_exactly_one_label_of_three():
    matrix = spectrum_matrix((*EMOTIONS, CONTEMPT), THREE)
    assert matrix.dtype == np.float32
    np.testing.assert_array_equal(matrix.sum(axis=0), np.ones(8))


@each_spectrum
def test_every_emotion_is_shown_or_left_out_on_purpose(spectrum):
    assert {*spectrum.shown_as, *spectrum.left_out} == set(KNOWN_EMOTIONS)
    assert not set(spectrum.shown_as) & set(spectrum.left_out)
    assert set(spectrum.shown_as.values()) == set(spectrum.labels)
    assert len(set(spectrum.labels)) == len(spectrum.labels)


@each_spectrum
def test_no_probability_counts_twice_and_none_is_lost_but_what_is_left_out(spectrum):
    matrix = spectrum_matrix(KNOWN_EMOTIONS, spectrum)
    assert set(matrix.ravel().tolist()) <= {0.0, 1.0}
    counted = dict(zip(KNOWN_EMOTIONS, matrix.sum(axis=0).tolist(), strict=True))
    assert counted == {emotion: float(emotion not in spectrum.left_out) for emotion in KNOWN_EMOTIONS}


def test_two_shows_happy_as_positive_and_all_else_as_non_positive():
    probabilities = {"happy": 1 / 8, "surprise": 1 / 4, "neutral": 1 / 2, CONTEMPT: 1 / 16}
    assert shown(probabilities, TWO) == {"positive": 1 / 8, "non-positive": 1 / 4 + 1 / 2 + 1 / 16}
    assert COLOURS["non-positive"] not in (COLOURS["neutral"], COLOURS[UNCERTAIN])


def test_spectra_are_told_apart_by_name_title_and_meaning():
    assert list(SPECTRA) == [spectrum.name for spectrum in SPECTRA.values()]
    # Settings and sessions hold these, so they stay, in the order of the menus.
    assert list(SPECTRA)[:3] == ["seven", "three", "two"]
    for texts in zip(*((one.title, one.meaning, one.accuracy_name) for one in SPECTRA.values()), strict=True):
        assert all(texts)
        assert len(set(texts)) == len(SPECTRA)


def test_figures_in_model_files_keep_their_names():
    assert (SEVEN.accuracy_name, THREE.accuracy_name) == ("accuracy", "three_class_accuracy")
    assert [SEVEN, *SUMMED_SPECTRA] == list(SPECTRA.values())


def test_a_label_that_is_no_emotion_is_refused_by_name():
    with pytest.raises(ValueError, match="bored"):
        spectrum_matrix(("happy", "bored"), SEVEN)


def test_every_label_that_can_be_shown_has_a_colour():
    for spectrum in SPECTRA.values():
        assert {*spectrum.labels, UNCERTAIN} <= set(COLOURS)
        assert len({COLOURS[label] for label in (*spectrum.labels, UNCERTAIN)}) == len(spectrum.labels) + 1


# How colours look to people without one kind of cone: matrices for linear RGB, of Machado, Oliveira and Fernandes 2009,
# table 1, severity 1.0.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(colour):
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(colour, vision):
    """Return a colour in CIE L*a*b*, as someone sees it."""
    seen = TO_XYZ @ np.clip(np.array(vision) @ linear(colour), 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(seen > 216 / 24389, np.cbrt(seen), (24389 / 27 * seen + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISIONS)
def test_any_colour_vision_tells_the_colours_of_two_labels_apart(vision):
    labels = (*KNOWN_EMOTIONS, UNCERTAIN)
    seen = [lab(COLOURS[label], VISIONS[vision]) for label in labels]
    apart = {(labels[i], labels[j]): np.linalg.norm(seen[i] - seen[j]) for i in range(len(labels)) for j in range(i)}
    assert min(apart.values()) > 18, min(apart, key=apart.get)


def test_a_summed_label_has_the_colour_of_what_it_is_made_of():
    for label, emotion in (("positive", "happy"), ("negative", "angry"), ("non-positive", "sad")):
        assert COLOURS[label] == COLOURS[emotion]
