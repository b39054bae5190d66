"""Networks of runs, in Keras's own files: looked at before Keras reads them, and replaced in one step."""

import json
import zipfile
from pathlib import Path

import h5py
import keras

from emocam.engine.keras_network import check_plan
from emocam.engine.model_file import LONGEST_TEXT, check_contents, check_size, refused_layers
from training.fitting.history import RunError
from training.whole_files import put_in_place

CONFIG, WEIGHTS = "config.json", "model.weights.h5"  # in a .keras file, which is a zip
COPIES = 4  # of each weight at most: itself, two moments of its gradient, an average
# What a fit adds to the layers that the app knows.
OF_THE_FIT = frozenset({"AdamW", "CosineDecay", "training.networks.batch_norm.training>FusedBatchNormalization"})


def save_network(network: keras.Model, path: Path) -> None:
    """Keep a network, with its optimizer if it has one, in place of what the file holds; raises OSError."""
    draft = path.with_name(f"new-{path.name}")
    network.save(draft)
    put_in_place(draft, path)


def load_network(path: Path, *, is_compiled: bool = False) -> keras.Model:
    """Return a network that `save_network` has kept; raises RunError for a file that is damaged, or of another make.

    is_compiled: with its optimizer, to go on fitting.
    """
    try:
        _check(path)
        network = keras.saving.load_model(path, compile=is_compiled)
        if is_compiled and getattr(network, "optimizer", None) is None:
            raise ValueError("it has no optimizer")
    except RunError:
        raise
    except Exception as error:  # of zipfile, HDF5, Keras or its backend, by whatever the file has them do
        told = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise RunError(f"{path} is empty, cut short or damaged ({told}). Delete it, and fit again") from None
    return network


def _check(path: Path) -> None:
    """Raise RunError for a layer that the app would refuse, and ValueError and more for what is no whole network."""
    with zipfile.ZipFile(path) as archive:
        check_size(sum(member.file_size for member in archive.infolist()) // COPIES)
        if archive.getinfo(CONFIG).file_size > LONGEST_TEXT:
            raise ValueError(f"expected a configuration of at most {LONGEST_TEXT} bytes")
        refused = [name for name in refused_layers(json.loads(archive.read(CONFIG))) if name not in OF_THE_FIT]
        if refused:
            raise RunError(f"{path} holds {', '.join(refused)}, which no fit here makes. Delete it, and fit again")
        check_plan(json.loads(archive.read(CONFIG)))
        with archive.open(WEIGHTS) as member, h5py.File(member, "r") as weights:
            check_contents(weights, copies=COPIES)
