"""`emocam record`: record a camera, a stream, a file at its own speed, or the demo clip, without a window."""

import argparse
import json
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from emocam.capture.events import (
    Crashed,
    Event,
    FinderProblem,
    ModelFailed,
    ModelOpened,
    RecordingStarted,
    RecordingStopped,
    Shown,
    SourceEnded,
    SourceFailed,
    SourceLost,
    SourceNotice,
    SourceOpened,
    SpreadsheetWritten,
)
from emocam.capture.loop import CaptureLoop, Engine
from emocam.commands import INTERRUPTED
from emocam.commands.options import chosen_settings
from emocam.commands.quiet import without_litert_lines
from emocam.latest import Latest
from emocam.plain_text import plain_text
from emocam.resources import demo_clip
from emocam.sessions.files import SESSION, SPREADSHEET
from emocam.sessions.recorder import default_parent

LOOK_EVERY_S = 0.1
ENDING_SIGNALS = ("SIGTERM", "SIGHUP")  # the second is not known to Windows


class RecordError(Exception):
    """Nothing can be recorded, or nothing more; the text says why and what to do."""


def run(options: argparse.Namespace) -> int:
    """Record until the time is up, the source ends or the user ends it; return 1 where something went wrong."""
    try:
        settings = chosen_settings(options)
    except ValueError as error:
        _say(str(error))
        return 1
    source = str(demo_clip()) if options.record_demo else options.source
    out = options.out or default_parent()
    loop = CaptureLoop(replace(settings, source=source), engine=Engine(sessions_folder=lambda: out))
    recording = _Recording(loop)
    try:
        with _running(loop):
            return recording.record(source, loops=options.record_demo, length_s=options.length_s)
    except RecordError as error:
        _say(str(error))
        return 1


class _Recording:
    """One recording, from the opening of its model to the last line that it prints."""

    def __init__(self, loop: CaptureLoop) -> None:
        self._loop = loop
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._results = loop.listen(on_event=self._note)
        self._title = ""
        self._folder: Path | None = None

    def record(self, source: str | None, *, loops: bool, length_s: float | None) -> int:
        """Record, and return the exit status; raises RecordError."""
        status = 0
        try:
            with without_litert_lines():
                self._wait_for(ModelOpened)
            self._loop.open(source, loops=loops)
            self._wait_for(RecordingStarted)
            until = "Ctrl-C ends it" if length_s is None else f"for {timedelta(seconds=length_s)}"
            _say(f"recording {self._title} into {self._folder}, {until}")
            problem = self._follow(length_s)
        except KeyboardInterrupt:
            problem, status = None, 0 if length_s is None else INTERRUPTED
        if self._folder is None:
            return INTERRUPTED
        self._loop.stop_recording()
        self._wait_for(RecordingStopped)
        print(_summary(self._title, self._folder), flush=True)
        self._wait_for_spreadsheet()
        if problem:
            _say(problem)
            return 1
        return status

    def _note(self, event: Event) -> None:
        # On the loop's thread, so that the recording begins before the first frame is analysed.
        if isinstance(event, SourceOpened):
            self._loop.start_recording()
        self._events.put(event)

    def _wait_for(self, kind: type[Event]) -> None:
        while not isinstance(self._next_event(), kind):
            pass

    def _wait_for_spreadsheet(self) -> None:
        try:
            self._wait_for(SpreadsheetWritten)
        except (KeyboardInterrupt, RecordError):  # the recording is whole, whatever the source does now
            _say(f"{SPREADSHEET} is still being written, and will be there in a while")

    def _follow(self, length_s: float | None) -> str | None:
        """Return once enough is recorded: what was wrong with the source, if anything."""
        with _status() as show:
            while length_s is None or self._loop.elapsed_s < length_s:
                event = self._next_event()
                if isinstance(event, SourceEnded):
                    return event.problem
                show(self._loop.elapsed_s, self._results)
        return None

    def _next_event(self) -> Event | None:
        """Return what the loop tells next, None if it tells nothing; raises RecordError for what ends the recording."""
        try:
            event = self._events.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            return None
        match event:
            case SourceOpened(title):
                self._title = title
            case SourceLost(reason):
                _say(f"{reason} It is looked for; the recording notes the gap.")
            case SourceNotice(text):
                _say(text)
            case FinderProblem(problem):
                _say(f"faces are found without a part of Emocam: {problem}")
            case RecordingStarted(folder):
                self._folder = folder
            case SpreadsheetWritten(_, str(problem)):
                _say(problem)
            case SourceFailed(reason) | ModelFailed(_, reason) | Crashed(reason) | RecordingStopped(_, str(reason)):
                raise RecordError(reason)
        return event


@contextmanager
def _running(loop: CaptureLoop) -> Iterator[None]:
    """Run a loop on a thread of its own; at the end of the block it is stopped, and its session is whole."""
    # A daemon: a driver that never answers must not keep the program from ending once all is written.
    thread = threading.Thread(target=loop.run, name="capture", daemon=True)
    numbers = [getattr(signal, name) for name in ENDING_SIGNALS if hasattr(signal, name)]
    numbers = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]  # as under nohup
    before = [(number, signal.signal(number, _interrupt)) for number in numbers]
    thread.start()
    try:
        yield
    finally:
        loop.stop()
        thread.join()
        for number, handler in before:
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _status() -> Iterator[Callable[[float, Latest[Shown]], None]]:
    """Show a line that follows the recording, where standard error is a terminal."""
    console = Console(stderr=True, markup=False, highlight=False)
    if not console.is_terminal:
        yield lambda elapsed_s, results: None
        return
    with console.status("") as line:

        def show(elapsed_s: float, results: Latest[Shown]) -> None:
            shown = results.take()
            if shown is not None:
                line.update(_progress(elapsed_s, shown))

        yield show


def _progress(elapsed_s: float, shown: Shown) -> str:
    faces = [f"face {face.track_id} {face.label or '…'}" for face in shown.result.faces]
    elapsed = timedelta(seconds=int(elapsed_s))
    return f"{elapsed}  {shown.frames_per_second:.0f} frames/s  {', '.join(faces) or 'nobody in sight'}"


def _summary(title: str, folder: Path) -> str:
    described = json.loads((folder / SESSION).read_text(encoding="utf-8"))
    frames, dropped = described["frames_analysed"], described["frames_dropped"]
    length = timedelta(seconds=round(described["duration_s"] or 0))  # pictures take no time
    return plain_text(f"{title}: {frames} frames analysed, {dropped} dropped, {length} -> {folder}")


def _say(text: str) -> None:
    print(plain_text(f"emocam record: {text}"), file=sys.stderr, flush=True)
