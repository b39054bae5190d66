"""A network that the app would refuse, or that is not there, is refused before hours are spent on it."""

from collections.abc import Iterator
from dataclasses import replace

import keras
import pytest
from keras import layers

from training.__main__ import main
from training.fitting.fit import fit
from training.fitting.recipes import MINI_XCEPTION_ALONE, RECIPES
from training.networks.register import NETWORKS, NetworkError, network

pytestmark = pytest.mark.training
BEFORE = replace(MINI_XCEPTION_ALONE, name="before")
REFUSED = replace(MINI_XCEPTION_ALONE, name="refused", architecture="throw_away", starts_from="before")


@pytest.fixture
def throw_away(monkeypatch) -> Iterator[None]:
    """Register a network with a layer that the app does not know, and a recipe that asks for it after another one."""

    @network("throw_away", parameters=0)
    def throw_away(*, image_size_px, heads, is_fitted=False):
        inputs = keras.Input((image_size_px, image_size_px, 1))
        x = layers.GlobalAveragePooling2D()(layers.GaussianNoise(0.1)(inputs))
        outputs = {name: layers.Dense(count, name=f"{name}_scores")(x) for name, count in heads.items()}
        return keras.Model(inputs, {name: layers.Softmax(name=name)(scores) for name, scores in outputs.items()})

    for recipe in (BEFORE, REFUSED):
        monkeypatch.setitem(RECIPES, recipe.name, recipe)
    yield
    del NETWORKS["throw_away"]


def command(files, recipe: str, out) -> list[str]:
    return ["fit", "--recipe", recipe, "--data", str(files[0]), "--ferplus", str(files[1]), "--out", str(out)]


@pytest.mark.usefixtures("throw_away")
def test_a_layer_that_the_app_refuses_stops_a_fit_before_its_first_recipe(files, tmp_path, capsys):
    assert main(command(files, "refused", tmp_path / "run")) == 1
    told = capsys.readouterr()
    assert "recipe refused: the network throw_away holds GaussianNoise" in told.err
    assert "Build the network of other layers" in told.err
    assert "epoch 1" not in told.out
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("throw_away")
def test_a_fit_from_python_is_stopped_too(data, tmp_path):
    with pytest.raises(NetworkError, match="GaussianNoise"):
        fit(data, REFUSED, folder=tmp_path / "run", on_epoch=lambda *_: None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("named", "end", "told"),
    [
        ("{}", layers.Activation, "expected of the network no_softmax a softmax over 7 labels named fer2013"),
        ("{}_ours", layers.Softmax, "a layer fer2013_scores with a kernel and a bias for 7 labels"),
    ],
)
def test_answers_that_are_no_probabilities_stop_a_fit(files, tmp_path, monkeypatch, capsys, named, end, told):
    @network("no_softmax", parameters=0)
    def no_softmax(*, image_size_px, heads, is_fitted=False):
        inputs = keras.Input((image_size_px, image_size_px, 1))
        x, outputs = layers.GlobalAveragePooling2D()(inputs), {}
        for name, count in heads.items():
            scores = layers.Dense(count, name=f"{named.format(name)}_scores")(x)
            last = end(name=name) if end is layers.Softmax else end("sigmoid", name=name)
            outputs[name] = last(scores)
        return keras.Model(inputs, outputs)

    monkeypatch.setitem(RECIPES, "before", replace(BEFORE, architecture="no_softmax"))
    try:
        assert main(command(files, "before", tmp_path / "run")) == 1
    finally:
        del NETWORKS["no_softmax"]
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_unknown_architecture_stops_a_fit_with_the_known_ones(files, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(RECIPES, "unknown", replace(BEFORE, name="unknown", architecture="alexnet"))
    assert main(command(files, "unknown", tmp_path / "run")) == 1
    told = capsys.readouterr().err
    assert "no network is called alexnet; known are andreas100, " in told and ", residual, " in told
    assert not list(tmp_path.iterdir())
