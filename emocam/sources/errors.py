"""What goes wrong with a source, in a sentence for people."""


class SourceError(Exception):
    """A source cannot be opened; the text says what was expected, what came and what to do."""
