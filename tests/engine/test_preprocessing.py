"""The crop that training, live and file use share."""

import cv2
import numpy as np
import pytest

from emocam.engine.preprocessing import crop_face, gray_picture, network_input, reduce_picture
from emocam.messages import Box


def gradient(height: int = 100, width: int = 120) -> np.ndarray:
    return np.tile(np.arange(width, dtype=np.uint8), (height, 1))


def test_a_box_of_the_network_s_size_is_cut_out_unchanged():
    gray = gradient()
    crop = crop_face(gray, Box(20, 30, 48, 48), size_px=48, margin=0.0)
    np.testing.assert_array_equal(crop, gray[30:78, 20:68])


def test_a_box_that_reaches_out_of_the_picture_repeats_its_edge_and_never_wraps():
    crop = crop_face(gradient(), Box(-20, 10, 40, 40), size_px=40, margin=0.0)
    assert (crop[:, :20] == 0).all()
    np.testing.assert_array_equal(crop[:, 20:], gradient()[10:50, :20])


def test_a_margin_widens_the_crop_evenly():
    gray = gradient()
    crop = crop_face(gray, Box(40, 40, 20, 20), size_px=40, margin=0.5)
    np.testing.assert_array_equal(crop, gray[30:70, 30:70])


def test_a_box_that_is_not_square_gives_a_square_crop_around_its_centre():
    crop = crop_face(gradient(), Box(40, 30, 20, 40), size_px=40, margin=0.0)
    np.testing.assert_array_equal(crop, gradient()[30:70, 30:70])


@pytest.mark.parametrize("box", [Box(120, 0, 10, 10), Box(0, 100, 10, 10), Box(-10, 0, 10, 10), Box(0, -30, 9, 9)])
def test_a_box_outside_the_picture_is_refused(box: Box):
    with pytest.raises(ValueError, match="meets the 120×100 picture"):
        crop_face(gradient(), box, size_px=48, margin=0.0)


def test_a_single_pixel_is_a_crop_too():
    assert crop_face(np.full((1, 1), 7, np.uint8), Box(0, 0, 1, 1), size_px=48, margin=0.0).tolist() == [[7] * 48] * 48


def test_the_network_is_fed_minus_one_to_one():
    crops = np.array([[[0, 255]]], np.uint8)
    fed = network_input(crops, scale=1 / 127.5, offset=-1.0)
    assert fed.shape == (1, 1, 2, 1)
    assert fed.dtype == np.float32
    np.testing.assert_allclose(fed.ravel(), [-1, 1], atol=1e-6)


def test_gray_weighs_the_channels_as_blue_green_red():
    assert gray_picture(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8)).tolist() == [[29, 76]]


@pytest.mark.parametrize(("height", "width"), [(1080, 1400), (701, 703), (193, 97), (48, 48)])
def test_a_far_larger_picture_is_reduced_to_nearly_the_means_of_its_pixels(height: int, width: int):
    waves = 128 + 100 * np.outer(np.sin(np.linspace(0, 9, height)), np.cos(np.linspace(0, 7, width)))
    picture = np.random.default_rng(4).normal(waves, 9).clip(0, 255).astype(np.uint8)
    means = cv2.resize(picture, (48, 48), interpolation=cv2.INTER_AREA)
    reduced = reduce_picture(picture, 48, 48)
    assert np.abs(reduced.astype(int) - means).mean() < 1.5
