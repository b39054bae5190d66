"""A model file is used only if it says what it needs, and runs no code."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emocam.engine.model_file import (
    LITERT,
    LITERT_DIGEST,
    METADATA,
    ModelFileError,
    read_model_file,
    refused_layers,
    resolve_model,
    weights_digest,
    write_litert,
    write_metadata,
)
from emocam.engine.network import with_temperature
from emocam.engine.region import PointsCrop
from emocam.labels import CONTEMPT, EMOTIONS
from emocam.resources import shipped_models

SHIPPED = next(iter(shipped_models().values()))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of a shipped model, to be damaged."""
    return Path(shutil.copy(SHIPPED, tmp_path / "model.hdf5"))


def change_metadata(path: Path, **changes: Any) -> None:
    with h5py.File(path, "r+") as file:
        metadata = json.loads(file.attrs[METADATA])
        file.attrs[METADATA] = json.dumps({**metadata, **changes})


def change_config(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config)
        file.attrs["model_config"] = json.dumps(config)


@pytest.mark.parametrize("name", shipped_models())
def test_every_shipped_model_says_what_it_needs(name: str):
    model = read_model_file(resolve_model(name))
    assert model.labels in (EMOTIONS, (*EMOTIONS, CONTEMPT))
    assert model.litert is not None
    assert {"dataset", "split", "selection_rule", "metrics", "licence", "date"} <= set(model.metadata)


def test_a_file_that_is_no_hdf5_is_refused(tmp_path: Path):
    path = tmp_path / "notes.hdf5"
    path.write_text("not a model")
    with pytest.raises(ModelFileError, match=r"notes.hdf5 cannot be read as an HDF5 model"):
        read_model_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ModelFileError, match="does not exist"):
        read_model_file(tmp_path / "gone.hdf5")


def test_hdf5_without_a_model_is_refused(tmp_path: Path):
    with h5py.File(tmp_path / "data.hdf5", "w") as file:
        file["numbers"] = np.arange(3)
    with pytest.raises(ModelFileError, match="without a Keras model"):
        read_model_file(tmp_path / "data.hdf5")


def test_a_file_without_a_description_is_refused_with_the_command_that_stamps_it(model: Path):
    with h5py.File(model, "r+") as file:
        del file.attrs[METADATA]
    with pytest.raises(ModelFileError, match="python -m training export"):
        read_model_file(model)


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ["happy", "happy"]},
        {"labels": ["cat", "dog"]},
        {"labels": "happy"},
        {"image_size_px": 0},
        {"image_size_px": "48"},
        {"scale": None},
        {"scale": float("nan")},
        {"temperature": 0},
        {"temperature": True},
        {"mirrored": "yes"},
        {"crop_margin": -3},
        {"weights_digest": 5},
        {"points_crop": 0.1},
        {"points_crop": {"raised": 0.1}},
        {"points_crop": {"margin": -0.6}},
        {"points_crop": {"margin": 0, "raised": 2}},
        {"points_crop": {"margin": 0, "raised": float("nan")}},
        {"points_crop": {"margin": 0, "turned": 1}},
    ],
)
def test_a_description_that_makes_no_sense_is_refused(model: Path, changes: dict[str, Any]):
    change_metadata(model, **changes)
    with pytest.raises(ModelFileError):
        read_model_file(model)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (None, PointsCrop(0.1, 0.0, True)),
        ({"margin": 0.05}, PointsCrop(0.05, 0.0, True)),
        ({"margin": -0.05, "raised": 0.1, "turned": False}, PointsCrop(-0.05, 0.1, False)),
    ],
)
def test_a_file_that_does_not_say_how_to_cut_by_points_is_cut_as_by_its_box(model: Path, stated, expected):
    change_metadata(model, crop_margin=0.1, points_crop=stated)
    assert read_model_file(model).points_crop == expected


def test_weights_that_the_description_was_not_written_for_are_refused(model: Path):
    with h5py.File(model, "r+") as file:
        datasets: list[h5py.Dataset] = []
        file["model_weights"].visititems(lambda _, item: datasets.append(item) if hasattr(item, "dtype") else None)
        datasets[0][...] = datasets[0][...] + 1
    with pytest.raises(ModelFileError, match="weights are not those"):
        read_model_file(model)


def test_a_compiled_network_of_other_weights_is_left_out(model: Path):
    with h5py.File(model, "r+") as file:
        file[LITERT].attrs["weights_digest"] = "of other weights"
    assert read_model_file(model).litert is None


def test_a_flipped_bit_in_the_compiled_network_is_refused(model: Path):
    with h5py.File(model, "r+") as file:
        file[LITERT][9000] = file[LITERT][9000] ^ 1
    with pytest.raises(ModelFileError, match="the compiled network is damaged"):
        read_model_file(model)


def test_a_compiled_network_without_a_digest_of_its_own_is_taken(model: Path):
    with h5py.File(model, "r+") as file:
        del file[LITERT].attrs[LITERT_DIGEST]
    assert read_model_file(model).litert is not None


def test_a_lambda_layer_is_refused_by_name(model: Path):
    change_config(model, lambda config: config["config"]["layers"][2].update(class_name="Lambda"))
    with pytest.raises(ModelFileError, match="a Lambda layer, which runs code"):
        read_model_file(model)


def test_refused_layers_are_named_before_there_is_a_file():
    known = {"class_name": "Dense", "config": {"kernel_initializer": {"class_name": "GlorotUniform", "config": {}}}}
    custom = {"class_name": "Sly", "module": "theirs", "registered_name": "theirs>Sly", "config": {}}
    assert refused_layers({"layers": [known]}) == []
    assert refused_layers({"layers": [custom, known, {"class_name": "Lambda"}]}) == ["Lambda", "theirs.theirs>Sly"]


def test_a_lambda_layer_inside_another_layer_is_refused(model: Path):
    def hide(config: dict[str, Any]) -> None:
        layer = config["config"]["layers"][2]
        inner = {"class_name": "Lambda", "config": {}}
        layer["config"]["layer"] = inner

    change_config(model, hide)
    with pytest.raises(ModelFileError, match="Lambda"):
        read_model_file(model)


def test_an_unknown_layer_is_refused_by_name(model: Path):
    change_config(model, lambda config: config["config"]["layers"][2].update(class_name="Mystery"))
    with pytest.raises(ModelFileError, match="the layer Mystery"):
        read_model_file(model)


def test_a_layer_registered_by_other_code_is_refused(model: Path):
    change_config(model, lambda config: config["config"]["layers"][2].update(registered_name="Custom>Conv2D"))
    with pytest.raises(ModelFileError, match="Custom>Conv2D"):
        read_model_file(model)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(model: Path, data: st.DataObject):
    whole = bytearray(SHIPPED.read_bytes())
    if data.draw(st.booleans()):
        whole = whole[: data.draw(st.integers(0, len(whole)))]
    for place in data.draw(st.lists(st.integers(0, max(0, len(whole) - 1)), max_size=20)):
        if whole:
            whole[place] ^= 0xFF
    model.write_bytes(whole)
    try:
        read_model_file(model)
    except ModelFileError as error:
        assert "model.hdf5" in str(error)


def test_what_is_written_is_read_again(model: Path):
    write_metadata(model, {**read_model_file(model).metadata, "temperature": 1.25, "dataset": "=mine"})
    write_litert(model, b"compiled")
    again = read_model_file(model)
    assert (again.temperature, again.metadata["dataset"], again.litert) == (1.25, "=mine", b"compiled")
    assert again.weights_digest == weights_digest(SHIPPED)


def test_a_temperature_of_one_changes_nothing_and_a_higher_one_lowers_confidence():
    probabilities = np.array([[0.7, 0.2, 0.1]], np.float32)
    np.testing.assert_allclose(with_temperature(probabilities, 1.0), probabilities, atol=1e-6)
    assert with_temperature(probabilities, 2.0)[0, 0] < 0.7


@pytest.mark.parametrize("bits", [29, 40])
def test_weights_that_claim_more_than_a_machine_has_are_refused_before_they_are_read(model: Path, bits: int):
    with h5py.File(model, "r+") as file:
        file["model_weights"].create_dataset("empty", shape=(1 << bits,), dtype="f4", chunks=(1 << 16,))
    assert model.stat().st_size < 2_000_000  # HDF5 keeps no part that was never written
    with pytest.raises(ModelFileError, match="at most 512 MB"):
        read_model_file(model)


def test_a_compiled_network_that_claims_gigabytes_is_refused(model: Path):
    with h5py.File(model, "r+") as file:
        digest = file[LITERT].attrs["weights_digest"]
        del file[LITERT]
        file.create_dataset(LITERT, shape=(1 << 34,), dtype="u1", chunks=(1 << 16,)).attrs["weights_digest"] = digest
    with pytest.raises(ModelFileError, match="at most 512 MB"):
        read_model_file(model)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(EMOTIONS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["labels", "image_size_px", "scale", "offset", "crop_margin", "points_crop", "temperature", "weights_digest",
     "metrics"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(description=st.dictionaries(FIELDS, JSON, max_size=3), is_whole=st.booleans())
def test_any_description_is_taken_or_refused_and_nothing_else(model: Path, description: dict[str, Any], is_whole: bool):
    known = read_model_file(SHIPPED).metadata if is_whole else {}
    with h5py.File(model, "r+") as file:
        file.attrs[METADATA] = json.dumps({**known, **description})
    try:
        taken = read_model_file(model)
    except ModelFileError as error:
        assert "model.hdf5" in str(error)
    else:
        assert len(taken.labels) == len(set(taken.labels)) >= 2
        assert all(np.isfinite([taken.scale, taken.offset, taken.crop_margin, taken.temperature]))
