"""The report's pictures: accuracy and loss by epoch, the confusion matrix, confidence, robustness."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")  # a report needs no screen

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from training.scoring.confidence import FACES_TO_DRAW

FITTED, CHOOSING, INK, RULE = "#0072B2", "#D55E00", "#222222", "#DDDDDD"  # Okabe and Ito: distinct to everyone
STYLE: Any = {"font.size": 10, "axes.edgecolor": "#888888", "axes.labelcolor": INK, "text.color": INK,
         "xtick.color": INK, "ytick.color": INK, "axes.titlelocation": "left", "axes.titleweight": "bold"}
DPI = 150


def plot_curves(history: list[dict[str, float]], path: Path) -> None:
    """Draw accuracy and loss by epoch, on fitted faces and on the validation split."""
    epochs = [row["epoch"] for row in history]
    with plt.rc_context(STYLE):
        figure, (accuracy, loss) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        _plot_lines(accuracy, epochs, {"fitted faces (a sample)": ([row["accuracy"] for row in history], FITTED),
                                       "validation split": ([row["validation_accuracy"] for row in history], CHOOSING)})
        accuracy.set_title("Accuracy")
        accuracy.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        _plot_lines(loss, epochs, {"fitted targets": ([row["loss"] for row in history], FITTED),
                                   "validation split": ([row["validation_loss"] for row in history], CHOOSING)})
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


def plot_confidence(
    reliability: list[dict[str, float]], sensitivity: dict[str, list[float | None]], path: Path
) -> None:
    """Draw how often answers of a confidence are right, and what each prediction sensitivity gives."""
    with plt.rc_context(STYLE):
        figure, (curve, given) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
        drawn = [one for one in reliability if one["faces"] >= FACES_TO_DRAW]
        confidences, accuracies, faces = (
            np.array([one[name] for one in drawn]) for name in ("confidence", "accuracy", "faces")
        )
        curve.plot([0, 1], [0, 1], color="#888888", linestyle="--", linewidth=1, label="as often as it says")
        curve.plot(confidences, accuracies, color=FITTED, linewidth=1.8)
        curve.scatter(confidences, accuracies, s=10 + 240 * faces / faces.max(initial=1), color=FITTED, zorder=3,
                      clip_on=False, label=f"measured; area: faces ({FACES_TO_DRAW} and more)")
        curve.set_title("Reliability")
        curve.set_xlabel("confidence")
        curve.set_ylabel("right")
        percents = np.arange(len(sensitivity["labelled"]))
        given.plot(percents / 100, sensitivity["labelled"], color=CHOOSING, linewidth=1.8, label="faces with a label")
        right = [np.nan if value is None else value for value in sensitivity["right"]]
        given.plot(percents / 100, right, color=FITTED, linewidth=1.8, label="of these, right")
        given.set_title("Prediction sensitivity, seven labels")
        given.set_xlabel("prediction sensitivity")
        for axes in (curve, given):
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1.02)
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(PercentFormatter(1, decimals=0))
            axes.grid(color=RULE)
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(frameon=False, fontsize=9, loc="upper left" if axes is curve else "lower left")
        figure.savefig(path, dpi=DPI)
        plt.close(figure)


def plot_robustness(robustness: dict[str, dict[str, float]], path: Path) -> None:
    """Draw the accuracy in each setting of each test."""
    with plt.rc_context(STYLE):
        columns = 3
        figure, grid = plt.subplots(
            -(-len(robustness) // columns), columns, figsize=(9, 7.5), layout="constrained", sharey=True, squeeze=False
        )
        for axes, (name, settings) in zip(grid.flat, robustness.items(), strict=False):
            places = range(len(settings))
            axes.plot(places, list(settings.values()), color=FITTED, linewidth=1.8, marker="o", markersize=4)
            axes.set_xticks(places, list(settings))
            axes.set_title(name, fontsize=9)
            axes.set_ylim(0, 1)
            axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            axes.grid(axis="y", color=RULE)
            axes.spines[["top", "right"]].set_visible(False)
        for axes in grid.flat[len(robustness):]:
            axes.set_visible(False)
        figure.savefig(path, dpi=DPI)
        plt.close(figure)
