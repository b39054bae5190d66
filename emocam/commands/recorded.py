"""Sources that end, and their frames."""

from collections.abc import Iterator

from emocam.messages import Frame
from emocam.sources import Source, SourceError, open_source


def open_file(text: str) -> Source:
    """Open a file or folder; raises SourceError for what is none, a camera or a stream for example."""
    source = open_source(text)
    if source.is_live:
        source.close()
        raise SourceError(f"Expected a file or a folder, which has an end; {text} is live. Show it in the window.")
    return source


def frames_of(source: Source) -> Iterator[Frame]:
    """Yield the frames of a source until it ends."""
    while not source.ended:
        frame = source.read()
        if isinstance(frame, Frame):
            yield frame
