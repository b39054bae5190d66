"""A network that was trained elsewhere becomes a model file, once it is said what it must be fed."""

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from emocam.engine.classification import open_classifier
from emocam.engine.model_file import METADATA, ModelFileError, read_model_file
from emocam.labels import EMOTIONS
from emocam.resources import asset_path, shipped_models
from tests.training.exporting.keras_2 import published_mini_xception, save_as_keras_2
from training.__main__ import main
from training.data.real_faces import faces_in_folder, shipped_faces
from training.exporting.export import export
from training.exporting.foreign import Feeding, open_foreign

pytestmark = pytest.mark.training
LABELS = "angry,disgust,fear,happy,sad,surprise,neutral"
FED = ["--labels", LABELS, "--scale", "1/127.5", "--offset", "-1"]


@pytest.fixture(scope="module")
def published() -> keras.Model:
    """Return the published network with random weights, so large that it tells faces apart."""
    network = published_mini_xception()
    network.set_weights([3 * weight if weight.ndim == 4 else weight for weight in network.get_weights()])
    return network


@pytest.fixture
def theirs(published, tmp_path) -> Path:
    save_as_keras_2(published, tmp_path / "fer2013_mini_XCEPTION.102-0.66.hdf5")
    return tmp_path / "fer2013_mini_XCEPTION.102-0.66.hdf5"


def small(*, fed=(48, 48, 1), outputs=7, end="softmax") -> keras.Model:
    keras.utils.set_random_seed(2)
    face = keras.Input(fed)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(8, 5, strides=4, activation="relu")(face))
    return keras.Model(face, layers.Dense(outputs, activation=end)(x))


def test_keras_3_cannot_open_the_published_file_as_it_stands(theirs):
    with pytest.raises((ValueError, TypeError), match=r"groups|kernel_initializer"):
        keras.saving.load_model(theirs, compile=False)


def test_the_published_network_of_keras_2_is_exported_and_answers_as_it_did(theirs, published, tmp_path, capsys):
    out, before = tmp_path / "models" / "published.hdf5", theirs.read_bytes()
    assert main(["export", str(theirs), "--out", str(out), *FED, "--crop-margin", "0.1"]) == 0
    told = capsys.readouterr().out
    assert "and give 100.0% of them the same label" in told
    model = read_model_file(out)
    assert (model.labels, model.image_size_px, model.offset, model.crop_margin) == (EMOTIONS, 64, -1.0, 0.1)
    assert model.scale == pytest.approx(1 / 127.5)
    faces = shipped_faces(size_px=64)
    expected = published.predict(2 * (faces[..., np.newaxis] / np.float32(255) - 0.5), verbose=0)
    assert len(np.unique(expected.argmax(axis=1))) > 1
    np.testing.assert_allclose(open_classifier(out).classify(faces), expected, atol=1e-4)
    assert theirs.read_bytes() == before


def test_a_sequential_network_of_keras_2_is_opened(tmp_path):
    keras.utils.set_random_seed(2)
    network = keras.Sequential([
        keras.Input((48, 48, 1)), layers.Conv2D(8, 5, strides=4, activation="relu"), layers.Flatten(),
        layers.Dense(7, activation="softmax"),
    ])  # fmt: skip
    save_as_keras_2(network, tmp_path / "old.hdf5")
    face = np.random.default_rng(1).random((2, 48, 48, 1), np.float32)
    np.testing.assert_allclose(
        open_foreign(tmp_path / "old.hdf5").predict(face, verbose=0), network.predict(face, verbose=0), atol=1e-6
    )


@pytest.mark.parametrize(("fed", "size"), [((48, 48, 3), None), ((None, None, 1), 40), ((None, None, 3), 40)])
def test_a_keras_file_fed_in_colour_or_any_size_is_fed_gray_faces_of_one(tmp_path, fed, size):
    network, faces = small(fed=fed), shipped_faces()
    network.save(tmp_path / "theirs.keras")
    feeding = Feeding(EMOTIONS, scale=1 / 255, offset=0.0, image_size_px=size)
    made = export(tmp_path / "theirs.keras", tmp_path / "out.hdf5", images=faces, feeding=feeding).model
    crops = shipped_faces(size_px=made.image_size_px)
    seen = np.repeat(crops[..., np.newaxis] / np.float32(255), fed[2], axis=3)
    expected = network.predict(seen, verbose=0)
    np.testing.assert_allclose(open_classifier(tmp_path / "out.hdf5").classify(crops), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("network", "options", "told"),
    [
        (dict(outputs=8), [], "expected 8 labels, one for each output and in their order; got 7"),
        (dict(end=None), [], "The network must end in a softmax"),
        (dict(end="sigmoid"), [], "The network must end in a softmax"),
        (dict(fed=(48, 64, 1)), [], r"expected a network fed square pictures"),
        (dict(fed=(48, 48, 2)), [], r"expected a network fed square pictures"),
        (dict(fed=(None, None, 1)), [], "takes pictures of any size"),
        (dict(), ["--image-size", "64"], "is fed pictures of 48×48 pixels; --image-size says 64"),
    ],
)
def test_a_network_that_does_not_fit_what_is_said_of_it_is_refused(tmp_path, capsys, network, options, told):
    small(**network).save(tmp_path / "theirs.keras")
    out = tmp_path / "out.hdf5"
    assert main(["export", str(tmp_path / "theirs.keras"), "--out", str(out), *FED, *options]) == 1
    assert told in capsys.readouterr().err
    assert not out.exists() and not list(tmp_path.glob(".export-*"))


@pytest.mark.parametrize("options", [["--labels", LABELS], ["--scale", "1"], ["--crop-margin", "0.1"]])
def test_what_is_fed_must_be_said_whole(tmp_path, capsys, options):
    small().save(tmp_path / "theirs.keras")
    assert main(["export", str(tmp_path / "theirs.keras"), "--out", str(tmp_path / "out.hdf5"), *options]) == 1
    assert "expected --labels, --scale and --offset together" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--scale", "0"], "all faces would be one gray"),
        (["--scale", "inf"], "--scale: expected a number from -1000 to 1000; got inf"),
        (["--crop-margin", "9"], "--crop-margin: expected a number from -0.4 to 2; got 9"),
    ],
)
def test_numbers_that_feed_nothing_are_told(tmp_path, capsys, options, told):
    small().save(tmp_path / "theirs.keras")
    command = ["export", str(tmp_path / "theirs.keras"), "--out", str(tmp_path / "out.hdf5"), *FED]
    assert main([*command, *options]) == 1
    assert told in capsys.readouterr().err


def test_a_keras_file_without_a_word_on_its_feeding_is_refused(tmp_path, capsys):
    small().save(tmp_path / "theirs.keras")
    assert main(["export", str(tmp_path / "theirs.keras"), "--out", str(tmp_path / "out.hdf5")]) == 1
    assert "does not say what its network must be fed" in capsys.readouterr().err


def test_the_network_itself_is_not_written_over(tmp_path, capsys):
    small().save(tmp_path / "theirs.hdf5")
    assert main(["export", str(tmp_path / "theirs.hdf5"), *FED]) == 1
    assert "name the model file with --out" in capsys.readouterr().err
    assert main(["export", str(tmp_path / "theirs.hdf5"), *FED, "--out", str(tmp_path / "theirs.hdf5")]) == 1
    assert "is the network itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("labels", "told"),
    [("happy", "two at least"), ("happy,happy", "different labels"), ("happy,calm", "expected labels out of angry")],
)
def test_labels_that_the_app_does_not_know_are_told(capsys, labels, told):
    with pytest.raises(SystemExit):
        main(["export", "theirs.keras", "--labels", labels])
    assert told in capsys.readouterr().err


def test_a_lambda_layer_in_a_keras_file_is_refused_before_keras_sees_it(tmp_path, monkeypatch):
    face = keras.Input((48, 48, 1))
    x = layers.Lambda(lambda x: x * 2)(face)
    network = keras.Model(face, layers.Dense(7, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    network.save(tmp_path / "sly.keras")
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("Keras was asked"))
    with pytest.raises(ModelFileError, match=r"sly\.keras holds a Lambda layer, which runs code"):
        open_foreign(tmp_path / "sly.keras")


def rezipped(path: Path, name: str, content: bytes) -> None:
    """Replace one member of a .keras file."""
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, kept in {**members, name: content}.items():
            archive.writestr(member, kept)


def test_a_keras_file_that_claims_gigabytes_is_refused(tmp_path):
    small().save(tmp_path / "theirs.keras")
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file.create_dataset("empty", shape=(1 << 34,), dtype="f4", chunks=(1 << 16,))
    rezipped(tmp_path / "theirs.keras", "model.weights.h5", weights.getvalue())
    with pytest.raises(ModelFileError, match="at most 512 MB"):
        open_foreign(tmp_path / "theirs.keras")


@pytest.mark.parametrize("suffix", [".keras", ".hdf5"])
def test_a_network_that_would_take_gigabytes_as_it_is_built_is_refused_before(tmp_path, suffix, monkeypatch):
    theirs, largest = tmp_path / f"theirs{suffix}", 300_000_000
    small().save(theirs)
    if suffix == ".keras":
        with zipfile.ZipFile(theirs) as archive:
            config = archive.read("config.json")
        rezipped(theirs, "config.json", re.sub(rb'"units": \d+', b'"units": %d' % largest, config))
    else:
        with h5py.File(theirs, "r+") as file:
            file.attrs["model_config"] = re.sub(r'"units": \d+', f'"units": {largest}', file.attrs["model_config"])
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("it was built"))
    with pytest.raises(ModelFileError, match="at most 512 MB"):
        open_foreign(theirs)


@pytest.mark.parametrize("config", [b"not JSON", b"{}", b'{"class_name": "Functional", "config": 3}', b"[]"])
def test_a_keras_file_with_a_damaged_configuration_is_one_sentence(tmp_path, config):
    small().save(tmp_path / "theirs.keras")
    rezipped(tmp_path / "theirs.keras", "config.json", config)
    with pytest.raises(ModelFileError, match=r"theirs\.keras"):
        open_foreign(tmp_path / "theirs.keras")


def test_weights_alone_and_what_is_no_network_are_told(tmp_path):
    small().save_weights(tmp_path / "theirs.weights.h5")
    with pytest.raises(ModelFileError, match="perhaps its weights alone"):
        open_foreign(tmp_path / "theirs.weights.h5")
    (tmp_path / "notes.keras").write_text("not a network")
    with pytest.raises(ModelFileError, match=r"expected a \.keras file or a Keras \.hdf5 file"):
        open_foreign(tmp_path / "notes.keras")


def test_a_shipped_file_that_lost_its_description_is_described_by_hand(tmp_path):
    bare = Path(shutil.copy(shipped_models()["mini_xception_fer2013"], tmp_path / "bare.hdf5"))
    with h5py.File(bare, "r+") as file:
        told = json.loads(file.attrs[METADATA])
        del file.attrs[METADATA]
    feeding = Feeding(tuple(told["labels"]), told["scale"], told["offset"], crop_margin=told["crop_margin"])
    export(bare, tmp_path / "again.hdf5", images=shipped_faces(), feeding=feeding)
    faces = shipped_faces(size_px=48)
    again = open_classifier(tmp_path / "again.hdf5").classify(faces).argmax(axis=1)
    shipped = open_classifier(shipped_models()["mini_xception_fer2013"]).classify(faces).argmax(axis=1)
    assert (again == shipped).mean() > 0.9  # which averages the mirror image in


def test_faces_are_found_in_the_pictures_of_a_folder(tmp_path):
    (tmp_path / "more").mkdir()
    shutil.copy(asset_path("portrait_collins.jpg"), tmp_path / "more" / "one.jpg")
    shutil.copy(asset_path("portrait_hopper.jpg"), tmp_path / "two.jpg")
    (tmp_path / "._two.jpg").write_bytes(b"\0")
    assert len(faces_in_folder(tmp_path)) == 2


def test_a_folder_without_faces_is_told(tmp_path, capsys):
    Image.new("L", (64, 64), 90).save(tmp_path / "gray.png")
    small().save(tmp_path / "theirs.keras")
    command = ["export", str(tmp_path / "theirs.keras"), "--out", str(tmp_path / "out.hdf5"), *FED]
    assert main([*command, "--faces", str(tmp_path)]) == 1
    assert "found none in 1 pictures" in capsys.readouterr().err
