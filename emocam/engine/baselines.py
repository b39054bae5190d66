"""The neutral baselines of the faces that are followed: whose is in force, and what it makes of their pools."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from emocam.baseline import (
    CONTINUOUS,
    KEPT,
    Baseline,
    NeutralBegun,
    NeutralCleared,
    NeutralNews,
    NeutralRefused,
    NeutralSet,
    with_baseline,
)
from emocam.engine.model_file import ModelFile
from emocam.engine.neutral_face import TAKEN_FOR_S, LongRunMean, Taking, answering, log_prior

LEFT = "Who it belongs to has left the picture."


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """A pool as a baseline corrects it: see `messages.Face`."""

    pooled: np.ndarray | None
    baseline: Baseline | None = None
    uncorrected: np.ndarray | None = None

    @classmethod
    def of(cls, presented: np.ndarray | None, baseline: Baseline | None) -> "Corrected":
        """Correct a pool as it was presented; without a baseline it stays what it is."""
        if presented is None or baseline is None:
            return cls(presented, baseline)
        return cls(with_baseline(presented, baseline), baseline, presented)


@dataclass(frozen=True, slots=True, eq=False)
class Lent:
    """A baseline that is given to a face from a time of the source on."""

    baseline: Baseline
    since_s: float = -math.inf


class Baselines:
    """Which baseline is in force for which face; owned by a pipeline.

    Faces whose baseline has changed since `take_changed` are to be labelled as if nothing had been shown before.
    """

    def __init__(self) -> None:
        self._in_force: dict[int, Baseline] = {}
        self._asked: list[int | None] = []
        self._takings: dict[int, Taking] = {}
        self._means: dict[int, LongRunMean] = {}
        self._given: dict[int, Lent] = {}
        self._span: tuple[float, float] | None = None
        self._takes_first = False
        self._doubted_s: dict[int, float] = {}
        self._kept: Baseline | None = None
        self._kept_face: int | None = None  # who has it
        self._known: set[int] = set()  # faces that are followed
        self.shows_others = False  # than the one whose baseline is kept
        self._count = 0
        self._news: list[NeutralNews] = []
        self._changed: set[int] = set()

    def ask(self, face: int | None) -> None:
        """Take a baseline from the next frame on, of this face or of all that are in sight then."""
        self._asked.append(face)

    def ask_first(self) -> None:
        """Take the first two seconds in which each face is seen."""
        self._takes_first = True

    def ask_span(self, start_s: float, end_s: float) -> None:
        """Take what each face shows between two times of the source."""
        self._span = start_s, end_s

    def give(self, lent: Mapping[int, "Lent"]) -> None:
        """Put baselines in force for faces, by number."""
        self._given.update(lent)

    def taken(self) -> dict[int, "Lent"]:
        """Return the baselines in force, to be given to the same source's faces when it is analysed again.

        Each from the last time on at which it was in doubt whose face it is.
        """
        return {face: Lent(one, self._doubted_s.get(face, -math.inf)) for face, one in self._in_force.items()}

    def keep(self, baseline: Baseline) -> None:
        """Put one person's baseline in force for a face that begins to be followed while nobody has it."""
        self._kept = baseline

    def of(self, face: int, *, renews: bool = False) -> Baseline | None:
        """Return the baseline in force; renews: one that is followed may take its next step."""
        mean = self._means.get(face)
        if renews and mean is not None and mean.is_due:
            self._in_force[face] = self._numbered(mean.baseline(face))
        return self._in_force.get(face)

    def follow(
        self,
        time_s: float,
        in_sight: Collection[int],
        predictions: Mapping[int, np.ndarray],
        model: ModelFile,
        *,
        is_continuous: bool,
    ) -> None:
        """Note what a network answered to the faces of a frame, and decide what is due."""
        new = sorted(set(in_sight) - self._known)
        self._known.update(new)
        self._hand_out(time_s, in_sight, new, model)
        self._begin(time_s, in_sight, new, model)
        for face, taking in list(self._takings.items()):
            if taking.is_over(time_s):
                self._finish(face, self._takings.pop(face), time_s)
            elif face in predictions:
                taking.predictions.append(predictions[face])
        if is_continuous:
            for face, prediction in predictions.items():
                self._follow_mean(face, prediction, time_s, model)
        else:
            self.stop_following()

    def stop_following(self) -> None:
        """Drop the baselines that follow their faces, because that is not asked for any more."""
        if self._means:
            self._means.clear()
            self._drop([face for face, one in self._in_force.items() if one.kind == CONTINUOUS], "")

    def clear(self, face: int | None = None, *, reason: str = "") -> None:
        """Drop the baseline of a face, or of all those there are or will be, and what is being taken of them."""
        if face is None:
            self._given.clear()
            self._kept = None
        faces = sorted({*self._in_force, *self._takings, *self._means}) if face is None else [face]
        self._refuse(faces, reason or "It was cleared within the two seconds.")
        self._drop(faces, reason)

    def forget(self, faces: Collection[int]) -> None:
        """Drop what belongs to faces that have left."""
        self._known.difference_update(faces)
        if self._kept_face in faces:
            self._kept_face = None
        self._refuse(faces, "Who was looked at left the picture within the two seconds.")
        self._drop(faces, LEFT)

    @property
    def are_used(self) -> bool:
        """Whether a face has a baseline, or is on the way to one."""
        return bool(self._in_force or self._takings or self._means or self._span)

    def doubt(self, faces: Collection[int], reason: str, *, time_s: float, is_cut: bool = False) -> None:
        """Drop what belongs to faces that may be somebody else's now.

        is_cut: a film has been cut, so that one that is kept stays as long as the film shows nobody else.
        """
        if is_cut and not self.shows_others:
            faces = [face for face in faces if face != self._kept_face]
        elif self._kept_face in faces:
            self._kept = None
        self._doubted_s.update(dict.fromkeys(faces, time_s))
        self._refuse(faces, reason)
        self._drop(faces, reason)

    def cancel(self, reason: str) -> None:
        """Refuse what is being taken."""
        faces = [*self._takings, *self._asked]
        self._takings.clear()
        self._asked.clear()
        self._news += [NeutralRefused(face, reason) for face in faces]

    def take_news(self) -> list[NeutralNews]:
        """Return what has happened since the last call."""
        news, self._news = self._news, []
        return news

    def take_changed(self) -> set[int]:
        """Return the faces that have got another baseline, or none any more, since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def _hand_out(self, time_s: float, in_sight: Collection[int], new: list[int], model: ModelFile) -> None:
        for face in [face for face in self._given if face in in_sight and time_s >= self._given[face].since_s]:
            self._lend(face, self._given.pop(face).baseline, model)
        if self._kept is None:
            return
        # Not to a face that has been there: it is somebody else's, whoever has left.
        if new and self._kept_face is None:
            self._kept_face, *new = new
            self._lend(self._kept_face, replace(self._kept, kind=KEPT), model)
        self.shows_others = self.shows_others or bool(new)

    def _lend(self, face: int, baseline: Baseline, model: ModelFile) -> None:
        if baseline.network == answering(model):
            self._put_in_force(face, baseline)
        else:
            self._news.append(NeutralRefused(face, "The baseline was taken with another network, or in another use."))

    def _begin(self, time_s: float, in_sight: Collection[int], new: list[int], model: ModelFile) -> None:
        asked, self._asked = self._asked, []
        for face in asked:
            faces = sorted(in_sight) if face is None else [face] if face in in_sight else []
            if faces:
                self._take(faces, time_s, time_s + TAKEN_FOR_S, model)
            else:
                whom = "No face is" if face is None else f"Face {face} is not"
                self._news.append(NeutralRefused(face, f"{whom} in sight.", "Look at the camera, and try again."))
        if self._takes_first and new:
            self._take(new, time_s, time_s + TAKEN_FOR_S, model)
        if self._span is not None and self._span[0] <= time_s < self._span[1]:
            faces = sorted(set(in_sight) - self._takings.keys())
            if faces:
                self._take(faces, time_s, self._span[1], model)

    def _take(self, faces: Collection[int], start_s: float, until_s: float, model: ModelFile) -> None:
        network, prior = answering(model), log_prior(model)
        self._takings.update({face: Taking(start_s, until_s, network, prior) for face in faces})
        self._news.append(NeutralBegun(tuple(faces)))

    def _finish(self, face: int, taking: Taking, time_s: float) -> None:
        refusal = taking.refusal(face, time_s)
        if refusal is None:
            self._put_in_force(face, taking.baseline(face, time_s))
        else:
            self._news.append(refusal)

    def _put_in_force(self, face: int, baseline: Baseline) -> None:
        baseline = self._numbered(replace(baseline, face=face))
        self._in_force[face] = baseline
        self._means.pop(face, None)
        self._changed.add(face)
        self._news.append(NeutralSet(baseline))

    def _numbered(self, baseline: Baseline) -> Baseline:
        self._count += 1
        return replace(baseline, number=self._count)

    def _follow_mean(self, face: int, prediction: np.ndarray, time_s: float, model: ModelFile) -> None:
        if face not in self._means:
            self._means[face] = LongRunMean.begin(time_s, model, self._in_force.get(face))
        self._means[face].add(prediction, time_s)

    def _refuse(self, faces: Collection[int], reason: str) -> None:
        """Break off what is being taken of faces."""
        for face in [face for face in faces if face in self._takings]:
            del self._takings[face]
            self._news.append(NeutralRefused(face, reason))

    def _drop(self, faces: Collection[int], reason: str) -> None:
        dropped = [face for face in faces if self._in_force.pop(face, None) is not None]
        for face in faces:
            self._means.pop(face, None)
        if dropped:
            self._changed.update(dropped)
            self._news.append(NeutralCleared(tuple(dropped), reason))
