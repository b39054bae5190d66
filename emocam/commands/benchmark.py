"""`emocam benchmark`: measure the engine's speed and memory on a file."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from emocam.classification import open_classifier
from emocam.commands.process import peak_memory_bytes, process_age_s, usable_cores
from emocam.commands.recorded import frames_of, open_file
from emocam.detection import FaceDetector
from emocam.messages import Frame, Latency
from emocam.model_file import ModelFileError
from emocam.pipeline import Pipeline
from emocam.resources import resolve_model
from emocam.settings import Settings
from emocam.sources import Source, SourceError

NO_PICTURE = "Expected at least one picture in {}; found none. Choose another file."


@dataclass(frozen=True, slots=True)
class Measurements:
    """What `emocam benchmark --help` explains; null where there was nothing to measure."""

    frames: int
    faces: int
    analysis_ms_p50: float
    analysis_ms_p95: float
    detect_ms_p50: float
    classify_ms_p50: float | None
    frames_per_second: float
    start_s: float
    first_label_s: float | None
    rss_mb: float
    cpu_count: int


def run(options: argparse.Namespace) -> int:
    """Measure and print; return 1 where the file or the model cannot be used."""
    settings = Settings(source=options.source, model=options.model, prediction_every_frames=1)
    try:
        pipeline = Pipeline(FaceDetector(), open_classifier(resolve_model(options.model)))
        measurements = measure(options.source, pipeline, settings=settings, frames=options.frames)
    except (SourceError, ModelFileError) as error:
        print(f"emocam benchmark: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(asdict(measurements)))
    else:
        table = Table("measurement", "value")
        for name, value in asdict(measurements).items():
            table.add_row(name, "none" if value is None else f"{value:g}")
        Console(markup=False, highlight=False).print(table)
    return 0


def measure(text: str, pipeline: Pipeline, *, settings: Settings, frames: int | None = None) -> Measurements:
    """Analyse a file's frames as fast as they come; raises SourceError for a file without any.

    frames: how many, with the file begun again as often as that takes; None means once through it.
    """
    latencies: list[Latency] = []
    faces: list[int] = []
    first_label_s = None
    with open_file(text) as source:
        start_s, began_s = process_age_s(), time.perf_counter()
        for frame in islice(_repeated(source, text, pipeline), frames) if frames else frames_of(source):
            result = pipeline.analyze(frame, settings)
            latencies.append(result.latency)
            faces.append(len(result.faces))
            if first_label_s is None and any(face.label for face in result.faces):
                first_label_s = process_age_s()
        duration_s = time.perf_counter() - began_s
        if not latencies:
            raise SourceError(source.problem or NO_PICTURE.format(source.title))
        if source.problem:
            print(f"emocam benchmark: {text}: {source.problem}", file=sys.stderr)
    totals_ms = [latency.total_ms for latency in latencies]
    classify_ms = [latency.classify_ms for latency, count in zip(latencies, faces, strict=True) if count]
    return Measurements(
        frames=len(latencies),
        faces=sum(faces),
        analysis_ms_p50=round(median(totals_ms), 3),
        analysis_ms_p95=round(float(np.percentile(totals_ms, 95)), 3),
        detect_ms_p50=round(median(latency.detect_ms for latency in latencies), 3),
        classify_ms_p50=round(median(classify_ms), 3) if classify_ms else None,
        frames_per_second=round(len(latencies) / duration_s, 2),
        start_s=round(start_s, 3),
        first_label_s=None if first_label_s is None else round(first_label_s, 3),
        rss_mb=round(peak_memory_bytes() / 1e6, 1),
        cpu_count=usable_cores(),
    )


def _repeated(source: Source, text: str, pipeline: Pipeline) -> Iterator[Frame]:
    """Yield a file's frames, and those of the same file opened again, for ever; nothing for an empty one."""
    is_empty = True
    for frame in frames_of(source):
        is_empty = False
        yield frame
    while not is_empty:
        is_empty = True
        pipeline.forget_faces()
        with open_file(text) as again:
            for frame in frames_of(again):
                is_empty = False
                yield frame
