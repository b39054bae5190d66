"""`emocam analyze`: run the engine over files and folders, and write a session for each."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from emocam.capture.offline import all_results, open_file
from emocam.commands.options import chosen_settings
from emocam.engine.classification import Classifier, open_classifier
from emocam.engine.model_file import ModelFileError, resolve_model
from emocam.engine.pipeline import Pipeline
from emocam.engine.watch import FinderError
from emocam.sessions.files import RecordingError, numbered_folder
from emocam.sessions.recorder import SessionRecorder
from emocam.settings import Settings
from emocam.sources import VIDEO_SUFFIXES, SourceError


@dataclass(frozen=True, slots=True)
class Analysis:
    """What became of one input. problem: sentences, where only a part of it could be read, or of Emocam be used."""

    folder: Path
    frames: int
    faces: int
    duration_s: float
    problem: str | None


def run(options: argparse.Namespace) -> int:
    """Analyse every input; return 1 if one of them could not be analysed whole."""
    try:
        settings = chosen_settings(options)
        classifier = open_classifier(resolve_model(options.model))
    except (ValueError, ModelFileError) as error:
        print(f"emocam analyze: {error}", file=sys.stderr)
        return 1
    inputs = list(expand(options.inputs))
    failures = 0
    for number, text in enumerate(inputs, start=1):
        try:
            # A bar for each input, gone before its line is printed, which may go elsewhere than the bar.
            with _progress_bar() as bar:
                task = bar.add_task(f"{Path(text).name or text} ({number} of {len(inputs)})", total=None)
                on_progress = partial(_show_progress, bar, task)
                analysis = analyze(
                    text, out=options.out, classifier=classifier, settings=settings, on_progress=on_progress
                )
            print(_summary(text, analysis), flush=True)
            problem = analysis.problem
        except (SourceError, RecordingError, FinderError) as error:
            problem = str(error)
        if problem:
            failures += 1
            print(f"emocam analyze: {text}: {problem}", file=sys.stderr, flush=True)
    if failures and len(inputs) > 1:
        print(f"emocam analyze: {failures} of {len(inputs)} inputs could not be analysed whole", file=sys.stderr)
    return 1 if failures else 0


def analyze(
    text: str,
    *,
    out: Path,
    classifier: Classifier,
    settings: Settings,
    on_progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> Analysis:
    """Analyse one file or folder and write its session under `out`.

    on_progress: told after each frame how many are done, and of how many where that is known. Raises
    SourceError where not one frame can be read, and RecordingError where the session cannot be written.
    """
    pipeline, settings = Pipeline(classifier), replace(settings, source=text)
    with open_file(text) as source:
        results = all_results(source, pipeline, settings)
        first = next(results, None)
        if first is None:
            raise SourceError(source.problem or "Expected at least one picture; found none. Choose another file.")
        folder = session_folder(out, text)
        numbers: set[int] = set()
        last = first
        with SessionRecorder(
            folder, model=classifier.model, settings=settings, source=source.title, is_live=False, input=source
        ) as recorder:
            for done, last in enumerate(chain([first], results), start=1):
                recorder.record(last)
                numbers |= {face.track_id for face in last.faces}
                on_progress(done, source.frame_count)
        problem = " ".join(filter(None, (source.problem, pipeline.problem))) or None
        return Analysis(folder, done, len(numbers), last.frame.time_s, problem)


def expand(inputs: Sequence[str]) -> Iterator[str]:
    """Yield the inputs, with a folder that holds videos replaced by them, by name."""
    for text in inputs:
        folder = Path(text).expanduser()
        try:
            files = sorted(folder.iterdir()) if folder.is_dir() else []
        except OSError:
            files = []  # opening it tells what is wrong
        videos = [file for file in files if file.suffix.lower() in VIDEO_SUFFIXES]
        if len(videos) < len(files) or not videos:
            yield text
        yield from map(str, videos)


def session_folder(out: Path, text: str) -> Path:
    """Make a folder named after an input, with -2, -3 … where there is one; raises RecordingError."""
    name = Path(text).expanduser().absolute().resolve().stem or "session"
    try:
        return numbered_folder(out, name)
    except OSError as error:
        reason = error.strerror or error
        raise RecordingError(f"Expected to make a folder in {out}; {reason}. Choose another --out.") from error


def _progress_bar() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True, redirect_stdout=False)


def _show_progress(bar: Progress, task: TaskID, done: int, total: int | None) -> None:
    bar.update(task, completed=done, total=total)


def _summary(text: str, analysis: Analysis) -> str:
    frames = "1 frame" if analysis.frames == 1 else f"{analysis.frames} frames"
    faces = {0: "no face", 1: "1 face"}.get(analysis.faces, f"{analysis.faces} faces")
    duration = timedelta(seconds=round(analysis.duration_s))
    return f"{text}: {frames}, {duration}, {faces} -> {analysis.folder}"
