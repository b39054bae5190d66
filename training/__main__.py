"""The command line: fit a network, score it, make it a model file, write its report.

Keras is imported when a command needs it, so that help and errors about data come at once.
"""

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from emocam.engine.model_file import ModelFile, ModelFileError, read_model_file
from emocam.labels import EMOTIONS
from training.data.elsewhere import OtherFaces, read_elsewhere
from training.data.faces import PUBLIC_TEST, TRAINING, DataError, FaceData, count_warnings, read_faces, validation_split
from training.data.people import read_people, read_sequences
from training.fitting.history import RunError
from training.fitting.recipes import RECIPES, find_recipe, with_those_before
from training.networks.register import NetworkError
from training.options import POLICIES, build_parser
from training.output import OutputError, check_output
from training.quiet import quiet
from training.recipe import Recipe
from training.reporting.terminal import print_ensemble, print_scores

INTERRUPTED = 130  # what shells report for a program that Ctrl-C has ended
STOPPED = "\nStopped. The finished epochs are kept: the same command goes on from there."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 1 where it failed with a sentence, 130 after Ctrl-C."""
    options = build_parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    needed = {"fit": ("keras",), "compare": ("keras",), "three-labels": ("keras", "sklearn"),
              "zoo": ("keras", "tensorflow", "matplotlib"), "evaluate": ("sklearn",), "export": ("keras", "tensorflow"),
              "choose": ("keras", "tensorflow", "sklearn"), "criterion": ("sklearn",), "geometry": ("sklearn",),
              "baseline": ("sklearn",), "stamp": ()}
    for package in needed.get(options.command, ("sklearn", "matplotlib")):
        if importlib.util.find_spec(package) is None:
            print(f"{package} is not installed. Install the extra `train`: pip install -e '.[train]'", file=sys.stderr)
            return 1
    try:
        return RUN[options.command](options)
    except (DataError, ModelFileError, NetworkError, OutputError, RunError) as error:
        print(f"python -m training {options.command}: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # of the system: a disk that fills, a folder that goes
        if error.errno is None:
            raise
        place = f"{error.filename}: " if error.filename else ""
        print(f"python -m training {options.command}: {place}{error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


def run_fit(options: argparse.Namespace) -> int:
    """Fit a network, or go on with a run."""
    recipe = _recipe(options)
    folder = options.out or Path("runs") / recipe.name
    data = _read(options, needs=TRAINING)
    _set_up_keras(options)
    from training.fitting.plan import plan_fits
    from training.fitting.progress import fit_with_progress

    runs = [(_changed(each, options), folder if each is recipe else folder.parent / each.name)
            for each in with_those_before(recipe)]
    plan = plan_fits(runs)  # of all of them: what is wrong with the last one is said now, not after hours
    print(plan.told(), flush=True)
    try:
        for each, run in runs:
            written = fit_with_progress(data, each, folder=run, plan=plan)
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    print("Fitted. Next, make model files for the app:")
    for weights in written:
        print(f"python -m training export {weights} --out models/{weights.name} --data {options.data}")
    return 0


def _recipe(options: argparse.Namespace) -> Recipe:
    """Return the recipe that was asked for; raises DataError where the votes that it mixes in are not given."""
    recipe = find_recipe(options.recipe)
    if options.no_votes and len(with_those_before(recipe)) > 1:
        alone = sorted(name for name, each in RECIPES.items() if len(with_those_before(each)) == 1)
        raise DataError(f"recipe {recipe.name} goes on from networks that learnt the FER+ votes. Without votes, fit "
                        f"one of {', '.join(alone)}")
    if options.ferplus is None and not options.no_votes and any(head.ferplus_share > 0 for head in recipe.heads):
        raise DataError(f"recipe {recipe.name} mixes FER+ votes into the targets: give fer2013new.csv with --ferplus, "
                        "or fit without them by --no-votes")
    return recipe


def _changed(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    """Return a recipe with the numbers that the options change."""
    changes = {name: getattr(options, name) for name in ("epochs", "seed") if getattr(options, name) is not None}
    if options.no_votes:
        changes["heads"] = tuple(
            replace(head, ferplus_share=0.0) for head in recipe.heads if head.ferplus_share < 1
        )
    return replace(recipe, **changes)


def run_compare(options: argparse.Namespace) -> int:
    """Tell what changes of a short fit are worth."""
    check_output(options.out)
    data = _read(options, needs=TRAINING)
    _set_up_keras(options)
    from training.fitting.compare import compare

    try:
        print(compare(data, options.changes, seeds=options.seeds, runs=options.out))
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    return 0


def run_three_labels(options: argparse.Namespace) -> int:
    """Tell what labels that are binned before a fit are worth, beside those binned after it."""
    if not options.no_fits:
        check_output(options.out)
    data = _read(options, needs=PUBLIC_TEST)
    _set_up_keras(options)
    from training.fitting.three_labels import fit_studies, tell

    try:
        studies = [] if options.no_fits else fit_studies(data, seeds=options.seeds, runs=options.out)
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    print(tell(data, options.models, studies))
    return 0


def run_zoo(options: argparse.Namespace) -> int:
    """Fit networks of the literature for the same computation each, and write their table."""
    check_output(options.out)
    check_output(options.page, option="--page")
    data = _read(options, needs=TRAINING)
    elsewhere = _read_folders(options.elsewhere)
    _set_up_keras(options)
    from training.reporting.zoo import write_zoo
    from training.zoo.entries import RATES, ZOO
    from training.zoo.runs import run_zoo

    unknown = [name for name in options.names if name not in ZOO]
    if unknown:
        raise NetworkError(f"{unknown[0]}: not in the zoo; known are {', '.join(ZOO)}")
    try:
        for results in run_zoo(data, options.names or list(ZOO), budget=options.budget, rates=options.rates or RATES,
                               seeds=options.seeds, runs=options.out, elsewhere=elsewhere):
            print(f"{write_zoo(results, options.page)} is written, of {len(results)} fits.")
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    return 0


def run_evaluate(options: argparse.Namespace) -> int:
    """Score a model, or the mean of several, on a split."""
    models = [read_model_file(path) for path in options.model]
    _warn_of_labels(models)
    data = _read(options, needs=options.split)
    faces = data.split(options.split)
    if options.vote is not None:
        return _evaluate_votes(options, models, data)
    from training.scoring.evaluate import evaluate

    scores = evaluate(models, faces, elsewhere=_read_elsewhere(options), is_mirrored=options.mirrored)
    if options.json:
        print(json.dumps(scores))
    else:
        print_scores(scores, title=f"{', '.join(path.name for path in options.model)} on {options.split}")
    return 0


def _warn_of_labels(models: list[ModelFile]) -> None:
    """Say of which emotions a network knows nothing: their faces count as answered wrongly."""
    for model in models:
        missing = [label for label in EMOTIONS if label not in model.labels]
        if missing:
            print(f"Warning: {model.path.name} has no label {' or '.join(missing)}: faces that bear it count as wrong.",
                  file=sys.stderr)


def _evaluate_votes(options: argparse.Namespace, models: list[ModelFile], data: FaceData) -> int:
    """Print the curve of an ensemble's size against its accuracy."""
    from training.scoring.ensemble import growing_ensemble

    training = data.split(TRAINING)
    rows = growing_ensemble(models, training.take(validation_split(training)), data.split(options.split),
                            how=options.vote)
    if options.json:
        print(json.dumps(rows))
        return 0
    print_ensemble(rows, vote=options.vote, split=options.split)
    return 0


def run_export(options: argparse.Namespace) -> int:
    """Make a model file."""
    os.environ["KERAS_BACKEND"] = "tensorflow"  # LiteRT is made by TensorFlow, whatever the network was fitted on
    from training.exporting.command import run_export

    return run_export(options)


def run_report(options: argparse.Namespace) -> int:
    """Write a model's report."""
    _warn_of_labels([read_model_file(options.model)])
    for path in (options.model, options.model.with_suffix(".md"), options.model.with_suffix("") / "curves.png"):
        check_output(path, option="MODEL, a copy of it elsewhere")
    data = _read(options, needs=options.split)
    from training.reporting.report import write_report

    page = write_report(
        options.model,
        data,
        split=options.split,
        history=options.history,
        machine=options.machine,
        elsewhere=_read_elsewhere(options),
    )
    print(f"{page} is written, its pictures in {page.with_suffix('')}, the scores in {options.model}.")
    return 0


def run_choose(options: argparse.Namespace) -> int:
    """Write a finished fit as one file with several answers."""
    data, elsewhere = _read(options, needs=TRAINING), _read_folders(options.elsewhere)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    from training.choosing.command import run_choose

    return run_choose(options, data, elsewhere)


def run_criterion(options: argparse.Namespace) -> int:
    """Score model files by what the app's default is chosen by."""
    data, elsewhere = _read(options, needs=TRAINING), _read_folders(options.elsewhere)
    from training.choosing.command import run_criterion

    return run_criterion(options, data, elsewhere)


def run_geometry(options: argparse.Namespace) -> int:
    """Try how faces are best cut out by their points."""
    model = read_model_file(options.model)
    collections = _read_folders(options.elsewhere)
    from training.scoring.geometry import choose_crop, crop_table, try_crops

    trials = try_crops(model, collections)
    print(crop_table(trials, chosen=choose_crop(trials)))
    return 0


def run_baseline(options: argparse.Namespace) -> int:
    """Tell what a person's own neutral face is worth to networks."""
    models = [read_model_file(path) for path in options.model]
    collections = {name: people for folder in options.elsewhere for name, people in read_people(folder).items()}
    collections.update({folder.name: read_sequences(folder) for folder in options.sequences})
    if not collections:
        raise DataError("expected faces of known people in --elsewhere or --sequences; found none")
    from training.scoring.neutral import baseline_table, score_baselines

    print(baseline_table({model.path.stem: score_baselines(model, collections) for model in models}))
    return 0


def run_stamp(options: argparse.Namespace) -> int:
    """Write a recipe's geometry into model files."""
    from training.exporting.stamp import stamp_points_crop

    for path in options.model:
        crop = stamp_points_crop(path)
        turned = "turned upright" if crop.is_turned else "as it stands"
        print(f"{path}: margin {crop.margin:g}, raised {crop.raised:g}, {turned}")
    return 0


def _set_up_keras(options: argparse.Namespace) -> None:
    """Import Keras as the options want it."""
    if options.backend is not None:
        os.environ["KERAS_BACKEND"] = options.backend
    if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow":
        # TensorFlow 2.21's oneDNN crashed twice in its AVX-512 code within an epoch (EPYC, Zen 4); with AVX2 it did
        # not in 80 epochs, and was no slower. PyTorch's does not crash, and without AVX-512 is eight times slower.
        os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
    with quiet():
        import keras
    keras.config.set_dtype_policy(POLICIES[options.precision])


def _read(options: argparse.Namespace, *, needs: str) -> FaceData:
    for path in (options.data, options.ferplus):
        if path is not None and not path.exists():  # said now, not after the first file has been read
            raise DataError(f"{path}: no such file")
    data = read_faces(options.data, options.ferplus)
    for warning in count_warnings(data):
        print(f"Warning: {warning}.", file=sys.stderr)
    data.split(needs)
    return data


def _read_elsewhere(options: argparse.Namespace) -> dict[str, OtherFaces]:
    return _read_folders([] if options.elsewhere is None else [options.elsewhere])


def _read_folders(folders: Sequence[Path]) -> dict[str, OtherFaces]:
    """Return the faces from elsewhere of several folders, by source."""
    return {source: faces for folder in folders for source, faces in read_elsewhere(folder).items()}


RUN = {
    "fit": run_fit,
    "compare": run_compare,
    "three-labels": run_three_labels,
    "zoo": run_zoo,
    "evaluate": run_evaluate,
    "export": run_export,
    "report": run_report,
    "choose": run_choose,
    "criterion": run_criterion,
    "geometry": run_geometry,
    "baseline": run_baseline,
    "stamp": run_stamp,
}

if __name__ == "__main__":
    sys.exit(main())
