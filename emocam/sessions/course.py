"""How probable each label of one face was in the course of a session, in as few points as a chart can show."""

from collections.abc import Iterator, Mapping

from emocam.labels import Spectrum

MOST_POINTS = 600  # more are closer together than the pixels of a chart
# Each a multiple of the one before, so that points are joined as a session grows longer. The last is a day: a session
# of the longest time that cells may have is 366 of them.
SPANS_MS = (100, 200, 1000, 2000, 10_000, 20_000, 60_000, 120_000, 600_000, 1_200_000, 3_600_000, 86_400_000)


class Course:
    """The mean probability of each label of a spectrum, over equal spans of a session; memory does not grow with it."""

    def __init__(self, spectrum: Spectrum) -> None:
        self.spectrum = spectrum
        self._span = 0
        self._sums: dict[int, list[float]] = {}  # by the number of the span: a sum for each label, and their count

    @property
    def span_ms(self) -> int:
        """How long a span is now."""
        return SPANS_MS[self._span]

    def add(self, time_ms: int, probabilities: Mapping[str, float]) -> None:
        """Count the probabilities of a network's labels, 0 to 1, at a time of the session."""
        while time_ms // self.span_ms >= MOST_POINTS and self._span + 1 < len(SPANS_MS):
            self._join()
        sums = self._sums.setdefault(time_ms // self.span_ms, [0.0] * (len(self.spectrum.labels) + 1))
        for emotion, probability in probabilities.items():
            shown = self.spectrum.shown_as.get(emotion)
            if shown is not None:
                sums[self.spectrum.labels.index(shown)] += probability
        sums[-1] += 1

    def points(self) -> Iterator[tuple[int, list[float | None]]]:
        """Yield where each span begins, in milliseconds, and its mean of each label; None where there is none."""
        nothing: list[float | None] = [None] * len(self.spectrum.labels)
        for number in range(max(self._sums, default=-1) + 1):
            sums = self._sums.get(number)
            yield number * self.span_ms, nothing if sums is None else [one / sums[-1] for one in sums[:-1]]

    def _join(self) -> None:
        before_ms = self.span_ms
        self._span += 1
        joined: dict[int, list[float]] = {}
        for number, sums in self._sums.items():
            into = joined.setdefault(number * before_ms // self.span_ms, [0.0] * len(sums))
            for place, value in enumerate(sums):
                into[place] += value
        self._sums = joined
