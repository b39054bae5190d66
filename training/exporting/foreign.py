"""Takes in a network that was trained elsewhere: checked before it is built, mended if Keras 2 wrote it, described."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import numpy as np

from emocam.engine.keras_network import check_plan
from emocam.engine.model_file import (
    KEPT_TEXTS,
    ModelFileError,
    check_size,
    refused_layers,
    weights_digest,
    write_metadata,
)
from training.exporting.keras_2 import mended
from training.quiet import quiet

KERAS_ENDING = ".keras"
CONFIG, WEIGHTS = "config.json", "model.weights.h5"  # in a .keras file, which is a zip
LARGEST_CONFIG_BYTES = 16 * 2**20
WRITTEN_AS = 1e-5  # how far answers may move as the network is written as .hdf5: the weights are the same
# What Keras raises for a file that it cannot make a network of, by what is wrong with it.
KERAS_RAISES = (ValueError, TypeError, OSError, KeyError, AttributeError, IndexError, RuntimeError, NotImplementedError,
                zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Feeding:
    """What a network must be fed, and what its outputs mean. image_size_px: None for what the network itself says."""

    labels: tuple[str, ...]
    scale: float
    offset: float
    image_size_px: int | None = None
    crop_margin: float = 0.0


def write_foreign(source: Path, copy: Path, *, feeding: Feeding, faces_of: Callable[[int], np.ndarray]) -> None:
    """Write a .keras or a Keras .hdf5 file as the .hdf5 model file `copy`, without a compiled network.

    faces_of: gives (N, S, S, 1) float32 inputs of a size, on which the network written is compared with the one read.
    Raises ModelFileError for a layer that the app refuses, for one that answers otherwise in .hdf5, and for a network
    that does not lead from one gray or colour picture to one probability for each label.
    """
    network = open_foreign(source)
    side, fed = _fed_gray(network, source, feeding)
    with quiet():  # Keras calls HDF5 a legacy format
        fed.save(copy, include_optimizer=False)
    write_metadata(copy, _description(source, feeding, side))
    faces = faces_of(side)
    read_again = _load(copy, source)
    with quiet():  # TensorFlow counts how often it traces
        expected, again = (each.predict(faces, verbose=0) for each in (fed, read_again))
    _check_answers(source, expected, feeding)
    difference = float(np.abs(again - expected).max())
    if not difference <= WRITTEN_AS:
        raise ModelFileError(f"{source.name}: written as .hdf5 the network answers otherwise, by {difference:.1e} on "
                             "real faces: Keras does not find all that a layer is made of in such a file. Build it of "
                             "other layers")


def open_foreign(source: Path) -> Any:
    """Return the Keras network of a file, whose layers have been looked at first; raises ModelFileError."""
    if zipfile.is_zipfile(source):
        config = json.loads(_read_config(source))
        _check(source, config)
        _check_claims(source)
        _check_plan(source, config)
        return _load(source, source)
    return _open_hdf5(source)


def _open_hdf5(source: Path) -> Any:
    """Return the network of an .hdf5 file, out of a copy without an optimizer, in words that Keras 3 knows."""
    try:
        with h5py.File(source, "r") as file:
            if "model_config" not in file.attrs or "model_weights" not in file:
                raise ModelFileError(f"{source.name} holds no Keras network, perhaps its weights alone. Save the "
                                     "whole network, by model.save")
            text = file.attrs["model_config"]
            config = mended(json.loads(text.decode() if isinstance(text, bytes) else text))
    except (OSError, RuntimeError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise ModelFileError(f"{source.name}: expected a .keras file or a Keras .hdf5 file ({error})") from None
    _check(source, config)
    _check_plan(source, config)
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "network.hdf5"
        try:
            weights_digest(source)  # which refuses what claims more memory than a network has
            with h5py.File(source, "r") as file, h5py.File(copy, "w") as new:
                file.copy("model_weights", new)
                new.attrs["model_config"] = json.dumps(config)
                for name in ("keras_version", "backend"):
                    if name in file.attrs:
                        new.attrs[name] = file.attrs[name]
        except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
            raise ModelFileError(f"{source.name}: its weights cannot be read ({error})") from None
        return _load(copy, source)


def _check_plan(source: Path, config: dict[str, Any]) -> None:
    """Raise ModelFileError for a network that would take gigabytes as it is built, or that Keras cannot build."""
    with quiet():
        import keras

    try:
        with quiet():
            check_plan(config)
    except KERAS_RAISES as error:
        raise ModelFileError(f"{source.name}: Keras {keras.__version__} cannot build it: {_last_line(error)}") from None


def _load(path: Path, source: Path) -> Any:
    with quiet():
        import keras

    try:
        with quiet():
            return keras.saving.load_model(path, compile=False, safe_mode=True, custom_objects=KEPT_TEXTS)
    except KERAS_RAISES as error:
        raise ModelFileError(f"{source.name}: Keras {keras.__version__} cannot open it: {_last_line(error)}") from None


def _last_line(error: Exception) -> str:
    """Return what was wrong: Keras writes a layer's whole configuration before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__


def _read_config(source: Path) -> bytes:
    try:
        with zipfile.ZipFile(source) as archive:
            if archive.getinfo(CONFIG).file_size > LARGEST_CONFIG_BYTES:
                raise ModelFileError(f"{source.name}: its configuration claims more than 16 MB")
            config = archive.read(CONFIG)
            json.loads(config)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise ModelFileError(f"{source.name}: expected a network as Keras saves it ({error})") from None
    return config


def _check_claims(source: Path) -> None:
    """Raise ModelFileError where a .keras file claims more than a network has, packed or in its weights."""
    claimed = 0

    def add(_: str, item: h5py.Group | h5py.Dataset) -> None:
        nonlocal claimed
        if isinstance(item, h5py.Dataset):
            claimed += item.nbytes
            check_size(claimed)

    try:
        with zipfile.ZipFile(source) as archive:
            check_size(sum(member.file_size for member in archive.infolist()))
            if WEIGHTS in archive.namelist():
                with h5py.File(io.BytesIO(archive.read(WEIGHTS)), "r") as weights:
                    weights.visititems(add)
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, RuntimeError, NotImplementedError, EOFError) as error:
        raise ModelFileError(f"{source.name} cannot be read ({error})") from None


def _check(source: Path, config: object) -> None:
    refused = refused_layers(config)
    if refused:
        raise ModelFileError(f"{source.name} holds {_listed(refused)}, and Emocam opens no file with that in it. Build "
                             "the network of other layers")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"the layer {name}" if name != "Lambda" else "a Lambda layer, which runs code" for name in names)


def _fed_gray(network: Any, source: Path, feeding: Feeding) -> tuple[int, Any]:
    """Return the side of its faces, and the network as one that takes (N, S, S, 1)."""
    import keras

    if len(network.inputs) != 1 or len(network.outputs) != 1:
        raise ModelFileError(f"{source.name}: expected a network with one input and one output; it has "
                             f"{len(network.inputs)} and {len(network.outputs)}. Save the network of one output alone")
    shape, given = tuple(network.inputs[0].shape), tuple(network.outputs[0].shape)
    if len(shape) != 4 or shape[3] not in (1, 3) or shape[1] != shape[2]:
        raise ModelFileError(f"{source.name}: expected a network fed square pictures, (S, S, 1) or (S, S, 3); "
                             f"it is fed {shape[1:]}")
    side = shape[1] or feeding.image_size_px
    if side is None:
        raise ModelFileError(f"{source.name} takes pictures of any size: name its training's with --image-size")
    if feeding.image_size_px not in (None, side):
        raise ModelFileError(f"{source.name} is fed pictures of {side}×{side} pixels; --image-size says "
                             f"{feeding.image_size_px}")
    if given[1:] != (len(feeding.labels),):
        raise ModelFileError(f"{source.name}: expected {given[-1]} labels, one for each output and in their order; got "
                             f"{len(feeding.labels)}: {', '.join(feeding.labels)}")
    if shape[1:] == (side, side, 1):
        return side, network
    face = keras.Input((side, side, 1), name="gray_face")
    colours = face if shape[3] == 1 else keras.layers.Concatenate()([face, face, face])
    return side, keras.Model(face, network(colours), name="fed_gray")


def _check_answers(source: Path, answers: np.ndarray, feeding: Feeding) -> None:
    sums = answers.sum(axis=1)
    if not (np.isfinite(answers).all() and (answers >= 0).all() and np.abs(sums - 1).max() < 1e-3):
        raise ModelFileError(f"{source.name}: expected probabilities that sum to 1; on real faces it answers "
                             f"{np.round(answers[0], 2).tolist()}. The network must end in a softmax")


def _description(source: Path, feeding: Feeding, side: int) -> dict[str, Any]:
    return {
        "labels": list(feeding.labels),
        "image_size_px": side,
        "scale": feeding.scale,
        "offset": feeding.offset,
        "crop_margin": feeding.crop_margin,
        "temperature": 1.0,
        "mirrored": False,
        "dataset": "not known",
        "split": "not known",
        "selection_rule": "not known",
        "metrics": {},
        "licence": "not known",
        "made_from": source.name,
        "date": datetime.now(UTC).date().isoformat(),
    }
