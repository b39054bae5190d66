"""Writes the zoo's page: a table of what each network gives and costs at its budget, and a plot of it."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.ticker import PercentFormatter

from training.reporting.plots import CHOOSING, DPI, FITTED, RULE, STYLE
from training.tables import interval, share, table
from training.zoo.entries import ZOO

REFERENCE = "residual"
COLUMNS = (
    "network", "faces", "parameters", "MFLOP a face", "LiteRT, ms", "epochs", "of a full fit", "minutes", "rate",
    "validation", "FER-2013", "95 %", "mean recall", "three labels", "FER+ eight", "news", "yale", "posed",
    "p against residual", "its description",
)  # fmt: skip


def write_zoo(results: Sequence[dict[str, Any]], page: Path) -> Path:
    """Write the page and, in the folder of its name, `flops.png`; return the page's path.

    results: the lines of `zoo_runs.run_zoo`. Of several rates and seeds of a network at a budget, the one that is best
    on the validation split is shown.
    """
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    budgets = list(dict.fromkeys(line["budget"] for line in results))
    parts = [_INTRODUCTION]
    for budget in budgets:
        best = best_of_each([line for line in results if line["budget"] == budget])
        plot_flops(best, folder / f"flops_{budget}.png", budget=budget)
        parts += [f"## At this budget: {_in_words(budget)} of a full fit", _rows(best),
                  f"![FLOP against accuracy]({folder.name}/flops_{budget}.png)"]
    missing = [name for name in ZOO if name not in {line["network"] for line in results}]
    if missing:
        parts.append("Not fitted, for want of time: " + ", ".join(f"`{name}`" for name in missing) + ".")
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return page


_INTRODUCTION = """\
# The zoo: networks of the literature beside ours

Fitted from random weights by one recipe (`training/zoo/entries.py`): two heads, light variations, AdamW, warm-up and
cosine, bfloat16, the same computation for each, counted as FLOP of forward and backward times faces. A network gets at
least one epoch, and whole ones, so what it really had stands beside it. **What is said here holds at the budget that
stands over a table**, which is a small part of what the descriptions' own fits had: large networks come out of so few
epochs worse than they are. The validation split chooses; PublicTest was asked once for each finished fit.

FER-2013: the label's head, seven labels, with the mirror image, PublicTest. FER+ eight: the votes' head, PublicTest's
pictures with a clear majority. `news`, `yale`, `posed`: faces from elsewhere, the votes' head, seven labels. p:
McNemar's exact test on PublicTest against the default's network, `residual`, at the same budget. Milliseconds: the
label's head, one face without its mirror image, one core, the quickest of seven rounds. Minutes: of the fit, beside
whatever else the machine did."""


def best_of_each(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each network's fit that is best on the validation split, the best network of that split first."""
    best: dict[str, dict[str, Any]] = {}
    for line in sorted(results, key=lambda line: -line["validation"]):
        best.setdefault(line["network"], line)
    return list(best.values())


def mcnemar(right: str, other: str, count: int) -> float:
    """Return the exact two-sided p of McNemar's test between two networks' right answers to the same faces.

    right, other: which of `count` faces each answers rightly, as `zoo_runs.right_answers` writes it.
    """
    width = 8 * len(bytes.fromhex(right))
    one, two = (int(text, 16) >> (width - count) for text in (right, other))
    gained, lost = (one & ~two).bit_count(), (two & ~one).bit_count()
    tail = sum(math.comb(gained + lost, few) for few in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / 2 ** (gained + lost))


def plot_flops(results: Sequence[dict[str, Any]], path: Path, *, budget: str) -> None:
    """Draw accuracy on PublicTest, with its interval, by the FLOP of one face."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(8, 4.8), layout="constrained")
        for line in results:
            scores, colour = line["fer2013"], CHOOSING if line["network"] == REFERENCE else FITTED
            low, high = scores["accuracy_ci95"]
            x, y = line["flops"] / 1e6, scores["accuracy"]
            axes.errorbar(x, y, yerr=[[y - low], [high - y]], color=colour, marker="o", linewidth=1)
            axes.annotate(line["network"], (x, y), xytext=(5, 4), textcoords="offset points", fontsize=8)
        axes.set_xscale("log")
        axes.set_xlabel("MFLOP for a face, forward")
        axes.set_ylabel("accuracy, FER-2013, PublicTest")
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.set_title(f"At {_in_words(budget)} of a full fit")
        axes.grid(color=RULE)
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, dpi=DPI)
        plt.close(figure)


def _rows(results: Sequence[dict[str, Any]]) -> str:
    reference = next((line for line in results if line["network"] == REFERENCE), None)
    return table(COLUMNS, [_cells(line, reference) for line in results])


def _cells(line: dict[str, Any], reference: dict[str, Any] | None) -> list[str]:
    scores, elsewhere = line["fer2013"], line["elsewhere"]
    is_compared = reference is not None and reference is not line
    return [
        f"`{line['network']}`",
        f"{line['size_px']} px",
        f"{line['parameters']:,}",
        f"{line['flops'] / 1e6:.0f}",
        f"{line['litert_ms']:.1f}",
        f"{line['epochs']}",
        share(line["fit_flops"] / line["full_fit_flops"]),
        f"{line['seconds'] / 60:.0f}",
        f"{line['learning_rate']:g}",
        share(line["validation"]),
        share(scores["accuracy"]),
        interval(scores),
        share(scores["balanced_accuracy"]),
        share(scores["three_class_accuracy"]),
        share(line["ferplus"]["accuracy"]),
        *(share(elsewhere[name]["accuracy"]) if name in elsewhere else "" for name in ("news", "yale", "posed")),
        f"{mcnemar(line['right'], reference['right'], scores['n']):.2g}" if is_compared and reference else "",
        ZOO[line["network"]].paper,
    ]


def _in_words(budget: str) -> str:
    return f"a {budget.replace('_', '-')}"
