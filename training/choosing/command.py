"""The commands `choose` and `criterion`, and the tables that they print."""

import argparse
from collections.abc import Mapping

import numpy as np

from emocam.engine.model_file import ModelFile, read_model_file
from training.choosing.together import ask, check_out, choose_mixture, read_run, write_together
from training.data.elsewhere import OtherFaces
from training.data.faces import FERPLUS_LABELS, TRAINING, FaceData, majority, validation_split
from training.output import check_output
from training.scoring.criterion import Judged, Result, interval, result
from training.scoring.inference import open_network
from training.scoring.mixture import KNOWN, PEOPLE, TENTH, Mixture, Trial, predicted
from training.tables import share, table

SHOWN = (Mixture(0.0, 0.0), Mixture(0.0, 0.3), Mixture(0.2, 0.0), Mixture(0.2, 0.3), Mixture(0.5, 0.0))


def run_choose(options: argparse.Namespace, data: FaceData, elsewhere: Mapping[str, OtherFaces]) -> int:
    """Write a finished fit as one file whose network answers like people, like its data set, and in between."""
    check_out(options.out)
    check_output(options.out, needed_bytes=8_000_000)
    run = read_run(options.run)
    collections = ask(run, data, elsewhere, is_mirrored=options.mirrored)
    choice = choose_mixture(run, collections, data, floor=options.floor)
    print(_table([*[trial for trial in choice.trials if trial.mixture in SHOWN], choice.chosen], choice.chosen))
    chosen, frequencies = choice.chosen.mixture, choice.log_frequencies
    answers = {name: predicted(chosen, faces, frequencies) for name, faces in collections.items()}
    low, high = interval(answers, collections)
    criterion = share(choice.chosen.result.criterion)
    print(f"\nCriterion of the one chosen: {criterion} (95 %: {share(low)} to {share(high)}).")
    if choice.chosen.tenth_accuracy < options.floor:
        print(f"None reaches the floor of {share(options.floor)} on the validation split; this one comes nearest.")
    write_together(run, choice, options.out, is_mirrored=options.mirrored)
    print(f"{options.out} is written, and not compiled yet. Next:")
    print(f"python -m training export {options.out} --data {options.data}")
    return 0


def run_criterion(options: argparse.Namespace, data: FaceData, elsewhere: Mapping[str, OtherFaces]) -> int:
    """Print the criterion of model files, for each of their answers."""
    rows = []
    for path in options.model:
        model = read_model_file(path)
        for one in [model.judging_like(name) for name in model.answers] or [model]:
            collections, answers = _collections_of(one, data, elsewhere)
            told, (low, high) = result(answers, collections), interval(answers, collections)
            name = path.stem if one.judges_like is None else f"{path.stem}, {one.judges_like}"
            rows.append((name, share(told.criterion), f"{share(low)} to {share(high)}", *_cells(told)))
    names = [TENTH, *elsewhere]
    print(table(("network", "criterion", "95 %", *names), rows))
    print("\nOf each collection: accuracy, and the mean of the labels' recalls, whose mean is the criterion. "
          f"{TENTH}: the validation split, judged by FER+'s majority, eight labels.")
    return 0


def _collections_of(
    model: ModelFile, data: FaceData, elsewhere: Mapping[str, OtherFaces]
) -> tuple[dict[str, Judged], dict[str, np.ndarray]]:
    """Return the collections, and what a model answers to them."""
    training, network = data.split(TRAINING), open_network(model)
    tenth = training.take(validation_split(training))
    labels = majority(tenth)
    faces = {TENTH: (tenth.images[labels >= 0], labels[labels >= 0])}
    for name, collection in elsewhere.items():
        crops = collection.crops(
            size_px=model.image_size_px, margin=model.crop_margin, points_crop=model.points_crop
        )
        faces[name] = crops, collection.labels.astype(int)
    collections, answers = {}, {}
    for name, (images, truth) in faces.items():
        asked = [FERPLUS_LABELS[place] for place in (range(len(FERPLUS_LABELS)) if name == TENTH else KNOWN)]
        known = [label for label in asked if label in model.labels]
        columns = np.array([FERPLUS_LABELS.index(label) for label in known])
        probabilities = network(images)[:, [model.labels.index(label) for label in known]]
        collections[name] = Judged({PEOPLE: ()}, truth, tuple(columns))
        answers[name] = columns[probabilities.argmax(axis=1)]
    return collections, answers


def _table(trials: list[Trial], chosen: Trial) -> str:
    rows = []
    for trial in trials:
        mark = "**" if trial is chosen else ""
        mixture = f"{mark}{share(trial.mixture.data_set_share)}, {trial.mixture.tilt:.1f}{mark}"
        rows.append((mixture, share(trial.result.criterion), *_cells(trial.result)))
    return table(("of the data set's head, tilt", "criterion", *chosen.result.by_collection), rows)


def _cells(told: Result) -> list[str]:
    return [f"{share(accuracy)} / {share(balanced)}" for accuracy, balanced in told.by_collection.values()]
