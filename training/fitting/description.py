"""What a model file says of itself."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from training.fitting.recipes import ALIGNED_RULE, POINTS_CROP_RULE
from training.recipe import Head, Recipe


def description(
    recipe: Recipe, head: Head, *, temperature: float, dataset: str, split: str, selection_rule: str, licence: str
) -> dict[str, Any]:
    """Return what a model file says of itself, less the digest of its weights."""
    return {
        "labels": list(head.labels),
        "image_size_px": recipe.image_size_px,
        "scale": recipe.scale,
        "offset": recipe.offset,
        "crop_margin": recipe.crop_margin,
        "temperature": temperature,
        "mirrored": head.is_mirrored,
        "dataset": dataset,
        "split": split,
        "selection_rule": selection_rule,
        "metrics": {},
        "licence": licence,
        "date": datetime.now(UTC).date().isoformat(),
        "recipe": asdict(recipe),
        "head": head.name,
        **described_points_crop(head, recipe),
    }


def described_points_crop(head: Head, recipe: Recipe) -> dict[str, Any]:
    """Return what a model file says of how a face is cut out whose points are known; nothing without a choice."""
    if head.points_crop is None:
        return {}
    crop = head.points_crop
    return {
        "points_crop": {"margin": crop.margin, "raised": crop.raised, "turned": crop.is_turned},
        "points_crop_rule": POINTS_CROP_RULE if crop != recipe.aligned else ALIGNED_RULE,
    }
