"""`emocam benchmark --seeing`: measure, print, and write the page."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from emocam.commands.quiet import without_litert_lines
from emocam.commands.seeing.examples import examples
from emocam.commands.seeing.findings import ENOUGH, Findings, range_text
from emocam.commands.seeing.measurement import measure
from emocam.commands.seeing.page import page
from emocam.commands.seeing.portraits import read_portraits
from emocam.commands.seeing.trials import TRIALS, Trial
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
        path, portraits, triangles = resolve_model(options.model), read_portraits(), read_triangles()
        settings = [Settings(model=options.model, faces_found_by=finder) for finder in finders]
        with without_litert_lines():
            classifier = open_classifier(path)
        with _progress() as on_progress:
            points = measure(TRIALS, portraits, triangles, classifier, settings, on_progress=on_progress)
        findings = Findings(path.stem, finders, TRIALS, tuple(points))
        if options.out:
            pictures = {trial.name: examples(trial, portraits, triangles) for trial in TRIALS}
            options.out.write_text(page(findings, pictures), encoding="utf-8")
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


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error, if that is a terminal, while streams are watched."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True, redirect_stdout=False
    ) as bar:
        task = bar.add_task("streams", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print(findings: Findings) -> None:
    console = Console(markup=False, highlight=False)
    console.print("Shares in percent: faces found / faces with the label of the untouched portrait\n")
    limits = Table(f"seen in at least {ENOUGH:.0%}", "faces found by", "found", "same label")
    for trial in findings.trials:
        console.print(_shares(findings, trial))
        for finder in findings.finders:
            found = findings.limits(trial, finder)
            title = trial.title if finder == findings.finders[0] else ""
            limits.add_row(title, finder, range_text(trial, found.found), range_text(trial, found.same_label))
        limits.add_section()
    console.print(limits)


def _shares(findings: Findings, trial: Trial) -> Table:
    table = Table(box=SIMPLE_HEAD, title=trial.title, title_justify="left")
    table.add_column(trial.axis, min_width=30)
    for finder in findings.finders:
        table.add_column(finder, justify="right")
    of_finders = [findings.of(trial, finder) for finder in findings.finders]
    for number, value in enumerate(trial.values):
        points = [points[number] for points in of_finders]
        table.add_row(
            trial.as_text(value), *(f"{point.found * 100:.0f} / {point.same_label * 100:3.0f}" for point in points)
        )
    return table


def _fail(text: str) -> int:
    print(f"emocam benchmark: {text}", file=sys.stderr)
    return 1
