"""A model's report as a Markdown page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emocam.labels import CONTEMPT
from emocam.model_file import ModelFile
from training.complexity import count_flops
from training.recipes import RECIPES


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report tells of one split. `distinct`: the scores without the pictures that stand in
    Training too; None where the data file has no Training. `repeated`: how many those are.
    """

    split: str
    scores: dict[str, Any]
    repeated: int
    distinct: dict[str, Any] | None


def page(model: ModelFile, findings: Findings, *, epochs: int) -> str:
    """Return the report as Markdown; its pictures stand in a folder named after the model."""
    name = model.path.stem
    parts = [
        f"# {name}",
        "Written by `python -m training report`; the command overwrites what is changed here by hand.",
        _scores(findings),
        f"## Classes\n\n{_class_table(findings.scores)}\n\n{_confusions(findings.scores)}",
        f"![Confusion matrix]({name}/confusion.png)",
        _network(model, findings),
        _training(model, epochs),
        f"![Accuracy and loss by epoch]({name}/curves.png)",
        _reproduce(model, findings),
        _licence(model),
        _not_for(findings),
    ]
    return "\n\n".join(parts) + "\n"


def _scores(findings: Findings) -> str:
    scores = findings.scores
    rows: list[tuple[str, ...]] = [
        ("seven labels", "accuracy", _share(scores["accuracy"]), _interval(scores), f"{scores['n']:,}")
    ]
    if findings.distinct is not None:
        distinct = findings.distinct
        of = f"seven labels, without the {findings.repeated:,} pictures that also stand in Training"
        rows.append((of, "accuracy", _share(distinct["accuracy"]), _interval(distinct), f"{distinct['n']:,}"))
    rows += [
        ("seven labels", "F1, mean of the classes", f"{scores['macro_f1']:.3f}", "", f"{scores['n']:,}"),
        ("seven labels", "recall, mean of the classes", _share(scores["balanced_accuracy"]), "", f"{scores['n']:,}"),
        ("positive, neutral, negative", "accuracy", _share(scores["three_class_accuracy"]), "", f"{scores['n']:,}"),
        ("confidence", "ECE, 15 bins, after temperature", f"{scores['ece']:.3f}", "", f"{scores['n']:,}"),
    ]
    rows += _ferplus_rows(scores["ferplus"]) if "ferplus" in scores else []
    return (
        f"## Scores on {findings.split}\n\n"
        + _table(("of", "figure", "score", "95 % interval (Wilson)", "faces"), rows)
        + "\n\nMeasured on the compiled network, the one that the app runs, with faces as they stand in the data file."
        + (_FERPLUS if "ferplus" in scores else "")
    )


_FERPLUS = (
    " FER+ is the judgement of ten people: the label is the single most voted of eight emotions, and pictures whose "
    "top is tied, unknown or no face are left out; seven labels are scored without those called contempt."
)


def _ferplus_rows(scores: dict[str, Any]) -> list[tuple[str, ...]]:
    count = f"{scores['n']:,}"
    rows: list[tuple[str, ...]] = [
        ("FER+ majority, seven labels", "agreement", _share(scores["accuracy"]), _interval(scores), count),
        ("FER+ majority, seven labels", "recall, mean of the classes", _share(scores["balanced_accuracy"]), "", count),
        ("FER+ majority, three labels", "agreement", _share(scores["three_class_accuracy"]), "", count),
    ]
    if "eight_labels" in scores:
        eight = scores["eight_labels"]
        rows.append(("FER+ majority, eight labels", "agreement", _share(eight["accuracy"]), _interval(eight),
                     f"{eight['n']:,}"))
    return rows


def _class_table(scores: dict[str, Any]) -> str:
    rows = [
        (label, f"{one['precision']:.3f}", f"{one['recall']:.3f}", f"{one['f1']:.3f}", f"{one['support']:,}")
        for label, one in scores["per_class"].items()
    ]
    return _table(("label", "precision", "recall", "F1", "support"), rows)


def _confusions(scores: dict[str, Any]) -> str:
    """Return a sentence about the three confusions that concern the largest share of a class."""
    labels, counts = scores["labels"], np.array(scores["confusion"], float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    worst = [np.unravel_index(place, shares.shape) for place in np.argsort(shares, axis=None)[::-1][:3]]
    told = [
        f"{_share(shares[true, answer])} of the faces labelled {labels[true]} are called {labels[answer]}"
        for true, answer in worst
        if shares[true, answer] > 0
    ]
    return "What it confuses most: " + "; ".join(told) + "." if told else "It confuses nothing here."


def _network(model: ModelFile, findings: Findings) -> str:
    by_layer, side = count_flops(model.path), model.image_size_px
    rows = [
        ("input", f"{side} × {side} gray, each pixel × {model.scale:.6g} + {model.offset:g}"),
        ("crop", f"the face's box, widened on each side by {_share(model.crop_margin)} of its length"),
        ("labels", ", ".join(model.labels) + ("" if CONTEMPT in model.labels else " (no contempt)")),
        ("parameters", f"{findings.scores['parameters']:,}"),
        ("computation", f"{sum(by_layer.values()) / 1e6:.1f} million floating-point operations for one face"),
        ("temperature", f"{model.temperature:g}"),
        ("weights", f"SHA-256 `{model.weights_digest}`"),
    ]
    return "## Network\n\n" + _table(("", ""), rows) + "\n\n" + _OPERATIONS


_OPERATIONS = (
    "Operations are two for each multiply-accumulate of the convolutions and dense layers, counted layer by layer "
    "from the network's configuration. Batch normalization is folded into them when the network is compiled; "
    "activations, additions, pooling and softmax are not counted."
)


def _training(model: ModelFile, epochs: int) -> str:
    metadata = model.metadata
    seconds = metadata.get("training_seconds")
    rows = [
        ("data", metadata.get("dataset", "not known")),
        ("fitted on", metadata.get("split", "not known")),
        ("selection", metadata.get("selection_rule", "not known")),
        ("epochs", f"{epochs}"),
        ("time", "not known" if seconds is None else f"{seconds / 60:.0f} minutes"),
        ("machine", metadata.get("machine", "not known")),
        ("date", metadata.get("date", "not known")),
    ]
    return "## Training\n\n" + _table(("", ""), rows)


def _reproduce(model: ModelFile, findings: Findings) -> str:
    recipe, name = model.metadata.get("recipe"), model.path.stem
    votes = " --ferplus fer2013new.csv" if "ferplus" in findings.scores or (recipe or {}).get("ferplus_share") else ""
    commands = []
    if recipe is not None:
        shipped = RECIPES.get(recipe["name"])
        changed = [
            f" --{number} {recipe[number]}"
            for number in ("epochs", "seed")
            if shipped is None or getattr(shipped, number) != recipe[number]
        ]
        commands += [
            f"python -m training fit --recipe {recipe['name']} --data fer2013.csv{votes}{''.join(changed)}"
            f" --out runs/{name}",
            f"python -m training export runs/{name} --out models/{name}.hdf5 --data fer2013.csv",
        ]
    split = "" if findings.split == "PublicTest" else f" --split {findings.split}"
    commands.append(f"python -m training report models/{name}.hdf5 --data fer2013.csv{votes}{split}")
    listed = "\n".join(commands)
    return f"## To make it again\n\n```\n{listed}\n```"


def _licence(model: ModelFile) -> str:
    return f"## Licence\n\n{model.metadata.get('licence') or 'Not stated.'}"


def _not_for(findings: Findings) -> str:
    wrong = 1 - findings.scores["accuracy"]
    return f"""\
## What it is not for

An expression is not a feeling: the network names what a face looks like to the people who labelled the pictures,
and knows nothing of what a person feels, thinks or intends. It was wrong about {_share(wrong)} of the faces above, and
more often about some emotions than others; for which ages, skins and faces it does worse was not measured. Do not
decide about a person by it. The European AI Act forbids systems that infer emotions at work and in schools, but for
medical and safety reasons."""


def _share(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _interval(scores: dict[str, Any]) -> str:
    low, high = scores["accuracy_ci95"]
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
