"""The report's pictures: accuracy and loss by epoch, the confusion matrix."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")  # a report needs no screen

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

FITTED, CHOOSING, INK, RULE = "#0072B2", "#D55E00", "#222222", "#DDDDDD"  # Okabe and Ito: distinct to everyone
STYLE: Any = {"font.size": 10, "axes.edgecolor": "#888888", "axes.labelcolor": INK, "text.color": INK,
         "xtick.color": INK, "ytick.color": INK, "axes.titlelocation": "left", "axes.titleweight": "bold"}
DPI = 150


def plot_curves(history: list[dict[str, float]], path: Path) -> None:
    """Draw accuracy and loss by epoch, on fitted faces and on the choosing tenth."""
    epochs = [row["epoch"] for row in history]
    with plt.rc_context(STYLE):
        figure, (accuracy, loss) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        _plot_lines(accuracy, epochs, {"fitted faces (a sample)": ([row["accuracy"] for row in history], FITTED),
                                       "choosing tenth": ([row["choosing_accuracy"] for row in history], CHOOSING)})
        accuracy.set_title("Accuracy")
        accuracy.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        _plot_lines(loss, epochs, {"fitted targets": ([row["loss"] for row in history], FITTED),
                                   "choosing tenth": ([row["choosing_loss"] for row in history], CHOOSING)})
        loss.set_title("Cross-entropy")
        figure.savefig(path, dpi=DPI)
        plt.close(figure)


def _plot_lines(axes: Axes, epochs: list[float], lines: dict[str, tuple[list[float], str]]) -> None:
    for name, (values, colour) in lines.items():
        axes.plot(epochs, values, color=colour, linewidth=1.8, label=name, marker="o" if len(epochs) == 1 else "")
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color=RULE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)


def plot_confusion(confusion: list[list[int]], labels: list[str], path: Path, *, title: str) -> None:
    """Draw a confusion matrix: each row is a true class, shaded by its shares, with counts below them."""
    counts = np.array(confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 6), layout="constrained")
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for row, column in np.ndindex(*counts.shape):
            share = shares[row, column]
            axes.text(column, row, f"{share:.0%}\n", ha="center", va="center", weight="bold" if row == column else None,
                      color="white" if share > 0.5 else INK)
            axes.text(column, row + 0.22, f"{counts[row, column]:,}", ha="center", va="center", fontsize=8,
                      color="white" if share > 0.5 else "#555555")
        axes.set_xticks(range(len(labels)), labels, rotation=30, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(labels)), labels)
        axes.set_xlabel("the network's answer")
        axes.set_ylabel("true label")
        axes.set_title(title)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        figure.savefig(path, dpi=DPI)
        plt.close(figure)
