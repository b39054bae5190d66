"""Files and folders, read to their end as fast as they can be analysed."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from emocam.engine.pipeline import Pipeline
from emocam.messages import Box, Face, Frame, FrameResult
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
    """Yield the result of each frame, with the labels that were still due where a sequence of frames ends.

    Results are held back while something in them may still turn out to be a face, so that a face is told from the frame
    on in which it was first found, and not only from that on which made sure of it.
    """
    held: deque[FrameResult] = deque()
    for frame in frames_of(source):
        while len(held) > pipeline.frames_in_doubt:
            yield held.popleft()
        result = pipeline.analyze(frame, settings, is_alone=source.is_independent)
        if source.is_independent:
            result = pipeline.end_faces(result)
        for face in result.faces:
            _add_earlier(held, face)
        held.append(result)
    if held:
        held[-1] = pipeline.end_faces(held[-1])
    yield from held


def _add_earlier(results: deque[FrameResult], face: Face) -> None:
    """Add a face that has just been made sure of to the results before, where it was."""
    for place, box in enumerate(reversed(face.boxes_before[-len(results) :] if results else ()), start=1):
        result = results[-place]
        results[-place] = replace(result, faces=(*result.faces, _unlabelled(face, box)))


def _unlabelled(face: Face, box: Box) -> Face:
    return Face(face.track_id, box, prediction=None, pooled=None, label=None, confidence=None)
