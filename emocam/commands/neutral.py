"""What `--neutral` means for `emocam analyze`: where the neutral face of each person comes from."""

import argparse
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from emocam.baseline import Baseline, NeutralCleared, NeutralNews, NeutralRefused, NeutralSet
from emocam.capture.offline import frames_of
from emocam.commands.options import duration_s
from emocam.engine.baselines import LEFT, Lent
from emocam.engine.classification import Classifier
from emocam.engine.model_file import ModelFile
from emocam.engine.neutral_face import answering
from emocam.engine.pipeline import Pipeline
from emocam.sessions.baselines import BaselineError, described, read_baseline
from emocam.sessions.files import FACES
from emocam.settings import NEUTRAL_CONTINUOUS, NEUTRAL_SET, Settings
from emocam.sources import Source

FIRST = "first"
SPAN = re.compile(r"([0-9][0-9.hmins]*)-([0-9][0-9.hmins]*)")
MOST_TOLD = 3  # of sentences that are alike


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    """Where neutral faces come from; of the three at most one is set.

    takes_first: the first two seconds of each face. span_s: from when to when on the source's clock. kept: one person's
    baseline of another session.
    """

    takes_first: bool = False
    span_s: tuple[float, float] | None = None
    kept: Baseline | None = None

    @property
    def is_asked_for(self) -> bool:
        """Whether anything is to be taken or given."""
        return self.takes_first or self.span_s is not None or self.kept is not None

    @property
    def recorded(self) -> dict[str, Any] | None:
        """What a session says of it, by which one that was made with another is told."""
        if self.takes_first:
            return {"from": FIRST}
        if self.span_s is not None:
            return {"from": "span", "start_s": self.span_s[0], "end_s": self.span_s[1]}
        if self.kept is not None:
            content = json.dumps(described(self.kept), sort_keys=True).encode("utf-8")
            return {"from": "file", "sha256": hashlib.sha256(content).hexdigest()}
        return None


NO_NEUTRAL = Neutral()


def neutral_of(text: str | None, model: ModelFile) -> Neutral:
    """Return what an option's text means; raises BaselineError for a file that holds none for this model.

    None and `continuous`, which is a setting, ask for nothing more.
    """
    if text is None or text == NEUTRAL_CONTINUOUS:
        return NO_NEUTRAL
    if text == FIRST:
        return Neutral(takes_first=True)
    span_s = _span_s(text)
    if span_s is not None:
        return Neutral(span_s=span_s)
    return Neutral(kept=read_baseline(text, network=answering(model)))


class NeutralUse:
    """What became of it in the analysis of one input."""

    def __init__(self, neutral: Neutral, pipeline: Pipeline, settings: Settings, source: Source) -> None:
        self._neutral, self._pipeline, self._settings = neutral, pipeline, settings
        self._is_independent = source.is_independent
        self._news: list[NeutralNews] = []

    def begin(self, open_again: Callable[[], Source], classifier: Classifier) -> None:
        """Have the pipeline take or use what was asked for.

        For a span the source is opened once more and read up to its end: its faces get the same numbers again when it
        is analysed, and their baselines from the first frame on. Raises SourceError.
        """
        neutral, baselines = self._neutral, self._pipeline.baselines
        if neutral.kept is not None:
            baselines.keep(neutral.kept)
        elif self._is_independent:
            return
        elif neutral.takes_first:
            baselines.ask_first()
        elif neutral.span_s is not None:
            with open_again() as source:
                baselines.give(self._taken(neutral.span_s, source, Pipeline(classifier)))

    def _taken(self, span_s: tuple[float, float], source: Source, pipeline: Pipeline) -> dict[int, Lent]:
        pipeline.baselines.ask_span(*span_s)
        for frame in frames_of(source):
            pipeline.analyze(frame, replace(self._settings, neutral=NEUTRAL_SET))
            if frame.time_s >= span_s[1]:
                break
        pipeline.baselines.cancel("The film ended before the span did.")
        self._news += pipeline.baselines.take_news()
        return pipeline.baselines.taken()

    def end(self) -> tuple[str | None, str | None]:
        """Return what was wrong, and what is worth knowing, in sentences; None where there is nothing."""
        if not self._neutral.is_asked_for:
            return None, None
        self._news += self._pipeline.baselines.take_news()
        refusals = _by_reason([(news.face, news.reason) for news in self._news if isinstance(news, NeutralRefused)])
        cleared = [news for news in self._news if isinstance(news, NeutralCleared) and news.reason != LEFT]
        drops = [
            f"Dropped: {told}"
            for told in _by_reason([(face, news.reason) for news in cleared for face in news.faces])
        ]
        if self._neutral.kept is None and not any(isinstance(news, NeutralSet) for news in self._news):
            return " ".join(["No neutral baseline was taken.", *_first_few(refusals or [self._why_none()])]), None
        others = [OTHERS] if self._pipeline.baselines.shows_others else []
        told = [*others, *_first_few(refusals), *_first_few(drops)]
        return None, " ".join(told) or None

    def _why_none(self) -> str:
        if self._is_independent:
            return "Pictures that stand for themselves last no two seconds: give a baseline from a file."
        if self._neutral.span_s is not None:
            return "No face was seen in that span."
        return "No face was seen."


OTHERS = f"Other faces were seen than the one that the baseline was given to: see the column baseline of {FACES}."


def _first_few(sentences: list[str]) -> list[str]:
    more = len(sentences) - MOST_TOLD
    return sentences if more <= 0 else [*sentences[:MOST_TOLD], f"({more} more like these.)"]


def _by_reason(told: list[tuple[int | None, str]]) -> list[str]:
    """Return each reason once, with the faces that it holds for where it does not name them itself."""
    faces: dict[str, list[str]] = {}
    for face, reason in told:
        faces.setdefault(reason, []).append(str(face))
    return [
        reason if re.match(r"(Face \d|No face)", reason) else f"Face {', '.join(numbers)}: {reason}"
        for reason, numbers in faces.items()
    ]


def _span_s(text: str) -> tuple[float, float] | None:
    found = SPAN.fullmatch(text.strip().lower())
    if found is None:
        return None
    try:
        start_s, end_s = (_seconds(part) for part in found.groups())
    except argparse.ArgumentTypeError as error:
        raise BaselineError(f"--neutral {text}: {error}.") from None
    if start_s >= end_s:
        raise BaselineError(f"--neutral {text}: expected a start before the end, in seconds of the film.")
    return start_s, end_s


def _seconds(text: str) -> float:
    """Return the seconds that a text means, be it none."""
    return 0.0 if text.rstrip("s").strip("0.") == "" else duration_s(text)
