"""The command line: `emocam` opens the window, `emocam COMMAND` does without one.

Each command is imported when it is asked for, so that `emocam --help` answers at once.
"""

import argparse
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from emocam import __version__
from emocam.commands import INTERRUPTED
from emocam.commands.leaving import leave
from emocam.commands.options import WINDOW, duration_s, folder, frames_per_second
from emocam.labels import SEVEN, SPECTRA
from emocam.settings import BETWEEN, BOTH, DEFAULT_MODEL, FINDERS, JUDGES, NEUTRAL_CONTINUOUS, RANGES, Settings

DESCRIPTION = """\
Reads facial expressions from a webcam, live and on this machine alone, and records session statistics.
Without a command the window opens."""

ANALYZE = """\
Runs the engine over video files, pictures and folders, and writes a session folder for each into DIR, named after the
input. A folder of pictures is one input; films in a folder are one input each, and animated pictures are films.
Ctrl-C, SIGTERM and SIGHUP end the session at hand in order; inputs after it are not begun."""

COMPLETE = """\
Writes the statistics of sessions that were cut off, as by a kill or a power cut. DIR is a session folder, or a folder
of session folders, such as the --out of analyze; sessions that are whole stay as they are."""

RECORD = """\
Records what a source shows, at the source's own speed, into a session folder of its own in DIR, and prints the folder.
The folder is named after the time. Ctrl-C ends the recording, and the session is whole."""

EXPORT = """\
Writes session.xlsx into each session's folder, in place of one that is there: the rows, statistics, measures and
markers as typed cells, what the columns mean, and two charts. A DIR that holds sessions stands for all of them. Any
session will do, one of an earlier version too, or one that was cut off, which is completed first."""

BENCHMARK = """\
Analyses a clip or a camera's pictures as fast as the machine can, with the default settings, which predict every frame,
and prints the measurements:
  frames, faces          frames analysed, and how often a face was seen in them: two faces in one frame
                         count twice
  analysis_ms_p50, _p95  a frame's whole analysis: median and 95th percentile
  detect_ms_p50          of it, finding and following faces: median
  classify_ms_p50        of it, cropping and classifying: median of the frames with a face
  frames_per_second      reading included
  start_s                from the start of the process until it was ready for the first frame
  first_label_s          from the start of the process to the first label; null if there was none
  rss_mb                 most memory that was resident, in millions of bytes
  cpu_count              processor cores that this process may use
  plain_analysis_ms_p50  the first 40 frames in the plain way: the whole picture scanned in each frame, and Keras's
                         `predict` for each face; null where Keras is not installed
  ratio                  that, in times of analysis_ms_p50

With --seeing it measures instead how far, how dark, how turned, how covered and how far out of the picture a face may
be: the share of faces found, and the share that still gets the label of the untouched portrait, with each finder. It
brings its own pictures and takes about three minutes.

With --labels it measures instead, on films, in how many milliseconds the label follows when the most probable label of
single predictions changes and stays for 0.3 s, and how often a face's label changes in a minute: in all, and where no
such change is near (from 0.3 s before one to 1 s after it). For all frames of the films, and for one in two and one in
three, as of a slower camera."""


# Read by OpenCV when it is first imported, so the commands, which import it, are imported later. Here and not in the
# package: a program that imports emocam has settings of its own.
ENVIRONMENT = {
    "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS": "0",  # with them a camera takes 4 to 20 s to open
    "OPENCV_LOG_LEVEL": "SILENT",  # what is wrong with a source is said by SourceError
    "OPENCV_FFMPEG_LOGLEVEL": "-8",  # FFmpeg's AV_LOG_QUIET
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(2**27),  # 400 MB as BGR; larger pictures are refused
}


def set_environment() -> None:
    """Set what OpenCV reads when it is imported; whoever has set one before wins. Hush what Pillow warns of."""
    warnings.filterwarnings("ignore", module=r"PIL\.")  # what is wrong with a picture is said by SourceError
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def open_standard_files() -> None:
    """Give standard input and outputs that were closed somewhere to lead to, so that no file takes their place.

    What libraries write to standard error would else go into a file of the session.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the lowest free number


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = _described(argparse.ArgumentParser(prog="emocam"), DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"Emocam {__version__}")
    window = parser.add_argument_group("window")
    window.add_argument(
        "--source",
        dest="window_source",
        metavar="NAME|INDEX|FILE|URL",
        help="what to show: a camera by its name or number, a file, a folder, or the address of a stream "
        "(otherwise the last source, and the first camera at first)",
    )
    window.add_argument("--model", dest="window_model", metavar="FILE", help=_MODEL_HELP)
    window.add_argument(
        "--demo", dest="window_demo", action="store_true", help="show the demo clip that comes with Emocam"
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    _add_analyze(commands)
    _add_record(commands)
    complete = _command(commands, "complete", "complete sessions that were cut off", COMPLETE)
    complete.add_argument("folders", metavar="DIR", nargs="+", type=folder, help="a session, or a folder of sessions")
    _add_export(commands)
    _add_benchmark(commands)
    cameras = _command(commands, "cameras", "list the cameras of this machine")
    cameras.add_argument("--json", action="store_true", help="print one JSON list and nothing else")
    model = _command(commands, "model", "show what a model file says of itself")
    model.add_argument("file", metavar="FILE", help="an .hdf5 file, or the name of a shipped model")
    model.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 failed, 2 not understood, 130 interrupted."""
    open_standard_files()
    set_environment()
    parser = build_parser()
    options = parser.parse_args(arguments)
    has_window_option = options.window_source or options.window_model or options.window_demo
    if options.command and has_window_option:
        parser.error(f"--source, --model and --demo before {options.command} are the window's: write them after it")
    if options.window_demo and options.window_source:
        parser.error("expected --source or --demo; got both")
    command = importlib.import_module(f"emocam.commands.{options.command or 'window'}")
    try:
        status: int = command.run(options)
        return status
    except KeyboardInterrupt:
        print("emocam: interrupted", file=sys.stderr)
        return INTERRUPTED


_MODEL_HELP = f"an .hdf5 file, or the name of a shipped model (otherwise {DEFAULT_MODEL})"

_Commands = argparse._SubParsersAction  # argparse has no public name for what add_subparsers returns


def _add_analyze(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "analyze", "analyse files and folders, and write a session for each", ANALYZE)
    parser.add_argument("inputs", metavar="INPUT", nargs="+", help="a video file, a picture or a folder")
    parser.add_argument("--out", metavar="DIR", type=folder, required=True, help="where the session folders go")
    parser.add_argument(
        "--rate",
        dest="rate_fps",
        type=frames_per_second,
        metavar="FPS",
        help="frames a second of films that state no times, such as raw .h264 and .mjpeg "
        "(otherwise what their pictures state, or 25, with a notice)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="pass over inputs that have a finished session in DIR, made with the same settings, model and version",
    )
    _add_engine_options(parser)
    parser.add_argument(
        "--neutral",
        metavar="first|START-END|continuous|FILE",
        help="measure each person against a neutral face: the first two seconds in which each is seen; a span of the "
        "film, as 3-5 or 1m-1m2s; their own mean in the long run; or one that a session of the same person keeps, its "
        "folder or session.json",
    )


def _add_record(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "record", "record a camera, a stream or a file without a window", RECORD)
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--source", metavar="SOURCE", help="a camera, an address, a file or a folder (otherwise the first camera)"
    )
    source.add_argument(
        "--demo", dest="record_demo", action="store_true", help="record the demo clip, again and again"
    )
    parser.add_argument(
        "--for",
        dest="length_s",
        metavar="LENGTH",
        type=duration_s,
        help="how long, as 60s, 10min or 1h30m (otherwise until Ctrl-C, or the end of a file)",
    )
    parser.add_argument("--out", metavar="DIR", type=folder, help="where the session folder goes (otherwise documents)")
    _add_engine_options(parser)
    parser.add_argument(
        "--neutral", choices=[NEUTRAL_CONTINUOUS], help="measure each person against their own mean in the long run"
    )


def _add_export(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "export", "write spreadsheets of sessions", EXPORT)
    parser.add_argument(
        "folders", metavar="DIR", nargs="+", type=folder, help="a session's folder, or one that holds sessions"
    )
    parser.add_argument("--xlsx", action="store_true", required=True, help="as session.xlsx")


def _add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting that changes what is concluded; one that is not given is None."""
    group = parser.add_argument_group("settings", "Each option wins over --settings.")
    group.add_argument(
        "--settings", choices=[WINDOW], help="begin with what the window remembers (otherwise with the defaults)"
    )
    group.add_argument("--spectrum", choices=list(SPECTRA), help=f"the labels shown (otherwise {SEVEN.name})")
    for option, setting, metavar, what in (
        ("--prediction-sensitivity", "prediction_sensitivity_percent", "PERCENT", "a label less probable is uncertain"),
        ("--tracking-sensitivity", "tracking_sensitivity_px", "PX", "a face that jumps farther is another one"),
        ("--every", "prediction_every_frames", "N", "classify a face in every Nth frame"),
        ("--label-every", "label_every_frames", "N", "give a face a new label in every Nth frame, or sooner"),
    ):
        low, high = RANGES[setting]
        default = getattr(Settings(), setting)
        text = f"{what}, {low} to {high} (otherwise {default})"
        group.add_argument(option, dest=setting, metavar=metavar, type=_whole(low, high), help=text)
    group.add_argument(
        "--faces", dest="faces_found_by", choices=FINDERS, help=f"what finds faces (otherwise {BOTH})"
    )
    group.add_argument("--model", metavar="FILE", help=_MODEL_HELP)
    group.add_argument(
        "--judges-like", dest="judges_like", choices=JUDGES,
        help=f"whose labels the network gives, where its file lets one choose (otherwise {BETWEEN})",
    )  # fmt: skip


def _add_benchmark(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands, "benchmark", "measure speed and memory, which faces are seen, or how quickly labels follow", BENCHMARK
    )
    measured = parser.add_mutually_exclusive_group(required=True)
    measured.add_argument(
        "--source", metavar="SOURCE", help="a video file, a picture, a folder, a camera or an address"
    )
    measured.add_argument("--seeing", action="store_true", help="measure which faces are seen, on pictures of its own")
    measured.add_argument(
        "--labels", metavar="FILM", nargs="+", help="measure how quickly labels follow faces, and how often they change"
    )
    parser.add_argument("--out", metavar="PAGE.html", type=Path, help="with --seeing: write a page with plots, too")
    parser.add_argument(
        "--faces", choices=FINDERS, help=f"what finds faces (otherwise {BOTH}; with --seeing, each of them)"
    )
    parser.add_argument("--model", metavar="FILE", default=DEFAULT_MODEL, help=_MODEL_HELP)
    parser.add_argument(
        "--frames",
        metavar="N",
        type=_whole(1),
        help="analyse N frames, a file from its start again if it is shorter (otherwise a file once, 300 of a camera)",
    )
    parser.add_argument(
        "--no-plain", action="store_true", help="do not compare with the plain way, which needs Keras and some seconds"
    )
    for option, setting in (("--every", "prediction_every_frames"), ("--label-every", "label_every_frames")):
        default = getattr(Settings(), setting)
        text = f"with --labels: as for `emocam analyze` (otherwise {default})"
        parser.add_argument(option, dest=setting, metavar="N", type=_whole(*RANGES[setting]), help=text)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _command(
    commands: "_Commands[argparse.ArgumentParser]", name: str, summary: str, description: str | None = None
) -> argparse.ArgumentParser:
    return _described(commands.add_parser(name, help=summary), description or f"{summary.capitalize()}.")


def _described(parser: argparse.ArgumentParser, description: str) -> argparse.ArgumentParser:
    parser.description = description
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def _whole(low: int, high: int | None = None) -> Callable[[str], int]:
    """Return what turns an option's text into a whole number of a range; None means no upper end."""
    numbers = f"from {low}" if high is None else f"from {low} to {high}"

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if value < low or (high is not None and value > high):
            raise argparse.ArgumentTypeError(f"expected a whole number {numbers}; got {text}")
        return value

    return number


def run() -> NoReturn:
    """Run the program that the command line asks for, and end the process."""
    leave(main())


if __name__ == "__main__":
    run()
