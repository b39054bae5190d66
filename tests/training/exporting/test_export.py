"""Compiled with whole-number weights a network is smaller and still says the same."""

import pytest

from emocam.engine.model_file import ModelFileError, read_model_file
from emocam.resources import shipped_models
from tests.training.networks.test_register import some_faces
from training.exporting import export as export_module
from training.exporting.export import export

SMALL = shipped_models()["mini_xception_fer2013"]

pytestmark = pytest.mark.training


def test_whole_weights_make_a_smaller_network_of_the_same_labels(tmp_path):
    exported = {}
    for has_whole_weights in (False, True):
        out = tmp_path / f"{has_whole_weights}.hdf5"
        exported[has_whole_weights] = export(SMALL, out, images=some_faces(), has_whole_weights=has_whole_weights)
    plain, whole = exported[False], exported[True]
    assert len(whole.model.litert) < len(plain.model.litert) / 2
    assert plain.largest_difference < 1e-4 < whole.largest_difference
    assert whole.agreement >= 0.97
    assert whole.model.weights_digest == plain.model.weights_digest == read_model_file(SMALL).weights_digest
    assert [one.model.metadata["compiled_weights"] for one in (plain, whole)] == ["float32", "int8"]


def test_whole_weights_that_change_too_many_labels_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(export_module, "SMALLEST_AGREEMENT", 1.01)
    with pytest.raises(ModelFileError, match="whole-number weights"):
        export(SMALL, tmp_path / "out.hdf5", images=some_faces(), has_whole_weights=True)
    assert not (tmp_path / "out.hdf5").exists()
