"""Fits the networks of the literature by one recipe and for the same computation each, to compare them.

A budget is a share of the floating-point operations of a full fit of the default network: forward and backward, three
times the forward ones, for every face of every epoch. What computes less for a face is fitted for more epochs.
"""

import math
from dataclasses import dataclass, replace

from training.fitting.plan import PASSES, flops_for_a_face
from training.fitting.recipes import FER2013, FERPLUS, LIGHT, RECIPES
from training.recipe import Recipe

BUDGETS = {"half": 1 / 2, "quarter": 1 / 4, "sixteenth": 1 / 16, "sixty_fourth": 1 / 64}
RATES = (1e-3, 4e-4, 2.5e-3)  # tried at the smallest budget, the first one by itself where there is no time for all
REFERENCES = ("mini_xception", "residual")  # the networks that ship, fitted here by the same recipe


@dataclass(frozen=True, slots=True)
class Entry:
    """A network of the zoo. size_px: of the faces that it is fitted with. paper: what its description reached."""

    size_px: int
    paper: str = ""


# Heavy ones take 32 pixels, those of a fixed size that of their description. The most promising come first.
ZOO = {
    "bkvgg12": Entry(32),
    "resnet18": Entry(32),
    "bkstart": Entry(42),
    "googlenet": Entry(32),
    "autoencoder": Entry(42, "65.9 % (joint loss)"),
    "resnet34": Entry(32),
    "bkmin": Entry(42),
    "vgg11": Entry(32),
    "densenet121_reduced": Entry(32),
    "vgg13_ferplus": Entry(32),
    "mini_xception": Entry(48, "66 % (Arriaga et al. 2017, PrivateTest)"),
    "residual": Entry(32),
    "resnet50": Entry(32),
    "resnext50": Entry(32),
    "densenet121": Entry(32),
    "vgg13": Entry(32),
    "vgg16": Entry(32),
    "vgg19": Entry(32),
    "resnet101": Entry(32),
    "resnet152": Entry(32),
    "wide_resnet50": Entry(32),
    "densenet169_reduced": Entry(32),
    "densenet169": Entry(32),
    "densenet201_reduced": Entry(32),
    "densenet201": Entry(32),
    "densenet161_reduced": Entry(32),
    "densenet161": Entry(32),
    "wide_resnet_28_4": Entry(32),
    "andreas100": Entry(100),
}


def full_fit_flops(faces: int) -> int:
    """Return the operations of the default network's fit, without its teachers and its last fit on all faces."""
    total, recipe = 0, RECIPES["residual"]
    while True:
        start = 0.0
        for end, size_px in recipe.sizes_px:
            epochs = math.ceil(end * recipe.epochs) - math.ceil(start * recipe.epochs)
            total += PASSES * flops_for_a_face(recipe, size_px) * faces * epochs
            start = end
        if recipe.starts_from is None:
            return total
        recipe = RECIPES[recipe.starts_from]


def zoo_recipe(name: str, *, budget: str, faces: int, learning_rate: float = RATES[0], seed: int = 20) -> Recipe:
    """Return the shared recipe for one network, with as many epochs as the budget pays for, at least one."""
    recipe = Recipe(
        name=f"zoo_{name}_{budget}_{learning_rate:g}_{seed}",
        architecture=name,
        heads=(FER2013, FERPLUS),
        seed=seed,
        epochs=1,
        batch_size=128,
        learning_rate=learning_rate,
        warmup_epochs=1,
        weight_decay=0.02,
        augmentation=LIGHT,
        calm_epochs=0,
        sizes_px=((1.0, ZOO[name].size_px),),
        crop_margin=0.1,  # as the default network's, see `recipes.py`
    )
    paid = BUDGETS[budget] * full_fit_flops(faces)
    an_epoch = PASSES * flops_for_a_face(recipe, ZOO[name].size_px) * faces
    return replace(recipe, epochs=max(1, round(paid / an_epoch)))
