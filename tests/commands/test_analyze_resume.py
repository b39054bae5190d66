"""`emocam analyze --resume`: what is finished is passed over, what was cut off or is not the same is done again."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from emocam.__main__ import main
from tests.clips import FACE_FROM, demo_frames, write_clip, write_film, write_picture

SMALL = "mini_xception_ferplus"


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A folder with two inputs and their sessions."""
    folder = tmp_path_factory.mktemp("finished")
    write_clip(folder / "smile.mp4", demo_frames(FACE_FROM, 3))
    (folder / "pictures").mkdir()
    for number, frame in enumerate(demo_frames(FACE_FROM, 2)):
        write_picture(folder / "pictures" / f"{number}.png", frame)
    assert main(["analyze", *inputs(folder), "--out", str(folder / "out"), "--model", SMALL]) == 0
    return folder


@pytest.fixture
def folder(finished, tmp_path) -> Path:
    """The same at a place of its own."""
    copy = shutil.copytree(finished, tmp_path / "copy")
    long_ago = 1_000_000_000
    for path in (copy / "pictures").iterdir():
        os.utime(path, (long_ago, long_ago))
    for name in ("smile", "pictures"):
        describe(copy, name)
    return copy


def inputs(folder: Path) -> list[str]:
    return [str(folder / "smile.mp4"), str(folder / "pictures")]


def description(folder: Path, name: str) -> dict:
    described: dict = json.loads((folder / "out" / name / "session.json").read_text(encoding="utf-8"))
    return described


def change(folder: Path, name: str, **changes: object) -> None:
    described = {**description(folder, name), **changes}
    (folder / "out" / name / "session.json").write_text(json.dumps(described), encoding="utf-8")


def describe(folder: Path, name: str) -> None:
    """Let a session say that it was recorded from what lies in this folder, just now."""
    film, pictures = (Path(path) for path in inputs(folder))
    if name == "smile":
        content = film.read_bytes()
        said = {"path": str(film), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    else:
        read = [{"name": path.name, "width_px": 640, "height_px": 480} for path in sorted(pictures.iterdir())]
        said = {"path": str(pictures), "bytes": None, "frames_expected": len(read), "pictures": read}
    change(folder, name, start="2099-01-01T00:00:00.000Z", inputs=[{"problem": None, "interrupted": False, **said}])


def resume(folder: Path, *options: str, status: int = 0) -> list[str]:
    """Analyse again and return the names of the sessions that this added."""
    before = set((folder / "out").iterdir())
    arguments = ["--out", str(folder / "out"), "--model", SMALL, *options]
    assert main(["analyze", *inputs(folder), "--resume", *arguments]) == status
    return sorted(path.name for path in set((folder / "out").iterdir()) - before)


def test_what_is_finished_is_passed_over(folder, capsys):
    assert resume(folder) == []
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"{path}: analysed before -> {folder / 'out' / name}"
        for path, name in zip(inputs(folder), ("smile", "pictures"), strict=True)
    ]


def test_without_the_option_all_is_done_again(folder):
    assert main(["analyze", inputs(folder)[0], "--out", str(folder / "out"), "--model", SMALL]) == 0
    assert (folder / "out" / "smile-2").is_dir()


@pytest.mark.parametrize(
    "changes",
    [
        {"end": None},
        {"completed_afterwards": True},
        {"interrupted": True},
        {"versions": {"emocam": "0.0.1"}},
        {"settings_changes": [{"time_s": 1.0, "changed": {"spectrum": "three"}}]},
        {"model": {"weights_digest": "another"}},
        {"inputs": []},
        {"inputs": "damaged"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_was_cut_off_or_made_otherwise_is_done_again(folder, changes):
    change(folder, "smile", **changes)
    assert resume(folder) == ["smile-2"]


def test_a_session_that_cannot_be_read_is_done_again(folder):
    (folder / "out" / "smile" / "session.json").write_text("{")
    assert resume(folder) == ["smile-2"]


@pytest.mark.parametrize("options", [["--spectrum", "two"], ["--prediction-sensitivity", "36"]])
def test_other_settings_do_all_again(folder, options):
    assert resume(folder, *options) == ["pictures-2", "smile-2"]


def test_a_file_that_was_replaced_is_done_again(folder):
    film = Path(inputs(folder)[0])
    content = bytearray(film.read_bytes())
    content[-1] ^= 1  # of the same length
    film.write_bytes(content)
    assert resume(folder) == ["smile-2"]


@pytest.mark.parametrize("what", ["added", "removed", "replaced"])
def test_a_folder_with_other_pictures_is_done_again(folder, what):
    pictures = Path(inputs(folder)[1])
    if what == "added":
        shutil.copy(pictures / "0.png", pictures / "2.png")
    elif what == "removed":
        (pictures / "1.png").unlink()
    else:
        change(folder, "pictures", start="2001-01-01T00:00:00.000Z")  # before they were put here
    assert resume(folder) == ["pictures-2"]


def test_what_was_wrong_with_a_finished_input_is_said_again(folder, capsys):
    (said,) = description(folder, "smile")["inputs"]
    change(folder, "smile", inputs=[{**said, "problem": "smile.mp4 is cut short."}])
    assert resume(folder, status=1) == []
    assert "smile.mp4: smile.mp4 is cut short." in capsys.readouterr().err


def test_a_film_without_times_is_done_again_at_another_rate(tmp_path):
    film = write_film(
        tmp_path / "raw.mjpeg", demo_frames(FACE_FROM, 2), codec="mjpeg", pixel_format="yuvj420p", format="mjpeg"
    )
    out = tmp_path / "out"

    def sessions_after(*options: str) -> int:
        assert main(["analyze", str(film), "--out", str(out), "--model", SMALL, "--resume", *options]) == 0
        return len(list(out.iterdir()))

    counts = [sessions_after(*options) for options in ([], [], ["--rate", "10"], ["--rate", "10"], ["--rate", "5"], [])]
    assert counts == [1, 1, 2, 2, 3, 3]
    raw = json.loads((out / "raw-2" / "session.json").read_text(encoding="utf-8"))["inputs"][0]
    assert (raw["times_from"], raw["rate_fps"]) == ("given rate", 10)


def test_an_input_is_the_same_however_it_is_named(folder):
    film = Path(inputs(folder)[0])
    arguments = ["--out", str(folder / "out"), "--model", SMALL, "--resume"]
    assert main(["analyze", str(film.parent / "pictures" / ".." / film.name), *arguments]) == 0
    assert not (folder / "out" / "smile-2").exists()


def test_a_rate_changes_nothing_for_films_with_times_and_for_pictures(folder):
    assert resume(folder, "--rate", "10") == []
