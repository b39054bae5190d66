"""The options of the command line."""

import argparse
from pathlib import Path

from emocam.labels import KNOWN_EMOTIONS
from training.data.faces import FERPLUS_EMOTIONS, PUBLIC_TEST
from training.fitting.recipes import RECIPES, model_names

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
DESCRIPTION = "Fit a network, score it, make it a model file, write its report."
BACKENDS = ("tensorflow", "jax", "torch")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="python -m training", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (_add_fit, _add_compare, _add_three_labels, _add_zoo, _add_evaluate, _add_export, _add_report,
                _add_choose, _add_criterion, _add_geometry, _add_baseline, _add_stamp):
        add(commands)
    return parser


def _add_fit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("fit", help="fit a network by a recipe, or go on with a run that was stopped")
    _add_data(parser)
    parser.add_argument("--recipe", required=True, choices=sorted([*RECIPES, *model_names()]), metavar="NAME",
                        help="a recipe, or a model that one makes: %(choices)s; its teachers are fitted first")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="the run's folder (default: runs/RECIPE)")
    parser.add_argument("--epochs", type=_positive, metavar="N", help="other than the recipe's")
    parser.add_argument("--seed", type=int, metavar="N", help="other than the recipe's")
    parser.add_argument("--no-votes", action="store_true",
                        help="leave the FER+ votes out of the targets, as for a folder of pictures, which has none; "
                        "for a recipe that needs no other one, such as mini_xception_alone")
    _add_computation(parser)


def _add_compare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("compare", help="try one change of a recipe at a time in short fits; print a table")
    parser.add_argument("changes", nargs="*", metavar="CHANGE",
                        help="see CHANGES in training/fitting/compare.py (default: all)")
    _add_data(parser)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], metavar="N", help="(default: 1 2)")
    parser.add_argument("--out", type=Path, default=Path("runs"), metavar="FOLDER",
                        help="of the runs; those that are finished there are not fitted again (default: %(default)s)")
    _add_computation(parser)


def _add_three_labels(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("three-labels", help="fit few labels, and compare with labels that are binned after a "
                                 "fit; print a table")
    parser.add_argument("models", type=Path, nargs="*", metavar="MODEL",
                        help=".hdf5 model files whose answers are binned beside")
    _add_data(parser)
    parser.add_argument("--no-fits", action="store_true", help="only the model files")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], metavar="N", help="(default: 1 2)")
    parser.add_argument("--out", type=Path, default=Path("runs"), metavar="FOLDER",
                        help="of the runs; those that are finished there are not fitted again (default: %(default)s)")
    _add_computation(parser)


def _add_zoo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("zoo", help="fit networks of the literature for the same computation each; a table")
    parser.add_argument("names", nargs="*", metavar="NAME", help="see ZOO in training/zoo/entries.py (default: all)")
    _add_data(parser)
    parser.add_argument("--budget", choices=("half", "quarter", "sixteenth", "sixty_fourth"), default="quarter",
                        help="of the computation of a full fit of the default network (default: %(default)s)")
    parser.add_argument("--rates", type=float, nargs="+", metavar="RATE", help="peak learning rates (default: three)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[20], metavar="N", help="(default: 20)")
    parser.add_argument("--out", type=Path, default=Path("runs/zoo"), metavar="FOLDER",
                        help="of the runs and their results; finished ones are not fitted again (default: %(default)s)")
    parser.add_argument("--elsewhere", type=Path, nargs="+", default=[], metavar="FOLDER",
                        help="also score faces that are not FER-2013's, see `evaluate`")
    parser.add_argument("--page", type=Path, default=Path("training/ZOO.md"), metavar="FILE",
                        help="the table of all finished fits, with a plot beside (default: %(default)s)")
    _add_computation(parser)


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("evaluate", help="score a model, or the mean of several, on one split of a data file")
    parser.add_argument("model", type=Path, nargs="+", metavar="MODEL", help="an .hdf5 model file")
    _add_data(parser)
    parser.add_argument("--split", default=PUBLIC_TEST, metavar="NAME", help="any in the file (default: %(default)s)")
    _add_elsewhere(parser)
    parser.add_argument("--vote", choices=("mean", "majority", "weighted"),
                        help="let the models vote, and tell the accuracy of ensembles of 1 to all, which join in the "
                        "order of their accuracy on the validation split")
    parser.add_argument("--mirrored", action="store_true", help="average the answers to each face and its mirror image")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("export", help="make a model file for the app out of a run, or of any Keras network")
    parser.add_argument("model", type=Path, metavar="MODEL_OR_RUN",
                        help="a Keras .hdf5 or .keras file, or a run's folder")
    faces = parser.add_mutually_exclusive_group()
    faces.add_argument("--data", type=Path, metavar="CSV|FOLDER",
                       help="FER-2013, on whose faces the compiled network is compared with Keras")
    faces.add_argument("--faces", type=Path, metavar="FOLDER",
                       help="pictures in which to find faces to compare on (default: Emocam's demo clip and portraits)")
    parser.add_argument("--out", type=Path, metavar="FILE",
                        help="default: an .hdf5 MODEL itself; models/NAME.hdf5 for a run")
    parser.add_argument("--recipe", choices=model_names(), metavar="NAME",
                        help="describe the file as this model (%(choices)s), where it does not describe itself")
    _add_feeding(parser)
    parser.add_argument("--whole-weights", action="store_true",
                        help="compile with weights of 8 bits: fewer bytes, and quicker for plain convolutions")


def _add_feeding(parser: argparse.ArgumentParser) -> None:
    fed = parser.add_argument_group(
        "a network that was trained elsewhere", "What it must be fed stands in no Keras file; wrong numbers give wrong "
        "labels and no error. The published 64×64 mini-Xception of face_classification: --labels "
        "angry,disgust,fear,happy,sad,surprise,neutral --scale 1/127.5 --offset -1"
    )
    fed.add_argument("--labels", type=_labels, metavar="A,B,…", help="of its outputs, in their order, out of "
                     f"{', '.join(KNOWN_EMOTIONS)}")
    fed.add_argument("--scale", type=_number, metavar="X",
                     help="a pixel from 0 to 255 is fed as pixel × scale + offset; 1/255 is a scale too")
    fed.add_argument("--offset", type=_number, metavar="X", help="see --scale")
    fed.add_argument("--image-size", type=_positive, metavar="PX", help="side of its pictures, if it takes any size")
    fed.add_argument("--crop-margin", type=_number, metavar="SHARE", help="how much wider than the box of the face its "
                     "pictures are on each side, as a share of the box (default: 0)")


def _add_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("report", help="write MODEL.md beside the model, with pictures and scores")
    parser.add_argument("model", type=Path, metavar="MODEL", help="an .hdf5 model file")
    _add_data(parser)
    parser.add_argument("--split", default=PUBLIC_TEST, metavar="NAME", help="any in the file (default: %(default)s)")
    _add_elsewhere(parser)
    parser.add_argument("--history", type=Path, metavar="CSV", help="of the run (default: the one that export kept)")
    parser.add_argument("--machine", metavar="TEXT", help="what it was trained on, if the file does not say")


def _add_choose(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "choose", help="write a finished fit as one file that answers like people, like its data set, and in between"
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a finished run's folder")
    _add_data(parser)
    _add_collections(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .hdf5 file to write")
    parser.add_argument("--floor", type=_number, default=0.84, metavar="SHARE", help="of the validation split that "
                        "must be called as FER+'s majority does (default: %(default)s)")
    parser.add_argument("--mirrored", action="store_true", help="average the answers to each face and its mirror image")


def _add_criterion(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("criterion", help="score model files by what the app's default is chosen by; a table")
    parser.add_argument("model", type=Path, nargs="+", metavar="MODEL", help="an .hdf5 model file")
    _add_data(parser)
    _add_collections(parser)


def _add_collections(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--elsewhere", type=Path, nargs="+", required=True, metavar="FOLDER",
                        help="faces that are not FER-2013's, see `evaluate`")


def _add_geometry(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("geometry", help="try how faces are best cut out by their points; print a table")
    parser.add_argument("model", type=Path, metavar="MODEL", help="an .hdf5 model file")
    parser.add_argument("--elsewhere", type=Path, nargs="+", required=True, metavar="FOLDER",
                        help="faces that are not FER-2013's, see evaluate; the mean of all their collections decides")


def _add_baseline(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("baseline", help="tell what a person's own neutral face is worth; print a table")
    parser.add_argument("model", type=Path, nargs="+", metavar="MODEL", help="an .hdf5 model file")
    parser.add_argument("--elsewhere", type=Path, nargs="+", default=[], metavar="FOLDER",
                        help="faces that are not FER-2013's, see evaluate; who is who by the column subject of "
                        "labels.csv, or by order where each emotion has as many faces")
    parser.add_argument("--sequences", type=Path, nargs="+", default=[], metavar="FOLDER",
                        help="sequences from rest to an expression: frames.webp, a sheet of 160×160 tiles, and "
                        "labels.csv with the columns sequence, subject, emotion and frame")


def _add_stamp(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("stamp", help="write into model files how their recipe has faces cut out by points")
    parser.add_argument("model", type=Path, nargs="+", metavar="MODEL", help="an .hdf5 model file of a recipe here")


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="CSV|FOLDER",
                        help="fer2013.csv, icml_face_data.csv, or a folder of SPLIT/LABEL/ pictures")
    parser.add_argument("--ferplus", type=Path, metavar="CSV", help="fer2013new.csv, the votes of FER+")


def _add_computation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--backend", choices=BACKENDS, help="what Keras runs on (default: as Keras is set up)")
    parser.add_argument("--precision", choices=POLICIES, default="float32",
                        help="of the computation; bfloat16 is quicker where the machine has it; weights stay float32")


def _add_elsewhere(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--elsewhere", type=Path, metavar="FOLDER",
                        help="also score faces that are not FER-2013's: faces.webp, a sheet of 128×128 tiles, and "
                        "labels.csv with the columns source and emotion")


def _labels(text: str) -> tuple[str, ...]:
    labels = tuple(FERPLUS_EMOTIONS.get(name.strip().lower(), name.strip().lower()) for name in text.split(","))
    unknown = [label for label in labels if label not in KNOWN_EMOTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(f"expected labels out of {', '.join(KNOWN_EMOTIONS)}; got {unknown[0]!r}")
    if len(set(labels)) != len(labels) or len(labels) < 2:
        raise argparse.ArgumentTypeError(f"expected different labels, two at least; got {text}")
    return labels


def _number(text: str) -> float:
    number, _, divisor = text.partition("/")
    try:
        return float(number) / float(divisor or 1)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"expected a number such as 0.0039 or 1/255; got {text}") from None


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more; got {number}")
    return number
