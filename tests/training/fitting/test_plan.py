"""Before a fit it is told what it will take, after each epoch how long is left, and what is wrong before all of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from training.__main__ import main
from training.fitting import plan as plan_module
from training.fitting.history import EPOCH_COLUMNS, RunError, history_path, write_history
from training.fitting.plan import Plan, PlannedFit, epochs_finished, flops_for_a_face, plan_fits
from training.fitting.recipes import MINI_XCEPTION_ALONE, RECIPES
from training.output import OutputError, check_output

pytestmark = pytest.mark.training
FIRST = replace(MINI_XCEPTION_ALONE, name="first", epochs=60)
SECOND = replace(MINI_XCEPTION_ALONE, name="second", epochs=20, teachers=("first",))


def two_fits(*, finished: int = 0) -> Plan:
    """Return a plan of a fit and of one whose epochs cost twice as much."""
    return Plan([PlannedFit(FIRST, (1.0,) * 60, finished), PlannedFit(SECOND, (2.0,) * 20, 0)])


def test_fits_and_epochs_are_told_before_the_first():
    told = two_fits().told()
    assert told.startswith("2 fits, 80 epochs: first (60 epochs); second (20 epochs, taught by first). Each is then")
    told = two_fits(finished=50).told()
    assert told.startswith("2 fits, 30 epochs after 50 that are finished: first (10 epochs of 60); second (20 epochs,")


def test_how_long_is_left_is_told_by_the_first_epoch_and_kept_current():
    plan = two_fits()
    assert plan.left() == ""
    plan.note_epoch("first", 30.0)
    assert plan.left() == "about 50 min left for 79 epochs in 2 fits"  # 59 of half a minute, 20 of a minute
    for _ in range(59):
        plan.note_epoch("first", 30.0)
    assert plan.left() == "about 20 min left for 20 epochs in 1 fit"
    plan.note_epoch("second", 3.0)  # quicker than its computation told
    assert plan.left() == "about 57 s left for 19 epochs in 1 fit"
    for _ in range(19):
        plan.note_epoch("second", 3.0)
    assert plan.left() == ""


def test_long_fits_are_told_in_hours():
    plan = two_fits()
    plan.note_epoch("first", 3600.0)
    assert plan.left() == "about 99.0 h left for 79 epochs in 2 fits"


def test_an_epoch_costs_by_the_size_of_its_faces_and_its_teachers(tmp_path):
    start, second = (plan_fits([(RECIPES[name], tmp_path / name)]).fits[0].costs
                     for name in ("residual_start", "residual_second"))
    small, large = (flops_for_a_face(RECIPES["residual"], size) for size in (32, 48))
    assert start[0] / start[59] == pytest.approx(small / large)
    assert second[59] == pytest.approx(start[59])
    assert second[33] > second[59]  # the first epochs of a size ask the teacher about eight sets of faces


def run_of(folder: Path, *, epochs: int) -> None:
    folder.mkdir(parents=True)
    (folder / "checkpoint.keras").touch()
    for head in FIRST.heads:
        write_history(history_path(folder, head.name), [dict.fromkeys(EPOCH_COLUMNS, 1.0)] * epochs)


def test_epochs_of_a_run_that_was_stopped_are_counted(tmp_path):
    run_of(tmp_path / "run", epochs=7)
    assert epochs_finished(FIRST, tmp_path / "run") == 7
    assert epochs_finished(FIRST, tmp_path / "none") == 0


def test_a_run_of_another_recipe_later_in_the_chain_is_told_before_the_first_fit(files, tmp_path, capsys):
    command = ["fit", "--recipe", "mini_xception_taught", "--data", str(files[0]), "--ferplus", str(files[1])]
    (tmp_path / "mini_xception_taught").mkdir()
    (tmp_path / "mini_xception_taught" / "recipe.json").write_text(json.dumps({"heads": [], "name": "other"}))
    assert main([*command, "--out", str(tmp_path / "mini_xception_taught")]) == 1
    told = capsys.readouterr()
    assert "holds a run of other recipe" in told.err and "epoch 1" not in told.out
    assert not (tmp_path / "residual_start").exists()


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ('{"name": "x", "heads": [], "rotation": 3}', "a run of another version, whose recipes also have rotation"),
        ('{"name": "x"', "recipe of a run; it is damaged"),
        ("[]", "it is damaged"),
        ("", "it is damaged"),
    ],
)
def test_a_recipe_that_this_version_cannot_read_is_told(tmp_path, recipe, told):
    (tmp_path / "recipe.json").write_text(recipe)
    with pytest.raises(RunError, match=told):
        plan_fits([(FIRST, tmp_path)])


def test_a_disk_without_room_for_the_checkpoints_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(plan_module, "WEIGHT_BYTES", 4 * 10**12)
    with pytest.raises(OutputError, match=r"first: expected [\d,]+ MB free on its disk; there are [\d,]+ MB"):
        plan_fits([(FIRST, tmp_path / "first")])
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file is no folder\. Choose another place with --out"):
        check_output(tmp_path / "file" / "run")

    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("training.output.TemporaryFile", refuse)
    with pytest.raises(OutputError, match=r"run cannot be written \(Permission denied\)"):
        check_output(tmp_path / "run")


@pytest.mark.parametrize("command", ["export", "report", "compare", "zoo"])
def test_each_command_looks_at_where_its_results_go_first(files, tmp_path, capsys, command):
    (tmp_path / "file").touch()
    out, data = str(tmp_path / "file" / "out.hdf5"), ["--data", str(files[0])]
    model = str(Path(__file__).parents[3] / "models" / "mini_xception_fer2013.hdf5")
    arguments = {"export": [model, "--out", out, *data], "compare": ["--out", out, *data], "zoo": ["--out", out, *data],
                 "report": [model, *data]}[command]
    if command == "report":
        arguments[0] = str(tmp_path / "model.hdf5")
        Path(arguments[0]).write_bytes(Path(model).read_bytes())
        (tmp_path / "model").touch()
    assert main([command, *arguments]) == 1
    assert "is no folder" in capsys.readouterr().err
