"""The way in for other programs: pictures, films and streams of frames to faces and their expressions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from emocam.baseline import Baseline
from emocam.capture.offline import all_results, open_file
from emocam.clock import steady_s
from emocam.closing import ClosedOnExit
from emocam.engine.classification import open_classifier
from emocam.engine.model_file import resolve_model
from emocam.engine.pipeline import Pipeline
from emocam.engine.watch import open_watch
from emocam.messages import Box, Face, FaceMeasures, Frame, FrameResult
from emocam.sessions.columns import MEASURE_COLUMNS
from emocam.settings import Settings
from emocam.sources.errors import SourceError
from emocam.sources.picture_file import read_picture

DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class AnalyzedFace:
    """One face of a picture.

    number: from 1; a stream's or film's face keeps its number, and none is given twice.
    box: where it is, in pixels of the picture; None if it left before its label was due.
    label, confidence: the expression in the spectrum of the settings, or `uncertain`, and its probability, 0 to 1.
        In a stream both are None until the first label is due.
    probabilities: of each of the network's labels, averaged over the predictions that the label was made from; empty
        before the first label.
    prediction: the same for this very picture; empty where the face was not classified in it.
    measures: how the head is held, how far eyes and mouth are open, brows and corners of the mouth raised; None where
        the face's points are not seen.
    points: (468, 3) float32 `x, y` in pixels of the picture and a depth in pixels, in the numbers of MediaPipe's face
        mesh; None where they are not seen. Not compared by `==`.
    baseline: the person's own mean that corrects label and probabilities, with `Settings(neutral="continuous")`, once
        a face has been followed for half a minute; None without one. Not compared by `==`.
    """

    number: int
    box: Box | None
    label: str | None
    confidence: float | None
    probabilities: dict[str, float] = field(default_factory=dict)
    prediction: dict[str, float] = field(default_factory=dict)
    measures: FaceMeasures | None = None
    points: np.ndarray | None = field(default=None, compare=False, repr=False)
    baseline: Baseline | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one picture shows.

    time_s: seconds since the stream's or film's start, 0 for a single picture. faces: those in sight, by number.
    departed: faces that left before their label was due, and got it now. model_labels: the network's labels, in its
    order. picture: the file's name, in a folder of pictures; else empty. lasts_s: for how long a film shows the frame,
    None for anything else.
    """

    time_s: float
    faces: tuple[AnalyzedFace, ...]
    departed: tuple[AnalyzedFace, ...]
    model_labels: tuple[str, ...]
    picture: str = ""
    lasts_s: float | None = None

    def rows(self) -> list[dict[str, object]]:
        """Return a row for each face, or one that says `no_face`; the keys are columns of faces.csv.

        What a face does not have is None, so that each row has the same keys: ready for a table.
        """
        faces: tuple[AnalyzedFace | None, ...] = (*self.faces, *self.departed) or (None,)
        return [self._row(face) for face in faces]

    def _row(self, face: AnalyzedFace | None) -> dict[str, object]:
        box, measures = (face.box, face.measures) if face else (None, None)
        return {
            "time_s": self.time_s,
            "state": "face" if face else "no_face",
            "face": face.number if face else None,
            "x": box.x if box else None,
            "y": box.y if box else None,
            "width": box.width if box else None,
            "height": box.height if box else None,
            **{label: face.probabilities.get(label) if face else None for label in self.model_labels},
            **{f"raw_{label}": face.prediction.get(label) if face else None for label in self.model_labels},
            "label": face.label if face else None,
            "confidence": face.confidence if face else None,
            **{column.name: getattr(measures, column.name, None) for column in MEASURE_COLUMNS},
            "picture": self.picture or None,
            "lasts_s": self.lasts_s,
            "baseline": face.baseline.number if face and face.baseline else None,
        }


class Analyzer(ClosedOnExit):
    """Reads expressions with one model; for one thread at a time.

    >>> analysis = Analyzer().analyze("portrait.jpg")
    >>> [(face.box, face.label, face.confidence) for face in analysis.faces]
    [(Box(x=195, y=90, width=198, height=198), 'happy', 0.98)]
    """

    def __init__(self, model: str | Path | None = None, *, settings: Settings = DEFAULTS) -> None:
        """Open a model; raises ModelFileError where it cannot be used.

        model: an .hdf5 file or the name of a shipped one; None is the one of the settings. settings: spectrum, the two
        sensitivities, and how often a stream's faces are classified and labelled; its source is not used.
        """
        self._settings = settings
        classifier = open_classifier(resolve_model(str(model or settings.model)))
        self._classifier = classifier.judging_like(settings.judges_like)
        self._watch = open_watch(settings.faces_found_by)
        self._stream: Pipeline | None = None
        self._frames = 0
        self._start_s: float | None = None
        self._last_s = 0.0

    @property
    def labels(self) -> tuple[str, ...]:
        """The network's labels, in its order."""
        return self._classifier.model.labels

    def analyze(self, picture: np.ndarray | str | Path) -> Analysis:
        """Return the faces of one picture, each with a label, whatever was analysed before.

        picture: (H, W, 3) uint8 BGR, as OpenCV reads it, or the path of a picture. Raises ValueError for another
        array, and SourceError for a file that cannot be read.
        """
        image = _checked(picture) if isinstance(picture, np.ndarray) else read_picture(Path(picture).expanduser())
        self._watch.start_anew()
        pipeline = Pipeline(self._classifier, make_watch=lambda _: self._watch)
        return _analysis(pipeline.end_faces(pipeline.analyze(Frame(0, 0.0, image), self._settings, is_alone=True)))

    def track(self, image: np.ndarray, *, time_s: float | None = None) -> Analysis:
        """Return the faces of the next frame of a stream, followed from frame to frame, with their pooled labels.

        A new face is shown once it was found in a few frames in a row, and labelled when its label is due. image:
        (H, W, 3) uint8 BGR. time_s: when the frame was taken, in seconds of any clock that does not go back; None is
        now. Raises ValueError for another array, and for a time before the last one.
        """
        now_s = steady_s() if time_s is None else time_s
        if self._start_s is None:
            self._start_s = now_s
        elif now_s < self._last_s:
            raise ValueError(
                f"expected a time from {self._last_s:g} s on; got {now_s:g} s. "
                "Another stream begins with forget_faces()"
            )
        frame = Frame(self._frames, now_s - self._start_s, _checked(image))
        if self._stream is None:
            self._stream = Pipeline(self._classifier)
        self._last_s, self._frames = now_s, self._frames + 1
        return _analysis(self._stream.analyze(frame, self._settings))

    def forget_faces(self) -> None:
        """Begin another stream: its faces are counted from 1, and its times from 0."""
        self._stream, self._frames, self._start_s = None, 0, None

    def analyze_film(self, path: str | Path) -> Iterator[Analysis]:
        """Yield what each frame of a film shows, or each picture of a folder; the stream of `track` is left alone.

        Raises SourceError where the file cannot be opened, and after the last frame that could be read where a part
        of it could not.
        """
        with open_file(str(path)) as film:
            for result in all_results(film, Pipeline(self._classifier), self._settings):
                yield _analysis(result)
            if film.problem:
                raise SourceError(film.problem)

    def close(self) -> None:
        """Let go of the faces of the stream; the analyzer may be used again."""
        self.forget_faces()


def _checked(image: np.ndarray) -> np.ndarray:
    """Return an image that is safe to hand on, read-only, with the caller's array as it was."""
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        got = f"{image.shape} {image.dtype}" if isinstance(image, np.ndarray) else type(image).__name__
        raise ValueError(f"expected an image of (H, W, 3) uint8 BGR, as cv2.imread returns it; got {got}")
    if not image.size:
        raise ValueError(f"expected an image with pixels; got {image.shape}")
    view = np.ascontiguousarray(image).view()
    view.flags.writeable = False
    return view


def _analysis(result: FrameResult) -> Analysis:
    labels = result.model_labels
    return Analysis(
        time_s=result.frame.time_s,
        faces=tuple(_analyzed(face, labels) for face in result.faces),
        departed=tuple(_analyzed(face, labels) for face in result.departed),
        model_labels=labels,
        picture=result.frame.picture,
        lasts_s=result.frame.lasts_s,
    )


def _analyzed(face: Face, labels: tuple[str, ...]) -> AnalyzedFace:
    return AnalyzedFace(
        number=face.track_id,
        box=face.box,
        label=face.label,
        confidence=face.confidence,
        probabilities=_by_label(face.pooled, labels),
        prediction=_by_label(face.prediction, labels),
        measures=face.measures,
        points=face.points,
        baseline=face.baseline,
    )


def _by_label(values: np.ndarray | None, labels: tuple[str, ...]) -> dict[str, float]:
    return {} if values is None else dict(zip(labels, values.tolist(), strict=True))
