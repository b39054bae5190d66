"""`emocam analyze`: sessions from files, without a window."""

import csv
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from emocam.__main__ import main
from emocam.labels import SPECTRA, UNCERTAIN
from tests.clips import FACE_FROM, NO_FACE_FROM, demo_frames, write_clip, write_picture

SESSION_FILES = {"faces.csv", "statistics.csv", "markers.csv", "session.json"}


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "faces.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def clip(tmp_path) -> Path:
    return write_clip(tmp_path / "smile.mp4", demo_frames(FACE_FROM, 12))


def test_a_clip_becomes_a_session_with_a_row_for_each_frame(clip, tmp_path, capsys):
    assert main(["analyze", str(clip), "--out", str(tmp_path / "out")]) == 0
    folder = tmp_path / "out" / "smile"
    assert {path.name for path in folder.iterdir()} >= SESSION_FILES
    rows = rows_of(folder)
    assert [int(row["frame"]) for row in rows] == list(range(12))
    assert {row["face"] for row in rows} == {"1"}
    assert float(rows[-1]["time_s"]) == pytest.approx(11 / 30, abs=0.01)
    assert "12 frames" in capsys.readouterr().out


def test_each_input_gets_a_folder_of_its_own_and_none_is_overwritten(clip, tmp_path):
    empty_wall = write_clip(tmp_path / "wall.mp4", demo_frames(NO_FACE_FROM, 3))
    out = tmp_path / "out"
    assert main(["analyze", str(clip), str(empty_wall), "--out", str(out)]) == 0
    assert main(["analyze", str(clip), "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["smile", "smile-2", "wall"]
    assert {row["state"] for row in rows_of(out / "wall")} == {"no_face"}


def test_the_spectrum_and_the_frequencies_are_those_asked_for(clip, tmp_path):
    arguments = ["--spectrum", "three", "--every", "5", "--label-every", "2"]
    assert main(["analyze", str(clip), "--out", str(tmp_path), *arguments]) == 0
    rows = rows_of(tmp_path / "smile")
    assert {row["spectrum"] for row in rows} == {"three"}
    assert {row["label"] for row in rows} <= {"", "positive", "neutral", "negative", "uncertain"}
    assert [bool(row["raw_happy"]) for row in rows] == [number % 5 == 0 for number in range(12)]
    settings = json.loads((tmp_path / "smile" / "session.json").read_text(encoding="utf-8"))["settings"]
    assert (settings["prediction_every_frames"], settings["label_every_frames"]) == (5, 2)


@pytest.mark.parametrize("finder", ["cascades", "blazeface", "both"])
def test_faces_are_found_by_what_is_asked_for(clip, tmp_path, finder):
    assert main(["analyze", str(clip), "--out", str(tmp_path), "--faces", finder]) == 0
    assert {row["face"] for row in rows_of(tmp_path / "smile")} == {"1"}
    settings = json.loads((tmp_path / "smile" / "session.json").read_text(encoding="utf-8"))["settings"]
    assert settings["faces_found_by"] == finder


@pytest.mark.parametrize("name", SPECTRA)
def test_any_spectrum_may_be_asked_for(clip, tmp_path, name):
    assert main(["analyze", str(clip), "--out", str(tmp_path), "--spectrum", name]) == 0
    rows = rows_of(tmp_path / "smile")
    assert {row["spectrum"] for row in rows} == {name}
    assert {row["label"] for row in rows} - {""} <= {*SPECTRA[name].labels, UNCERTAIN}
    assert any(row["label"] for row in rows)
    text = (tmp_path / "smile" / "statistics.csv").read_text(encoding="utf-8-sig")
    counted = [row["label"] for row in csv.DictReader(text.splitlines()) if row["face"] == "all"]
    assert counted == [*SPECTRA[name].labels, UNCERTAIN]


def test_a_single_picture_gets_its_label_though_none_was_due_yet(tmp_path):
    (frame,) = demo_frames(FACE_FROM, 1)
    picture = write_picture(tmp_path / "portrait.png", frame)
    assert main(["analyze", str(picture), "--out", str(tmp_path / "out")]) == 0
    (row,) = rows_of(tmp_path / "out" / "portrait")
    assert row["width"]
    assert row["label"]
    assert float(row["confidence"]) > 0


def test_a_folder_of_pictures_is_one_input_and_each_video_in_a_folder_is_another(clip, tmp_path):
    pictures, mixed = tmp_path / "pictures", tmp_path / "mixed"
    pictures.mkdir()
    mixed.mkdir()
    for number, frame in enumerate(demo_frames(FACE_FROM, 3)):
        write_picture(pictures / f"{number}.png", frame)
    for name in ("a.mp4", "b.mp4"):
        (mixed / name).write_bytes(clip.read_bytes())
    out = tmp_path / "out"
    assert main(["analyze", str(pictures), str(mixed), "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["a", "b", "pictures"]
    rows = rows_of(out / "pictures")
    assert [(row["frame"], row["face"]) for row in rows] == [("0", "1"), ("1", "2"), ("2", "3")]
    assert all(row["label"] for row in rows)


def test_each_row_says_which_picture_it_is(clip, tmp_path):
    pictures, out = tmp_path / "pictures", tmp_path / "out"
    pictures.mkdir()
    for name, frame in zip(("b.png", "=a.png"), demo_frames(FACE_FROM, 2), strict=True):
        write_picture(pictures / name, frame)
    write_picture(pictures / "wall.jpg", demo_frames(NO_FACE_FROM, 1)[0])
    assert main(["analyze", str(pictures), str(clip), "--out", str(out)]) == 0
    assert [row["picture"] for row in rows_of(out / "pictures")] == ["'=a.png", "b.png", "wall.jpg"]
    assert {row["picture"] for row in rows_of(out / "smile")} == {""}


def test_what_is_left_out_of_a_folder_of_pictures_is_named_with_status_1(tmp_path, capsys):
    pictures = tmp_path / "holiday.2026"
    pictures.mkdir()
    write_picture(pictures / "a.png", demo_frames(FACE_FROM, 1)[0])
    (pictures / ".DS_Store").write_bytes(b"x")
    out = pictures / "sessions"
    assert main(["analyze", str(pictures), "--out", str(out)]) == 0
    (pictures / "notes.txt").write_text("not a picture")
    assert main(["analyze", str(pictures), "--out", str(out)]) == 1
    (message,) = capsys.readouterr().err.splitlines()
    assert message.endswith("1 that is no picture was left out: notes.txt")
    assert sorted(path.name for path in out.iterdir()) == ["holiday.2026", "holiday.2026-2"]


def test_a_folder_of_films_may_hold_other_files(clip, tmp_path, capsys):
    films = tmp_path / "films"
    films.mkdir()
    (films / "a.mp4").write_bytes(clip.read_bytes())
    (films / "a.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    first, second = (Image.fromarray(frame[:, :, ::-1]) for frame in demo_frames(FACE_FROM, 2))
    first.save(films / "wave.gif", save_all=True, append_images=[second], duration=200)
    write_picture(films / "cover.jpg", demo_frames(FACE_FROM, 1)[0])
    assert main(["analyze", str(films), "--out", str(tmp_path / "out")]) == 0
    (message,) = capsys.readouterr().err.splitlines()
    assert message.endswith("films: no films or pictures, and left out: a.srt")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "films", "wave"]
    rows = rows_of(tmp_path / "out" / "wave")
    assert [(row["time_s"], row["face"]) for row in rows] == [("0.0000", "1"), ("0.2000", "1")]
    assert {row["picture"] for row in rows_of(tmp_path / "out" / "films")} == {"cover.jpg"}


def test_the_line_of_an_input_says_how_much_it_was_and_how_fast(clip, tmp_path, capsys):
    picture = write_picture(tmp_path / "portrait.png", demo_frames(FACE_FROM, 1)[0])
    assert main(["analyze", str(clip), str(picture), "--out", str(tmp_path / "out")]) == 0
    film, still = capsys.readouterr().out.splitlines()
    assert re.search(r"smile\.mp4: 12 frames, 0:00:00, 1 face, [0-9.]+ frames/s -> ", film)
    assert re.search(r"portrait\.png: 1 picture, 1 face, [0-9.]+ pictures/s -> ", still)


def test_a_bad_input_gets_one_message_and_the_others_still_run(clip, tmp_path, capsys):
    text = tmp_path / "letter.mp4"
    text.write_text("no video")
    out = tmp_path / "out"
    status = main(["analyze", str(text), str(tmp_path / "missing.mp4"), str(clip), "--out", str(out)])
    assert status == 1
    messages = capsys.readouterr().err.splitlines()
    assert len([line for line in messages if "letter.mp4" in line]) == 1
    assert len([line for line in messages if "missing.mp4" in line]) == 1
    assert [path.name for path in out.iterdir()] == ["smile"]


def test_a_clip_that_is_cut_short_is_analysed_as_far_as_it_goes(tmp_path, capsys):
    whole = write_clip(tmp_path / "whole.avi", demo_frames(FACE_FROM, 12))
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert main(["analyze", str(cut), "--out", str(tmp_path / "out")]) == 1
    assert 0 < len(rows_of(tmp_path / "out" / "cut")) < 12
    (message,) = capsys.readouterr().err.splitlines()
    assert "cut short" in message


def test_a_model_that_is_none_stops_before_anything_is_written(clip, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["analyze", str(clip), "--out", str(out), "--model", "dreams.hdf5"]) == 1
    assert "dreams.hdf5" in capsys.readouterr().err
    assert not out.exists()


def test_a_place_where_no_folder_can_be_made_is_a_message(clip, tmp_path, capsys):
    occupied = tmp_path / "occupied"
    occupied.write_text("a file")
    assert main(["analyze", str(clip), "--out", str(occupied)]) == 1
    assert "--out" in capsys.readouterr().err


def test_a_damaged_asset_is_named_once_and_the_session_is_written(clip, tmp_path, capsys, monkeypatch):
    damaged = tmp_path / "face_landmark.tflite"
    damaged.write_bytes(b"damaged")
    monkeypatch.setattr("emocam.engine.mesh.asset_path", lambda name: damaged)
    assert main(["analyze", str(clip), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.count(str(damaged)) == 1
    assert len(rows_of(tmp_path / "out" / "smile")) == 12


def test_with_nothing_to_find_faces_with_it_says_so(clip, tmp_path, capsys, monkeypatch):
    for module in ("blazeface", "cascades"):
        monkeypatch.setattr(f"emocam.engine.detection.{module}.asset_path", lambda name: tmp_path / "missing" / name)
    assert main(["analyze", str(clip), "--out", str(tmp_path / "out")]) == 1
    assert "install Emocam anew" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
