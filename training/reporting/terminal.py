"""Scores as tables in a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

from emocam.labels import SUMMED_SPECTRA
from training.tables import points


def print_scores(scores: dict[str, Any], *, title: str) -> None:
    """Print the answer of `evaluate`."""
    low, high = scores["accuracy_ci95"]
    figures = Table(title=title, show_header=False)
    figures.add_row("faces", f"{scores['n']:,}")
    figures.add_row("accuracy", f"{scores['accuracy']:.1%} (95 %: {low:.1%} to {high:.1%})")
    figures.add_row("mean F1", f"{scores['macro_f1']:.3f}")
    for spectrum in SUMMED_SPECTRA:
        figures.add_row(f"{spectrum.name} labels", f"{scores[spectrum.accuracy_name]:.1%}")
    figures.add_row("ECE", f"{scores['ece']:.3f}")
    figures.add_row("parameters", f"{scores['parameters']:,}")
    if "ferplus" in scores:
        ferplus = scores["ferplus"]
        figures.add_row("FER+ majority, seven labels", f"{ferplus['accuracy']:.1%} of {ferplus['n']:,}")
        if "eight_labels" in ferplus:
            eight = ferplus["eight_labels"]
            figures.add_row("FER+ majority, eight labels", f"{eight['accuracy']:.1%} of {eight['n']:,}; "
                            f"mean recall {eight['balanced_accuracy']:.1%}")
        for name, one in ferplus["voters"].items():
            figures.add_row(f"with most of nine others, {name} labels", f"one voter {one['voter']:.1%}, the network "
                            f"{one['network']:.1%} of {one['n']:,}: {_ahead(one)}")
    for source, other in scores.get("elsewhere", {}).items():
        summed = (f"{one.name} labels {other[one.accuracy_name]:.1%}" for one in SUMMED_SPECTRA)
        figures.add_row(f"elsewhere, {source}", "; ".join([
            f"{other['accuracy']:.1%} of {other['n']:,}", f"mean recall {other['balanced_accuracy']:.1%}", *summed
        ]))
    classes = Table("label", "precision", "recall", "F1", "support")
    for label, one in scores["per_class"].items():
        classes.add_row(label, *(f"{one[name]:.3f}" for name in ("precision", "recall", "f1")), f"{one['support']:,}")
    Console().print(figures, classes)


def _ahead(voters: dict[str, Any]) -> str:
    """Write by how many points the network is ahead of a voter."""
    low, high = (points(end) for end in voters["lead_ci95"])
    return f"{points(voters['lead'])} points (95 %: {low} to {high})"


def print_ensemble(rows: list[dict[str, Any]], *, vote: str, split: str) -> None:
    """Print the curve of an ensemble's size against its accuracy, the answer of `growing_ensemble`."""
    curve = Table("size", "joins", "validation", split, "95 %", "ties",
                  title=f"{vote} of {len(rows)} models, FER-2013's labels, {rows[0]['n']:,} faces")
    for size, row in enumerate(rows, start=1):
        low, high = row["accuracy_ci95"]
        curve.add_row(f"{size}", row["models"][-1], f"{row['validation']:.1%}", f"{row['accuracy']:.1%}",
                      f"{low:.1%} to {high:.1%}", f"{row['ties']}")
    Console().print(curve)
