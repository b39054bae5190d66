"""A run's files: what is cut, damaged or of another make is said, and what is whole is replaced in one step."""

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from training.data.faces import FaceData
from training.fitting.checkpoints import load_network, save_network
from training.fitting.compare import _read_scores
from training.fitting.fit import fit
from training.fitting.history import RunError, read_history, write_history
from training.fitting.recipes import FER2013, MINI_XCEPTION_ALONE
from training.whole_files import write_whole

pytestmark = pytest.mark.training
RECIPE = replace(MINI_XCEPTION_ALONE, name="cut", epochs=1, heads=(FER2013,))


def go_on(data: FaceData, folder: Path) -> None:
    fit(data, RECIPE, folder=folder, on_epoch=lambda *_: None)


@pytest.fixture(scope="module")
def finished(data: FaceData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("run")
    go_on(data, folder)
    return folder


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A finished run, to be damaged."""
    for path in finished.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize("left", [0, 1, 100, 0.5, 0.99], ids=str)
@pytest.mark.parametrize("name", ["checkpoint.keras", "recipe.json", "faces.sha256"])
def test_a_file_of_a_run_that_is_cut_short_is_a_sentence(data: FaceData, run: Path, name: str, left: float):
    whole = (run / name).read_bytes()
    (run / name).write_bytes(whole[: int(left * len(whole)) if isinstance(left, float) else min(left, len(whole) - 1)])
    with pytest.raises(RunError, match=rf"{name} is empty, cut short or damaged .*[dD]elete"):
        go_on(data, run)


def test_a_run_whose_figures_are_cut_short_is_a_sentence(data: FaceData, run: Path):
    history = run / "history_fer2013.csv"
    history.write_text(history.read_text().splitlines(keepends=True)[0])
    with pytest.raises(RunError, match="a network of 1 epochs and the figures of 0"):
        go_on(data, run)


@pytest.mark.parametrize("text", ["", "[0.5,", "[]", "{}"])
def test_scores_that_are_cut_short_are_a_sentence(tmp_path: Path, text: str):
    (tmp_path / "scores.json").write_text(text)
    with pytest.raises(RunError, match="scored anew"):
        _read_scores(tmp_path / "scores.json")


def test_a_checkpoint_with_a_layer_that_runs_code_is_refused_before_keras_reads_it(
    run: Path, monkeypatch: pytest.MonkeyPatch
):
    path = run / "checkpoint.keras"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["config"]["layers"][2]["class_name"] = "Lambda"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**members, "config.json": json.dumps(config)}.items():
            archive.writestr(name, content)
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("Keras has read it"))
    with pytest.raises(RunError, match=r"checkpoint\.keras holds Lambda"):
        load_network(path)


def test_a_network_that_is_kept_comes_back_with_its_optimizer_and_without(tmp_path: Path):
    network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    network.compile(keras.optimizers.AdamW(), loss="categorical_crossentropy")
    network.fit(np.ones((8, 4)), np.eye(3)[np.zeros(8, int)], verbose=0)
    path = tmp_path / "checkpoint.keras"
    for _ in range(2):
        save_network(network, path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.keras"]
    again = load_network(path, is_compiled=True)
    assert int(again.optimizer.iterations) == 1
    np.testing.assert_array_equal(load_network(path).get_weights()[0], network.get_weights()[0])
    save_network(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]), path)
    with pytest.raises(RunError, match="no optimizer"):
        load_network(path, is_compiled=True)


def test_a_file_is_on_the_disk_before_it_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []
    sync, move = os.fsync, Path.replace

    def note_sync(opened: int) -> None:
        done.append("sync")
        sync(opened)

    def note_move(path: Path, to: Path) -> Path:
        done.append("replace")
        return move(path, to)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_move)
    write_whole(tmp_path / "recipe.json", "{}")
    write_history(tmp_path / "history.csv", [])
    network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    save_network(network, tmp_path / "checkpoint.keras")
    assert [step for step in done if step == "replace"] == ["replace"] * 3
    assert all(done[number - 1] == "sync" for number, step in enumerate(done) if step == "replace")
    assert read_history(tmp_path / "history.csv") == []
