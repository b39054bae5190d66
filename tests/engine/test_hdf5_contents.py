"""A model file holds numbers, in itself: reading one opens no other file, and takes no memory that it does not have."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from emocam.engine.hdf5_contents import plain_datasets
from emocam.engine.model_file import ModelFileError, read_model_file, weights_digest, write_metadata
from emocam.resources import shipped_models

SHIPPED = shipped_models()["mini_xception_fer2013"]
ROOT = Path(__file__).parents[2]
Damage = Callable[[h5py.Group, Path], None]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copy(SHIPPED, tmp_path / "model.hdf5"))


def add_vlen(weights: h5py.Group, _: Path) -> None:
    weights.create_dataset("names", data=["a" * 100] * 10, dtype=h5py.string_dtype())


def add_reference(weights: h5py.Group, _: Path) -> None:
    weights.create_dataset("links", data=[weights.ref], dtype=h5py.ref_dtype)


def add_compound(weights: h5py.Group, _: Path) -> None:
    weights.create_dataset("pairs", data=np.zeros(3, [("a", "f4"), ("b", "f4")]))


def add_text(weights: h5py.Group, _: Path) -> None:
    weights.create_dataset("text", data=np.array([b"abc"]))


def add_array(weights: h5py.Group, _: Path) -> None:
    weights.create_dataset("arrays", shape=(2,), dtype=np.dtype(("f4", (1000,))))


def add_complex(weights: h5py.Group, _: Path) -> None:
    weights.create_dataset("complex", data=np.zeros(3, complex))


def add_empty(weights: h5py.Group, _: Path) -> None:
    weights["empty"] = h5py.Empty("f4")


def add_growing(weights: h5py.Group, _: Path) -> None:
    weights.create_dataset("growing", shape=(3,), maxshape=(None,), chunks=(1 << 20,), dtype="f4")


def add_type(weights: h5py.Group, _: Path) -> None:
    weights["type"] = np.dtype("f8")


def add_external_storage(weights: h5py.Group, elsewhere: Path) -> None:
    weights.create_dataset("kernel", shape=(4,), dtype="u1", external=[(str(elsewhere), 0, 4)])


def add_virtual(weights: h5py.Group, elsewhere: Path) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4", maxshape=(None,))
    layout[: h5py.h5s.UNLIMITED] = h5py.VirtualSource(str(elsewhere), "a", shape=(4,), maxshape=(None,))[
        : h5py.h5s.UNLIMITED
    ]
    weights.create_virtual_dataset("virtual", layout)


def add_external_link(weights: h5py.Group, elsewhere: Path) -> None:
    weights["link"] = h5py.ExternalLink(str(elsewhere), "/a")


def add_soft_link(weights: h5py.Group, _: Path) -> None:
    weights["soft"] = h5py.SoftLink("/litert")


def add_reference_attribute(weights: h5py.Group, _: Path) -> None:
    weights.attrs["ref"] = weights.ref


def add_table_attribute(weights: h5py.Group, _: Path) -> None:
    weights.attrs["table"] = np.zeros((10, 10))


DAMAGES: dict[str, tuple[Damage, str]] = {
    "texts of any length": (add_vlen, "expected numbers in /model_weights/names"),
    "references": (add_reference, "expected numbers"),
    "compounds": (add_compound, "expected numbers"),
    "texts": (add_text, "expected numbers"),
    "arrays": (add_array, "expected numbers"),
    "complex numbers": (add_complex, "expected numbers"),
    "no shape": (add_empty, "no fixed size"),
    "a growing size": (add_growing, "no fixed size"),
    "a type": (add_type, "neither a group nor a dataset"),
    "external storage": (add_external_storage, "kept in another file"),
    "virtual storage": (add_virtual, "kept in another file"),
    "external link": (add_external_link, "a link to something else"),
    "soft link": (add_soft_link, "a link to something else"),
    "attribute of references": (add_reference_attribute, "in the attribute ref"),
    "attribute of a table": (add_table_attribute, "attribute table"),
}


@pytest.mark.parametrize(("damage", "words"), DAMAGES.values(), ids=DAMAGES)
def test_what_is_no_plain_number_in_the_file_itself_is_refused(model: Path, damage: Damage, words: str):
    elsewhere = model.with_name("elsewhere")
    if hasattr(os, "mkfifo"):
        os.mkfifo(elsewhere)  # whoever opens it waits for ever
    with h5py.File(model, "r+") as file:
        damage(file["model_weights"], elsewhere)
    for read in (read_model_file, weights_digest, lambda path: write_metadata(path, {})):
        with pytest.raises((ModelFileError, ValueError), match=words):
            read(model)


def test_links_in_a_circle_are_gone_through_once(tmp_path: Path):
    with h5py.File(tmp_path / "circle.hdf5", "w") as file:
        inner = file.create_group("a/b")
        inner["back"] = file["a"]
        inner["numbers"] = np.arange(3)
        inner["again"] = inner["numbers"]
        assert [dataset.shape for dataset in plain_datasets(file)] == [(3,)]


@pytest.mark.parametrize("filters", [{"compression": "gzip"}, {"scaleoffset": 2}, {"compression": "lzf"}])
def test_packed_weights_are_refused_with_what_unpacks_them(model: Path, filters: dict[str, object]):
    with h5py.File(model, "r+") as file:
        file["model_weights"].create_dataset("packed", data=np.zeros((64, 64), "i4"), **filters)
    with pytest.raises(ModelFileError, match="unpack it: h5repack"):
        read_model_file(model)


def test_weights_that_were_never_written_are_refused(model: Path):
    with h5py.File(model, "r+") as file:
        file["model_weights"].create_dataset("hole", shape=(1 << 20,), dtype="f4", fillvalue=1)
    with pytest.raises(ModelFileError, match="not there as a whole"):
        read_model_file(model)


READ_ALL = """
import resource, sys
from pathlib import Path
from emocam.engine.model_file import ModelFileError, read_model_file
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    try:
        read_model_file(Path(path))
    except ModelFileError as error:
        print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="units of memory differ")
def test_small_files_that_claim_much_are_refused_before_they_take_it(tmp_path: Path):
    paths = [tmp_path / f"{name}.hdf5" for name in ("bytes", "packed", "many", "halves")]
    for path in paths:
        shutil.copy(SHIPPED, path)
    claims: tuple[tuple[str, int, dict[str, str]], ...]
    claims = (("u1", 500 << 20, {}), ("u1", 500 << 20, {"compression": "gzip"}), ("f2", 1 << 17, {}),
              ("f8", 60 << 20, {"compression": "gzip"}))  # fmt: skip
    for path, (kind, size, filters) in zip(paths, claims, strict=True):
        with h5py.File(path, "r+") as file:
            for number in range(2000 if path.stem == "many" else 1):
                chunks = (1 << 17,)
                file["model_weights"].create_dataset(f"w{number}", (size,), kind, chunks=chunks, **filters)
        assert path.stat().st_size < 8_000_000
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, *map(str, paths)], cwd=ROOT, capture_output=True, text=True, check=True,
        timeout=120,
    )  # fmt: skip
    *refusals, grown_kb = done.stdout.splitlines()
    assert len(refusals) == 4
    assert all("at most 512 MB" in line for line in refusals[:3])
    assert int(grown_kb) < 100_000


BOMBS = {
    "[" * 100_000: "recursion",
    "[" * 900 + "]" * 900: "no JSON object",
    '{"a":' * 50 + "1" + "}" * 50: "nested",
    '"' + "a" * (9 << 20) + '"': "a text of at most",
}


@pytest.mark.parametrize(("text", "words"), BOMBS.items(), ids=BOMBS.values())
def test_a_description_that_is_a_bomb_is_refused(model: Path, text: str, words: str):
    with h5py.File(model, "r+") as file:
        file.attrs["emocam"] = text
    with pytest.raises(ModelFileError, match=words):
        read_model_file(model)


def test_an_error_quotes_no_character_of_the_file_that_a_terminal_obeys(model: Path):
    with h5py.File(model, "r+") as file:
        file["model_weights"]["\x1b[2J"] = h5py.SoftLink("/litert")
    with pytest.raises(ModelFileError) as failure:
        read_model_file(model)
    assert str(failure.value).isprintable()
