"""Makes a model file for the app: Keras weights copied bit for bit, a description, the compiled network."""

import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from emocam.engine.model_file import (
    LITERT,
    ModelFile,
    ModelFileError,
    read_model_file,
    weights_digest,
    write_litert,
    write_metadata,
)
from emocam.engine.preprocessing import network_input
from training.data.faces import DataError, resized
from training.exporting.foreign import KERAS_ENDING, Feeding, write_foreign
from training.fitting.description import description
from training.fitting.history import history_path
from training.fitting.recipes import find_head
from training.quiet import quiet
from training.scoring.inference import litert_network, load_keras, network_faces

LARGEST_DIFFERENCE = 1e-4
SMALLEST_AGREEMENT = 0.97  # of labels, where weights are rounded; measured with the shipped networks: 0.99 and more
CHECKED_FACES = 256
COPIES = 3  # of a network, while it is written: the weights, the compiled network, and a margin
DESCRIBE = "Say it with --labels, --scale and --offset, and, where need be, --image-size and --crop-margin"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export made. largest_difference: between LiteRT's and Keras's probabilities on real faces; agreement: the
    share of faces that both give the same label; only_label: what all of them are called, None if not all the same.
    """

    model: ModelFile
    largest_difference: float
    agreement: float
    face_count: int
    only_label: str | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A compiled network and how it answers, see `Exported`."""

    flatbuffer: bytes
    largest_difference: float
    agreement: float
    only_label: str | None


def export(
    source: Path,
    out: Path,
    *,
    images: np.ndarray,
    described_as: str | None = None,
    feeding: Feeding | None = None,
    has_whole_weights: bool = False,
) -> Exported:
    """Write `out` from a Keras file or the folder of a run with one head; `out` may be an .hdf5 source itself.

    images: (N, H, W) uint8 gray faces on which LiteRT and Keras are compared. described_as: the name of the
    model whose recipe describes a file that does not describe itself, or describes it anew. feeding: what a network
    that was trained elsewhere must be fed; the file may be of Keras 2, or a .keras file. has_whole_weights: the
    compiled network keeps its weights as whole numbers of 8 bits, a quarter of the bytes, and quicker where it consists
    of plain convolutions. Raises ModelFileError, DataError; `out` is then as it was.
    """
    weights = find_weights(source)
    faces = _sample_of_real_faces(images)
    _check_names(weights, out, is_described=feeding is not None)
    out.parent.mkdir(parents=True, exist_ok=True)
    # A folder beside it, so that the file can be moved into place in one step and errors name it rightly.
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as folder:
        copy = Path(folder) / out.name
        if feeding is not None:
            write_foreign(weights, copy, feeding=feeding, faces_of=partial(_inputs, faces, feeding))
        else:
            _copy_without_network(weights, copy)
        if described_as is not None:
            _stamp(copy, described_as)
        digest = weights_digest(copy)
        model = read_model_file(copy)
        compiled = _compile_and_compare(model, faces, has_whole_weights=has_whole_weights)
        write_litert(copy, compiled.flatbuffer)
        write_metadata(copy, {**model.stated, "compiled_weights": "int8" if has_whole_weights else "float32"})
        if read_model_file(copy).litert != compiled.flatbuffer or weights_digest(copy) != digest:
            raise ModelFileError(f"{out}: the file was not written as it should be. Is the disk full?")
        copy.replace(out)
    _copy_history(weights, out)
    return Exported(
        read_model_file(out), compiled.largest_difference, compiled.agreement, len(faces), compiled.only_label
    )


def _check_names(source: Path, out: Path, *, is_described: bool) -> None:
    if out.suffix not in (".hdf5", ".h5"):
        raise ModelFileError(f"{out}: expected a name that ends in .hdf5, by which Keras knows what is in a file")
    if is_described and out.exists() and out.samefile(source):
        raise ModelFileError(f"{out} is the network itself, which stays as it is. Name another file with --out")
    if not is_described and source.suffix == KERAS_ENDING:
        raise ModelFileError(f"{source.name} does not say what its network must be fed. {DESCRIBE}")


def _inputs(faces: np.ndarray, feeding: Feeding, side: int) -> np.ndarray:
    return network_input(resized(faces, side), scale=feeding.scale, offset=feeding.offset)


def find_weights(source: Path) -> Path:
    """Return the .hdf5 file of a run's folder, or the file itself; raises ModelFileError where there is none."""
    if not source.exists():
        raise ModelFileError(f"{source} does not exist. Give a Keras .hdf5 file or a run's folder")
    if source.is_file():
        return source
    files = sorted(source.glob("*.hdf5"))
    if len(files) == 1:
        return files[0]
    if not files and (source / "checkpoint.keras").exists():
        raise ModelFileError(f"{source} holds an unfinished run. Go on with it: python -m training fit --out {source}")
    raise ModelFileError(f"{source}: expected one .hdf5 file in the folder; found {len(files)}. Name the file")


def _copy_without_network(source: Path, copy: Path) -> None:
    """Copy a Keras file but for a compiled network, which would leave its room behind when it is replaced."""
    if not h5py.is_hdf5(source):
        shutil.copyfile(source, copy)  # who reads it says what is wrong with it
        return
    with h5py.File(source, "r") as file, h5py.File(copy, "w") as new:
        for name, value in file.attrs.items():
            new.attrs[name] = value
        for name in file:
            if name != LITERT:
                file.copy(name, new)


def _sample_of_real_faces(images: np.ndarray) -> np.ndarray:
    """Return up to 256 faces spread over the data; raises DataError for noise.

    Networks optimized wrongly may still agree on noise, where every answer is about the same.
    """
    chosen = images[np.linspace(0, len(images) - 1, min(len(images), CHECKED_FACES)).astype(int)]
    left, right = chosen[:, :, :-1].astype(float), chosen[:, :, 1:].astype(float)
    spread = min(left.std(), right.std())
    alike = np.corrcoef(left.ravel(), right.ravel())[0, 1] if spread > 0 else 0.0
    # Neighbouring pixels: 0.96 in FER-2013, 0 in noise.
    if alike < 0.5:
        raise DataError("expected real faces to compare Keras and LiteRT on; these pictures are noise or blank. "
                        "Give fer2013.csv or a folder of faces with --data")
    return chosen


def _stamp(path: Path, name: str) -> None:
    with h5py.File(path, "r") as file:
        if "model_weights" not in file:
            raise ModelFileError(f"{path.name} is an HDF5 file without a Keras model in it")
    recipe, head = find_head(name)
    write_metadata(path, description(recipe, head, temperature=1.0, dataset="not known", split="not known",
                                     selection_rule="not known", licence="not known"))


def _compile_and_compare(
    model: ModelFile, images: np.ndarray, *, has_whole_weights: bool
) -> _Compiled:
    """Compile a network and hold its answers against Keras's.

    Raises ModelFileError for a difference above 1e-4, or with whole weights where too many labels change.
    """
    with quiet():
        network = load_keras(model)
    faces = network_faces(model, images)
    side = model.image_size_px
    if network.input_shape[1:] != (side, side, 1) or network.output_shape[1:] != (model.output_count,):
        raise ModelFileError(
            f"{model.path.name}: expected a network from ({side}, {side}, 1) to {model.output_count} labels; it goes "
            f"from {network.input_shape[1:]} to {network.output_shape[1:]}. Choose the recipe that it was trained by"
        )
    with quiet():
        flatbuffer = _compile(network, side, has_whole_weights=has_whole_weights)
        answers = litert_network(flatbuffer)(faces)
        expected = network.predict(faces, batch_size=256, verbose=0)
    difference = float(np.abs(answers - expected).max())
    uses = [model.judging_like(name) for name in model.answers] or [model]
    pairs = [(answers[:, use.outputs].argmax(axis=1), expected[:, use.outputs].argmax(axis=1)) for use in uses]
    agreement = float(min((compiled == by_keras).mean() for compiled, by_keras in pairs))
    if has_whole_weights and not agreement >= SMALLEST_AGREEMENT:
        raise ModelFileError(
            f"{model.path.name}: with whole-number weights {1 - agreement:.1%} of the labels change, expected at most "
            f"{1 - SMALLEST_AGREEMENT:.0%}. Nothing was written; export it without them"
        )
    if not has_whole_weights and not difference <= LARGEST_DIFFERENCE:
        raise ModelFileError(
            f"{model.path.name}: LiteRT and Keras differ by {difference:.1e} on real faces, expected at most "
            f"{LARGEST_DIFFERENCE:.0e}. Nothing was written; try another version of TensorFlow"
        )
    called = np.unique(pairs[0][1])
    return _Compiled(flatbuffer, difference, agreement, model.labels[called[0]] if len(called) == 1 else None)


def _compile(network: Any, side: int, *, has_whole_weights: bool) -> bytes:
    import keras
    import tensorflow as tf

    if keras.backend.backend() != "tensorflow":
        raise ModelFileError("LiteRT is made by TensorFlow: start the export with KERAS_BACKEND=tensorflow")
    # Measured with TensorFlow 2.21 and Keras 3: converted from a traced function, the same network answers NaN.
    face = keras.Input(batch_shape=(1, side, side, 1), name="face")
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(face, network(face)))
    if has_whole_weights:  # "dynamic range": what flows between the layers stays in floats
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return bytes(converter.convert())


def _copy_history(weights: Path, out: Path) -> None:
    """Keep a run's history in the model's folder, where the report looks for it."""
    history = history_path(weights.parent, read_model_file(out).metadata.get("head", ""))
    kept = out.with_suffix("") / "history.csv"
    if history.exists():
        kept.parent.mkdir(exist_ok=True)
        shutil.copyfile(history, kept)
