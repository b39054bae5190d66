"""What standard output and standard error can do keeps `emocam analyze` from nothing, and is told by its status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clips import FACE_FROM, demo_frames, write_clip

ROOT = Path(__file__).parents[2]
SMALL = "mini_xception_ferplus"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX outputs and names")


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    first = write_clip(folder / "first.mp4", demo_frames(FACE_FROM, 3))
    second = folder / "second.mp4"
    second.write_bytes(first.read_bytes())
    return [first, second]


def analyze(inputs: list[Path | bytes], out: Path, **options) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "emocam", "analyze", *inputs, "--out", out, "--model", SMALL]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=120, **options)


def sessions_in(out: Path) -> list[str]:
    return sorted(path.parent.name for path in out.glob("*/statistics.csv"))


def test_standard_error_has_no_line_of_a_library_s_own(clips, tmp_path):
    done = analyze(clips, tmp_path / "out", capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b" frames/s -> ") == 2


def test_a_closed_pipe_keeps_no_input_from_being_analysed(clips, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    done = analyze(clips, tmp_path / "out", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert sessions_in(tmp_path / "out") == ["first", "second"]
    assert done.returncode == 1
    assert done.stderr == (
        b"emocam analyze: standard output cannot be written to (Broken pipe); the work goes on without it\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_full_disk_under_an_output_keeps_no_input_from_being_analysed(clips, tmp_path, stream):
    missing = tmp_path / "missing.mp4"
    with Path("/dev/full").open("wb") as full:
        done = analyze([missing, *clips], tmp_path / "out", **{"stdout": subprocess.PIPE, stream: full})
    assert sessions_in(tmp_path / "out") == ["first", "second"]
    assert done.returncode == 1


def test_closed_outputs_keep_no_input_from_being_analysed(clips, tmp_path):
    command = [sys.executable, "-m", "emocam", "analyze", *clips, "--out", tmp_path / "out", "--model", SMALL]
    closing = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *command]
    subprocess.run(closing, cwd=ROOT, check=True, timeout=120)
    assert sessions_in(tmp_path / "out") == ["first", "second"]
    for faces in (tmp_path / "out").glob("*/faces.csv"):
        assert b"INFO" not in faces.read_bytes()


def test_a_name_that_the_terminal_cannot_spell_is_spelt_otherwise(clips, tmp_path):
    folder = os.fsencode(tmp_path)
    named = [folder + "/Gäste.mp4".encode(), folder + b"/\xff.mp4"]
    for path in named:
        Path(os.fsdecode(path)).write_bytes(clips[0].read_bytes())
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    done = analyze([*named, clips[1]], tmp_path / "out", capture_output=True, env=environment)
    assert b"G\\xe4ste.mp4: 3 frames" in done.stdout
    assert b"second.mp4: 3 frames" in done.stdout
    assert {"second", "Gäste"} <= set(sessions_in(tmp_path / "out"))
    assert b"Traceback" not in done.stderr
