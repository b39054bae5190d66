"""A person's neutral face as a baseline: taken, refused, in force for its own face and network alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from emocam.baseline import (
    BETA,
    CONTINUOUS,
    KEPT,
    SET,
    NeutralBegun,
    NeutralCleared,
    NeutralRefused,
    NeutralSet,
    spread_points,
    with_baseline,
    without_baseline,
)
from emocam.engine.pipeline import Pipeline
from emocam.labels import EMOTIONS
from emocam.messages import Box, Frame
from emocam.settings import Settings
from tests.engine.test_pipeline import BOX, scripted_pipeline

EVERY = Settings(prediction_every_frames=1, label_every_frames=3)
CONTINUED = Settings(prediction_every_frames=1, label_every_frames=3, neutral="continuous")
OTHER = Box(400, 100, 60, 60)
RESTING = {"neutral": 0.5, "sad": 0.4}  # a face that looks a bit sad at rest
PRIOR = np.array([0.2 if label == "neutral" else 0.8 / 6 for label in EMOTIONS])
FRAMES_A_SECOND = 30


def answer(shares: dict[str, float]) -> np.ndarray:
    """Return (7,) float32 probabilities; what is left is shared by the other labels."""
    rest = (1 - sum(shares.values())) / (len(EMOTIONS) - len(shares))
    return np.array([shares.get(label, rest) for label in EMOTIONS], np.float32)


def room(seed: int) -> np.ndarray:
    """Return a (400, 640, 3) uint8 picture of some place, another one for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (10, 16), np.uint8)
    return np.repeat(coarse.repeat(40, axis=0).repeat(40, axis=1)[:, :, np.newaxis], 3, axis=2)


class Answers:
    """A network that answers to each face, from left to right, what it is told to."""

    def __init__(
        self, *shares: dict[str, float], digest: str = "a" * 64, temperature: float = 1.0, metadata: Any = None
    ) -> None:
        self.say(*shares)
        self.model = type(
            "Model", (), {"labels": EMOTIONS, "image_size_px": 8, "crop_margin": 0.0, "weights_digest": digest,
                          "temperature": temperature, "is_mirrored": False, "judges_like": None,
                          "metadata": metadata or {}}
        )()  # fmt: skip

    def say(self, *shares: dict[str, float]) -> None:
        self._answers = [answer(share) for share in shares]

    def judging_like(self, _name: str) -> "Answers":
        return self

    def classify(self, crops: np.ndarray) -> np.ndarray:
        return np.stack([self._answers[min(place, len(self._answers) - 1)] for place in range(len(crops))])


class Story:
    """Frames of one pipeline, one after the other, 30 a second."""

    def __init__(self, network: Answers, boxes: Sequence[Box] = (BOX,), *, settings: Settings = EVERY) -> None:
        self.network = network
        self.boxes = list(boxes)
        self.settings = settings
        self._script: list[list[Box]] = []
        self.pipeline: Pipeline = scripted_pipeline(self._script, network)
        self._frames = 0
        self.image = room(0)

    def play(self, seconds: float) -> Any:  # a FrameResult, of which a test knows what is there
        for _ in range(round(seconds * FRAMES_A_SECOND)):
            self._script.append(list(self.boxes))
            frame = Frame(self._frames, self._frames / FRAMES_A_SECOND, self.image)
            result = self.pipeline.analyze(frame, self.settings)
            self._frames += 1
        return result

    def set_neutral(self, face: int | None = None) -> Any:
        self.pipeline.baselines.ask(face)
        return self.play(2.1)

    def news(self, kind: type) -> list:
        return [news for news in self.pipeline.baselines.take_news() if isinstance(news, kind)]

    def refusal(self, face: int | None = None) -> str:
        self.set_neutral(face)
        (refused,) = self.news(NeutralRefused)
        return refused.reason


def test_what_a_face_says_at_rest_counts_less_and_what_is_new_counts_more():
    story = Story(Answers(RESTING))
    story.play(1)
    story.set_neutral()
    said = {"happy": 0.3, "sad": 0.4, "neutral": 0.28}
    story.network.say(said)
    face = story.play(1).faces[0]
    assert answer(said).argmax() == EMOTIONS.index("sad")
    assert face.label == "happy"


def test_a_baseline_is_the_mean_logarithm_of_two_seconds_and_says_how_steady_they_were():
    story = Story(Answers(RESTING))
    story.play(1)
    face = story.set_neutral().faces[0]
    assert face.baseline is not None
    assert face.baseline.log_probabilities == pytest.approx(np.log(answer(RESTING)))
    assert (face.baseline.face, face.baseline.kind) == (1, SET)
    assert face.baseline.spread_points == pytest.approx(0, abs=0.01)
    assert face.baseline.end_s - face.baseline.start_s == pytest.approx(2, abs=0.05)
    assert face.baseline.predictions == pytest.approx(2 * FRAMES_A_SECOND, abs=2)


def test_what_the_network_said_stays_and_the_pool_without_the_baseline_is_kept_beside():
    story = Story(Answers(RESTING))
    story.play(1)
    face = story.set_neutral().faces[0]
    assert np.array_equal(face.prediction, answer(RESTING))
    assert face.uncorrected == pytest.approx(answer(RESTING))
    assert face.pooled == pytest.approx(with_baseline(face.uncorrected, face.baseline))
    assert face.pooled.sum() == pytest.approx(1)


def test_the_correction_is_half_of_the_way_on_logarithms_and_can_be_taken_back():
    story = Story(Answers(RESTING))
    story.play(1)
    baseline = story.set_neutral().faces[0].baseline
    said = answer({"happy": 0.3, "sad": 0.5})
    wanted = np.log(said) - BETA * (np.log(answer(RESTING)) - np.log(PRIOR))
    wanted = np.exp(wanted) / np.exp(wanted).sum()
    assert with_baseline(said, baseline) == pytest.approx(wanted, rel=1e-5)
    assert without_baseline(with_baseline(said, baseline), baseline) == pytest.approx(said, rel=1e-4)


def test_without_a_baseline_nothing_is_computed_on_a_pool():
    face = Story(Answers(RESTING)).play(1).faces[0]
    assert face.baseline is None
    assert face.uncorrected is None
    assert np.array_equal(face.pooled, answer(RESTING))


def test_the_label_is_decided_on_the_corrected_confidence():
    doubtful = {"happy": 0.38, "neutral": 0.36}
    story = Story(Answers(doubtful))
    story.settings = Settings(prediction_every_frames=1, label_every_frames=3, prediction_sensitivity_percent=40)
    assert story.play(1).faces[0].label == "uncertain"
    story.network.say(RESTING)
    story.set_neutral()
    story.network.say(doubtful)
    face = story.play(1).faces[0]
    assert (face.label, face.confidence) == ("happy", pytest.approx(float(face.pooled[EMOTIONS.index("happy")])))
    assert face.confidence > 0.44


def test_the_spectrum_is_applied_last_to_what_the_baseline_leaves():
    story = Story(Answers(RESTING))
    story.play(1)
    seven = story.set_neutral().faces[0]
    story.settings = Settings(prediction_every_frames=1, label_every_frames=3, spectrum="three")
    three = story.play(1).faces[0]
    assert three.baseline is seven.baseline
    assert np.array_equal(three.pooled, seven.pooled)
    negative = sum(three.pooled[EMOTIONS.index(label)] for label in ("angry", "disgust", "fear", "sad"))
    assert (three.label, three.confidence) == ("negative", pytest.approx(float(negative)))


def test_of_two_faces_each_has_its_own_baseline():
    story = Story(Answers(RESTING, {"neutral": 0.6, "angry": 0.3}), [BOX, OTHER])
    story.play(1)
    first, second = story.set_neutral().faces
    assert first.baseline.log_probabilities[EMOTIONS.index("sad")] == pytest.approx(np.log(0.4))
    assert second.baseline.log_probabilities[EMOTIONS.index("angry")] == pytest.approx(np.log(0.3))
    assert len({first.baseline.number, second.baseline.number}) == 2


def test_one_face_alone_may_get_a_baseline_and_lose_it():
    story = Story(Answers(RESTING), [BOX, OTHER])
    story.play(1)
    result = story.set_neutral(2)
    assert [face.baseline is not None for face in result.faces] == [False, True]
    assert [news.faces for news in story.news(NeutralBegun)] == [(2,)]
    story.set_neutral(1)
    story.pipeline.baselines.clear(2)
    assert [face.baseline is not None for face in story.play(0.1).faces] == [True, False]
    assert story.news(NeutralCleared) == [NeutralCleared((2,))]


def test_who_leaves_takes_the_baseline_along_and_who_comes_has_none():
    story = Story(Answers(RESTING))
    story.play(1)
    story.set_neutral()
    story.news(NeutralSet)
    story.boxes = []
    story.play(1.5)
    assert [news.faces for news in story.news(NeutralCleared)] == [(1,)]
    story.boxes = [BOX]
    face = story.play(1).faces[0]
    assert (face.track_id, face.baseline) == (2, None)


def test_the_last_label_of_who_leaves_still_owes_to_the_baseline():
    story = Story(Answers(RESTING))
    story.play(1)
    baseline = story.set_neutral().faces[0].baseline
    story.settings = Settings(prediction_every_frames=1, label_every_frames=90)
    story.play(0.2)
    story.boxes = []
    results = [story.play(1 / FRAMES_A_SECOND) for _ in range(45)]
    (last,) = [face for result in results for face in result.departed]
    assert last.baseline is baseline
    assert last.pooled == pytest.approx(with_baseline(answer(RESTING), baseline))


def test_another_network_drops_every_baseline_and_says_so():
    story = Story(Answers(RESTING), [BOX, OTHER])
    story.play(1)
    story.set_neutral()
    story.news(NeutralSet)
    story.pipeline.use_classifier(Answers(RESTING, digest="b" * 64))
    (cleared,) = story.news(NeutralCleared)
    assert cleared.faces == (1, 2)
    assert cleared.reason.startswith("Another network answers")
    assert all(face.baseline is None for face in story.play(0.5).faces)


def test_another_network_breaks_off_the_two_seconds():
    story = Story(Answers(RESTING))
    story.play(1)
    story.pipeline.baselines.ask(None)
    story.play(1)
    story.pipeline.use_classifier(Answers(RESTING, digest="b" * 64))
    (refused,) = story.news(NeutralRefused)
    assert refused.reason.startswith("Another network answers")
    assert story.play(2).faces[0].baseline is None


def test_who_is_happy_most_of_the_time_is_refused():
    story = Story(Answers({"happy": 0.9}))
    story.play(1)
    assert story.refusal() == "Face 1 looked happy most of the time."


def test_a_face_that_changes_is_refused_with_how_much():
    story = Story(Answers(RESTING))
    story.play(1)
    story.pipeline.baselines.ask(None)
    for _ in range(6):
        story.network.say({"neutral": 0.9})
        story.play(0.2)
        story.network.say({"sad": 0.9})
        story.play(0.2)
    (refused,) = story.news(NeutralRefused)
    assert refused.reason.startswith("Face 1 was not steady: its probabilities varied by 4")


def test_too_few_predictions_are_refused():
    story = Story(Answers(RESTING), settings=Settings(prediction_every_frames=30))
    story.play(1)
    assert story.refusal().startswith("Face 1 was classified 2 times in 2 s; at least 5 times are needed.")


def test_where_no_face_is_in_sight_nothing_is_taken():
    story = Story(Answers(RESTING), [])
    story.play(1)
    assert story.refusal() == "No face is in sight."


def test_a_face_that_is_not_in_sight_is_refused_by_its_number():
    story = Story(Answers(RESTING))
    story.play(1)
    assert story.refusal(7) == "Face 7 is not in sight."


def test_a_refused_face_keeps_the_baseline_it_had():
    story = Story(Answers(RESTING))
    story.play(1)
    before = story.set_neutral().faces[0].baseline
    story.network.say({"happy": 0.9})
    assert story.set_neutral().faces[0].baseline is before


def test_a_source_that_ends_within_the_two_seconds_leaves_no_baseline():
    story = Story(Answers(RESTING))
    story.play(1)
    story.pipeline.baselines.ask(None)
    story.play(1)
    story.pipeline.baselines.cancel("The film ended within the two seconds.")
    assert story.news(NeutralRefused) == [NeutralRefused(1, "The film ended within the two seconds.")]
    assert story.play(2).faces[0].baseline is None


def test_a_picture_that_stays_is_shown_without_a_baseline_once_it_is_cleared():
    story = Story(Answers(RESTING))
    before = story.play(1)
    result = story.set_neutral()
    story.pipeline.baselines.clear()
    again = story.pipeline.answer_again(result, EVERY)
    assert again.faces[0].baseline is None
    assert np.array_equal(again.faces[0].pooled, before.faces[0].pooled)


def test_a_kept_baseline_is_lent_to_one_face_at_a_time():
    story = Story(Answers(RESTING))
    story.play(1)
    kept = story.set_neutral().faces[0].baseline
    film = Story(Answers(RESTING), [BOX, OTHER])
    film.pipeline.baselines.keep(kept)
    first, second = film.play(1).faces
    assert (first.baseline.kind, second.baseline) == (KEPT, None)
    assert film.pipeline.baselines.shows_others
    film.boxes = [OTHER]  # who had it leaves: the other one is still somebody else
    assert film.play(2).faces[0].baseline is None
    film.boxes = [OTHER, BOX]
    assert [face.baseline is not None for face in film.play(1).faces] == [False, True]


@pytest.mark.parametrize("other", [Answers(RESTING, digest="b" * 64), Answers(RESTING, temperature=0.7)])
def test_a_baseline_of_another_network_or_use_is_not_lent(other):
    story = Story(Answers(RESTING))
    story.play(1)
    kept = story.set_neutral().faces[0].baseline
    film = Story(other)
    film.pipeline.baselines.keep(kept)
    assert film.play(1).faces[0].baseline is None
    (refused,) = film.news(NeutralRefused)
    assert "another network" in refused.reason


def test_a_followed_baseline_begins_without_effect_and_nears_the_person_s_mean():
    story = Story(Answers(RESTING), settings=CONTINUED)
    assert story.play(20).faces[0].baseline is None
    early = story.play(20).faces[0].baseline
    late = story.play(120).faces[0].baseline
    assert early.kind == late.kind == CONTINUOUS
    sad = EMOTIONS.index("sad")
    assert np.log(PRIOR[sad]) < early.log_probabilities[sad] < late.log_probabilities[sad] < np.log(0.4)


def test_a_followed_baseline_begins_with_the_one_that_was_set():
    story = Story(Answers(RESTING), settings=CONTINUED)
    story.play(1)
    taken = story.set_neutral().faces[0].baseline
    assert taken.kind == SET
    followed = story.play(40).faces[0].baseline
    assert followed.kind == CONTINUOUS
    assert followed.log_probabilities == pytest.approx(taken.log_probabilities)


def test_a_baseline_is_followed_only_as_long_as_that_is_asked_for():
    story = Story(Answers(RESTING), settings=CONTINUED)
    assert story.play(40).faces[0].baseline is not None
    story.settings = EVERY
    assert story.play(1).faces[0].baseline is None
    assert story.news(NeutralCleared) == [NeutralCleared((1,))]


def test_steadiness_is_the_share_of_probability_that_moves():
    assert spread_points(np.array([[1.0, 0.0], [1.0, 0.0]])) == 0
    assert spread_points(np.array([[1.0, 0.0], [0.0, 1.0]])) == pytest.approx(50)


def test_a_cut_drops_a_baseline_though_the_face_is_where_it_was():
    story = Story(Answers(RESTING))
    story.play(1)
    story.set_neutral()
    story.news(NeutralSet)
    story.image = room(1)
    face = story.play(0.1).faces[0]
    assert (face.track_id, face.baseline) == (1, None)
    (cleared,) = story.news(NeutralCleared)
    assert cleared.reason.startswith("The picture changed at once, as at a cut")


def test_a_black_frame_between_two_scenes_is_a_cut():
    story = Story(Answers(RESTING))
    story.play(1)
    story.set_neutral()
    story.image = np.zeros_like(room(0))
    story.play(0.1)
    story.image = room(1)
    face = story.play(0.1).faces[0]
    assert (face.track_id, face.baseline) == (1, None)


def test_a_cut_within_the_two_seconds_refuses():
    story = Story(Answers(RESTING))
    story.play(1)
    story.pipeline.baselines.ask(None)
    story.play(1)
    story.image = room(1)
    assert story.play(2).faces[0].baseline is None
    (refused,) = story.news(NeutralRefused)
    assert "cut" in refused.reason


def test_light_that_changes_drops_nothing():
    story = Story(Answers(RESTING))
    story.play(1)
    story.set_neutral()
    story.image = (room(0) // 2 + 20).astype(np.uint8)
    assert story.play(0.5).faces[0].baseline is not None


def test_faces_that_cross_lose_their_baselines_and_one_aside_keeps_it():
    aside = Box(100, 300, 60, 60)
    story = Story(Answers(RESTING), [BOX, OTHER, aside])
    story.play(1)
    story.set_neutral()
    story.news(NeutralSet)
    for step in range(20):
        story.boxes = [Box(100 + 15 * step, 100, 60, 60), Box(400 - 15 * step, 100, 60, 60), aside]
        result = story.play(1 / FRAMES_A_SECOND)
    with_one = [face.track_id for face in result.faces if face.baseline is not None]
    assert with_one == [3]
    assert {news.reason for news in story.news(NeutralCleared)} == {
        "Two faces covered one another: who is who now is not sure."
    }


def test_a_kept_baseline_outlasts_a_cut_of_its_film():
    story = Story(Answers(RESTING))
    story.play(1)
    kept = story.set_neutral().faces[0].baseline
    film = Story(Answers(RESTING))
    film.pipeline.baselines.keep(kept)
    film.play(1)
    film.image = room(1)
    assert film.play(1).faces[0].baseline.kind == KEPT


def test_the_prior_is_the_model_file_s_where_it_states_one():
    prior = {label: 0.4 if label == "neutral" else 0.1 for label in EMOTIONS}
    story = Story(Answers(RESTING, metadata={"label_prior": prior}))
    story.play(1)
    assert story.set_neutral().faces[0].baseline.log_prior == pytest.approx(np.log(list(prior.values())))


def test_a_kept_baseline_is_nobody_s_once_its_face_has_crossed_another():
    story = Story(Answers(RESTING))
    story.play(1)
    kept = story.set_neutral().faces[0].baseline
    film = Story(Answers(RESTING), [BOX, OTHER])
    film.pipeline.baselines.keep(kept)
    film.play(1)
    film.boxes = [BOX, Box(130, 100, 60, 60)]
    film.play(0.1)
    film.boxes = []
    film.play(1.5)
    film.boxes = [BOX]
    assert film.play(1).faces[0].baseline is None


def test_the_first_two_seconds_of_each_face_can_be_taken():
    story = Story(Answers(RESTING))
    story.pipeline.baselines.ask_first()
    assert story.play(1.9).faces[0].baseline is None
    assert story.play(0.3).faces[0].baseline is not None
    story.boxes = [BOX, OTHER]
    story.play(2.5)
    assert [news.baseline.face for news in story.news(NeutralSet)] == [1, 2]


def test_a_span_of_the_source_can_be_taken_and_given_to_its_faces_from_the_start():
    story = Story(Answers(RESTING))
    story.pipeline.baselines.ask_span(1.0, 2.0)
    story.play(2.1)
    lent = story.pipeline.baselines.taken()
    baseline = lent[1].baseline
    assert (baseline.start_s, baseline.end_s) == (pytest.approx(1.0), pytest.approx(2.0))
    again = Story(Answers(RESTING))
    again.pipeline.baselines.give(lent)
    assert again.play(0.2).faces[0].baseline.log_probabilities is baseline.log_probabilities


def test_what_a_span_gives_is_not_in_force_before_the_cut_that_came_before_it():
    def film(story: Story) -> list[bool]:
        had = [story.play(1).faces[0].baseline is not None]
        story.image = room(1)
        return [*had, story.play(2.1).faces[0].baseline is not None]

    story = Story(Answers(RESTING))
    story.pipeline.baselines.ask_span(1.5, 3.0)
    assert film(story) == [False, True]
    again = Story(Answers(RESTING))
    again.pipeline.baselines.give(story.pipeline.baselines.taken())
    assert film(again) == [False, True]


def test_a_picture_that_stays_is_shown_without_a_baseline_that_is_followed_no_more():
    story = Story(Answers(RESTING), settings=CONTINUED)
    result = story.play(40)
    assert result.faces[0].baseline is not None
    again = story.pipeline.answer_again(result, EVERY)
    assert again.faces[0].baseline is None
    assert np.array_equal(again.faces[0].pooled, answer(RESTING))


def test_a_kept_baseline_that_is_followed_is_still_one_person_s():
    story = Story(Answers(RESTING))
    story.play(1)
    kept = story.set_neutral().faces[0].baseline
    film = Story(Answers(RESTING), settings=CONTINUED)
    film.pipeline.baselines.keep(kept)
    assert film.play(40).faces[0].baseline.kind == CONTINUOUS
    film.boxes = [BOX, OTHER]
    assert film.play(1).faces[1].baseline is None
