"""What a baseline is worth is told on expressions, and on neutral faces that others of the person can stand for."""

from dataclasses import replace

import numpy as np
import pytest

from emocam.engine.model_file import read_model_file
from emocam.labels import EMOTIONS
from emocam.resources import shipped_models
from tests.training.data.test_people import people
from training.__main__ import main
from training.data.people import NEUTRAL
from training.scoring.neutral import BaselineScore, baseline_table, score_people

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")
MODEL = replace(read_model_file(shipped_models()["mini_xception_fer2013"]), labels=EMOTIONS)


def answers(*shares: dict[int, float]) -> np.ndarray:
    rest = [(1 - sum(share.values())) / (len(EMOTIONS) - len(share)) for share in shares]
    return np.array(
        [[share.get(label, left) for label in range(len(EMOTIONS))] for share, left in zip(shares, rest, strict=True)],
        np.float32,
    )


FACES = people([NEUTRAL, NEUTRAL, HAPPY], ["ada"] * 3)
SAID = answers({NEUTRAL: 0.5, SAD: 0.45}, {NEUTRAL: 0.55, SAD: 0.4}, {SAD: 0.4, HAPPY: 0.3})


def test_without_a_correction_the_network_s_own_answers_count():
    assert score_people(MODEL, SAID, FACES, beta=0) == BaselineScore(0.0, 0.0, 2, 2)


def test_an_expression_is_found_against_the_face_at_rest_and_neutral_faces_stay():
    assert score_people(MODEL, SAID, FACES, beta=0.5) == BaselineScore(1.0, 1.0, 2, 2)


def test_a_neutral_face_that_only_itself_could_stand_for_is_not_counted():
    alone = people([NEUTRAL, HAPPY], ["ada"] * 2)
    assert score_people(MODEL, SAID[[0, 2]], alone, beta=0.5).neutral_count == 0


def test_the_table_has_a_row_for_each_network_and_each_beta():
    score = BaselineScore(0.5, 0.25, 3, 4)
    _, _, *rows = baseline_table({"small": {0.0: {"posed": score}, 0.5: {"posed": score}}}).splitlines()
    assert rows == ["| `small` | 0 | 50.0 %, 25.0 %; 3 of 4 |", "| `small` | 0.5 | 50.0 %, 25.0 %; 3 of 4 |"]


def test_without_faces_of_known_people_the_command_says_what_it_needs(capsys):
    assert main(["baseline", str(shipped_models()["mini_xception_fer2013"])]) == 1
    assert "expected faces of known people" in capsys.readouterr().err


@pytest.mark.parametrize("beta", [0.25, 1.0])
def test_a_correction_by_an_answer_like_the_prior_changes_no_order(beta):
    prior = answers({NEUTRAL: 0.2})
    said = np.concatenate([prior, prior, SAID[2:]])
    assert score_people(MODEL, said, FACES, beta=beta).accuracy == 0.0  # still sad, as the network says
