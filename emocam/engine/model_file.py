"""What an .hdf5 model file carries: weights, what they need to be fed, and the compiled network."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from emocam.engine.hdf5_contents import plain_datasets, require_stored
from emocam.engine.model_metadata import LONGEST_QUOTE, answer_metadata, metadata_problem
from emocam.engine.region import PointsCrop
from emocam.plain_text import plain_text
from emocam.resources import known_models

METADATA, LITERT = "emocam", "litert"
WEIGHTS_DIGEST, LITERT_DIGEST = "weights_digest", "litert_digest"  # attributes of the compiled network

# Of all weights, of the compiled network, and of what it computes with; ours have 0.3 to 30 MB. A file of some kB can
# claim terabytes, since HDF5 stores no empty part: reading them would end the app.
LARGEST_BYTES = 512 * 2**20
LONGEST_TEXT = 8 * 2**20  # characters of JSON; ours have 100,000, and a network of 1000 layers a million

# Loading a file never runs code from it: a layer that is not here, Lambda above all, is refused before Keras sees the
# file. Each of these answers alike through LiteRT and through Keras from .hdf5 (a test goes through them). Left out
# on purpose: Normalization, whose mean and variance Keras does not find again in .hdf5; and what takes sequences.
KNOWN_LAYERS = frozenset(
    {
        "Activation", "Add", "AdditiveAttention", "Attention", "Average", "AveragePooling1D",
        "AveragePooling2D", "BatchNormalization", "Concatenate", "Conv1D", "Conv2D", "Conv2DTranspose",
        "Cropping2D", "Dense", "DepthwiseConv2D", "Dropout", "ELU", "Flatten", "Functional",
        "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
        "GroupNormalization", "InputLayer", "LayerNormalization", "LeakyReLU",
        "MaxPooling1D", "MaxPooling2D", "Maximum", "Minimum", "Model", "MultiHeadAttention", "Multiply",
        "PReLU", "Permute", "RMSNormalization", "ReLU", "Rescaling", "Reshape", "SeparableConv2D", "Sequential",
        "Softmax", "SpatialDropout1D", "SpatialDropout2D", "Subtract", "UnitNormalization", "UpSampling2D",
        "ZeroPadding2D",
    }
)  # fmt: skip

# What layers are configured with.
KNOWN_PARTS = frozenset(
    {
        "__keras_tensor__", "Constant", "DTypePolicy", "GlorotNormal", "GlorotUniform", "HeNormal",
        "HeUniform", "L1", "L1L2", "L2", "LecunNormal", "LecunUniform", "MaxNorm", "NonNeg", "Ones", "Orthogonal",
        "RandomNormal", "RandomUniform", "TruncatedNormal", "UnitNorm", "VarianceScaling", "Zeros",
    }
)  # fmt: skip

# A text in an .hdf5 file's configuration that is also the name of a function of Keras's layers is read as that
# function, and attention that scores by "dot" cannot be opened; given as custom objects, texts stay texts (Keras 3.15).
KEPT_TEXTS = {"dot": "dot"}


class ModelFileError(Exception):
    """A file is no usable model; the text says why and what to do, and a terminal obeys no character of it."""

    def __init__(self, text: str) -> None:
        super().__init__(plain_text(text))


@dataclass(frozen=True, slots=True, eq=False)
class ModelFile:
    """A model as it stands in its file.

    labels: in the order of the network's outputs. image_size_px: side of the square input. A pixel is
    fed as pixel × scale + offset. crop_margin: see `preprocessing.crop_face`; points_crop: how a face is cut out whose
    points are known, with the same margin where the file does not say. temperature: divides the
    logits. is_mirrored: a face's answer is the mean of those to it and to its mirror image. weights_digest: SHA-256
    of the Keras weights. litert: the compiled network; None if it is missing or was made from other weights.
    metadata: all that the file says of the answer that is used. judges_like: the name of that answer, where the network
    gives several side by side; outputs: where its probabilities stand among those of the network. stated: all that the
    file says of itself.
    """

    path: Path
    labels: tuple[str, ...]
    image_size_px: int
    scale: float
    offset: float
    crop_margin: float
    points_crop: PointsCrop
    temperature: float
    is_mirrored: bool
    weights_digest: str
    litert: bytes | None
    metadata: dict[str, Any]
    judges_like: str | None
    outputs: slice
    stated: dict[str, Any]

    @property
    def answers(self) -> tuple[str, ...]:
        """The names of the answers that the network gives side by side, the usual one first; none for a single one."""
        return tuple(answer["name"] for answer in self.stated.get("answers", []))

    @property
    def output_count(self) -> int:
        """How many numbers the network gives for a face."""
        answers = self.stated.get("answers") or [self.stated]
        return sum(len(answer["labels"]) for answer in answers)

    def judging_like(self, name: str) -> "ModelFile":
        """Return the same file with another of its answers in use: its usual one, if it has none of this name."""
        return _with_answer(self.path, self.stated, name, digest=self.weights_digest, litert=self.litert)


def resolve_model(text: str) -> Path:
    """Return the path that a setting or an option means: a model known by its name, or a file.

    Raises ModelFileError where it is neither.
    """
    known = known_models()
    if text in known:
        return known[text]
    try:
        path = Path(text).expanduser()
        is_there = path.is_file()
    except (OSError, ValueError, RuntimeError):  # longer than a name may be, a zero byte, a home folder of nobody's
        is_there = False
    if not is_there:
        raise ModelFileError(
            f"expected the path of an .hdf5 file or one of {', '.join(known) or 'no known model'}; got {text}"
        )
    return path


def read_model_file(path: Path) -> ModelFile:
    """Read a model with h5py alone; raises ModelFileError for a file that is not one."""
    try:
        with open_checked(path) as file:
            if "model_config" not in file.attrs or not isinstance(file.get("model_weights"), h5py.Group):
                raise ModelFileError(f"{path.name} is an HDF5 file without a Keras model in it. {_CHOOSE}")
            _check_layers(path, _text(file, "model_config"))
            if METADATA not in file.attrs:
                raise ModelFileError(
                    f"{path.name} does not say which labels and which scale its network was trained with. "
                    f"Stamp it: {_stamp_command(path)}; or, if no recipe here has made it, say what it is fed: "
                    f'python -m training export "{path}" --out FILE.hdf5 --labels A,B,… --scale X --offset X'
                )
            metadata = _metadata(path, _text(file, METADATA))
            digest = _digest(file["model_weights"])
            litert = _litert(path, file, digest)
    except FileNotFoundError:
        raise ModelFileError(f"{path} does not exist. {_CHOOSE}") from None
    except (OSError, RuntimeError, KeyError, AttributeError, TypeError, ValueError, MemoryError) as error:
        # h5py raises any of these for a damaged file, by the place of the damage.
        raise ModelFileError(f"{path.name} cannot be read as an HDF5 model ({error}). {_CHOOSE}") from None
    if metadata["weights_digest"] != digest:
        raise ModelFileError(
            f"{path.name}: the weights are not those that its description was written for. "
            f"Stamp it anew: {_stamp_command(path)}"
        )
    return _with_answer(path, metadata, None, digest=digest, litert=litert)


def _with_answer(
    path: Path, stated: dict[str, Any], name: str | None, *, digest: str, litert: bytes | None
) -> ModelFile:
    answers = stated.get("answers", [])
    chosen = next((answer for answer in answers if answer["name"] == name), answers[0] if answers else None)
    metadata = stated if chosen is None else answer_metadata(stated, chosen)
    before = answers[: answers.index(chosen)] if chosen is not None else []
    first = sum(len(answer["labels"]) for answer in before)
    return ModelFile(
        path=path,
        labels=tuple(metadata["labels"]),
        image_size_px=metadata["image_size_px"],
        scale=float(metadata["scale"]),
        offset=float(metadata["offset"]),
        crop_margin=float(metadata["crop_margin"]),
        points_crop=_points_crop(metadata),
        temperature=float(metadata["temperature"]),
        is_mirrored=metadata.get("mirrored", False),
        weights_digest=digest,
        litert=litert,
        metadata=metadata,
        judges_like=None if chosen is None else chosen["name"],
        outputs=slice(first, first + len(metadata["labels"])),
        stated=stated,
    )


@contextmanager
def open_checked(path: Path, mode: str = "r") -> Iterator[h5py.File]:
    """Open an HDF5 file and see to it that reading it takes no more than a network has, and leads nowhere else.

    Raises ModelFileError for what is no file, and OSError or ValueError for one that holds anything else.
    """
    if path.exists() and not path.is_file():  # reading a pipe waits for ever
        raise ModelFileError(f"{path.name} is no file. {_CHOOSE}")
    with h5py.File(path, mode) as file:
        check_contents(file)
        yield file


def check_contents(file: h5py.File, *, copies: int = 1) -> None:
    """Raise ValueError for an HDF5 file that holds anything but numbers in itself, or more of them than a network has.

    copies: of each weight, as in a file to go on fitting from.
    """
    datasets = plain_datasets(file)
    check_size(sum(_bytes_read(dataset) for dataset in datasets) // copies)
    for dataset in datasets:
        require_stored(dataset)


def _bytes_read(dataset: h5py.Dataset) -> int:
    """Return what a dataset takes once it is read: weights become numbers of four bytes."""
    itemsize = dataset.dtype.itemsize
    return int(dataset.size) * (itemsize if dataset.name == f"/{LITERT}" else max(itemsize, 4))


_CHOOSE = "Choose an .hdf5 file made by `python -m training export`."


def weights_digest(path: Path) -> str:
    """Return the SHA-256 of a Keras HDF5 file's weights: names, shapes and values."""
    with open_checked(path) as file:
        return _digest(file["model_weights"])


def write_metadata(path: Path, metadata: dict[str, Any]) -> None:
    """Write what a model file says of itself, with the digest of its weights added."""
    with open_checked(path, "r+") as file:
        stamped = {**metadata, "weights_digest": _digest(file["model_weights"])}
        file.attrs[METADATA] = json.dumps(stamped)


def write_litert(path: Path, flatbuffer: bytes) -> None:
    """Put the compiled network into a model file, with its digest and that of the weights it was made from."""
    with open_checked(path, "r+") as file:
        if LITERT in file:
            del file[LITERT]
        dataset = file.create_dataset(LITERT, data=np.frombuffer(flatbuffer, np.uint8))
        dataset.attrs[WEIGHTS_DIGEST] = _digest(file["model_weights"])
        dataset.attrs[LITERT_DIGEST] = hashlib.sha256(flatbuffer).hexdigest()


def _digest(weights: h5py.Group) -> str:
    digest = hashlib.sha256()

    def add(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            values = np.ascontiguousarray(item[()], "<f4")
            digest.update(f"{name} {values.shape}\n".encode())
            digest.update(values.data)

    weights.visititems(add)  # h5py visits in the order of names
    return digest.hexdigest()


def _litert(path: Path, file: h5py.File, digest: str) -> bytes | None:
    dataset = file.get(LITERT)
    if not isinstance(dataset, h5py.Dataset) or dataset.attrs.get(WEIGHTS_DIGEST) != digest:
        return None
    flatbuffer = np.asarray(dataset[()], np.uint8).tobytes()
    # A file compiled elsewhere may lack it; where it stands, one flipped bit of a weight is found by it.
    if dataset.attrs.get(LITERT_DIGEST, (found := hashlib.sha256(flatbuffer).hexdigest())) != found:
        raise ModelFileError(f"{path.name}: the compiled network is damaged. {export_command(path)}")
    return flatbuffer


def check_size(claimed_bytes: int) -> None:
    """Raise ValueError where a file claims more memory than a network has."""
    if claimed_bytes > LARGEST_BYTES:
        raise ValueError(f"expected a network of at most {LARGEST_BYTES >> 20} MB; it claims {claimed_bytes >> 20} MB")


def _text(file: h5py.File, name: str) -> str:
    """Return a text that a file says of itself; raises ValueError for one that would grow to gigabytes."""
    text = file.attrs[name]
    if not isinstance(text, str | bytes) or len(text) > LONGEST_TEXT:
        raise ValueError(f"expected in {name} a text of at most {LONGEST_TEXT} characters")
    return text.decode() if isinstance(text, bytes) else text


def refused_layers(config: object) -> list[str]:
    """Return the sorted names of the layers, and of their parts, for which a file with this configuration is refused.

    config: what Keras writes of a network, read from its JSON.
    """
    return sorted(_class_names(config) - KNOWN_LAYERS - KNOWN_PARTS) + sorted(_misread_layers(config))


def _check_layers(path: Path, config: str) -> None:
    for name in refused_layers(json.loads(config)):
        is_code = name == "Lambda"
        kind = "a Lambda layer, which runs code from the file" if is_code else f"the layer {name[:LONGEST_QUOTE]}"
        raise ModelFileError(f"{path.name} holds {kind}. Only plain layers are accepted. {_CHOOSE}")


def _class_names(part: object) -> set[str]:
    """Return the names of all classes that a Keras configuration would make, however deep they lie."""
    if isinstance(part, list):
        return set().union(*map(_class_names, part))
    if not isinstance(part, dict):
        return set()
    names = set().union(*map(_class_names, part.values()))
    if "class_name" in part:
        registered, module = part.get("registered_name"), str(part.get("module") or "keras")
        is_custom = registered not in (None, part["class_name"]) or module.split(".")[0] != "keras"
        names.add(f"{module}.{registered}" if is_custom else str(part["class_name"]))
    return names


def _misread_layers(part: object) -> set[str]:
    """Return what layers along several axes are called, which Keras 3 drops without a word as it reads an .hdf5 file.

    Where the weights have other shapes then, it says so; Softmax, or LayerNormalization without scale, goes wrong.
    """
    if isinstance(part, list):
        return set().union(*map(_misread_layers, part))
    if not isinstance(part, dict):
        return set()
    found = set().union(*map(_misread_layers, part.values()))
    config = part.get("config")
    axis = config.get("axis") if "class_name" in part and isinstance(config, dict) else None
    if isinstance(axis, list) and len(axis) > 1:
        found.add(f"{part['class_name']} along several axes (which Keras misreads in .hdf5: flatten what goes into it)")
    return found


def export_command(path: Path) -> str:
    """Return, as a sentence, how the network of a model file is compiled."""
    return f'Compile it: python -m training export "{path}" --data fer2013.csv'


def _stamp_command(path: Path) -> str:
    return f'python -m training export "{path}" --recipe NAME --data fer2013.csv'


def _metadata(path: Path, text: str) -> dict[str, Any]:
    metadata = json.loads(text)
    problem = metadata_problem(metadata)
    if problem:
        raise ModelFileError(
            f"{path.name}: {problem}. Stamp it anew: {_stamp_command(path)}"
        )
    return metadata


def _points_crop(metadata: dict[str, Any]) -> PointsCrop:
    stated = metadata.get("points_crop") or {"margin": metadata["crop_margin"]}
    return PointsCrop(float(stated["margin"]), float(stated.get("raised", 0)), stated.get("turned", True))
