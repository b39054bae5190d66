"""Which faces a frame shows: known ones are followed by their points, others are searched for by turns."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from emocam.engine.detection.blaze_finder import BlazeFinder
from emocam.engine.detection.finder import Finder, Sighting, distinct, overlaps
from emocam.engine.detection.scan import CascadeFinder
from emocam.engine.measures import CanonicalFace
from emocam.engine.mesh import FaceMesh, FacePoints, follow, is_there, look_in_box
from emocam.engine.parallel import Pair
from emocam.engine.picture import Picture
from emocam.engine.region import face_of_points
from emocam.messages import Box, FaceMeasures
from emocam.settings import BLAZEFACE, CASCADES

log = logging.getLogger(__name__)

T = TypeVar("T")

BLAZE_EVERY_FRAMES = 3
SLICE_EVERY_FRAMES = 3  # of the cascades alone; beside BlazeFace, which misses little, one a second
SELDOM_SLICE_EVERY_FRAMES, SELDOM_SLICE_EVERY_FRAMES_ALONE = 30, 4

SURE_PRESENCE = 0.95  # of points that are still where a face is, though another is found beside them
SEARCH_AFTER_LOSS_FRAMES = 30  # who was lost is searched for in each frame, for as long as a number is kept


class FinderError(ValueError):
    """Nothing that finds faces can be opened; the text names the files and says what to do."""


@dataclass(frozen=True, slots=True)
class Rota:
    """A finder, and how often it searches: in every Nth frame while all faces are in sight, or while none is.

    hurries: it searches in each frame for a second after a face was lost. is_seconded: what it finds only may be a
    face, and those before it must see that too.
    """

    finder: Finder
    every_frames: int
    every_frames_alone: int = 1
    hurries: bool = False
    is_seconded: bool = False


class Watch:
    """Sees the faces of one picture after the other; used by one thread.

    problem: a sentence for people where a part of it could not be opened.
    """

    def __init__(
        self,
        rotas: Sequence[Rota],
        mesh: Pair[FaceMesh] | None,
        *,
        canonical: CanonicalFace | None = None,
        problem: str | None = None,
    ) -> None:
        self.problem = problem
        self._rotas = tuple(rotas)
        self._mesh = mesh
        self._canonical = canonical
        self._followed: dict[Box, FacePoints] = {}  # by the box that stood for the face in the frame before
        self._is_first = True
        self._frames = 0
        self._hurry_frames = 0
        self._next_try = 0

    def start_anew(self) -> None:
        """Forget what was seen: the next picture is another source's."""
        self._followed, self._is_first, self._hurry_frames = {}, True, 0

    def search_everywhere(self) -> None:
        """Search the next picture as a source's first, by all finders at once; known faces are followed too."""
        self._is_first = True

    def measure(self, face: FacePoints) -> FaceMeasures | None:
        """Return what the points of a face tell; None where that cannot be told."""
        return None if self._canonical is None else self._canonical.measure(face.points)

    def look(self, picture: Picture, *, known: Sequence[Box], likely: Sequence[Box]) -> list[Sighting]:
        """Return what is seen in a picture, one sighting for each face.

        known: where faces were in the frame before; likely: where something was that may be a face.
        """
        is_first, self._is_first = self._is_first, False
        due = [rota for rota in self._rotas if is_first or self._is_due(rota, alone=not known)]
        self._frames += 1
        searched, followed = self._search_and_follow(picture, due, known, is_first=is_first)
        unfollowed = [box for box in known if not any(overlaps(box, one.box) for one in followed)]
        seen = [*followed, *self._near(picture, unfollowed, likely)]
        new = [one for one in searched if not any(overlaps(one.box, other.box) for other in seen)]
        new = self._with_points(picture, distinct(new))
        seen = [one for one in seen if not _was_left_behind(one, new)]
        seen = distinct([*seen, *new], first=len(seen))
        seen = [one for one in seen if one.face is not None or not one.needs_points]
        self._followed = {one.box: one.face for one in seen if one.face is not None}
        self._note_losses(known, seen)
        return seen

    def _is_due(self, rota: Rota, *, alone: bool) -> bool:
        if rota.hurries and self._hurry_frames > 0:
            return True
        return self._frames % (rota.every_frames_alone if alone else rota.every_frames) == 0

    def _note_losses(self, known: Sequence[Box], seen: Sequence[Sighting]) -> None:
        is_lost = any(not any(overlaps(box, one.box) for one in seen) for box in known)
        self._hurry_frames = SEARCH_AFTER_LOSS_FRAMES if is_lost else self._hurry_frames - 1

    def _search_and_follow(
        self, picture: Picture, due: Sequence[Rota], known: Sequence[Box], *, is_first: bool
    ) -> tuple[list[Sighting], list[Sighting]]:
        """Return what the finders see whose turn it is, and the known faces that are still where their points were."""

        def search() -> list[Sighting]:
            found: list[Sighting] = []
            for rota in due:
                # A later finder only adds what those before it miss: in a first picture, where it would cost most, it
                # is asked only if they see nobody.
                if is_first and found:
                    break
                seen = rota.finder.search(picture, is_first=is_first)
                if rota.is_seconded:  # also what it takes for a face at once in a first picture
                    seen = [replace(one, hits_to_start=rota.finder.hits_to_start) for one in seen]
                found += seen
            return found

        before = [self._followed[box] for box in known if box in self._followed]
        if self._mesh is None or not before:
            return search(), []

        def look(mesh: FaceMesh, face: FacePoints) -> FacePoints | None:
            return follow(mesh, picture.image, face)

        searched: list[Sighting] = []
        if due:
            searched, faces = self._mesh.share_beside(search, look, before)
        else:
            faces = self._mesh.share(look, before)
        return searched, distinct([_seen(face) for face in faces if face is not None and is_there(face)])

    def _near(self, picture: Picture, known: Sequence[Box], likely: Sequence[Box]) -> list[Sighting]:
        """Return what the finders see around faces whose points were lost, and where something was that may be one."""
        found: list[Sighting] = []
        for rota in [rota for rota in self._rotas if not rota.is_seconded]:
            known, likely = _not_among(known, found), _not_among(likely, found)
            if known or likely:
                found += rota.finder.near(picture, known=known, likely=likely)
        found = distinct(found)
        if not found:
            return []
        # The points of one of them are looked for again, by turns: each look at a face without costs as much as at one
        # that has them.
        self._next_try = (self._next_try + 1) % len(found)
        found[self._next_try : self._next_try + 1] = self._with_points(picture, [found[self._next_try]])
        return found

    def _with_points(self, picture: Picture, sightings: Sequence[Sighting]) -> list[Sighting]:
        """Look for the points of faces that were just found."""
        if self._mesh is None:
            return list(sightings)

        def look(mesh: FaceMesh, sighting: Sighting) -> Sighting:
            face = look_in_box(mesh, picture.image, sighting.box, sighting.rotation_deg)
            return sighting if face is None else _seen(face)

        return self._mesh.share(look, sightings)


def _was_left_behind(one: Sighting, new: Sequence[Sighting]) -> bool:
    """Tell whether a face was just found beside its points, which did not keep up with it."""
    return (
        one.face is not None
        and one.face.presence < SURE_PRESENCE
        and any(other.face is not None and _distance(one.box, other.box) < one.box.width for other in new)
    )


def _distance(one: Box, other: Box) -> float:
    return math.dist(one.centroid, other.centroid)


def _seen(face: FacePoints) -> Sighting:
    """Return the sighting of a face whose points are known: one is enough to start it."""
    square = face_of_points(face.extent)
    return Sighting(square.box, hits_to_start=1, rotation_deg=square.rotation_deg, face=face)


def _not_among(boxes: Sequence[Box], sightings: Sequence[Sighting]) -> list[Box]:
    return [box for box in boxes if not any(overlaps(box, one.box) for one in sightings)]


def open_watch(faces_found_by: str) -> Watch:
    """Return a new watch with the finders of a setting, see `Settings`; raises FinderError where none can be opened.

    What is missing or damaged is left out, and `Watch.problem` says so.
    """
    problems: list[str] = []

    def opened(make: Callable[[], T]) -> T | None:
        try:
            return make()
        except ValueError as error:
            problems.append(str(error))
            return None

    rotas: list[Rota] = []
    if faces_found_by != CASCADES and (blaze := opened(BlazeFinder)) is not None:
        rotas.append(Rota(blaze, BLAZE_EVERY_FRAMES, hurries=True))
    if faces_found_by != BLAZEFACE and (cascades := opened(CascadeFinder)) is not None:
        rotas.append(_beside(cascades) if rotas else Rota(cascades, SLICE_EVERY_FRAMES))
    if not rotas:  # the finder that was not asked for is better than none
        makers: tuple[Callable[[], Finder], ...] = (BlazeFinder, CascadeFinder)
        rotas += [Rota(finder, BLAZE_EVERY_FRAMES) for make in makers if (finder := opened(make)) is not None]
    mesh, canonical = opened(lambda: Pair(FaceMesh)), opened(CanonicalFace)
    if not rotas:
        raise FinderError(" ".join(dict.fromkeys(problems)))
    for problem in problems:
        log.info("faces are found without it: %s", problem)  # `problem` says it to people
    return Watch(rotas, mesh, canonical=canonical, problem=" ".join(dict.fromkeys(problems)) or None)


def _beside(cascades: Finder) -> Rota:
    return Rota(cascades, SELDOM_SLICE_EVERY_FRAMES, SELDOM_SLICE_EVERY_FRAMES_ALONE, is_seconded=True)
