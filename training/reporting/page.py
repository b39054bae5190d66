"""A model's report as a Markdown page."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from emocam.engine.model_file import ModelFile
from emocam.engine.region import PointsCrop
from emocam.labels import CONTEMPT, SPECTRA, SUMMED_SPECTRA
from emocam.settings import JUDGE_CHOICES
from training.fitting.recipes import RECIPES, find_recipe, model_names
from training.networks.complexity import count_flops
from training.reporting.findings import Findings
from training.tables import ends, interval, points, share, table

JUDGES = {"fer2013": "FER-2013's own labels", "ferplus": "the majority of FER+'s ten people"}


def page(
    model: ModelFile, findings: Findings, *, epochs: int, others: Mapping[str, Findings] | None = None
) -> str:
    """Return the report as Markdown; its pictures stand in a folder named after the model.

    others: what is found of the further answers of the network, by name.
    """
    name, judged = model.path.stem, findings.judged
    parts = [
        f"# {name}",
        "Written by `python -m training report`; the command overwrites what is changed here by hand.",
        _scores(findings),
        *_voters(findings),
        *([_other_answers(model, findings, others)] if others else []),
        f"## Labels, judged by {JUDGES[findings.judge]}\n\n{_class_table(judged)}\n\n{_confusions(judged)}",
        f"![Confusion matrix]({name}/confusion.png)",
        _confidence(findings),
        f"![Reliability, and what each prediction sensitivity gives]({name}/confidence.png)",
        _robustness(findings),
        f"![Robustness]({name}/robustness.png)",
        _network(model, findings),
        _training(model, epochs),
        f"![Accuracy and loss by epoch]({name}/curves.png)",
        _reproduce(model, findings),
        _licence(model),
        _not_for(findings),
    ]
    return "\n\n".join(parts) + "\n"


def _scores(findings: Findings) -> str:
    rows = _label_rows("FER-2013's label, seven labels", findings.scores)
    if findings.distinct is not None:
        of = f"the same, without the {findings.repeated:,} pictures that also stand in Training"
        rows.append(_accuracy_row(of, findings.distinct))
    rows += _spectrum_rows("FER-2013's label", findings.scores)
    if "ferplus" in findings.scores:
        ferplus = findings.scores["ferplus"]
        if "eight_labels" in ferplus:
            rows += _label_rows("FER+ majority, eight labels", ferplus["eight_labels"])
        rows += _label_rows("FER+ majority, seven labels", ferplus)
        rows += _spectrum_rows("FER+ majority", ferplus)
    for source, scores in findings.scores.get("elsewhere", {}).items():
        rows += _label_rows(f"faces from elsewhere, `{source}`, seven labels", scores)[:2]
        rows += _spectrum_rows(f"faces from elsewhere, `{source}`", scores)
    return (
        f"## Scores on {findings.split}\n\n"
        + table(("of", "figure", "score", "95 % interval (Wilson)", "faces"), rows)
        + "\n\nMeasured on the compiled network, the one that the app runs, with faces as they stand in the data file"
        + (_ELSEWHERE if "elsewhere" in findings.scores else "")
        + "."
        + (_FERPLUS if "ferplus" in findings.scores else "")
    )


def _other_answers(model: ModelFile, findings: Findings, others: Mapping[str, Findings]) -> str:
    """Return a table of all answers, the one that all the rest of the page is about first."""
    told = {model.answers[0]: findings, **others}
    collections = list(findings.scores.get("elsewhere", {}))
    rows = []
    for name, one in told.items():
        eight = one.scores.get("ferplus", {}).get("eight_labels")
        judged = [one.scores, eight, *(one.scores["elsewhere"][source] for source in collections)]
        rows.append((JUDGE_CHOICES[name].title if name in JUDGE_CHOICES else name, *(
            f"{share(scores['accuracy'])} / {share(scores['balanced_accuracy'])}" if scores else "–"
            for scores in judged
        )))
    elsewhere = [f"`{name}`, seven" for name in collections]
    header = ("answer", "FER-2013's label, seven", "FER+ majority, eight", *elsewhere)
    return (
        "## Its answers\n\nOne network, which is run once: the app's setting *Judges* chooses whose labels it gives. "
        "Accuracy, and the mean of the labels' recalls; all the rest of this page is about the first.\n\n"
        + table(header, rows)
    )


_ELSEWHERE = (
    "; those from elsewhere, which are not FER-2013's and were in no fit, cut out as in the app, by the face's points "
    "where the mesh sees them"
)
_FERPLUS = (
    " FER+ is the judgement of ten people: the label is the single most voted of eight emotions, and pictures whose "
    "top is tied, unknown or no face are left out; seven labels are scored without those called contempt."
)


def _voters(findings: Findings) -> list[str]:
    """Return the section that sets one of FER+'s people beside the network; none without votes."""
    compared = findings.scores.get("ferplus", {}).get("voters", {})
    rows = [
        (
            name,
            f"{share(one['voter'])} ({ends(one['voter_ci95'])})",
            f"{share(one['network'])} ({ends(one['network_ci95'])})",
            f"{points(one['lead'])} ({points(one['lead_ci95'][0])} to {points(one['lead_ci95'][1])})",
            f"{one['n']:,}",
        )
        for name, one in compared.items()
    ]
    header = ("labels", "one voter", "the network", "points that the network is ahead", "faces")
    return ["## One person and the network\n\n" + table(header, rows) + "\n\n" + _VOTERS] if rows else []


_VOTERS = (
    "How often each agrees with most of FER+'s other nine people: every voter who named one of the emotions is left "
    "out in turn, on the faces whose majority is clear; turns that leave no clear label are left out. In brackets 95 % "
    "intervals over faces. A label that the network does not know counts as wrong."
)


def _label_rows(of: str, scores: dict[str, Any]) -> list[tuple[str, ...]]:
    count = f"{scores['n']:,}"
    return [
        _accuracy_row(of, scores),
        (of, "recall, mean of the labels", share(scores["balanced_accuracy"]), "", count),
        (of, "F1, mean of the labels", f"{scores['macro_f1']:.3f}", "", count),
        (of, "ECE, 15 bins, after temperature", f"{scores['ece']:.3f}", "", count),
    ]


def _accuracy_row(of: str, scores: dict[str, Any]) -> tuple[str, ...]:
    return (of, "accuracy", share(scores["accuracy"]), interval(scores), f"{scores['n']:,}")


def _spectrum_rows(of: str, scores: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (f"{of}, {', '.join(one.labels)}", "accuracy", share(scores[one.accuracy_name]), "", f"{scores['n']:,}")
        for one in SUMMED_SPECTRA
    ]


def _class_table(scores: dict[str, Any]) -> str:
    rows = [
        (label, f"{one['precision']:.3f}", f"{one['recall']:.3f}", f"{one['f1']:.3f}", f"{one['support']:,}")
        for label, one in scores["per_class"].items()
    ]
    return table(("label", "precision", "recall", "F1", "support"), rows)


def _confusions(scores: dict[str, Any]) -> str:
    """Return a sentence about the three confusions that concern the largest share of a class."""
    labels, counts = scores["labels"], np.array(scores["confusion"], float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    worst = [np.unravel_index(place, shares.shape) for place in np.argsort(shares, axis=None)[::-1][:3]]
    told = [
        f"{share(shares[true, answer])} of the faces labelled {labels[true]} are called {labels[answer]}"
        for true, answer in worst
        if shares[true, answer] > 0
    ]
    return "What it confuses most: " + "; ".join(told) + "." if told else "It confuses nothing here."


def _confidence(findings: Findings) -> str:
    curves = [findings.sensitivity[name] for name in SPECTRA]
    rows = [
        (f"{percent} %", *(_known(curve[of][percent]) for curve in curves for of in ("labelled", "right")))
        for percent in range(0, 101, 10)
    ]
    header = ("prediction sensitivity", *(title for name in SPECTRA for title in (f"{name}: get a label", "right")))
    return (
        f"## Confidence, judged by {JUDGES[findings.judge]}\n\nA face whose confidence lies below the prediction "
        "sensitivity reads `uncertain`. For one prediction, before pooling:\n\n" + table(header, rows)
    )


def _known(value: float | None) -> str:
    return "–" if value is None else share(value)


def _robustness(findings: Findings) -> str:
    parts = [
        table((name, *settings), [("accuracy", *map(share, settings.values()))])
        for name, settings in findings.robustness.items()
    ]
    return (
        f"## Robustness, judged by {JUDGES[findings.judge]}\n\nOn every third of the faces above, each changed in one "
        "way. Where a turned or moved face leaves the picture bare, its edge is repeated.\n\n" + "\n\n".join(parts)
    )


def _network(model: ModelFile, findings: Findings) -> str:
    by_layer, side = count_flops(model.path), model.image_size_px
    asked, answer = (1, "to the face as it stands")
    if model.is_mirrored:
        asked, answer = (2, "the mean of those to the face and to its mirror image")
    contempt = "" if CONTEMPT in model.labels else " (no contempt)"
    rows = [
        ("input", f"{side} × {side} gray, each pixel × {model.scale:.6g} + {model.offset:g}"),
        ("crop", _crop(model.points_crop)),
        ("crop without points", f"the face's box, {_widened(model.crop_margin)}"),
        ("labels", ", ".join(model.labels) + contempt),
        ("parameters", f"{findings.scores['parameters']:,}"),
        ("computation", f"{asked * sum(by_layer.values()) / 1e6:.1f} million floating-point operations for one face"),
        ("temperature", f"{model.temperature:g}"),
        ("answer", answer),
    ]
    added = model.metadata.get("added_to_logits", {})
    if any(added.values()):
        listed = ", ".join(f"{label} {value:+.2f}" for label, value in added.items())
        rows.append(("balance of the labels", f"added to the logits, built into the last biases: {listed}"))
    rows.append(("weights", f"SHA-256 `{model.weights_digest}`"))
    return "## Network\n\n" + table(("", ""), rows) + "\n\n" + _OPERATIONS


def _crop(crop: PointsCrop) -> str:
    told = ["the box that belongs to the face's points"]
    if crop.margin:
        told.append(_widened(crop.margin))
    if crop.raised:
        told.append(f"moved {'up' if crop.raised > 0 else 'down'} by {share(abs(crop.raised))} of its length")
    if crop.is_turned:
        told.append("turned upright")
    return ", ".join(told)


def _widened(margin: float) -> str:
    return f"{'widened' if margin >= 0 else 'narrowed'} on each side by {share(abs(margin))} of its length"


_OPERATIONS = (
    "Operations are two for each multiply-accumulate of the convolutions and dense layers, counted layer by layer "
    "from the network's configuration. Batch normalization is folded into them when the network is compiled; "
    "activations, additions, pooling and softmax are not counted."
)


def _training(model: ModelFile, epochs: int) -> str:
    metadata = model.metadata
    recipe = metadata.get("recipe") or {}
    seconds, teachers, start = metadata.get("training_seconds"), recipe.get("teachers"), recipe.get("starts_from")
    rows = [
        ("data", metadata.get("dataset", "not known")),
        ("fitted on", _in_our_words(metadata.get("split", "not known"))),
        ("began with", f"recipe `{start}`" if start else "random weights" if recipe else "not known"),
        ("teachers", ", ".join(f"recipe `{name}`" for name in teachers) if teachers else "none"),
        ("selection", _in_our_words(metadata.get("selection_rule", "not known"))),
        *([("crop by points", rule)] if (rule := metadata.get("points_crop_rule")) else []),
        ("epochs", f"{epochs}"),
        ("time", "not known" if seconds is None else f"{seconds / 60:.0f} minutes"),
        ("machine", metadata.get("machine", "not known")),
        ("date", metadata.get("date", "not known")),
    ]
    fitted_too = "" if not recipe.get("fits_all") else (
        "\n\nThe validation split was fitted too, so its curves below are no measure of the network."
    )
    return "## Training\n\n" + table(("", ""), rows) + fitted_too


def _in_our_words(text: str) -> str:
    """Return a text of a model file with the name that the validation split had in older files replaced."""
    return text.replace("choosing tenth", "validation split")


def _reproduce(model: ModelFile, findings: Findings) -> str:
    recipe, name = model.metadata.get("recipe"), model.path.stem
    votes = " --ferplus fer2013new.csv" if "ferplus" in findings.scores else ""
    commands = []
    if recipe is not None:
        known = recipe["name"] in [*RECIPES, *model_names()]
        shipped = find_recipe(recipe["name"]) if known else None
        run = shipped.name if shipped else recipe["name"]
        changed = [
            f" --{number} {recipe[number]}"
            for number in ("epochs", "seed")
            if shipped is None or getattr(shipped, number) != recipe[number]
        ]
        commands += [
            f"python -m training fit --recipe {recipe['name']} --data fer2013.csv --ferplus fer2013new.csv"
            f"{''.join(changed)}",
            *_made_from_run(model, run),
        ]
    split = "" if findings.split == "PublicTest" else f" --split {findings.split}"
    elsewhere = " --elsewhere FOLDER" if "elsewhere" in findings.scores else ""
    commands.append(f"python -m training report models/{name}.hdf5 --data fer2013.csv{votes}{elsewhere}{split}")
    listed = "\n".join(commands)
    return f"## To make it again\n\n```\n{listed}\n```"


def _made_from_run(model: ModelFile, run: str) -> list[str]:
    """Return the commands that make the file out of a finished run."""
    name, data = model.path.stem, "--data fer2013.csv"
    whole = " --whole-weights" if model.metadata.get("compiled_weights") == "int8" else ""
    if not model.answers:
        return [f"python -m training export runs/{run}/{name}.hdf5 --out models/{name}.hdf5 {data}{whole}"]
    mirrored = " --mirrored" if model.is_mirrored else ""
    return [
        f"python -m training choose runs/{run} --out models/{name}.hdf5 {data} --ferplus fer2013new.csv "
        f"--elsewhere FOLDER…{mirrored}",
        f"python -m training export models/{name}.hdf5 {data}{whole}",
    ]


def _licence(model: ModelFile) -> str:
    return f"## Licence\n\n{model.metadata.get('licence') or 'Not stated.'}"


def _not_for(findings: Findings) -> str:
    wrong = 1 - findings.judged["accuracy"]
    return f"""\
## What it is not for

An expression is not a feeling: the network names what a face looks like to the people who labelled the pictures,
and knows nothing of what a person feels, thinks or intends. It was wrong about {share(wrong)} of the faces above, and
more often about some emotions than others; for which ages, skins and faces it does worse was not measured. Do not
decide about a person by it. The European AI Act forbids systems that infer emotions at work and in schools, but for
medical and safety reasons."""
