"""`emocam model`: show what a model file says of itself."""

import argparse
import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from emocam.engine.model_file import ModelFile, ModelFileError, read_model_file, resolve_model
from emocam.engine.region import PointsCrop
from emocam.plain_text import plain_text


def run(options: argparse.Namespace) -> int:
    """Print the description; return 1 for a file that is no usable model."""
    try:
        model = read_model_file(resolve_model(options.file))
    except ModelFileError as error:
        print(f"emocam model: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({**model.metadata, "path": str(model.path), "compiled": model.litert is not None}, indent=2))
        return 0
    table = Table(show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, text in _rows(model):
        table.add_row(plain_text(name), text)
    Console(markup=False, highlight=False).print(table)
    return 0


def _rows(model: ModelFile) -> list[tuple[str, str]]:
    size = model.image_size_px
    fitting = "there, made from these weights" if model.litert else "missing, or made from other weights"
    rows = [
        ("file", plain_text(str(model.path))),
        ("labels", ", ".join(model.labels)),
        ("input", f"{size} × {size} gray pixels, each × {model.scale:g} + {model.offset:g}"),
        ("crop margin", f"{model.crop_margin:g}"),
        ("crop by points", _points_crop(model.points_crop)),
        ("temperature", f"{model.temperature:g}"),
        ("weights", f"SHA-256 {model.weights_digest}"),
        ("compiled network", fitting),
    ]
    told = {
        "labels", "image_size_px", "scale", "offset", "crop_margin", "points_crop", "temperature", "weights_digest"
    }  # fmt: skip
    rows += [(name.replace("_", " "), _text(value)) for name, value in model.metadata.items() if name not in told]
    return rows


def _points_crop(crop: PointsCrop) -> str:
    return f"margin {crop.margin:g}, raised {crop.raised:g}, {'turned upright' if crop.is_turned else 'not turned'}"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{plain_text(name.replace('_', ' '))}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return f"{value:.4g}" if isinstance(value, float) else plain_text(str(value))
