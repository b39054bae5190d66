"""The networks of the zoo get the same computation each, and a line of results that is not made twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from training.__main__ import main
from training.fitting.plan import PASSES, flops_for_a_face
from training.fitting.recipes import RECIPES
from training.networks.register import NETWORKS
from training.reporting.zoo import best_of_each, mcnemar
from training.zoo.entries import BUDGETS, ZOO, full_fit_flops, zoo_recipe
from training.zoo.runs import RESULTS_FILE, right_answers

pytestmark = pytest.mark.training
ROOT = Path(__file__).parents[3]
FACES = 25_838


def test_the_zoo_names_networks_of_the_register():
    assert set(ZOO) | {"ungated"} == set(NETWORKS)


def test_a_full_fit_is_that_of_the_three_recipes_of_the_default_network():
    residual = {size: flops_for_a_face(RECIPES["residual"], size) for size in (32, 40, 48)}
    epochs = {32: 24, 40: 18, 48: 18 + 22 + 44}  # of `residual_start`, then of the two that go on with it
    assert full_fit_flops(1) == PASSES * sum(epochs[size] * residual[size] for size in epochs)


@pytest.mark.parametrize("name", ["bkmin", "resnet18", "googlenet"])
def test_a_network_gets_as_many_epochs_as_the_budget_pays_for(name):
    recipe = zoo_recipe(name, budget="quarter", faces=FACES)
    spent = PASSES * flops_for_a_face(recipe, recipe.image_size_px) * FACES * recipe.epochs
    assert spent == pytest.approx(BUDGETS["quarter"] * full_fit_flops(FACES), rel=0.02)


def test_a_network_that_is_too_heavy_for_the_budget_gets_one_epoch():
    assert zoo_recipe("densenet121", budget="sixty_fourth", faces=FACES).epochs == 1


def test_the_exact_test_counts_the_faces_that_only_one_network_answers():
    # Nine faces only the first is right about, one only the second: p = 2 · (1 + 10) / 2^10.
    labels = np.zeros(20, int)
    first = right_answers(np.eye(2)[[0] * 14 + [1] * 6], labels)
    second = right_answers(np.eye(2)[[0] * 5 + [1] * 9 + [0] + [1] * 5], labels)
    assert mcnemar(first, second, 20) == pytest.approx(22 / 1024)
    assert mcnemar(first, first, 20) == 1


def test_the_validation_split_chooses_among_the_fits_of_a_network():
    lines = [
        {"network": "bkmin", "validation": 0.5, "fer2013": 0.9},
        {"network": "bkmin", "validation": 0.6, "fer2013": 0.2},
        {"network": "resnet18", "validation": 0.55, "fer2013": 0.3},
    ]
    assert best_of_each(lines) == [lines[1], lines[2]]


def test_the_zoo_is_fitted_scored_compiled_and_written_once(files, tmp_path):
    command = [
        sys.executable, "-m", "training", "zoo", "bkmin", "autoencoder", "--budget", "sixty_fourth", "--rates", "1e-3",
        "--data", str(files[0]), "--ferplus", str(files[1]), "--out", str(tmp_path / "zoo"), "--backend", "tensorflow",
        "--page", str(tmp_path / "ZOO.md"),
    ]  # fmt: skip

    def run() -> str:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
                              env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "epoch 1 of" in run()
    assert "epoch" not in run()
    lines = [json.loads(line) for line in (tmp_path / "zoo" / RESULTS_FILE).read_text().splitlines()]
    assert [line["network"] for line in lines] == ["bkmin", "autoencoder"]
    assert all(line["litert_ms"] > 0 and line["fer2013"]["n"] == 35 for line in lines)
    assert lines[0]["fer2013"]["accuracy"] > 0.5  # of seven labels that a spot tells apart
    page = (tmp_path / "ZOO.md").read_text()
    assert "At this budget: a sixty-fourth of a full fit" in page
    assert "`bkmin`" in page and "Not fitted, for want of time: `bkvgg12`" in page
    assert (tmp_path / "ZOO" / "flops_sixty_fourth.png").stat().st_size > 10_000


def test_a_network_that_is_not_in_the_zoo_is_named(files, capsys):
    assert main(["zoo", "alexnet", "--data", str(files[0]), "--ferplus", str(files[1])]) == 1
    assert "alexnet: not in the zoo; known are bkvgg12" in capsys.readouterr().err
