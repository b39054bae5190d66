"""`emocam benchmark`: measure the engine's speed and memory on a clip or a camera, beside the plain way."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from emocam.addresses import shown_address
from emocam.capture.offline import frames_of
from emocam.commands.plain import measure_plain
from emocam.commands.process import peak_memory_bytes, process_age_s, usable_cores
from emocam.commands.quiet import without_litert_lines
from emocam.engine.classification import open_classifier
from emocam.engine.model_file import ModelFileError, resolve_model
from emocam.engine.pipeline import Pipeline
from emocam.engine.watch import FinderError
from emocam.messages import Frame, Latency
from emocam.settings import BOTH, Settings
from emocam.sources import Source, SourceError, open_source

CAMERA_FRAMES = 300  # of a live source, unless another number is asked for: ten seconds
PLAIN_FRAMES = 40  # the plain way takes a tenth of a second for each
NO_PICTURE = "Expected at least one picture in {}; found none. Choose another file."


TITLES = {
    "frames": "frames",
    "faces": "faces",
    "analysis_ms_p50": "analysis of a frame, ms, median",
    "analysis_ms_p95": "analysis of a frame, ms, 95th percentile",
    "detect_ms_p50": "of it, finding and following faces, ms, median",
    "classify_ms_p50": "of it, reading expressions, ms, median",
    "frames_per_second": "frames a second, decoding included",
    "start_s": "process start to first frame, s",
    "first_label_s": "process start to first label, s",
    "rss_mb": "peak memory, MB",
    "cpu_count": "processor cores",
    "plain_analysis_ms_p50": "the plain way, ms, median",
    "ratio": "times as quick as the plain way",
}


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
    plain_analysis_ms_p50: float | None = None
    ratio: float | None = None


def run(options: argparse.Namespace) -> int:
    """Measure and print; return 1 where the file or the model cannot be used, 2 for options that do not go together."""
    problem = _misplaced(options)
    if problem:
        print(f"emocam benchmark: {problem}", file=sys.stderr)
        return 2
    if options.seeing:
        # Here: its modules would count as the engine's start and memory.
        from emocam.commands.seeing import command as seeing

        return seeing.run(options)
    if options.labels:
        from emocam.commands import benchmark_labels

        return benchmark_labels.run(options)
    settings = Settings(
        source=options.source, model=options.model, prediction_every_frames=1, faces_found_by=options.faces or BOTH
    )
    try:
        model = resolve_model(options.model)
        with without_litert_lines():
            pipeline = Pipeline(open_classifier(model))
        measurements = measure(options.source, pipeline, settings=settings, frames=options.frames)
        if pipeline.problem:
            print(f"emocam benchmark: {pipeline.problem}", file=sys.stderr)
        if not options.no_plain:
            # Read anew: kept from before, they would count as the engine's memory.
            with open_source(options.source) as source:
                images = [frame.image for frame in islice(frames_of(source), PLAIN_FRAMES)]
            measurements = _compared(measurements, measure_plain(images, model))
    except (SourceError, ModelFileError, FinderError) as error:
        print(f"emocam benchmark: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(asdict(measurements)))
    else:
        table = Table("measurement", "value")
        for name, value in asdict(measurements).items():
            table.add_row(TITLES[name], "none" if value is None else f"{value:g}")
        Console(markup=False, highlight=False).print(table)
    return 0


def _misplaced(options: argparse.Namespace) -> str | None:
    """Return a sentence about an option that only the other kind of measurement takes."""
    if options.seeing and (options.frames or options.no_plain):
        return "--frames and --no-plain go with --source: leave them out, or measure speed without --seeing"
    if options.labels and (options.frames or options.no_plain):
        return "--frames and --no-plain go with --source: leave them out, or measure speed without --labels"
    if not options.labels and (options.prediction_every_frames or options.label_every_frames):
        return "--every and --label-every go with --labels: add that, or leave them out"
    if options.out and not options.seeing:
        return "--out is the page of --seeing: add that, or leave --out away"
    return None


def measure(
    text: str,
    pipeline: Pipeline,
    *,
    settings: Settings,
    frames: int | None = None,
) -> Measurements:
    """Analyse a source's frames as fast as they come; raises SourceError for one without any.

    frames: how many, with a file begun again as often as that takes; None means once through it, or ten seconds
    of a camera.
    """
    latencies: list[Latency] = []
    faces: list[int] = []
    first_label_s = None
    with open_source(text) as source:
        wanted = frames or (CAMERA_FRAMES if source.is_live else None)
        start_s, began_s = process_age_s(), time.perf_counter()
        repeated = _repeated(source, text, pipeline) if wanted and not source.is_live else frames_of(source)
        for frame in islice(repeated, wanted):
            result = pipeline.analyze(frame, settings)
            latencies.append(result.latency)
            faces.append(len(result.faces))
            if first_label_s is None and any(face.label for face in result.faces):
                first_label_s = process_age_s()
        duration_s = time.perf_counter() - began_s
        if not latencies:
            raise SourceError(source.problem or NO_PICTURE.format(source.title))
        if source.problem:
            print(f"emocam benchmark: {shown_address(text)}: {source.problem}", file=sys.stderr)
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


def _compared(measurements: Measurements, plain_ms: list[float] | None) -> Measurements:
    if not plain_ms:
        return measurements
    plain = median(plain_ms)
    return replace(
        measurements,
        plain_analysis_ms_p50=round(plain, 3),
        ratio=round(plain / measurements.analysis_ms_p50, 2) if measurements.analysis_ms_p50 else None,
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
        with open_source(text) as again:
            for frame in frames_of(again):
                is_empty = False
                yield frame
