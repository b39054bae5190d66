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
from emocam.engine.region import PointsCrop
from emocam.labels import KNOWN_EMOTIONS
from emocam.plain_text import plain_text
from emocam.resources import shipped_models

METADATA, LITERT = "emocam", "litert"
WEIGHTS_DIGEST, LITERT_DIGEST = "weights_digest", "litert_digest"  # attributes of the compiled network

# Of all weights, of the compiled network, and of what it computes with; ours have 0.3 to 30 MB. A file of some kB can
# claim terabytes, since HDF5 stores no empty part: reading them would end the app.
LARGEST_BYTES = 512 * 2**20
LONGEST_TEXT = 8 * 2**20  # characters of JSON; ours have 100,000, and a network of 1000 layers a million
DEEPEST = 20  # of what a file says of itself; ours go 6 deep, and who shows it goes down with it
LONGEST_QUOTE = 200  # characters of what an error quotes of a file

# What our architectures are made of. Loading a file never runs code from it: a layer that is not
# here, Lambda above all, is refused before Keras sees the file.
KNOWN_LAYERS = frozenset(
    {
        "Activation", "Add", "AveragePooling2D", "BatchNormalization", "Concatenate", "Conv2D", "Dense",
        "DepthwiseConv2D", "Dropout", "Flatten", "Functional", "GlobalAveragePooling2D",
        "GlobalMaxPooling2D", "InputLayer", "LayerNormalization", "MaxPooling2D", "Model", "Multiply", "ReLU",
        "Rescaling", "Reshape", "SeparableConv2D", "Sequential", "Softmax", "SpatialDropout2D", "ZeroPadding2D",
    }
)  # fmt: skip

# What layers are configured with.
KNOWN_PARTS = frozenset(
    {
        "__keras_tensor__", "Constant", "DTypePolicy", "GlorotNormal", "GlorotUniform", "HeNormal",
        "HeUniform", "L1", "L1L2", "L2", "MaxNorm", "Ones", "RandomNormal", "RandomUniform",
        "TruncatedNormal", "VarianceScaling", "Zeros",
    }
)  # fmt: skip


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
    metadata: all that the file says of itself.
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


def resolve_model(text: str) -> Path:
    """Return the path that a setting or an option means: a shipped model's name, or a file.

    Raises ModelFileError where it is neither.
    """
    shipped = shipped_models()
    if text in shipped:
        return shipped[text]
    try:
        path = Path(text).expanduser()
        is_there = path.is_file()
    except (OSError, ValueError, RuntimeError):  # longer than a name may be, a zero byte, a home folder of nobody's
        is_there = False
    if not is_there:
        raise ModelFileError(
            f"expected the path of an .hdf5 file or one of {', '.join(shipped) or 'no shipped model'}; got {text}"
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
                    f"Stamp it: {_stamp_command(path)}"
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
    )


@contextmanager
def open_checked(path: Path, mode: str = "r") -> Iterator[h5py.File]:
    """Open an HDF5 file and see to it that reading it takes no more than a network has, and leads nowhere else.

    Raises ModelFileError for what is no file, and OSError or ValueError for one that holds anything else.
    """
    if path.exists() and not path.is_file():  # reading a pipe waits for ever
        raise ModelFileError(f"{path.name} is no file. {_CHOOSE}")
    with h5py.File(path, mode) as file:
        datasets = plain_datasets(file)
        check_size(sum(_bytes_read(dataset) for dataset in datasets))
        for dataset in datasets:
            require_stored(dataset)
        yield file


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
    return sorted(_class_names(config) - KNOWN_LAYERS - KNOWN_PARTS)


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


def export_command(path: Path) -> str:
    """Return, as a sentence, how the network of a model file is compiled."""
    return f'Compile it: python -m training export "{path}" --data fer2013.csv'


def _stamp_command(path: Path) -> str:
    return f'python -m training export "{path}" --recipe NAME --data fer2013.csv'


def _metadata(path: Path, text: str) -> dict[str, Any]:
    metadata = json.loads(text)
    problem = _metadata_problem(metadata)
    if problem:
        raise ModelFileError(
            f"{path.name}: {problem}. Stamp it anew: {_stamp_command(path)}"
        )
    return metadata


def _points_crop(metadata: dict[str, Any]) -> PointsCrop:
    stated = metadata.get("points_crop") or {"margin": metadata["crop_margin"]}
    return PointsCrop(float(stated["margin"]), float(stated.get("raised", 0)), stated.get("turned", True))


def _points_crop_problem(stated: object) -> str | None:
    if stated is None:
        return None
    if not isinstance(stated, dict):
        return f"expected points_crop with margin, raised and turned; got {_quoted(stated)}"
    for name, low, high, usual in (("margin", -0.4, 2.0, None), ("raised", -1.0, 1.0, 0)):
        value = stated.get(name, usual)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            return f"expected {name} of points_crop from {low:g} to {high:g}; got {_quoted(value)}"
    if not isinstance(stated.get("turned", True), bool):
        return f"expected turned of points_crop true or false; got {_quoted(stated['turned'])}"
    return None


def _metadata_problem(metadata: object) -> str | None:
    if not isinstance(metadata, dict):
        return "its description is no JSON object"
    if _depth(metadata) > DEEPEST:
        return f"its description is nested more than {DEEPEST} times"
    labels = metadata.get("labels")
    if not isinstance(labels, list) or len(labels) < 2 or len(set(map(str, labels))) != len(labels):
        return f"expected a list of different labels; got {_quoted(labels)}"
    unknown = [label for label in labels if label not in KNOWN_EMOTIONS]
    if unknown:
        return f"expected labels out of {', '.join(KNOWN_EMOTIONS)}; got {_quoted(unknown)}"
    size = metadata.get("image_size_px")
    if not isinstance(size, int) or not 8 <= size <= 512:
        return f"expected image_size_px from 8 to 512; got {_quoted(size)}"
    for name, low, high in (("scale", -1e3, 1e3), ("offset", -1e6, 1e6), ("crop_margin", -0.4, 2.0),
                            ("temperature", 1e-2, 1e2)):
        value = metadata.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            return f"expected {name} from {low:g} to {high:g}; got {_quoted(value)}"
    if not isinstance(metadata.get("mirrored", False), bool):
        return f"expected mirrored true or false; got {_quoted(metadata['mirrored'])}"
    if not isinstance(metadata.get("weights_digest"), str):
        return "the digest of its weights is missing"
    return _points_crop_problem(metadata.get("points_crop"))


def _depth(part: object) -> int:
    depth, level = 0, [part]
    while level:
        depth += 1
        level = [inner for one in level for inner in _parts(one)]
    return depth


def _parts(part: object) -> list[object]:
    return list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []


def _quoted(value: object) -> str:
    return plain_text(repr(value), longest=LONGEST_QUOTE)
