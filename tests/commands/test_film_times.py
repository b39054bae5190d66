"""`emocam analyze` on films whose times need a word, or whose picture begins late."""

import csv
import json
from pathlib import Path

import pytest

from emocam.__main__ import main
from tests.clips import FACE_FROM, demo_frames, write_film


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "faces.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    pictures = demo_frames(FACE_FROM, 6)
    return write_film(tmp_path / "raw.mjpeg", pictures, codec="mjpeg", pixel_format="yuvj420p", format="mjpeg")


def test_assumed_times_are_told_and_are_no_failure(raw, tmp_path, capsys):
    assert main(["analyze", str(raw), "--out", str(tmp_path)]) == 0
    assert "raw.mjpeg states no times: 25 frames a second are assumed" in capsys.readouterr().err
    assert float(rows_of(tmp_path / "raw")[-1]["time_s"]) == pytest.approx(5 / 25, abs=1e-3)


@pytest.mark.parametrize(("rate", "interval_s"), [("10", 0.1), ("30000/1001", 1001 / 30000), (" 12.5 ", 0.08)])
def test_a_rate_is_taken_for_what_states_no_times(raw, tmp_path, capsys, rate, interval_s):
    assert main(["analyze", str(raw), "--out", str(tmp_path), "--rate", rate]) == 0
    assert "assumed" not in capsys.readouterr().err
    assert float(rows_of(tmp_path / "raw")[-1]["time_s"]) == pytest.approx(5 * interval_s, abs=1e-3)


@pytest.mark.parametrize("rate", ["0", "-5", "fast", "1/0", "nan", "inf", "100000"])
def test_what_is_no_rate_is_refused(raw, tmp_path, capsys, rate):
    with pytest.raises(SystemExit) as ended:
        main(["analyze", str(raw), "--out", str(tmp_path), f"--rate={rate}"])
    assert ended.value.code == 2
    assert "expected frames a second" in capsys.readouterr().err


def test_a_session_keeps_the_times_of_a_film_that_begins_with_its_sound(tmp_path):
    times_s = [2 + number / 20 for number in range(6)]
    path = write_film(tmp_path / "late.mp4", demo_frames(FACE_FROM, 6), times_s=times_s, sound_s=3)
    assert main(["analyze", str(path), "--out", str(tmp_path)]) == 0
    rows = rows_of(tmp_path / "late")
    assert float(rows[0]["time_s"]) == pytest.approx(2, abs=0.025)
    assert float(rows[-1]["time_s"]) == pytest.approx(2.25, abs=0.025)


def test_a_jump_of_days_is_told_and_the_inputs_after_it_are_analysed(tmp_path, capsys):
    times_s = [number / 10 + (3 * 86_400 if number > 2 else 0) for number in range(6)]
    pictures = demo_frames(FACE_FROM, 6)
    jumping = write_film(tmp_path / "jump.mkv", pictures, codec="libx264", options={"bf": "0"}, times_s=times_s)
    after = write_film(tmp_path / "after.mp4", pictures)
    assert main(["analyze", str(jumping), str(after), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().err.count("The times in jump.mkv jump") == 1
    assert float(rows_of(tmp_path / "jump")[-1]["time_s"]) == pytest.approx(0.5, abs=1e-3)
    assert json.loads((tmp_path / "after" / "session.json").read_text(encoding="utf-8"))["frames_analysed"] == 6
