"""`emocam benchmark`: what it measures, and that it prints nothing else."""

import importlib.util
import json
import subprocess
import sys
import time
from functools import partial

import pytest

from emocam.__main__ import main
from emocam.commands import benchmark
from emocam.commands.process import peak_memory_bytes, process_age_s, usable_cores
from emocam.engine import watch
from emocam.engine.pipeline import Pipeline
from emocam.resources import asset_path
from tests.clips import FACE_FROM, NO_FACE_FROM, demo_frames, write_clip

FIGURES = {
    "frames", "faces", "analysis_ms_p50", "analysis_ms_p95", "detect_ms_p50", "classify_ms_p50",
    "frames_per_second", "start_s", "first_label_s", "rss_mb", "cpu_count", "plain_analysis_ms_p50", "ratio",
}  # fmt: skip


def figures_of(capsys, *arguments: str) -> dict:
    assert main(["benchmark", "--json", "--no-plain", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_program_that_measures_prints_one_json_object():
    command = [sys.executable, "-m", "emocam", "benchmark", "--json", "--frames", "40"]
    command += ["--source", str(asset_path("demo.mp4"))]
    began_s = time.monotonic()
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    lasted_s = time.monotonic() - began_s
    figures = json.loads(answer.stdout)
    assert set(figures) == FIGURES
    assert figures["frames"] == 40
    assert 0 < figures["start_s"] < figures["first_label_s"] < lasted_s + 0.02
    assert 0 < figures["detect_ms_p50"] <= figures["analysis_ms_p50"] <= figures["analysis_ms_p95"]
    assert 10 < figures["rss_mb"] < 10_000
    if importlib.util.find_spec("keras"):
        times = figures["plain_analysis_ms_p50"] / figures["analysis_ms_p50"]
        assert figures["ratio"] == pytest.approx(times, rel=0.01)
        assert times > 2
    else:
        assert figures["ratio"] is None
    assert figures["cpu_count"] >= 1


def test_a_file_is_read_once_and_every_face_of_every_frame_is_counted(tmp_path, capsys):
    clip = write_clip(tmp_path / "smile.mp4", demo_frames(FACE_FROM, 12))
    figures = figures_of(capsys, "--source", str(clip))
    assert (figures["frames"], figures["faces"]) == (12, 12)
    assert figures["classify_ms_p50"] > 0


def test_a_file_shorter_than_asked_begins_again(tmp_path, capsys):
    clip = write_clip(tmp_path / "smile.mp4", demo_frames(FACE_FROM, 12))
    figures = figures_of(capsys, "--source", str(clip), "--frames", "30")
    assert (figures["frames"], figures["faces"]) == (30, 30)


def test_without_a_face_there_is_no_label_and_nothing_to_classify(tmp_path, capsys):
    clip = write_clip(tmp_path / "wall.mp4", demo_frames(NO_FACE_FROM, 3))
    figures = figures_of(capsys, "--source", str(clip))
    assert figures["faces"] == 0
    assert figures["first_label_s"] is None
    assert figures["classify_ms_p50"] is None
    assert main(["benchmark", "--source", str(clip), "--no-plain"]) == 0
    assert "frames a second" in capsys.readouterr().out


def test_what_cannot_be_measured_is_a_message_and_no_json(tmp_path, capsys):
    text = tmp_path / "letter.mp4"
    text.write_text("no video")
    for arguments in (["--source", str(text)], ["--source", str(asset_path("demo.mp4")), "--model", "dreams.hdf5"]):
        assert main(["benchmark", "--json", *arguments]) == 1
        answer = capsys.readouterr()
        assert not answer.out
        assert len(answer.err.splitlines()) == 1


def test_faces_are_found_by_what_is_asked_for_and_by_both_otherwise(tmp_path, capsys, monkeypatch):
    clip = write_clip(tmp_path / "smile.mp4", demo_frames(FACE_FROM, 3))
    opened = []

    def open_watch(faces_found_by):
        opened.append(faces_found_by)
        return watch.open_watch(faces_found_by)

    monkeypatch.setattr(benchmark, "Pipeline", partial(Pipeline, make_watch=open_watch))
    for arguments in ([], ["--faces", "cascades"], ["--faces", "blazeface"]):
        assert figures_of(capsys, "--source", str(clip), *arguments)["faces"] == 3
    assert opened == ["both", "cascades", "blazeface"]


def test_frames_are_counted_from_one(capsys):
    with pytest.raises(SystemExit):
        main(["benchmark", "--source", "x.mp4", "--frames", "0"])
    assert "from 1" in capsys.readouterr().err


def test_the_system_knows_this_process():
    age_s = process_age_s()
    assert 0 < age_s <= process_age_s()
    held = bytearray(50_000_000)
    assert peak_memory_bytes() > len(held)
    assert usable_cores() >= 1
