"""`emocam benchmark --seeing`: measure, print, and write the page."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from emocam.commands.seeing.findings import ENOUGH, Findings, range_text
from emocam.commands.seeing.measurement import Point, measure
from emocam.commands.seeing.page import page
from emocam.commands.seeing.portraits import Portrait, read_portraits
from emocam.commands.seeing.trials import TRIALS
from emocam.commands.seeing.turned_head import read_triangles
from emocam.engine.classification import open_classifier
from emocam.engine.model_file import ModelFileError, resolve_model
from emocam.settings import FINDERS, Settings


def run(options: argparse.Namespace) -> int:
    """Measure, print and write; return 1 where the model or an asset cannot be used, or the page cannot be written."""
    finders = (options.faces,) if options.faces else FINDERS
    try:
        if options.out:
            _check_writable(options.out)
        portraits, triangles = read_portraits(), read_triangles()
        findings = _measure(options.model, finders, portraits, triangles)
        if options.out:
            options.out.write_text(page(findings, portraits, triangles), encoding="utf-8")
    except (ValueError, ModelFileError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"expected to write {options.out}; {error.strerror or error}. Choose another --out")
    if options.json:
        print(json.dumps(findings.as_json()))
    else:
        _print(findings)
        if options.out:
            print(options.out)
    return 0


def _check_writable(out: Path) -> None:
    """Raise OSError now for a place where no page can be written, instead of after minutes."""
    is_new = not out.exists()
    with out.open("a", encoding="utf-8"):
        pass
    if is_new:
        out.unlink()


def _measure(
    model: str, finders: tuple[str, ...], portraits: Sequence[Portrait], triangles: np.ndarray
) -> Findings:
    path = resolve_model(model)
    classifier = open_classifier(path)
    settings = [Settings(model=model, faces_found_by=finder) for finder in finders]
    with _progress_bar() as bar:
        task = bar.add_task("streams", total=None)
        points = measure(
            TRIALS,
            portraits,
            triangles,
            classifier,
            settings,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    return Findings(path.stem, finders, TRIALS, tuple(points))


def _progress_bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True, redirect_stdout=False)


def _print(findings: Findings) -> None:
    console = Console(markup=False, highlight=False)
    shares = Table("", *(f"{finder}: {of}" for finder in findings.finders for of in ("found", "same label")))
    limits = Table(f"in {ENOUGH:.0%} and more", "finder", "found", "same label")
    for trial in findings.trials:
        shares.add_row(trial.title)
        of_finders = [findings.of(trial, finder) for finder in findings.finders]
        for number, value in enumerate(trial.values):
            cells = (f"{share:.0%}" for points in of_finders for share in _shares(points[number]))
            shares.add_row(f"  {trial.as_text(value)}", *cells)
        shares.add_section()
        for finder in findings.finders:
            found = findings.limits(trial, finder)
            title = trial.title if finder == findings.finders[0] else ""
            limits.add_row(title, finder, range_text(trial, found.found), range_text(trial, found.same_label))
        limits.add_section()
    console.print(shares)
    console.print(limits)


def _shares(point: Point) -> tuple[float, float]:
    return point.found, point.same_label


def _fail(text: str) -> int:
    print(f"emocam benchmark: {text}", file=sys.stderr)
    return 1
