"""From a Frame to a FrameResult: find, track, crop, classify, pool, in this order; no Qt, no files."""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from emocam.engine.classification import Classifier
from emocam.engine.detection.finder import Finder
from emocam.engine.model_file import ModelFile
from emocam.engine.picture import Picture
from emocam.engine.preprocessing import crop_face
from emocam.engine.tracking import Track, Tracker
from emocam.messages import Face, Frame, FrameResult, Latency
from emocam.pooling import Pool, label_shown
from emocam.settings import Settings


class Pipeline:
    """Analyse frame after frame; owned by one thread."""

    def __init__(self, finder: Finder, classifier: Classifier | None = None) -> None:
        """Begin without faces; without a classifier faces get boxes and numbers, and no labels."""
        self._finder = finder
        self._classifier = classifier
        self._tracker = Tracker(hits_to_start=finder.hits_to_start)
        self._pools: dict[int, Pool] = {}
        self._departing: list[tuple[int, Pool]] = []
        self._settings: Settings | None = None  # of the last frame

    @property
    def model_labels(self) -> tuple[str, ...]:
        """The labels of the network in use, in the order of its outputs; empty without one."""
        return self._classifier.model.labels if self._classifier else ()

    def use_classifier(self, classifier: Classifier) -> None:
        """Switch the network: faces keep their numbers, and their pools begin anew."""
        self._classifier = classifier
        self._departing.clear()
        for pool in self._pools.values():
            pool.clear()

    def forget_faces(self) -> None:
        """End every track, because the source changed; numbers go on.

        What their pools hold is presented with the next frame.
        """
        self._end(self._tracker.end_all())
        self._finder.start_anew()

    def analyze(self, frame: Frame, settings: Settings) -> FrameResult:
        """Return what the frame shows under these settings."""
        started = perf_counter()
        if settings != self._settings:
            self._settings = settings
            for pool in self._pools.values():
                pool.label = None  # what is shown under new settings owes nothing to the old ones
        picture = Picture(frame.image)
        boxes = self._finder.find(
            picture, known=[track.box for track in self._tracker.tracks], likely=self._tracker.candidates
        )
        self._end(
            self._tracker.update(boxes, time_s=frame.time_s, sensitivity_px=settings.tracking_sensitivity_px)
        )
        tracks = self._tracker.tracks
        detected = perf_counter()
        predictions = self._classify(picture, tracks, settings)
        classified = perf_counter()
        faces = [self._face(track, predictions, settings) for track in tracks]
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

    def end_faces(self, result: FrameResult) -> FrameResult:
        """End every track after its last frame; return that frame's result with the labels still due.

        A face in sight gets its label where it is; one that is not departs with it.
        """
        self.forget_faces()
        due = {face.track_id: face for face in self._last_labels(result.settings)}
        faces = []
        for face in result.faces:
            last = due.pop(face.track_id, None)
            faces.append(face if last is None else replace(last, box=face.box, prediction=face.prediction))
        return replace(result, faces=tuple(faces), departed=(*result.departed, *due.values()))

    def _classify(self, picture: Picture, tracks: Sequence[Track], settings: Settings) -> dict[int, np.ndarray]:
        """Return the prediction of each track that is in sight and due for one."""
        for track in tracks:
            self._pools.setdefault(track.track_id, Pool()).advance()
        if self._classifier is None:
            return {}
        due = [
            track
            for track in tracks
            if track.is_seen and self._pools[track.track_id].is_prediction_due(settings.prediction_every_frames)
        ]
        if not due:
            return {}
        probabilities = self._classifier.classify(self._crops(picture, due, self._classifier.model))
        for track, prediction in zip(due, probabilities, strict=True):
            self._pools[track.track_id].add(prediction)
        return {track.track_id: prediction for track, prediction in zip(due, probabilities, strict=True)}

    def _crops(self, picture: Picture, tracks: Sequence[Track], model: ModelFile) -> np.ndarray:
        """Return the crops of faces, (N, S, S) uint8."""
        faces = [self._finder.face_in_box.of(track.box) for track in tracks]
        return np.stack(
            [crop_face(picture.gray, face, size_px=model.image_size_px, margin=model.crop_margin) for face in faces]
        )

    def _face(self, track: Track, predictions: dict[int, np.ndarray], settings: Settings) -> Face:
        pool = self._pools[track.track_id]
        is_new_label = pool.present(settings.label_every_frames)
        shown = None
        if pool.presented is not None:
            shown = label_shown(pool.presented, self.model_labels, settings, previous=pool.label)
            pool.label = shown.label
        return Face(
            track_id=track.track_id,
            box=track.box if track.is_seen else None,
            prediction=predictions.get(track.track_id),
            pooled=pool.presented,
            label=shown.label if shown else None,
            confidence=shown.confidence if shown else None,
            is_new_label=is_new_label,
        )

    def _end(self, ended: Sequence[Track]) -> None:
        self._departing += [
            (track.track_id, self._pools.pop(track.track_id)) for track in ended if track.track_id in self._pools
        ]

    def _last_labels(self, settings: Settings) -> list[Face]:
        """Present what the pools of ended tracks still hold, before their label was due."""
        faces = []
        for track_id, pool in self._departing:
            if pool.present(label_every_frames=0) and pool.presented is not None:
                shown = label_shown(pool.presented, self.model_labels, settings, previous=pool.label)
                faces.append(
                    Face(track_id, None, None, pool.presented, shown.label, shown.confidence, is_new_label=True)
                )
        self._departing.clear()
        return faces
