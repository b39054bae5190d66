"""`emocam benchmark --labels`: how quickly labels follow a face in films, and how often they change."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from emocam.commands.following import RATES, Following, measure, read_answers
from emocam.commands.quiet import without_litert_lines
from emocam.engine.classification import open_classifier
from emocam.engine.model_file import ModelFileError, resolve_model
from emocam.engine.pipeline import Pipeline
from emocam.settings import BOTH, Settings
from emocam.sources import SourceError

COLUMNS = (
    "frames", "raw changes", "followed", "median, ms", "75 %, ms", "label changes a minute",
    "… while the raw answer stays",
)  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Measure and print; return 1 where a file or the model cannot be used."""
    default = Settings()
    settings = Settings(
        model=options.model,
        faces_found_by=options.faces or BOTH,
        prediction_every_frames=options.prediction_every_frames or default.prediction_every_frames,
        label_every_frames=options.label_every_frames or default.label_every_frames,
    )
    try:
        with without_litert_lines():
            pipeline = Pipeline(open_classifier(resolve_model(options.model)))
        faces = [face for film in options.labels for face in read_answers(film, pipeline, settings)]
    except (SourceError, ModelFileError) as error:
        print(f"emocam benchmark: {error}", file=sys.stderr)
        return 1
    found = [measure(faces, pipeline.model_labels, settings, every=every) for every in RATES]
    if options.json:
        print(json.dumps({"faces": len(faces), "following": [asdict(one) for one in found]}))
    else:
        _print(found)
    return 0


def _print(found: Sequence[Following]) -> None:
    table = Table(*COLUMNS)
    for one in found:
        figures = (one.changes, one.followed, one.delay_ms_p50, one.delay_ms_p75)
        rates = (one.label_changes_per_minute, one.still_changes_per_minute)
        table.add_row(one.frames, *("none" if figure is None else f"{figure:g}" for figure in (*figures, *rates)))
    Console(markup=False, highlight=False).print(table)
