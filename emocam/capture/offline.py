"""Files and folders, read to their end as fast as they can be analysed."""

from collections.abc import Iterator

from emocam.engine.pipeline import Pipeline
from emocam.messages import Frame, FrameResult
from emocam.settings import Settings
from emocam.sources import Source, SourceError, open_source


def open_file(text: str, *, rate_fps: float | None = None) -> Source:
    """Open a file or folder; raises SourceError for what is none, a camera or a stream for example.

    rate_fps: frames a second, for a film that states no times.
    """
    source = open_source(text, rate_fps=rate_fps)
    if source.is_live:
        source.close()
        raise SourceError(
            f"Expected a file or a folder, which has an end; {source.title} is live. Show it in the window."
        )
    return source


def frames_of(source: Source) -> Iterator[Frame]:
    """Yield the frames of a source until it ends."""
    while not source.ended:
        frame = source.read()
        if isinstance(frame, Frame):
            yield frame


def all_results(source: Source, pipeline: Pipeline, settings: Settings) -> Iterator[FrameResult]:
    """Yield the result of each frame, with the labels that were still due where a sequence of frames ends."""
    held: FrameResult | None = None
    for frame in frames_of(source):
        if held is not None:
            yield held
        held = pipeline.analyze(frame, settings, is_alone=source.is_independent)
        if source.is_independent:
            held = pipeline.end_faces(held)
    if held is not None:
        yield pipeline.end_faces(held)
