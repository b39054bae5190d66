"""`emocam analyze --neutral`: each person against their own face at rest, taken in the film or in another session."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from emocam.__main__ import main
from emocam.baseline import FLOOR
from emocam.commands import analyze
from emocam.commands.neutral import neutral_of
from emocam.engine.classification import Classifier
from emocam.engine.model_file import read_model_file
from emocam.resources import shipped_models
from emocam.sessions.baselines import BaselineError, PoolReader
from tests.clips import FACE_FROM, NO_FACE_FROM, demo_frames, write_clip, write_picture

SMALL = "mini_xception_ferplus"
MODEL = read_model_file(shipped_models()[SMALL])
LENGTH = 80  # frames at 30 a second


def answering(**shares: float) -> Classifier:
    """Return a model whose network answers the same to every face; what is left goes to the other labels."""
    rest = (1 - sum(shares.values())) / (len(MODEL.labels) - len(shares))
    answer = np.array([shares.get(label, rest) for label in MODEL.labels], np.float32)
    return Classifier(MODEL, lambda inputs: np.tile(answer, (len(inputs), 1)))


@pytest.fixture(autouse=True)
def looks(monkeypatch):
    """Return what makes everybody look as it says; at first a bit sad at rest."""

    def look(**shares: float) -> None:
        monkeypatch.setattr(analyze, "open_classifier", lambda path: answering(**shares))

    look(neutral=0.4, sad=0.38)
    return look


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    frames = demo_frames(FACE_FROM, 1) * LENGTH
    return write_clip(tmp_path_factory.mktemp("films") / "ada.mp4", frames)


def analyzed(film: Path, out: Path, *arguments: str, status: int = 0) -> Path:
    before = set(out.iterdir()) if out.exists() else set()
    assert main(["analyze", str(film), "--out", str(out), "--model", SMALL, *arguments]) == status
    (folder,) = set(out.iterdir()) - before
    return folder


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "faces.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def described(folder: Path) -> dict:
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def content(folder: Path) -> bytes:
    return (folder / "faces.csv").read_bytes()


def test_without_it_no_row_has_a_baseline(film, tmp_path):
    folder = analyzed(film, tmp_path / "out")
    assert {row["baseline"] for row in rows_of(folder)} == {""}
    assert (described(folder)["baselines"], described(folder)["neutral"]) == ([], None)


def test_the_first_two_seconds_are_in_force_after_them(film, tmp_path):
    rows = rows_of(analyzed(film, tmp_path / "out", "--neutral", "first"))
    in_force = [float(row["time_s"]) for row in rows if row["baseline"] == "1"]
    assert in_force[0] == pytest.approx(2, abs=0.1)
    assert len(in_force) == LENGTH - 60
    assert float(rows[-1]["sad"]) < float(rows[-1]["raw_sad"] or rows[-2]["raw_sad"] or rows[-3]["raw_sad"])


def test_a_span_is_in_force_from_the_first_frame_on(film, tmp_path):
    folder = analyzed(film, tmp_path / "out", "--neutral", "1-2.5")
    assert {row["baseline"] for row in rows_of(folder)} == {"1"}
    (baseline,) = described(folder)["baselines"]
    assert (baseline["source_start_s"], baseline["source_end_s"]) == (pytest.approx(1), pytest.approx(2.5))
    assert described(folder)["neutral"] == {"from": "span", "start_s": 1.0, "end_s": 2.5}


def test_the_session_with_a_baseline_gives_the_one_without_again(film, tmp_path):
    plain, neutral = analyzed(film, tmp_path / "out"), analyzed(film, tmp_path / "out", "--neutral", "0-2")
    lines = [list(csv.reader((neutral / "faces.csv").read_text(encoding="utf-8").splitlines()))][0]
    reader = PoolReader(lines[0], described(neutral))
    found = [reader.read(cells) for cells in lines[1:]]
    for row, pool in zip(rows_of(plain), found, strict=True):
        if row["label"]:
            assert pool is not None
            told = dict(zip(pool.labels, pool.without_baseline().tolist(), strict=True))
            assert told == pytest.approx({label: float(row[label]) for label in MODEL.labels}, abs=1e-4)


def test_what_the_network_said_is_the_same_with_and_without(film, tmp_path):
    plain, neutral = analyzed(film, tmp_path / "out"), analyzed(film, tmp_path / "out", "--neutral", "0-2")
    raw = [f"raw_{label}" for label in MODEL.labels]
    assert [[row[name] for name in raw] for row in rows_of(plain)] == [
        [row[name] for name in raw] for row in rows_of(neutral)
    ]


def test_another_session_of_the_same_person_lends_its_baseline(film, tmp_path, looks):
    taken = analyzed(film, tmp_path / "out", "--neutral", "0-2")
    looks(neutral=0.36, sad=0.4)
    lent = analyzed(film, tmp_path / "out", "--neutral", str(taken))
    (baseline,) = described(lent)["baselines"]
    assert baseline["kind"] == "kept"
    assert baseline["log_probabilities"] == described(taken)["baselines"][0]["log_probabilities"]
    assert {row["baseline"] for row in rows_of(lent)} == {"1"}
    assert described(lent)["neutral"]["from"] == "file"


def test_following_is_a_setting_of_the_session(film, tmp_path):
    folder = analyzed(film, tmp_path / "out", "--neutral", "continuous")
    assert described(folder)["settings"]["neutral"] == "continuous"
    assert {row["baseline"] for row in rows_of(folder)} == {""}  # the first step comes after half a minute


def test_who_looks_happy_gets_no_baseline_and_the_command_says_so(film, tmp_path, capsys, looks):
    looks(happy=0.9)
    plain = analyzed(film, tmp_path / "out")
    folder = analyzed(film, tmp_path / "out", "--neutral", "first", status=1)
    assert "No neutral baseline was taken. Face 1 looked happy most of the time." in capsys.readouterr().err
    assert content(folder) == content(plain)
    assert "happy" in described(folder)["neutral"]["problem"]


def test_a_span_without_a_face_is_said(tmp_path, capsys):
    wall = write_clip(tmp_path / "wall.mp4", demo_frames(NO_FACE_FROM, 5) * 8)
    analyzed(wall, tmp_path / "out", "--neutral", "0-1", status=1)
    assert "No face was seen in that span." in capsys.readouterr().err


def test_a_film_that_ends_before_the_span_is_said(film, tmp_path, capsys):
    analyzed(film, tmp_path / "out", "--neutral", "2-60", status=1)
    assert "The film ended before the span did." in capsys.readouterr().err


def test_pictures_last_no_two_seconds(tmp_path, capsys):
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        write_picture(tmp_path / "pictures" / f"{number}.png", demo_frames(FACE_FROM, 1)[0])
    analyzed(tmp_path / "pictures", tmp_path / "out", "--neutral", "first", status=1)
    assert "Pictures that stand for themselves last no two seconds" in capsys.readouterr().err


def test_each_picture_of_a_person_has_the_baseline_of_a_file(film, tmp_path):
    taken = analyzed(film, tmp_path / "out", "--neutral", "0-2")
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        write_picture(tmp_path / "pictures" / f"{number}.png", demo_frames(FACE_FROM, 1)[0])
    rows = rows_of(analyzed(tmp_path / "pictures", tmp_path / "out", "--neutral", str(taken)))
    assert [row["baseline"] for row in rows] == ["1", "2", "3"]


def test_what_is_no_baseline_is_refused_before_anything_is_analysed(film, tmp_path, capsys):
    assert main(["analyze", str(film), "--out", str(tmp_path / "out"), "--model", SMALL, "--neutral", "no.json"]) == 1
    assert "Expected a file with a baseline" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["3-1", "2-2", "1.2.3-4"])
def test_a_span_must_begin_before_it_ends(text):
    with pytest.raises(BaselineError, match="--neutral"):
        neutral_of(text, MODEL)


def test_spans_are_written_as_lengths_are():
    for text, span_s in {"0-2": (0, 2), "0s-2s": (0, 2), "1m5s-1m7.5s": (65, 67.5), "12.5-15": (12.5, 15)}.items():
        assert neutral_of(text, MODEL).span_s == span_s


def test_a_session_made_with_another_neutral_face_is_none_to_resume_from(film, tmp_path, capsys):
    out = tmp_path / "out"
    analyzed(film, out)
    analyzed(film, out, "--neutral", "0-2", "--resume")  # not the one without
    assert main(["analyze", str(film), "--out", str(out), "--model", SMALL, "--neutral", "0-2", "--resume"]) == 0
    assert "analysed before" in capsys.readouterr().out
    analyzed(film, out, "--neutral", "0-2.2", "--resume")


def test_a_refused_baseline_is_tried_again_with_resume(film, tmp_path, looks):
    looks(happy=0.9)
    analyzed(film, tmp_path / "out", "--neutral", "0-2", status=1)
    analyzed(film, tmp_path / "out", "--neutral", "0-2", "--resume", status=1)


def test_no_label_is_lifted_by_more_than_the_floor_allows(film, tmp_path, looks):
    # A network of whole numbers answers 0 where another answers very little.
    looks(neutral=1.0)
    (baseline,) = described(analyzed(film, tmp_path / "out", "--neutral", "0-2"))["baselines"]
    assert min(baseline["log_probabilities"].values()) >= round(float(np.log(FLOOR)), 6)
