"""The recipes, by name."""

from dataclasses import replace

from emocam.engine.region import PointsCrop
from emocam.labels import CONTEMPT, EMOTIONS
from training.recipe import Augmentation, Head, Recipe

# How the heads' `points_crop` below were chosen, by `python -m training geometry`.
POINTS_CROP_RULE = (
    "chosen on faces that are not FER-2013's (yale 60, news 1,206, posed 160) out of 35 geometries (margin -0.1 to "
    "0.2, raised -0.1 to 0.1, turned) by the mean of the three balanced accuracies over seven labels, averaged with "
    "those of the neighbours on the grid; of those within one point of the best, the one whose worst collection fares "
    "best beside the crop by the box"
)

# FER-2013's labels come from search words, FER+'s from ten people looking. A network that learns both at once
# serves both scores, and one run makes the two files.
FER2013 = Head(
    "fer2013",
    EMOTIONS,
    ferplus_share=0.2,
    weight=1.0,
    accuracy_for_balance=None,
    accuracy_for_weakest=0.003,
    is_mirrored=True,
    points_crop=PointsCrop(0.05, 0.05),
)
# The default network's head: mirrored, a face would cost it 3.6 ms of one core, over the 3 ms that a laptop has for it.
FERPLUS = Head(
    "ferplus",
    (*EMOTIONS, CONTEMPT),
    ferplus_share=1.0,
    weight=1.0,
    accuracy_for_balance=0.005,
    points_crop=PointsCrop(0.05, 0.05),
)
SMALL_FERPLUS = replace(FERPLUS, is_mirrored=True, points_crop=PointsCrop(0.0, -0.05))

# Webcam crops come from a Haar box, which jitters by some percent in place and size.
STRONG = Augmentation(
    rotation_deg=20, shift_share=0.08, zoom_share=0.15, contrast=0.3, erased_share=0.3, degraded_share=0.25
)
LIGHT = Augmentation(
    rotation_deg=12, shift_share=0.06, zoom_share=0.1, contrast=0.2, erased_share=0.0, degraded_share=0.1
)

MEDIUM = Augmentation(
    rotation_deg=15, shift_share=0.07, zoom_share=0.12, contrast=0.25, erased_share=0.15, degraded_share=0.15
)

RESIDUAL_START = Recipe(
    name="residual_start",
    architecture="residual",
    heads=(FER2013, FERPLUS),
    epochs=60,
    batch_size=128,
    learning_rate=2e-3,
    warmup_epochs=3,
    weight_decay=0.05,
    augmentation=STRONG,
    calm_epochs=3,
    sizes_px=((0.4, 32), (0.7, 40), (1.0, 48)),
    mixup_alpha=0.2,
    crop_margin=0.05,
)

# After 60 strongly varied epochs the network still underfits: 71 % of the faces that it was fitted on, 66 % of the
# validation split. It goes on with a second cosine and gentler variations.
RESIDUAL_FIRST = replace(
    RESIDUAL_START,
    name="residual_first",
    starts_from="residual_start",
    epochs=22,
    learning_rate=1e-3,
    warmup_epochs=1,
    augmentation=MEDIUM,
    calm_epochs=0,
    sizes_px=((1.0, 48),),
    # Of −0.05 to 0.2, the best over 1,266 faces from elsewhere (Yale faces and press photographs), in no fit.
    crop_margin=0.1,
)

# Another residual network, from other random weights, that the first one teaches: answers of a network say more than
# labels that are often wrong (Furlanello et al. 2018, arXiv:1805.04770).
RESIDUAL_SECOND = replace(
    RESIDUAL_START,
    name="residual_second",
    augmentation=MEDIUM,
    calm_epochs=0,
    sizes_px=((0.3, 32), (0.55, 40), (1.0, 48)),
    teachers=("residual_first",),
    teacher_share=0.5,
    views=8,
    crop_margin=0.1,
    seed=21,
)

# The first one goes on, taught by both.
RESIDUAL = replace(
    RESIDUAL_FIRST,
    name="residual",
    starts_from="residual_first",
    epochs=44,
    teachers=("residual_first", "residual_second"),
    teacher_share=0.5,
    views=5,
)

# FER-2013's faces show a little more than a Haar box. Of −0.1 to 0.2, the best over 1,266 faces from elsewhere (Yale
# faces and press photographs), which were in no fit.
MINI_XCEPTION_ALONE = Recipe(
    name="mini_xception_alone",
    architecture="mini_xception",
    epochs=80,
    batch_size=64,
    learning_rate=3e-3,
    warmup_epochs=2,
    weight_decay=0.01,
    # Light: with 58,000 parameters the network underfits, and more makes it worse before it helps.
    augmentation=Augmentation(rotation_deg=10, shift_share=0.06, zoom_share=0.08, contrast=0.15),
    calm_epochs=8,
    heads=(replace(FER2013, ferplus_share=0.3, accuracy_for_weakest=None),),
    crop_margin=0.05,
)

# The same design taught by a residual network, with both heads.
MINI_XCEPTION_TAUGHT = replace(
    MINI_XCEPTION_ALONE,
    name="mini_xception_taught",
    epochs=60,
    batch_size=128,
    learning_rate=4e-3,
    augmentation=LIGHT,
    calm_epochs=0,
    heads=(FER2013, SMALL_FERPLUS),
    sizes_px=((0.4, 40), (1.0, 48)),
    teachers=("residual_first",),
    teacher_share=0.7,
    views=8,
    crop_margin=0.1,  # as of the network that taught it; from 0.05 to 0.15 it makes little difference
)

# Then one head at a time, because two are in each other's way in 58,000 parameters: the two small networks that ship.
MINI_XCEPTION_VOTES = replace(
    MINI_XCEPTION_TAUGHT,
    name="mini_xception_votes",
    starts_from="mini_xception_taught",
    epochs=36,
    learning_rate=2e-3,
    warmup_epochs=1,
    heads=(SMALL_FERPLUS,),
    sizes_px=((1.0, 48),),
    teachers=("residual_first", "residual_second"),
    views=4,
    files_as="mini_xception",
)
MINI_XCEPTION_LABEL = replace(MINI_XCEPTION_VOTES, name="mini_xception_label", heads=(FER2013,))


def _last_fit(recipe: Recipe, *, learning_rate: float) -> Recipe:
    """Return a gentle fit in which the validation split takes part; its teachers have not seen that."""
    return replace(
        recipe,
        name=f"{recipe.name}_last",
        starts_from=recipe.name,
        epochs=14,
        learning_rate=learning_rate,
        teachers=("residual", "residual_second"),
        views=4,
        fits_all=True,
        files_as=recipe.files_as or recipe.name,
    )


RESIDUAL_LAST = _last_fit(RESIDUAL, learning_rate=4e-4)
MINI_XCEPTION_VOTES_LAST = _last_fit(MINI_XCEPTION_VOTES, learning_rate=1e-3)
MINI_XCEPTION_LABEL_LAST = _last_fit(MINI_XCEPTION_LABEL, learning_rate=1e-3)

# The first one goes on with faces cut out by their points, as the app cuts them, and rare labels that weigh more. The
# crop is one that FER-2013's pictures hold nearly whole.
ALIGNED_CROP = PointsCrop(0.05, -0.05)
ALIGNED_RULE = "as most of the faces were cut out that the network was fitted on"
RESIDUAL_ALIGNED = replace(
    RESIDUAL_FIRST,
    name="residual_aligned",
    starts_from="residual",
    epochs=32,
    sizes_px=((0.3, 40), (1.0, 48)),
    mixup_alpha=0.0,
    rarity_power=0.5,
    aligned=ALIGNED_CROP,
    aligned_share=0.75,
    heads=(replace(FER2013, points_crop=ALIGNED_CROP), replace(FERPLUS, points_crop=ALIGNED_CROP)),
    seed=31,
)

# The small network learns what that one answers in between: so rare and weak expressions get into 58,000 parameters.
MINI_XCEPTION_ALIGNED = replace(
    MINI_XCEPTION_VOTES,
    name="mini_xception_aligned",
    starts_from="mini_xception_votes",
    epochs=30,
    teachers=("residual_aligned",),
    taught_mixture=(0.3, 0.2),
    rarity_power=0.5,
    aligned=ALIGNED_CROP,
    aligned_share=0.75,
    heads=(replace(SMALL_FERPLUS, points_crop=ALIGNED_CROP),),
    seed=31,
    files_as=None,
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        MINI_XCEPTION_ALONE,
        MINI_XCEPTION_TAUGHT,
        MINI_XCEPTION_VOTES,
        MINI_XCEPTION_LABEL,
        MINI_XCEPTION_VOTES_LAST,
        MINI_XCEPTION_LABEL_LAST,
        RESIDUAL_START,
        RESIDUAL_FIRST,
        RESIDUAL_SECOND,
        RESIDUAL,
        RESIDUAL_LAST,
        RESIDUAL_ALIGNED,
        MINI_XCEPTION_ALIGNED,
    )
}


def model_names() -> list[str]:
    """Return the names of the models that the recipes make."""
    return sorted({recipe.model_name(head) for recipe in RECIPES.values() for head in recipe.heads})


def find_head(model: str) -> tuple[Recipe, Head]:
    """Return the recipe, the last of several, and its head, that make the model of this name; raises KeyError."""
    made = {recipe.model_name(head): (recipe, head) for recipe in RECIPES.values() for head in recipe.heads}
    return made[model]


def find_recipe(name: str) -> Recipe:
    """Return the recipe of this name, or the one that makes the model of this name; raises KeyError."""
    return RECIPES[name] if name in RECIPES else find_head(name)[0]


def with_those_before(recipe: Recipe) -> list[Recipe]:
    """Return the recipe after all those that have to be fitted before it: what it starts from, its teachers."""
    names = [*([recipe.starts_from] if recipe.starts_from else []), *recipe.teachers]
    before = [each for name in names for each in with_those_before(RECIPES[name])]
    return [*dict.fromkeys(before), recipe]
