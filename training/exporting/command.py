"""The command that makes a model file: out of a run, or of a network that was trained elsewhere."""

import argparse
import sys
from pathlib import Path

import numpy as np

from emocam.resources import user_models_folder
from training.data.faces import DataError, read_faces
from training.data.real_faces import faces_in_folder, shipped_faces
from training.exporting.export import COPIES, export, find_weights
from training.exporting.foreign import Feeding
from training.output import check_output


def run_export(options: argparse.Namespace) -> int:
    """Make a model file, and say how it was compared."""
    feeding, weights = _feeding(options), find_weights(options.model)
    if options.out is None and feeding is not None:
        raise DataError("a network that was trained elsewhere stays as it is: name the model file with --out")
    out = options.out or (weights if options.model.is_file() else Path("models") / weights.name)
    check_output(out, needed_bytes=COPIES * weights.stat().st_size)
    exported = export(options.model, out, images=_real_faces(options), described_as=options.recipe, feeding=feeding,
                      has_whole_weights=options.whole_weights)
    print(f"LiteRT and Keras differ by at most {exported.largest_difference:.1e} on {exported.face_count} faces, "
          f"and give {exported.agreement:.1%} of them the same label.")
    if exported.only_label is not None and exported.face_count > 1:
        print(f"Warning: all of these faces are called {exported.only_label}. Are they alike, and are labels, scale "
              "and offset those that it was trained with?", file=sys.stderr)
    print(f"{out} is ready for the app. {_where_it_is_opened(out)}")
    if feeding is None and options.data is not None:
        print("Next, its report:")
        print(f"python -m training report {out} --data {options.data} [--ferplus fer2013new.csv]")
    return 0


def _where_it_is_opened(out: Path) -> str:
    if out.absolute().parent == user_models_folder().absolute():
        return "The window lists it among its networks."
    return f"Open it there with “Open model file…”, or put it into the app's folder of models: {user_models_folder()}"


def _feeding(options: argparse.Namespace) -> Feeding | None:
    """Return what the options say that a foreign network is fed; raises DataError where they say it by halves."""
    needed = {"--labels": options.labels, "--scale": options.scale, "--offset": options.offset}
    missing = [name for name, value in needed.items() if value is None]
    others = {"--image-size": options.image_size, "--crop-margin": options.crop_margin}
    if len(missing) == len(needed) and not any(value is not None for value in others.values()):
        return None
    if missing:
        raise DataError(f"expected --labels, --scale and --offset together; {' and '.join(missing)} not given")
    if options.recipe is not None:
        raise DataError("expected either --recipe or --labels with --scale and --offset: a recipe says all of them")
    margin = 0.0 if options.crop_margin is None else options.crop_margin
    for name, value, low, high in (("--scale", options.scale, -1e3, 1e3), ("--offset", options.offset, -1e6, 1e6),
                                   ("--crop-margin", margin, -0.4, 2.0)):
        if not low <= value <= high:
            raise DataError(f"{name}: expected a number from {low:g} to {high:g}; got {value:g}")
    if options.scale == 0:
        raise DataError("--scale: expected another number than 0, with which all faces would be one gray")
    return Feeding(options.labels, options.scale, options.offset, options.image_size, margin)


def _real_faces(options: argparse.Namespace) -> np.ndarray:
    """Return (N, S, S) uint8 faces to compare on: of the data, of a folder of pictures, or those that ship."""
    if options.data is not None:
        return read_faces(options.data).images
    return shipped_faces() if options.faces is None else faces_in_folder(options.faces)
