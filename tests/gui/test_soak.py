"""Hours in one test: the whole engine at full speed, recording, with faults and changes at random; `pytest -m soak`.

`EMOCAM_SOAK_S` sets its length in seconds. It prints what it measured.
"""

import csv
import gc
import itertools
import json
import os
import random
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from emocam.gui.worker import CaptureThread, Engine
from emocam.messages import Frame, Gap
from emocam.resources import resolve_model
from emocam.settings import DEFAULT_MODEL, Settings
from emocam.sources import SourceError
from tests.clips import demo_frames

pytestmark = pytest.mark.soak
LENGTH_S = float(os.environ.get("EMOCAM_SOAK_S", "60"))
WARM_S = min(30.0, LENGTH_S / 3)  # until every network and both charts have been in use
MAY_GROW_MB = 5.0


class RestlessCamera:
    """The demo clip over and over as a live source, as fast as it is taken; it falls silent, fails and returns."""

    is_live, is_independent, frame_count, dropped, problem, ended = True, False, None, 0, None, False
    title = identity = "restless"
    index = itertools.count()  # goes on from one opening to the next, so that every frame is told apart

    def __init__(self, pictures, seed):
        self._pictures, self._chance, self._began_s = pictures, random.Random(seed), time.monotonic()
        self._silent_reads = 0

    def read(self, timeout_s=0.25):
        if self._silent_reads:
            self._silent_reads -= 1
            time_s = time.monotonic() - self._began_s
            return Gap(next(self.index), time_s, "it fell silent") if self._silent_reads % 7 == 0 else None
        if self._chance.random() < 0.002:
            self._silent_reads = self._chance.randrange(3, 40)
        number = next(self.index)
        picture = self._pictures[number % len(self._pictures)]
        return Frame(number, time.monotonic() - self._began_s, picture)

    def close(self):
        pass


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text() if sys.platform == "linux" else "VmRSS: 0 kB"
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_hours_of_faults_and_changes_leave_nothing_behind(tmp_path, qtbot, capsys):
    chance = random.Random(7)
    pictures = demo_frames(30, 60)
    broken, copied = tmp_path / "broken.hdf5", tmp_path / "copy.hdf5"
    broken.write_bytes(b"no network")
    shutil.copyfile(resolve_model(DEFAULT_MODEL), copied)
    openings = itertools.count()

    def open_restless(text):
        number = next(openings)
        if number % 5 == 4:
            raise SourceError("The camera is not there. Plug it in.")
        return RestlessCamera(pictures, number)

    sessions = tmp_path / "sessions"
    worker = CaptureThread(Settings(), engine=Engine(open_source=open_restless, sessions_folder=lambda: sessions))
    analysed = []
    analyze = worker._analyze
    worker._analyze = lambda frame: (analyze(frame), analysed.append(frame.index))  # what the recording must hold
    threads_before, files_before = threading.active_count(), open_files()
    with qtbot.waitSignals([worker.model_opened, worker.source_opened], timeout=20_000):
        worker.start()
        worker.open(None)
    with qtbot.waitSignal(worker.recording_started, timeout=5000):
        worker.start_recording()
    began_s, warm_mb, taken = time.monotonic(), None, 0
    while time.monotonic() - began_s < LENGTH_S:
        qtbot.wait(chance.choice((5, 30, 30, 30, 400)))  # a window that is quick, usual, or stuck
        taken += worker.results.take() is not None
        if chance.random() < 0.1:
            worker.use_settings(
                Settings(
                    spectrum=chance.choice(("seven", "three")),
                    prediction_sensitivity_percent=chance.randrange(0, 101),
                    tracking_sensitivity_px=chance.randrange(20, 200),
                    prediction_every_frames=chance.randrange(1, 6),
                    label_every_frames=chance.randrange(1, 20),
                    model=chance.choice((DEFAULT_MODEL, str(copied), str(broken))),
                )
            )
        if chance.random() < 0.01:
            worker.open("again")
        if chance.random() < 0.02:
            worker.add_marker(worker.elapsed_s, worker.elapsed_s, "moment")
        if warm_mb is None and time.monotonic() - began_s > WARM_S:
            gc.collect()
            warm_mb = resident_mb()
    gc.collect()
    grown_mb = resident_mb() - (warm_mb or 0)
    with qtbot.waitSignal(worker.recording_stopped, timeout=20_000) as stopped:
        worker.stop_recording()
    worker.stop()
    assert worker.wait(10_000)
    assert stopped.args[1] == ""
    figures = check_session(Path(stopped.args[0]), analysed)
    seconds = time.monotonic() - began_s
    with capsys.disabled():
        print(f"\nsoak: {seconds:.0f} s, {len(analysed)} frames, {taken} shown, {figures}, grown by {grown_mb:.1f} MB, "
              f"threads {threads_before} to {threading.active_count()}, open files {files_before} to {open_files()}")
    assert len(analysed) > 20 * LENGTH_S
    assert grown_mb < MAY_GROW_MB
    assert threading.active_count() <= threads_before + 1
    assert open_files() <= files_before + 4


def check_session(folder: Path, analysed: list[int]) -> str:
    """Check every row against the frames analysed; return what was found, for people."""
    rows = rows_of(folder / "faces.csv")
    recorded = [int(row["frame"]) for row in rows if row["state"] != "source_lost"]
    session = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    assert recorded == sorted(recorded)
    first = analysed.index(recorded[0])
    expected = analysed[first:]
    missing = set(expected) - set(recorded)
    assert not missing - set(expected[-2:]), f"{len(missing)} frames without a row"
    times = [float(row["time_s"]) for row in rows]
    assert times == sorted(times)
    firsts: dict[int, int] = {}
    for place, row in enumerate(rows):
        if row["face"]:
            firsts.setdefault(int(row["face"]), place)
    in_order = sorted(firsts)
    assert [firsts[number] for number in in_order] == sorted(firsts.values()), "a number came out of turn"
    assert rows_of(folder / "statistics.csv")
    return f"{len(rows)} rows, {len(in_order)} faces, {len(session)} parts of session.json"
