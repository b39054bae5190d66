"""`emocam analyze`: run the engine over files and folders, and write a session for each."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from emocam.addresses import without_secrets
from emocam.capture.offline import all_results, open_file
from emocam.commands.ending import Ending, noticed_signals
from emocam.commands.inputs import Input, expand
from emocam.commands.neutral import NO_NEUTRAL, Neutral, NeutralUse, neutral_of
from emocam.commands.options import chosen_settings
from emocam.commands.quiet import without_litert_lines
from emocam.commands.resuming import FinishedSessions
from emocam.commands.saying import Printer
from emocam.engine.classification import Classifier, open_classifier
from emocam.engine.model_file import ModelFileError, resolve_model
from emocam.engine.pipeline import Pipeline
from emocam.engine.watch import FinderError
from emocam.sessions.baselines import BaselineError
from emocam.sessions.files import RecordingError, numbered_folder
from emocam.sessions.recorder import SessionRecorder
from emocam.sessions.spreadsheet import SpreadsheetError, write_spreadsheet
from emocam.settings import Settings
from emocam.sources import Source, SourceError
from emocam.sources.pictures import Pictures

OnProgress = Callable[[int, int | None], None]
NEVER_ENDING = Ending()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What became of one input.

    lasts_s: None for pictures, which are counted. took_s: how long the analysis took. problem: sentences, where only a
    part of the input could be read, or of Emocam be used. notice: what else is worth knowing.
    """

    folder: Path
    frames: int
    faces: int
    lasts_s: float | None
    took_s: float
    problem: str | None
    notice: str | None = None


def run(options: argparse.Namespace) -> int:
    """Analyse every input; return 1 if one could not be analysed whole, 128 and a signal's number if that ended it."""
    printer = Printer("emocam analyze")
    with noticed_signals() as ending:
        try:
            settings = chosen_settings(options)
            with without_litert_lines():
                classifier = open_classifier(resolve_model(settings.model)).judging_like(settings.judges_like)
            neutral = neutral_of(options.neutral, classifier.model)
        except (ValueError, ModelFileError, BaselineError) as error:
            printer.message(str(error))
            return 1
        inputs = list(expand(options.inputs, tell=printer.message))
        finished = None
        if options.resume:
            finished = FinishedSessions(
                options.out,
                settings=settings,
                model=classifier.model,
                rate_fps=options.rate_fps,
                neutral=neutral.recorded,
            )
        batch = _Batch(options.out, classifier, settings, neutral, options.rate_fps, printer, ending, finished)
        failures = sum(
            not batch.analyze(one, f"{number} of {len(inputs)}") for number, one in enumerate(inputs, start=1)
        )
    if failures and len(inputs) > 1:
        printer.message(f"{failures} of {len(inputs)} inputs could not be analysed whole")
    if ending.is_asked_for:
        printer.message("interrupted")
    return ending.exit_status or (1 if failures or printer.has_failed else 0)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What the analyses of one command have in common."""

    out: Path
    classifier: Classifier
    settings: Settings
    neutral: Neutral
    rate_fps: float | None
    printer: Printer
    ending: Ending
    finished: FinishedSessions | None

    def analyze(self, one: Input, place: str) -> bool:
        """Analyse one input, and print what became of it; return whether it was analysed whole, or is not any more."""
        if self.ending.is_asked_for:
            return True
        finished = self.finished.of(one) if self.finished else None
        if finished is not None:
            self.printer.result(f"{one.title}: analysed before -> {finished.folder}")
            problem = finished.problem
        else:
            problem = self._session_of(one, place)
        if problem:
            self.printer.message(f"{one.title}: {problem}")
        return not problem

    def _session_of(self, one: Input, place: str) -> str | None:
        """Write the session of an input, and return what was wrong with it."""
        try:
            # A bar for each input, gone before its line is printed, which may go elsewhere than the bar.
            with _progress_shown(f"{Path(one.title).name or one.title} ({place})") as on_progress:
                analysis = analyze(
                    one.text,
                    out=self.out,
                    classifier=self.classifier,
                    settings=self.settings,
                    neutral=self.neutral,
                    rate_fps=self.rate_fps,
                    is_beside_films=one.is_beside_films,
                    ending=self.ending,
                    on_progress=on_progress,
                )
            self.printer.result(_summary(one.title, analysis))
            if analysis.notice:
                self.printer.message(f"{one.title}: {analysis.notice}")
            return analysis.problem
        except (SourceError, RecordingError, FinderError) as error:
            return str(error)
        except MemoryError:
            return "This machine's memory is too small for it. Choose a smaller file."
        except Exception as error:  # nothing that one file makes a decoder raise keeps the others from being analysed
            reason = without_secrets(f"{type(error).__name__}: {error}")
            return f"It could not be analysed: {reason}. Choose another file."


def analyze(
    text: str,
    *,
    out: Path,
    classifier: Classifier,
    settings: Settings,
    neutral: Neutral = NO_NEUTRAL,
    rate_fps: float | None = None,
    is_beside_films: bool = False,
    ending: Ending = NEVER_ENDING,
    on_progress: OnProgress = lambda done, total: None,
) -> Analysis:
    """Analyse one file or folder and write its session under `out`.

    neutral: where neutral faces come from. rate_fps: frames a second, for a film that states no times.
    is_beside_films: a folder's pictures alone; what else is in it is no problem. ending: once it is asked for, the
    session is ended, and says so. on_progress: told after each frame how many are done, and of how many where that is
    known. Raises SourceError where not one frame can be read, and RecordingError where the session cannot be written.
    """
    began_s = perf_counter()
    pipeline, settings = Pipeline(classifier), replace(settings, source=text)
    opened = partial(_opened, text, rate_fps=rate_fps, is_beside_films=is_beside_films)
    with opened() as source:
        use = NeutralUse(neutral, pipeline, settings, source)
        use.begin(opened, classifier)
        results = all_results(source, pipeline, settings)
        first = next(results, None)
        if first is None:
            raise SourceError(source.problem or "Expected at least one picture; found none. Choose another file.")
        folder = session_folder(out, text)
        numbers: set[int] = set()
        recorder = SessionRecorder(
            folder,
            model=classifier.model,
            settings=settings,
            source=source.title,
            is_live=False,
            keeps_source_time=True,
            input=source,
            neutral=neutral.recorded,
        )
        with recorder, _noted_if_cut_off(recorder):
            for done, last in enumerate(chain([first], results), start=1):
                recorder.record(last)
                numbers |= {face.track_id for face in last.faces}
                on_progress(done, source.frame_count)
                if ending.is_asked_for and not source.ended:
                    recorder.interrupt()
                    source.close()  # one result is still to come, with the labels that are due
            refused, told = use.end()
            if refused:
                recorder.note_neutral_problem(refused)
        problem = _joined(source.problem, pipeline.problem, refused, _spreadsheet_problem(folder))
        shown_s = last.frame.time_s - first.frame.time_s + (last.frame.lasts_s or 0)
        lasts_s = None if source.is_independent else shown_s
        took_s, notice = perf_counter() - began_s, _joined(source.details.notice, told)
        return Analysis(folder, done, len(numbers), lasts_s, took_s, problem, notice)


def _joined(*sentences: str | None) -> str | None:
    return " ".join(filter(None, sentences)) or None


def _spreadsheet_problem(folder: Path) -> str | None:
    """Write the spreadsheet of a session, and return why, if it cannot be written."""
    try:
        write_spreadsheet(folder)
    except SpreadsheetError as error:
        return str(error)
    return None


def session_folder(out: Path, text: str) -> Path:
    """Make a folder named after an input, with -2, -3 … where there is one; raises RecordingError."""
    path = Path(text).expanduser().absolute().resolve()
    try:
        return numbered_folder(out, (path.name if path.is_dir() else path.stem) or "session")
    except OSError as error:
        reason = error.strerror or error
        raise RecordingError(f"Expected to make a folder in {out}; {reason}. Choose another --out.") from error


def _opened(text: str, *, rate_fps: float | None, is_beside_films: bool) -> Source:
    if is_beside_films:
        return Pictures(Path(text).expanduser().absolute(), tells_others=False)
    return open_file(text, rate_fps=rate_fps)


@contextmanager
def _noted_if_cut_off(recorder: SessionRecorder) -> Iterator[None]:
    """Let the session say that it was interrupted where the block is left by an error."""
    try:
        yield
    except BaseException:
        recorder.interrupt()
        raise


@contextmanager
def _progress_shown(title: str) -> Iterator[OnProgress]:
    """Show a bar where standard error is a terminal; one that goes away does not stop the work."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, disable=not console.is_terminal, transient=True, redirect_stdout=False)
    task = bar.add_task(title, total=None)
    with suppress(OSError):
        bar.start()
    try:
        yield lambda done, total: bar.update(task, completed=done, total=total)
    finally:
        with suppress(OSError):
            bar.stop()


def _summary(title: str, analysis: Analysis) -> str:
    what = "frame" if analysis.lasts_s is not None else "picture"
    parts = [
        _counted(analysis.frames, what),
        *([] if analysis.lasts_s is None else [str(timedelta(seconds=round(analysis.lasts_s)))]),
        "no face" if not analysis.faces else _counted(analysis.faces, "face"),
        f"{analysis.frames / analysis.took_s:.3g} {what}s/s",
    ]
    return f"{title}: {', '.join(parts)} -> {analysis.folder}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
