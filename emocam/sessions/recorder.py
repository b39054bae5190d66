"""Records a session into a folder: a row for each face of each analysed frame, and what the rows mean."""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from emocam.clock import steady_s
from emocam.closing import ClosedOnExit
from emocam.messages import FrameResult, Gap
from emocam.sessions.baselines import described
from emocam.sessions.cells import moment_after, utc_text
from emocam.sessions.column_types import Marker
from emocam.sessions.columns import MarkersFile, columns, header_of
from emocam.sessions.description import (
    RecordedModel,
    description_text,
    model_description,
    new_description,
    recorded_settings,
)
from emocam.sessions.files import (
    FACES,
    MARKERS,
    SESSION,
    CsvFile,
    FolderLock,
    RecordingError,
    csv_lines,
    numbered_folder,
    recording_error,
    replace_file,
)
from emocam.sessions.inputs import Inputs, RecordedInput
from emocam.sessions.rows import RowReader, RowWriter
from emocam.sessions.statistics import FrameCount
from emocam.sessions.summary import Summary
from emocam.sessions.timeline import SessionTime
from emocam.settings import Settings

log = logging.getLogger(__name__)

CHECK_EVERY_S = 1.0  # a power cut loses what was written since the last sync; a kill loses no written row


def default_parent() -> Path:
    """Return the folder in which sessions are kept unless the user names another."""
    return Path(platformdirs.user_documents_dir()) / "Emocam"


def new_session_folder(parent: Path, moment: datetime) -> Path:
    """Make a folder named after a local time, adding -2, -3 … if the name is taken; raises RecordingError."""
    local = moment.astimezone() if moment.tzinfo else moment
    try:
        return numbered_folder(parent, local.strftime("%Y-%m-%d_%H-%M-%S"))
    except OSError as error:
        raise recording_error(error, parent) from error


class SessionRecorder(ClosedOnExit):
    """Writes a session while it goes on. One thread records; any thread may read `folder` and `elapsed_s`.

    Every method that writes raises RecordingError when writing fails, and on every call after that: the
    recording is over, what was written is intact, and `close` does not raise the error again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model: RecordedModel,
        settings: Settings,
        source: str,
        is_live: bool = True,
        keeps_source_time: bool = False,
        clock: Callable[[], float] = steady_s,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        input: RecordedInput | None = None,
        is_awaited: bool = False,
        neutral: dict[str, Any] | None = None,
    ) -> None:
        """Begin a session in a folder that does not hold one yet; raises RecordingError.

        model: its labels become columns of faces.csv, and stay. source: its title for people.
        input: what it says of itself, asked whenever the description is written. is_awaited: it is not open.
        neutral: where neutral faces come from, as session.json says it; None where they are set meanwhile, or not.
        is_live: False if frames are read as fast as they can be analysed, and session time follows theirs.
        keeps_source_time: the session is a whole file's, and its time 0 that of the file, not of the first frame.
        """
        self.folder = folder
        self._time = SessionTime(is_live=is_live, keeps_source_time=keeps_source_time, clock=clock)
        self._clock = clock
        start = utc_now()
        self._start = start.replace(microsecond=start.microsecond // 1000 * 1000)
        self._settings = settings
        self._writer = RowWriter(start=self._start, labels=model.labels)
        # Counted from the cells as written, so that the file always gives the same statistics.
        self._reader = RowReader(self._writer.header)
        self._summary, self._frames = Summary(), FrameCount()
        self._description = new_description(self._start, model=model, settings=settings, source=source)
        self._description["neutral"] = neutral
        self._inputs = Inputs(self._description["inputs"])
        if not is_awaited:
            self._inputs.begin(source, input, is_live=is_live, time_ms=0)
        self._baselines: set[int] = set()  # numbers of those that are described
        self._is_source_lost = self._is_description_old = self._is_closed = False
        self._ended_s: float | None = None
        self._checked_s = clock()
        self._failure: RecordingError | None = None
        self._sync_error: OSError | None = None
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._create_files()
        # On a slow disk a sync can take longer than a frame, so it has a thread of its own.
        self._syncing = threading.Thread(target=self._sync_faces, name="session sync", daemon=True)
        self._syncing.start()

    def _create_files(self) -> None:
        opened: list[CsvFile] = []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._folder_lock = FolderLock(self.folder)
            try:
                self._faces = CsvFile(self.folder / FACES, header=self._writer.header)
                opened.append(self._faces)
                self._markers = CsvFile(self.folder / MARKERS, header=header_of(MarkersFile))
                opened.append(self._markers)
                self._write_description()
            except OSError:
                for file in opened:
                    file.close()
                self._folder_lock.release()
                raise
        except (FileExistsError, BlockingIOError) as error:
            raise RecordingError(
                f"Expected a folder without a session; {self.folder} holds one, which is never overwritten. "
                "Record into another folder."
            ) from error
        except OSError as error:
            raise recording_error(error, self.folder) from error

    @property
    def elapsed_s(self) -> float:
        """Seconds since the session began, up to its end."""
        return self._time.elapsed_ms() / 1000 if self._ended_s is None else self._ended_s

    @property
    def duration_s(self) -> float:
        """Seconds that the session is long so far, with the time for which a film shows its latest frame."""
        return max(self._time.elapsed_ms(), self._time.ends_ms) / 1000 if self._ended_s is None else self._ended_s

    def record(self, result: FrameResult) -> None:
        """Write what was concluded from a frame."""
        frame = result.frame
        with self._writing():
            age_s = result.latency.total_ms / 1000
            time_ms = self._time.of(frame.time_s, lasts_s=frame.lasts_s, age_s=age_s)
            self._note_settings(result.settings, time_ms)
            self._note_baselines(result, time_ms)
            self._write(
                self._writer.frame_rows(
                    result,
                    time_ms=time_ms,
                    clock_ms=self._time.clock_ms(time_ms),
                    lasts_ms=self._time.lasts_ms,
                    input=self._inputs.number,
                )
            )
            self._frames.add_frame(result.frame.index)
            self._is_source_lost = False
            self._check()

    def record_gap(self, gap: Gap) -> None:
        """Write that the source was lost at a moment."""
        with self._writing():
            time_ms = self._time.of(gap.time_s)
            clock_ms = self._time.clock_ms(time_ms)
            self._write([self._writer.gap_row(gap, time_ms=time_ms, clock_ms=clock_ms, input=self._inputs.number)])
            self._frames.restart()
            if not self._is_source_lost:
                self._is_source_lost = True
                self._note("source_losses", time_ms, reason=gap.reason)
            self._check()

    def change_source(
        self, title: str, *, is_live: bool = True, input: RecordedInput | None = None, is_awaited: bool = False
    ) -> None:
        """Go on with another source; its frames count from now.

        input: what it says of itself. is_awaited: none is open, and the title says what is waited for.
        """
        with self._writing():
            time_ms = self._time.change_source(is_live=is_live)
            if is_awaited:
                self._inputs.end()
            else:
                self._inputs.begin(title, input, is_live=is_live, time_ms=time_ms)
            self._frames.restart()
            self._is_source_lost = False
            self._note("source_changes", time_ms, source=title)
            self._write_description()

    def change_model(self, model: RecordedModel) -> None:
        """Note that another network takes over; the columns stay, and are filled by name."""
        with self._writing():
            self._note("model_changes", self._time.elapsed_ms(), model=model_description(model))
            self._write_description()

    def add_marker(self, start_s: float, end_s: float, name: str) -> None:
        """Name a moment or span, in seconds of the session; raises ValueError if it ends before it starts."""
        if not 0 <= start_s <= end_s < float("inf"):
            raise ValueError(f"expected a marker with 0 ≤ start ≤ end; got {start_s} to {end_s} s")
        with self._writing():
            self._markers.require_in_place()  # written seldom, so that each one is looked after
            marker = Marker(round(start_s * 1000), round(end_s * 1000), name)
            self._markers.append([[column.cell(marker) for column in columns(MarkersFile)]])
            self._markers.sync()

    def note_neutral_problem(self, problem: str) -> None:
        """Note why there is no baseline though one was asked for, so that the session is not taken for one with it."""
        with self._lock:
            self._description["neutral"] = {**(self._description["neutral"] or {}), "problem": problem}
            self._is_description_old = True

    def interrupt(self) -> None:
        """Note that the session ends before its source does, because the program was asked to or could not go on."""
        with self._lock:
            self._description["interrupted"] = True
            self._inputs.interrupt()
            self._is_description_old = True

    def close(self) -> None:
        """End the session and write its statistics; may be called more than once. Raises RecordingError.

        If closing fails, the statistics can be completed later from the rows.
        """
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._ended_s = self.duration_s
        self._closing.set()
        self._syncing.join()
        self._inputs.await_digest()
        try:
            self._faces.require_in_place()
            self._faces.sync()
            for name, rows in self._summary.files().items():
                replace_file(self.folder / name, csv_lines(rows))
            self._description["end"] = utc_text(moment_after(self._start, self._time.recorded_ms))
            self._description["duration_s"] = self._ended_s if self._summary.has_time else None
            self._inputs.end()
            self._write_description()
        except OSError as error:
            if self._failure is None:
                self._failure = recording_error(error, self.folder)
                raise self._failure from error
            log.warning("%s could not be completed: %s", self.folder, error)
        finally:
            self._faces.close()
            self._markers.close()
            self._folder_lock.release()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            if self._is_closed:
                raise RecordingError(f"The session in {self.folder} has ended. Begin a new one.")
            if self._failure is not None:
                raise RecordingError(str(self._failure))
            try:
                if self._sync_error is not None:
                    raise self._sync_error
                yield
            except OSError as error:
                self._failure = recording_error(error, self.folder)
                raise self._failure from error

    def _write(self, rows: list[list[str]]) -> None:
        self._faces.append(rows)
        for cells in rows:
            self._summary.add(self._reader.read(cells))

    def _note_settings(self, settings: Settings, time_ms: int) -> None:
        if settings is self._settings or settings == self._settings:
            return
        before = recorded_settings(self._settings)
        changed = {name: value for name, value in recorded_settings(settings).items() if value != before[name]}
        self._settings = settings
        if changed:
            self._note("settings_changes", time_ms, changed=changed)

    def _note_baselines(self, result: FrameResult, time_ms: int) -> None:
        """Describe the baselines that the rows of a frame name for the first time, before there are such rows."""
        in_force = [face.baseline for face in (*result.faces, *result.departed) if face.baseline is not None]
        new = [one for one in in_force if one.number not in self._baselines]
        for baseline in new:
            self._baselines.add(baseline.number)
            self._note("baselines", time_ms, **described(baseline))
        if new:
            self._update_description()

    def _note(self, what: str, time_ms: int, **values: Any) -> None:
        self._description[what].append({"time_s": time_ms / 1000, **values})
        self._is_description_old = True

    def _check(self) -> None:
        """Once a second, check that the file is still there, and bring session.json up to date."""
        if self._clock() - self._checked_s < CHECK_EVERY_S:
            return
        self._checked_s = self._clock()
        self._faces.require_in_place()
        if self._is_description_old or self._inputs.has_new_digest:
            self._update_description()

    def _update_description(self) -> None:
        try:
            self._write_description()
        except PermissionError:
            # Windows refuses while another program has the file open: try again in a second.
            if sys.platform != "win32":
                raise

    def _write_description(self) -> None:
        self._description.update(self._frames.described())
        self._inputs.bring_up_to_date()
        replace_file(self.folder / SESSION, description_text(self._description))
        self._is_description_old = False

    def _sync_faces(self) -> None:
        while not self._closing.wait(CHECK_EVERY_S):
            try:
                self._faces.sync()
            except OSError as error:
                self._sync_error = error
                return
