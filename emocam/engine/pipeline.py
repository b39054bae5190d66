"""From a Frame to a FrameResult: find, track, crop, classify, pool, in this order; no Qt, no files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from emocam.baseline import Baseline
from emocam.engine.baselines import Baselines, Corrected
from emocam.engine.classification import Classifier
from emocam.engine.detection.finder import Sighting
from emocam.engine.doubt import COVERED, CUT, Doubt, covering
from emocam.engine.model_file import ModelFile
from emocam.engine.picture import Picture
from emocam.engine.preprocessing import crop_face, crop_region
from emocam.engine.region import Region, region_of_points
from emocam.engine.tracking import FORGET_AFTER_FRAMES, Track, Tracker
from emocam.engine.watch import Watch, open_watch
from emocam.messages import Box, Face, Frame, FrameResult, Latency
from emocam.pooling import Pool, label_shown, present_next
from emocam.settings import NEUTRAL_CONTINUOUS, Settings

# A film's frames that are so far apart may show other expressions, which last half a second to four seconds (Ekman
# 2003), and faces elsewhere: no neighbour confirms a face, and no predictions are pooled.
APART_FROM_S = 0.5


class Pipeline:
    """Analyse frame after frame; owned by one thread."""

    def __init__(
        self, classifier: Classifier | None = None, *, make_watch: Callable[[str], Watch] = open_watch
    ) -> None:
        """Begin without faces; without a classifier faces get boxes and numbers, and no labels.

        make_watch: opens what finds faces, by `Settings.faces_found_by`.
        """
        self._make_watch = make_watch
        self._watch: Watch | None = None
        self._classifier = classifier
        self._tracker = Tracker()
        self._pools: dict[int, Pool] = {}
        self._departing: list[tuple[int, Pool, Baseline | None]] = []
        self.baselines = Baselines()
        self._doubt = Doubt()
        self._settings: Settings | None = None  # of the last frame
        self._answered: Classifier | None = None  # what answered it
        self._last_s: float | None = None  # its time

    @property
    def problem(self) -> str | None:
        """What could not be opened of what finds faces, as a sentence for people."""
        return self._watch.problem if self._watch else None

    @property
    def model_labels(self) -> tuple[str, ...]:
        """The labels of the network in use, in the order of its outputs; empty without one."""
        return self._classifier.model.labels if self._classifier else ()

    @property
    def frames_in_doubt(self) -> int:
        """Of how many frames, the last one included, a later frame may still tell that they showed a face."""
        return self._tracker.frames_in_doubt

    def use_classifier(self, classifier: Classifier) -> None:
        """Switch the network: faces keep their numbers, their pools begin anew, and their baselines are dropped."""
        self._classifier = classifier
        self.baselines.clear(reason="Another network answers, which was not shown the neutral face.")
        self._departing.clear()
        for pool in self._pools.values():
            pool.clear()

    def forget_faces(self) -> None:
        """End every track, because the source changed; numbers go on.

        What their pools hold is presented with the next frame.
        """
        self._end(self._tracker.end_all())
        self._last_s = None
        if self._watch is not None:
            self._watch.start_anew()

    def analyze(self, frame: Frame, settings: Settings, *, is_alone: bool = False) -> FrameResult:
        """Return what the frame shows under these settings.

        is_alone: it is no part of a sequence, so that no later frame can confirm what may be a face. The frames of a
        film (those with `lasts_s`) that are half a second or more apart are searched, classified and labelled each for
        itself, whatever the settings; faces keep their numbers.
        """
        started = perf_counter()
        self._answered = self._classifier
        watch = self._take_settings(settings)
        is_apart = self._is_apart(frame)
        if is_apart:
            watch.search_everywhere()
        picture = Picture(frame.image)
        sightings = watch.look(
            picture, known=[track.box for track in self._tracker.tracks], likely=self._tracker.candidates
        )
        self._end(
            self._tracker.update(
                [one.box for one in sightings],
                hits_to_start=[1 if is_alone or is_apart else one.hits_to_start for one in sightings],
                time_s=frame.time_s,
                sensitivity_px=settings.tracking_sensitivity_px,
                frames_to_forget=0 if frame.lasts_s is None else FORGET_AFTER_FRAMES,
            )
        )
        by_box = {one.box: one for one in sightings}
        tracks = [_Seen(track, by_box[track.box] if track.is_seen else None) for track in self._tracker.tracks]
        detected = perf_counter()
        paced = replace(settings, prediction_every_frames=1, label_every_frames=1) if is_apart else settings
        predictions = self._classify(picture, tracks, paced, time_s=frame.time_s)
        self._follow_baselines(frame, picture, tracks, predictions, settings)
        classified = perf_counter()
        faces = [self._face(one, predictions, watch, paced) for one in tracks]
        departed = [face for face in faces if face.box is None and face.is_new_label]
        departed += self._last_labels(settings)
        return FrameResult(
            frame=frame,
            faces=tuple(face for face in faces if face.box is not None),
            departed=tuple(departed),
            model_labels=self.model_labels,
            settings=settings,
            latency=Latency(
                detect_ms=(detected - started) * 1e3,
                classify_ms=(classified - detected) * 1e3,
                total_ms=(perf_counter() - started) * 1e3,
            ),
        )

    def _follow_baselines(
        self,
        frame: Frame,
        picture: Picture,
        tracks: Sequence["_Seen"],
        predictions: dict[int, np.ndarray],
        settings: Settings,
    ) -> None:
        if self._classifier is None:
            return
        self._doubt_baselines(frame.time_s, picture, tracks)
        self.baselines.follow(
            frame.time_s,
            [one.number for one in tracks if one.sighting],
            predictions,
            self._classifier.model,
            is_continuous=settings.neutral == NEUTRAL_CONTINUOUS,
        )
        for number in self.baselines.take_changed() & self._pools.keys():
            self._pools[number].label = None  # what is shown with one baseline owes nothing to another

    def _doubt_baselines(self, time_s: float, picture: Picture, tracks: Sequence["_Seen"]) -> None:
        """Drop the baselines of faces that may be somebody else's now, though their tracks go on."""
        if not self.baselines.are_used:
            self._doubt.start_anew()
            return
        if self._doubt.is_cut(picture.gray):
            self.baselines.doubt([one.number for one in tracks], CUT, time_s=time_s, is_cut=True)
        self.baselines.doubt(covering({one.number: one.track.box for one in tracks}), COVERED, time_s=time_s)

    def _is_apart(self, frame: Frame) -> bool:
        """Tell whether a film's frame is far from its neighbours, and part what was pooled before it if it is."""
        last_s, self._last_s = self._last_s, frame.time_s
        if frame.lasts_s is None:
            return False
        is_after_gap = last_s is not None and frame.time_s - last_s >= APART_FROM_S
        if is_after_gap:
            for pool in self._pools.values():
                pool.part()
        return is_after_gap or frame.lasts_s >= APART_FROM_S

    def _take_settings(self, settings: Settings) -> Watch:
        before, self._settings = self._settings, settings
        if settings != before:
            for pool in self._pools.values():
                pool.label = None  # what is shown under new settings owes nothing to the old ones
        if self._watch is None or before is None or settings.faces_found_by != before.faces_found_by:
            self._watch = self._make_watch(settings.faces_found_by)
        return self._watch

    def end_faces(self, result: FrameResult) -> FrameResult:
        """End every track after its last frame; return that frame's result with the labels still due.

        A face in sight gets its label where it is; one that is not departs with it.
        """
        self.forget_faces()
        due = {face.track_id: face for face in self._last_labels(result.settings)}
        faces = []
        for face in result.faces:
            last = due.pop(face.track_id, None)
            faces.append(face if last is None else _here(last, face))
        return replace(result, faces=tuple(faces), departed=(*result.departed, *due.values()))

    def answer_again(self, result: FrameResult, settings: Settings) -> FrameResult:
        """Return what the last frame says under other settings or from another network; its faces stay as they are.

        Labels are made anew from the pools that they were made from, and where another network is in use from its
        answer to this frame alone. Tracks and pools go on as if this had not been asked.
        """
        is_other, self._answered = self._answered is not self._classifier, self._classifier
        predictions = self._predictions_of(result) if is_other else {}
        if settings.neutral != NEUTRAL_CONTINUOUS:
            self.baselines.stop_following()
        faces = []
        for face in result.faces:
            before = face.pooled if face.uncorrected is None else face.uncorrected
            pool = Corrected.of(predictions.get(face.track_id, before), self.baselines.of(face.track_id))
            shown = None if pool.pooled is None else label_shown(pool.pooled, self.model_labels, settings)
            faces.append(
                replace(
                    face,
                    prediction=predictions.get(face.track_id, face.prediction),
                    pooled=pool.pooled,
                    label=shown.label if shown else None,
                    confidence=shown.confidence if shown else None,
                    baseline=pool.baseline,
                    uncorrected=pool.uncorrected,
                )
            )
        return replace(
            result, faces=tuple(faces), departed=(), model_labels=self.model_labels, settings=settings
        )

    def _predictions_of(self, result: FrameResult) -> dict[int, np.ndarray]:
        """Return what the network in use answers to each face of a frame."""
        if self._classifier is None or not result.faces:
            return {}
        gray, model = Picture(result.frame.image).gray, self._classifier.model
        crops = [
            _crop(gray, face.box, None if face.points is None else region_of_points(face.points), model)
            for face in result.faces
            if face.box is not None  # as with all that are in sight
        ]
        probabilities = self._classifier.classify(np.stack(crops))
        return {face.track_id: answer for face, answer in zip(result.faces, probabilities, strict=True)}

    def _classify(
        self, picture: Picture, tracks: Sequence["_Seen"], settings: Settings, *, time_s: float
    ) -> dict[int, np.ndarray]:
        """Return the prediction of each track that is in sight and due for one."""
        for one in tracks:
            self._pools.setdefault(one.number, Pool()).advance()
        if self._classifier is None:
            return {}
        due = {
            one.number: one.sighting
            for one in tracks
            if one.sighting and self._pools[one.number].is_prediction_due(settings.prediction_every_frames)
        }
        if not due:
            return {}
        model = self._classifier.model
        crops = [
            _crop(picture.gray, one.box, one.face.extent if one.face else None, model) for one in due.values()
        ]
        probabilities = self._classifier.classify(np.stack(crops))
        predictions = dict(zip(due, probabilities, strict=True))
        for number, prediction in predictions.items():
            self._pools[number].add(prediction, time_s=time_s, label_every_frames=settings.label_every_frames)
        return predictions

    def _face(self, one: "_Seen", predictions: dict[int, np.ndarray], watch: Watch, settings: Settings) -> Face:
        pool = self._pools[one.number]
        baseline = self.baselines.of(one.number)
        is_new_label = present_next(
            pool, self.model_labels, settings, corrected=lambda pooled: Corrected.of(pooled, baseline).pooled
        )
        corrected = Corrected.of(pool.presented, self.baselines.of(one.number, renews=is_new_label))
        shown = None
        if corrected.pooled is not None:
            shown = label_shown(corrected.pooled, self.model_labels, settings, previous=pool.label)
            pool.label = shown.label
        face = one.sighting.face if one.sighting else None
        return Face(
            track_id=one.number,
            box=one.sighting.box if one.sighting else None,
            prediction=predictions.get(one.number),
            pooled=corrected.pooled,
            label=shown.label if shown else None,
            confidence=shown.confidence if shown else None,
            is_new_label=is_new_label,
            points=None if face is None else face.points,
            measures=None if face is None else watch.measure(face),
            boxes_before=one.track.boxes_before,
            baseline=corrected.baseline,
            uncorrected=corrected.uncorrected,
        )

    def _end(self, ended: Sequence[Track]) -> None:
        for number in [track.track_id for track in ended if track.track_id in self._pools]:
            self._departing.append((number, self._pools.pop(number), self.baselines.of(number)))
        self.baselines.forget([track.track_id for track in ended])

    def _last_labels(self, settings: Settings) -> list[Face]:
        """Present what the pools of ended tracks still hold, before their label was due."""
        faces = []
        for track_id, pool, baseline in self._departing:
            if not pool.present(label_every_frames=0):
                continue
            corrected = Corrected.of(pool.presented, baseline)
            if corrected.pooled is not None:
                shown = label_shown(corrected.pooled, self.model_labels, settings, previous=pool.label)
                last = Face(track_id, None, None, corrected.pooled, shown.label, shown.confidence, is_new_label=True)
                faces.append(replace(last, baseline=corrected.baseline, uncorrected=corrected.uncorrected))
        self._departing.clear()
        return faces


def _here(last: Face, face: Face) -> Face:
    """Return a face with its last label where it is in sight."""
    return replace(last, box=face.box, prediction=face.prediction, points=face.points, measures=face.measures)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A track, and how it was seen in this frame; None if it was not."""

    track: Track
    sighting: Sighting | None

    @property
    def number(self) -> int:
        return self.track.track_id


def _crop(gray: np.ndarray, box: Box, extent: Region | None, model: ModelFile) -> np.ndarray:
    """Return the crop of a face, (S, S) uint8: by its points' extent where that is known, by its box otherwise."""
    if extent is None:
        return crop_face(gray, box, size_px=model.image_size_px, margin=model.crop_margin)
    return crop_region(gray, model.points_crop.of(extent), size_px=model.image_size_px)
