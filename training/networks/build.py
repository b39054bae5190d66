"""Builds a recipe's network out of the register."""

from collections.abc import Iterable

import keras

from training.fitting.recipes import Head, Recipe
from training.networks import mini_xception, residual  # noqa: F401  every family, so that it is in the register
from training.networks.register import find_network


def build(
    recipe: Recipe, heads: Iterable[Head], *, image_size_px: int | None = None, is_fitted: bool = False
) -> keras.Model:
    """Build a recipe's network with some of its heads, for faces of one size or, by default, of any.

    is_fitted: with the fast layers of the fit, which have no place in a file; a network is stored without them, with
    the same weights. Raises NetworkError for an unknown architecture.
    """
    counts = {head.name: len(head.labels) for head in heads}
    builder = find_network(recipe.architecture).builder
    return builder(image_size_px=image_size_px, heads=counts, is_fitted=is_fitted)
