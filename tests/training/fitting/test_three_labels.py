"""Labels that are binned before a fit, and the table that compares them with those binned after it."""

import re

import numpy as np
import pytest

from emocam.labels import EMOTIONS
from emocam.resources import shipped_models
from training.__main__ import main
from training.data.faces import read_faces
from training.fitting import three_labels
from training.fitting.three_labels import STUDIES, binned

pytestmark = pytest.mark.training


def counts(name: str, files) -> dict[str, int]:
    data = binned(read_faces(files[0]), STUDIES[name])
    return {EMOTIONS[label]: int((data.labels == label).sum()) for label in np.unique(data.labels)}


def test_each_study_fits_the_labels_that_it_names(files):
    of_each = counts("seven", files)["angry"]
    assert counts("seven", files) == dict.fromkeys(EMOTIONS, of_each)
    assert counts("three", files) == {"happy": of_each, "sad": 4 * of_each, "neutral": 2 * of_each}
    assert counts("no_surprise", files) == {"happy": of_each, "sad": 4 * of_each, "neutral": of_each}
    assert counts("two", files) == {"happy": of_each, "neutral": 6 * of_each}
    assert STUDIES["three"].labels == ("happy", "sad", "neutral")


def test_fits_are_made_once_and_stand_beside_what_is_binned_after(files, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(three_labels, "EPOCHS", 1)
    model = shipped_models()["mini_xception_fer2013"]
    command = ["three-labels", str(model), "--data", str(files[0]), "--seeds", "1", "--out", str(tmp_path)]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert told.count("epoch 1 of 1") == len(STUDIES)
    for row in ("mini_xception_fer2013", *(study.told for study in STUDIES.values())):
        assert re.search(rf"^\| {row} \|", told, re.MULTILINE)
    assert main(command) == 0
    again = capsys.readouterr().out
    assert "epoch" not in again
    assert again.strip() in told
    assert main([*command, "--no-fits"]) == 0
    assert "seven labels" not in capsys.readouterr().out
