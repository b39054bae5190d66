"""A model answers with one probability for each label, or is refused."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from emocam.engine import classification
from emocam.engine.classification import open_classifier
from emocam.engine.model_file import LITERT, METADATA, ModelFileError, read_model_file, write_litert, write_metadata
from emocam.resources import shipped_models

SHIPPED = next(iter(shipped_models().values()))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copy(SHIPPED, tmp_path / "model.hdf5"))


def test_crops_get_probabilities_that_sum_to_one_in_any_number():
    crops = np.random.default_rng(1).integers(0, 256, (5, 48, 48), np.uint8)
    classifier = open_classifier(SHIPPED)
    answers = classifier.classify(crops)
    assert answers.shape == (5, len(classifier.model.labels))
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(classifier.classify(crops[3:4])[0], answers[3])


def test_a_mirrored_network_answers_with_the_mean_of_a_face_and_its_mirror_image(model: Path):
    crops = np.random.default_rng(1).integers(0, 256, (3, 48, 48), np.uint8)
    crops[:, :, 30:] = 90  # one side unlike the other
    metadata = {**read_model_file(model).metadata, "temperature": 1.0}
    write_metadata(model, {**metadata, "mirrored": False})
    plain = open_classifier(model)
    expected = (plain.classify(crops) + plain.classify(crops[:, :, ::-1])) / 2
    assert np.abs(expected - plain.classify(crops)).max() > 0.01
    write_metadata(model, {**metadata, "mirrored": True})
    np.testing.assert_allclose(open_classifier(model).classify(crops), expected, atol=1e-6)


def test_a_damaged_compiled_network_is_refused(model: Path):
    write_litert(model, b"no network at all")
    with pytest.raises(ModelFileError, match="compiled network is damaged"):
        open_classifier(model)


def test_a_network_with_more_outputs_than_labels_is_refused(model: Path):
    with h5py.File(model, "r+") as file:
        metadata = json.loads(file.attrs[METADATA])
        metadata["labels"] = metadata["labels"][:3]
        file.attrs[METADATA] = json.dumps(metadata)
    with pytest.raises(ModelFileError, match="expected 3 outputs"):
        open_classifier(model)


def even_or(answer: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Return a network that gives an even face the same probability for each label, and another what `answer` says."""

    def network(faces: np.ndarray) -> np.ndarray:
        same = np.full(7, 1 / 7, np.float32)
        return np.stack([same if np.ptp(face) == 0 else answer(same) for face in faces])

    return network


@pytest.mark.parametrize(
    "answer",
    [lambda same: same * np.nan, lambda same: same - 0.5 * np.eye(7)[0] + 0.5 * np.eye(7)[1], lambda same: same * 0.9],
    ids=["no number", "less than nothing", "not one in all"],
)
def test_a_network_that_fails_on_some_faces_only_is_refused(monkeypatch: pytest.MonkeyPatch, answer):
    fer2013 = shipped_models()["mini_xception_fer2013"]
    monkeypatch.setattr(classification, "_litert_network", lambda *_: even_or(answer))
    with pytest.raises(ModelFileError, match="expected probabilities that sum to 1"):
        open_classifier(fer2013)
    monkeypatch.setattr(classification, "_litert_network", lambda *_: even_or(lambda same: same))
    open_classifier(fer2013)


@pytest.mark.training
@pytest.mark.parametrize("raised", [MemoryError(), RecursionError(), ZeroDivisionError(), NotImplementedError("a\nb")])
def test_whatever_keras_raises_is_a_refusal(model: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception):
    keras = pytest.importorskip("keras")
    with h5py.File(model, "r+") as file:
        del file[LITERT]

    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(keras.saving, "load_model", fail)
    with pytest.raises(ModelFileError, match=rf"cannot be opened by Keras \({type(raised).__name__}"):
        open_classifier(model)


@pytest.mark.training
@pytest.mark.parametrize(
    "change",
    [
        lambda layers: [layer["config"].update(filters=1 << 20) for layer in layers if "filters" in layer["config"]],
        lambda layers: layers[0]["config"].update(batch_shape=[None, 1 << 20, 1 << 20, 1]),
    ],
    ids=["weights", "pictures"],
)
def test_a_description_that_asks_keras_for_gigabytes_is_refused(model: Path, change):
    pytest.importorskip("keras")
    with h5py.File(model, "r+") as file:
        del file[LITERT]
        config = json.loads(file.attrs["model_config"])
        change(config["config"]["layers"])
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(ModelFileError, match="at most 512 MB"):
        open_classifier(model)


def test_a_network_of_another_input_size_is_refused(model: Path):
    with h5py.File(model, "r+") as file:
        metadata = json.loads(file.attrs[METADATA])
        metadata["image_size_px"] = 64
        file.attrs[METADATA] = json.dumps(metadata)
    with pytest.raises(ModelFileError, match="one 64×64 gray face"):
        open_classifier(model)


def test_without_a_compiled_network_and_without_keras_the_command_is_named(
    model: Path, monkeypatch: pytest.MonkeyPatch
):
    with h5py.File(model, "r+") as file:
        del file[LITERT]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelFileError, match=r"python -m training export .*model\.hdf5"):
        open_classifier(model)


@pytest.mark.training
def test_without_a_compiled_network_keras_gives_the_same_answers(model: Path):
    pytest.importorskip("keras")
    crops = np.random.default_rng(2).integers(0, 256, (2, 48, 48), np.uint8)
    compiled = open_classifier(model).classify(crops)
    with h5py.File(model, "r+") as file:
        del file[LITERT]
    np.testing.assert_allclose(open_classifier(model).classify(crops), compiled, atol=1e-4)
    assert "keras" in sys.modules
