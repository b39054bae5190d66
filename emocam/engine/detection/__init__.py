"""Finding faces in a picture: what a finder is, the finders, and the one place that opens the one in use."""

from emocam.engine.detection.finder import Finder
from emocam.engine.detection.scan import CascadeFinder


def open_finder() -> Finder:
    """Return a new finder of the kind in use; raises ValueError where one of its files is missing or damaged."""
    return CascadeFinder()
