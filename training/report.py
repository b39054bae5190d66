"""Writes a model's report: a Markdown page beside its weights, with pictures, and the scores into its file."""

import re
from pathlib import Path
from typing import Any

from emocam.model_file import ModelFile, read_model_file, write_metadata
from training.data import TRAINING, FaceData, in_other_split
from training.evaluate import evaluate
from training.history import read_history
from training.page import Findings, page
from training.plots import plot_confusion, plot_curves


def write_report(path: Path, data: FaceData, *, split: str, history: Path | None, machine: str | None) -> Path:
    """Write `<model>.md` and the pictures in `<model>/`, and the scores into the file; return the page's path.

    history: the run's history.csv, taken from the model's folder if None. machine: what the network was
    trained on, kept in a file that does not say so. Raises DataError, ModelFileError.
    """
    model = read_model_file(path)
    rows = read_history(history or path.with_suffix("") / "history.csv")
    findings = _find(model, data, split)
    folder = path.with_suffix("")
    folder.mkdir(exist_ok=True)
    plot_curves(rows, folder / "curves.png")
    title = f"{path.stem} on {split}, {findings.scores['n']:,} faces"
    plot_confusion(findings.scores["confusion"], findings.scores["labels"], folder / "confusion.png", title=title)
    metadata = dict(model.metadata)
    metadata["metrics"] = {**metadata.get("metrics", {}), _snake_case(split): headline(findings)}
    if machine is not None:
        metadata.setdefault("machine", machine)
    write_metadata(path, metadata)
    written = path.with_suffix(".md")
    written.write_text(page(read_model_file(path), findings, epochs=len(rows)), encoding="utf-8")
    return written


def headline(findings: Findings) -> dict[str, Any]:
    """Return the figures that stand in the model file, for the app to show."""
    scores = findings.scores
    told = ("n", "accuracy", "accuracy_ci95", "macro_f1", "three_class_accuracy", "ece")
    figures = {name: scores[name] for name in told}
    if findings.distinct is not None:
        figures["without_pictures_of_training"] = {name: findings.distinct[name] for name in ("n", "accuracy")}
    if "ferplus" in scores:
        figures["ferplus"] = {name: scores["ferplus"][name] for name in ("n", "accuracy", "accuracy_ci95")}
    return figures


def _find(model: ModelFile, data: FaceData, split: str) -> Findings:
    faces = data.split(split)
    scores = evaluate(model, faces)
    if split == TRAINING or not (data.splits == TRAINING).any():
        return Findings(split, scores, 0, None)
    is_repeated = in_other_split(data, split=split, other=TRAINING)
    distinct = evaluate(model, faces.take(~is_repeated)) if not is_repeated.all() else None
    return Findings(split, scores, int(is_repeated.sum()), distinct)


def _snake_case(split: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|\W+", "_", split).lower()
