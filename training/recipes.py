"""Every number of one training run, by name."""

from dataclasses import dataclass

from emocam.labels import EMOTIONS
from training.augment import Augmentation


@dataclass(frozen=True, slots=True)
class Recipe:
    """One training run.

    ferplus_share: how much of each target is the FER+ votes rather than FER-2013's label, 0 to 1.
    learning_rate: the peak, reached after `warmup_epochs`, then a half cosine to zero.
    weight_decay: decoupled (AdamW). calm_epochs: how many epochs at the end only mirror the faces.
    crop_margin: for the app, see `emocam.preprocessing.crop_face`; the fit takes faces as they stand.
    """

    name: str
    architecture: str
    epochs: int
    batch_size: int
    learning_rate: float
    warmup_epochs: int
    weight_decay: float
    ferplus_share: float
    augmentation: Augmentation
    calm_epochs: int
    labels: tuple[str, ...] = EMOTIONS
    scale: float = 1 / 127.5
    offset: float = -1.0
    crop_margin: float = 0.0
    seed: int = 20


MINI_XCEPTION_FER2013 = Recipe(
    name="mini_xception_fer2013",
    architecture="mini_xception",
    epochs=80,
    batch_size=64,
    learning_rate=3e-3,
    warmup_epochs=2,
    weight_decay=0.01,
    ferplus_share=0.3,
    # Light: with 58,000 parameters the network underfits, and more makes it worse before it helps.
    augmentation=Augmentation(rotation_deg=10, shift_share=0.06, zoom_share=0.08, contrast=0.15),
    calm_epochs=8,
    # FER-2013's faces show a little more than a Haar box. Of −0.1 to 0.2, the best over 1,266 faces from elsewhere
    # (Yale faces and press photographs), which were in no fit.
    crop_margin=0.05,
)

RECIPES = {recipe.name: recipe for recipe in (MINI_XCEPTION_FER2013,)}
