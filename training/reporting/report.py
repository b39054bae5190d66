"""Writes a model's report: a Markdown page beside its weights, with pictures, and the scores into its file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from emocam.engine.model_file import ModelFile, read_model_file, write_metadata
from emocam.labels import SEVEN, SUMMED_SPECTRA
from training.data.elsewhere import OtherFaces
from training.data.faces import TRAINING, FaceData, in_other_split, majority
from training.fitting.history import read_history
from training.reporting.findings import Findings
from training.reporting.page import page
from training.reporting.plots import plot_confidence, plot_confusion, plot_curves, plot_robustness
from training.scoring.evaluate import evaluate
from training.scoring.inference import open_network
from training.scoring.robustness import robustness

ROBUSTNESS_EVERY = 3  # of the faces: a third keeps a report within two minutes; the interval is then ± 2.5 points


def write_report(
    path: Path,
    data: FaceData,
    *,
    split: str,
    history: Path | None,
    machine: str | None,
    elsewhere: Mapping[str, OtherFaces] | None = None,
) -> Path:
    """Write `<model>.md` and the pictures in `<model>/`, and the scores into the file; return the page's path.

    history: the run's history, taken from the model's folder if None. machine: what the network was
    trained on, kept in a file that does not say so. Raises DataError, ModelFileError.
    """
    model = read_model_file(path)
    rows = read_history(history or path.with_suffix("") / "history.csv")
    findings = _find(model, data, split, elsewhere)
    others = {
        name: _find(model.judging_like(name), data, split, elsewhere, is_robustness_told=False)
        for name in model.answers[1:]
    }
    folder = path.with_suffix("")
    folder.mkdir(exist_ok=True)
    judged = findings.judged
    title = f"{path.stem} on {split}, {judged['n']:,} faces"
    plot_curves(rows, folder / "curves.png")
    plot_confusion(judged["confusion"], judged["labels"], folder / "confusion.png", title=title)
    plot_confidence(judged["reliability"], findings.sensitivity[SEVEN.name], folder / "confidence.png")
    plot_robustness(findings.robustness, folder / "robustness.png")
    metadata = dict(model.stated)
    metadata["parameters"] = findings.scores["parameters"]
    metadata["metrics"] = {**metadata.get("metrics", {}), _snake_case(split): headline(findings)}
    if model.answers:
        told = {model.answers[0]: findings, **others}
        metadata["answers"] = [
            {**answer, "metrics": {**answer.get("metrics", {}), _snake_case(split): headline(told[answer["name"]])}}
            for answer in model.stated["answers"]
        ]
    if machine is not None:
        metadata.setdefault("machine", machine)
    write_metadata(path, metadata)
    written = path.with_suffix(".md")
    written.write_text(page(read_model_file(path), findings, epochs=len(rows), others=others), encoding="utf-8")
    return written


def headline(findings: Findings) -> dict[str, Any]:
    """Return the figures that stand in the model file, for the app to show."""
    scores = findings.scores
    in_spectra = (spectrum.accuracy_name for spectrum in SUMMED_SPECTRA)
    told = ("n", "accuracy", "accuracy_ci95", "balanced_accuracy", "macro_f1", *in_spectra, "ece")
    figures = _only(scores, told)
    if findings.distinct is not None:
        figures["without_pictures_of_training"] = _only(findings.distinct, ("n", "accuracy"))
    if "ferplus" in scores:
        figures["ferplus"] = _only(scores["ferplus"], told)
        if "eight_labels" in scores["ferplus"]:
            figures["ferplus"]["eight_labels"] = _only(scores["ferplus"]["eight_labels"], told)
        figures["ferplus"]["voters"] = scores["ferplus"]["voters"]
    if "elsewhere" in scores:
        figures["elsewhere"] = {source: _only(one, told) for source, one in scores["elsewhere"].items()}
    judged = findings.judged
    figures["judged_by"] = findings.judge
    figures["confusion"] = {"labels": judged["labels"], "counts": judged["confusion"]}
    figures["sensitivity"] = findings.sensitivity
    return figures


def _only(scores: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: scores[name] for name in names if name in scores}


def _find(
    model: ModelFile,
    data: FaceData,
    split: str,
    elsewhere: Mapping[str, OtherFaces] | None,
    *,
    is_robustness_told: bool = True,
) -> Findings:
    faces = data.split(split)
    scores = evaluate([model], faces, elsewhere=elsewhere)
    judge = "ferplus" if model.metadata.get("head") == "ferplus" and "ferplus" in scores else "fer2013"
    repeated, distinct = 0, None
    if split != TRAINING and (data.splits == TRAINING).any():
        is_repeated = in_other_split(data, split=split, other=TRAINING)
        repeated = int(is_repeated.sum())
        distinct = evaluate([model], faces.take(~is_repeated)) if repeated < len(faces) else None
    tested = _test_robustness(model, faces, judge) if is_robustness_told else {}
    return Findings(split, scores, repeated, distinct, judge, tested)


def _test_robustness(model: ModelFile, faces: FaceData, judge: str) -> dict[str, dict[str, float]]:
    """Test a fixed third of the faces, on the network's own labels."""
    labels = majority(faces) if judge == "ferplus" else faces.labels.astype(int)
    chosen = np.flatnonzero((labels >= 0) & (labels < len(model.labels)))[::ROBUSTNESS_EVERY]
    network = open_network(model)
    return robustness(lambda images: network(images).argmax(axis=1), faces.images[chosen], labels[chosen])


def _snake_case(split: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|\W+", "_", split).lower()
