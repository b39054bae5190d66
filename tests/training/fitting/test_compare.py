"""A change is judged by the mean of its seeds, and what has been fitted is not fitted again."""

import re

import pytest

from training.data.faces import TRAINING, DataError
from training.fitting.compare import CHANGES, compare

pytestmark = pytest.mark.training


def test_a_table_tells_each_change_with_its_seeds_and_reads_finished_runs(data, tmp_path):
    told = compare(data, ["ferplus_alone"], seeds=[1, 2], runs=tmp_path)
    name, *cells = told.splitlines()[2].strip("| ").split(" | ")
    assert name == "FER+'s head alone"
    assert cells[:3] == ["", "", ""]
    assert all(re.fullmatch(r"\d+\.\d % ± \d+\.\d", cell) for cell in cells[3:6])
    assert cells[6].isdigit()
    weights = [tmp_path / "compare_ferplus_alone_2" / name for name in ("network.keras", "checkpoint.keras")]
    for file in weights:
        file.unlink()
    assert compare(data, ["ferplus_alone"], seeds=[1, 2], runs=tmp_path) == told
    assert not any(file.exists() for file in weights)


def test_public_test_is_left_blank_where_the_file_has_none(data, tmp_path):
    told = compare(data.split(TRAINING), ["ferplus_alone"], seeds=[1], runs=tmp_path)
    assert told.splitlines()[2].strip("| ").split(" | ")[6] == ""


def test_an_unknown_change_names_the_known_ones(data, tmp_path):
    with pytest.raises(DataError, match="no such change; known are none, "):
        compare(data, ["nothing"], seeds=[1], runs=tmp_path)


def test_each_change_differs_from_all_others():
    assert len({repr(recipe) for _, recipe in CHANGES.values()}) == len(CHANGES)
