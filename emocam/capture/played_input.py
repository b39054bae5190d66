"""A source that is played, as a recording notes it down."""

from dataclasses import replace

from emocam.sources import InputDetails, Source


class PlayedInput:
    """What a source says of itself, over all rounds of a loop, and still when it has been left: see `RecordedInput`."""

    def __init__(self, source: Source) -> None:
        self._source: Source | None = source
        self._details = source.details
        self._frames_before = 0
        self._has_ended = False

    @property
    def details(self) -> InputDetails:
        """What the source says of itself, with the frames of each round."""
        if self._source is None:
            return self._details
        details = self._source.details
        return replace(details, frames_read=self._frames_before + details.frames_read)

    @property
    def ended(self) -> bool:
        """The source has been read to its end, once at least."""
        return self._has_ended or (self._source is not None and self._source.ended)

    def leave(self) -> None:
        """Keep what the source says now: it is about to be closed."""
        self._details, self._has_ended, self._source = self.details, self.ended, None

    def go_on(self, source: Source) -> None:
        """Begin the next round of a loop."""
        self._frames_before, self._source = self._details.frames_read, source
