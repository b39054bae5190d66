"""Slow cameras, quick ones and slow analyses: labels, rows and the age of what is shown."""

import json
from pathlib import Path

import numpy as np
import pytest

from emocam.messages import Frame, FrameResult
from emocam.sessions.recorder import SessionRecorder
from emocam.settings import Settings
from emocam.sources.live import LiveSource
from tests.engine.test_pipeline import BOX, ScriptedClassifier, scripted_pipeline
from tests.sessions.recordings import FakeModel, read_rows, utc_start
from tests.sources.fakes import Clock, FakeCamera

WAIT_S = 20.0  # for what a thread does soon; far above what any machine needs
SETTINGS = Settings(prediction_every_frames=3, label_every_frames=9)


def bright_picture(number: int) -> np.ndarray:
    """Return a picture in which the scripted network sees happiness; one pixel tells it from the next."""
    picture = np.full((400, 640, 3), 200, np.uint8)
    picture[0, 0] = number % 200
    return picture


def play_live(folder: Path, *, frames_per_second: int, seconds: float, frames_per_analysis: int = 1):
    """Record a live camera; the analysis of each frame lasts as long as so many frames take to arrive.

    Returns each result with the age of its frame when it was taken, in seconds.
    """
    clock, camera = Clock(), FakeCamera()
    count = round(seconds * frames_per_second)
    pipeline = scripted_pipeline([[BOX]] * count, ScriptedClassifier())
    results: list[tuple[FrameResult, float]] = []
    with (
        LiveSource(camera.connect, title="Camera", identity="camera:1", clock=clock) as source,
        SessionRecorder(
            folder, model=FakeModel(), settings=SETTINGS, source="Camera", clock=clock, utc_now=utc_start
        ) as recorder,
    ):
        connection = camera.connections.get(timeout=WAIT_S)
        assert connection.asked.acquire(timeout=WAIT_S)
        for number in range(count):
            connection.deliver(bright_picture(number))
            assert connection.asked.acquire(timeout=WAIT_S)  # it lies in the slot now
            if number % frames_per_analysis == frames_per_analysis - 1:
                frame = source.read(0.0)
                assert isinstance(frame, Frame)
                results.append((pipeline.analyze(frame, SETTINGS), clock.now_s - 100.0 - frame.time_s))
                recorder.record(results[-1][0])
            clock.now_s += 1 / frames_per_second
        connection.fail()
    return results, source.dropped


@pytest.mark.parametrize("frames_per_second", [5, 120])
def test_labels_count_frames_and_rows_tell_times_at_any_rate(tmp_path: Path, frames_per_second: int):
    results, dropped = play_live(tmp_path, frames_per_second=frames_per_second, seconds=4)
    rows = read_rows(tmp_path / "faces.csv")
    assert dropped == 0
    assert [row["frame"] for row in rows] == [str(number) for number in range(4 * frames_per_second)]
    assert [float(row["time_s"]) for row in rows] == pytest.approx(
        [number / frames_per_second for number in range(len(rows))], abs=1e-3
    )
    assert {row["face"] for row in rows} == {"1"}
    assert [row["label"] for row in rows] == [""] * 8 + ["happy"] * (len(rows) - 8)
    new_labels = [number for number, (result, _) in enumerate(results) if result.faces[0].is_new_label]
    assert new_labels == list(range(8, len(rows), 9))


def test_a_slow_analysis_of_a_quick_camera_drops_frames_and_stays_in_the_present(tmp_path: Path):
    results, dropped = play_live(tmp_path, frames_per_second=120, seconds=5, frames_per_analysis=8)
    assert len(results) == 75
    assert dropped == 600 - 75
    assert max(age_s for _, age_s in results) < 1 / 120
    rows = read_rows(tmp_path / "faces.csv")
    assert [int(row["frame"]) for row in rows] == list(range(7, 600, 8))
    assert float(rows[-1]["time_s"]) - float(rows[0]["time_s"]) == pytest.approx(74 * 8 / 120, abs=2e-3)
    description = json.loads((tmp_path / "session.json").read_text(encoding="utf-8"))
    assert (description["frames_analysed"], description["frames_dropped"]) == (75, 74 * 7)


def test_a_face_at_five_frames_a_second_may_be_missed_for_as_long_as_at_thirty():
    script = [[BOX]] * 5 + [[]] * 4 + [[BOX]] * 3 + [[]] * 7 + [[BOX]] * 5
    pipeline = scripted_pipeline(script, ScriptedClassifier())
    frames = [Frame(number, number / 5, bright_picture(number)) for number in range(len(script))]
    results = [pipeline.analyze(frame, SETTINGS) for frame in frames]
    assert {face.track_id for result in results[:12] for face in result.faces} == {1}
    assert {face.track_id for result in results[12:] for face in result.faces} == {2}
