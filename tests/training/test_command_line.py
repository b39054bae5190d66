"""From a data file to a model file with its report, by the commands that the README names."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from emocam.engine.model_file import METADATA, read_model_file
from emocam.resources import shipped_models
from tests.training.faces_file import write_fer2013
from training.__main__ import main

pytestmark = pytest.mark.training
ROOT = Path(__file__).parents[2]


def fit_command(files, out: Path, *, epochs: int = 2, backend: str = "tensorflow") -> list[str]:
    return [
        sys.executable, "-m", "training", "fit", "--data", str(files[0]), "--ferplus", str(files[1]),
        "--recipe", "mini_xception_taught", "--epochs", str(epochs), "--out", str(out), "--backend", backend,
    ]  # fmt: skip


def run_fit(files, out: Path, **choices) -> str:
    done = subprocess.run(
        fit_command(files, out, **choices), cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def run(files, tmp_path_factory) -> Path:
    """Return the folder of a finished run, beside those of its teacher and of what that started from."""
    out = tmp_path_factory.mktemp("runs") / "mini_xception_taught"
    told = run_fit(files, out)
    assert told.count("epoch 2 of 2") == 3
    assert "python -m training export" in told
    assert (out.parent / "residual_first" / "residual_first_ferplus.hdf5").exists()
    return out


def weights(path: Path) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    with h5py.File(path) as file:
        file["model_weights"].visititems(
            lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
        )
    return found


@pytest.mark.parametrize(("head", "parameters"), [("fer2013", 58_423), ("ferplus", 59_576)])
def test_a_run_is_exported_scored_and_reported(files, run, tmp_path, capsys, head, parameters):
    out = tmp_path / "models" / "tiny.hdf5"
    weights_file = run / f"mini_xception_taught_{head}.hdf5"
    assert main(["export", str(weights_file), "--out", str(out), "--data", str(files[0])]) == 0
    assert "differ by at most" in capsys.readouterr().out
    model = read_model_file(out)
    assert model.litert is not None
    assert model.metadata["recipe"]["epochs"] == 2

    scored = ["--data", str(files[0]), "--ferplus", str(files[1]), "--split", "PublicTest"]
    assert main(["evaluate", str(out), *scored, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    expected = {"n", "accuracy", "accuracy_ci95", "macro_f1", "per_class", "confusion", "three_class_accuracy", "ece"}
    assert expected | {"parameters"} <= set(scores)
    assert (scores["n"], scores["parameters"]) == (35, parameters)
    assert np.array(scores["confusion"]).sum() == 35

    assert main(["report", str(out), *scored]) == 0
    page = out.with_suffix(".md").read_text()
    assert f"{100 * scores['accuracy']:.1f} %" in page
    assert f"{parameters:,}" in page
    for name in ("curves.png", "confusion.png", "confidence.png", "robustness.png"):
        assert (out.with_suffix("") / name).stat().st_size > 10_000
    told = read_model_file(out).metadata["metrics"]["public_test"]
    assert (told["accuracy"], told["judged_by"]) == (scores["accuracy"], head)
    assert len(told["sensitivity"]["three"]["labelled"]) == 101


def test_the_mean_of_several_models_and_of_mirror_images_is_scored(files, run, capsys):
    models = [str(run / "mini_xception_taught_fer2013.hdf5"), str(run / "mini_xception_taught_ferplus.hdf5")]
    scored = ["--data", str(files[0]), "--split", "PublicTest", "--json"]
    assert main(["evaluate", *models, *scored, "--mirrored"]) == 0
    assert json.loads(capsys.readouterr().out)["parameters"] == 58_423 + 59_576


def test_a_run_that_was_killed_goes_on_to_the_same_weights(files, run, tmp_path):
    out = tmp_path / "killed"
    for before in ("residual_start", "residual_first"):
        shutil.copytree(run.parent / before, tmp_path / before)
    process = subprocess.Popen(fit_command(files, out), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("3 fits, 2 epochs after 4 that are finished: ")
    first = process.stdout.readline()
    process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    process.wait()
    process.stdout.close()
    assert first.startswith("epoch 1 of 2")
    assert not list(out.glob("*.hdf5"))
    assert "epoch 1 of 2" not in run_fit(files, out)
    resumed, whole = (weights(folder / "mini_xception_taught_fer2013.hdf5") for folder in (out, run))
    assert resumed.keys() == whole.keys()
    for name, values in whole.items():
        np.testing.assert_allclose(resumed[name], values, rtol=1e-4, atol=1e-5, err_msg=name)


def test_a_folder_of_another_run_is_not_gone_on_with(files, run, capsys):
    arguments = fit_command(files, run, epochs=3)[3:]
    assert main(arguments) == 1
    assert "holds a run of other recipe" in capsys.readouterr().err


def test_a_recipe_with_votes_asks_for_them(files, capsys):
    assert main(["fit", "--data", str(files[0]), "--recipe", "mini_xception_fer2013"]) == 1
    assert "--ferplus" in capsys.readouterr().err


def test_ctrl_c_says_that_the_run_can_go_on(files, tmp_path, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("training.fitting.progress.fit_with_progress", interrupted)
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert main(fit_command(files, tmp_path / "run")[3:]) == 130
    assert "the same command goes on from there" in capsys.readouterr().err


def test_export_refuses_noise(run, tmp_path, capsys):
    rng = np.random.default_rng(0)
    noise = [(i % 7, rng.integers(0, 256, (48, 48), np.uint8), "Training") for i in range(14)]
    data = write_fer2013(tmp_path / "noise.csv", noise)
    out = tmp_path / "a.hdf5"
    assert main(["export", str(run / "mini_xception_taught_ferplus.hdf5"), "--out", str(out), "--data", str(data)]) == 1
    assert "noise or blank" in capsys.readouterr().err
    assert not out.exists()


def test_a_file_without_a_description_is_stamped_by_a_recipe(files, run, tmp_path, capsys):
    bare = Path(shutil.copy(run / "mini_xception_taught_fer2013.hdf5", tmp_path / "bare.hdf5"))
    with h5py.File(bare, "r+") as file:
        del file.attrs[METADATA]
    assert main(["export", str(bare), "--data", str(files[0])]) == 1
    assert "--recipe" in capsys.readouterr().err
    assert main(["export", str(bare), "--data", str(files[0]), "--recipe", "mini_xception_fer2013"]) == 0
    assert read_model_file(bare).litert is not None


def test_a_shipped_model_is_scored_without_tensorflow(files):
    model = next(iter(shipped_models().values()))
    arguments = ["evaluate", str(model), "--data", str(files[0]), "--split", "PublicTest", "--json"]
    code = (
        "import sys; from training.__main__ import main; status = main(sys.argv[1:]);"
        "assert not {'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["n"] == 35


def test_data_errors_are_one_sentence(tmp_path, capsys):
    model = next(iter(shipped_models().values()))
    assert main(["evaluate", str(model), "--data", str(tmp_path / "gone.csv"), "--split", "PublicTest"]) == 1
    assert capsys.readouterr().err.strip().endswith("gone.csv: no such file")
