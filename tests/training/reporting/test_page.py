"""A report's page and the figures that it leaves in the model file tell of every spectrum."""

from dataclasses import replace

import numpy as np
import pytest

from emocam.engine.model_file import read_model_file
from emocam.engine.region import PointsCrop
from emocam.labels import EMOTIONS, SPECTRA, SUMMED_SPECTRA
from emocam.resources import shipped_models
from training.reporting.findings import Findings
from training.reporting.page import page
from training.reporting.report import headline
from training.scoring.metrics import score_seven


@pytest.fixture
def findings() -> Findings:
    rng = np.random.default_rng(2)
    probabilities, truth = rng.dirichlet(np.full(7, 0.4), 200).astype(np.float32), rng.integers(0, 7, 200)
    scores = score_seven(probabilities, truth, model_labels=EMOTIONS)
    other = score_seven(probabilities[:90], truth[:90], model_labels=EMOTIONS)
    return Findings("PublicTest", {**scores, "parameters": 1, "elsewhere": {"news": other}}, 0, None, "fer2013", {})


def test_the_page_has_a_row_and_two_columns_for_each_spectrum(findings):
    text = page(read_model_file(next(iter(shipped_models().values()))), findings, epochs=1)
    for spectrum in SUMMED_SPECTRA:
        for of, scores in (("FER-2013's label", findings.scores), ("`news`", findings.scores["elsewhere"]["news"])):
            row = f"{of}, {', '.join(spectrum.labels)} | accuracy | {100 * scores[spectrum.accuracy_name]:.1f} %"
            assert row in text
    header = " | ".join(f"{name}: get a label | right" for name in SPECTRA)
    assert f"| prediction sensitivity | {header} |" in text


def test_the_page_says_how_a_face_is_cut_out_by_its_points_and_without_them(findings):
    model = replace(read_model_file(next(iter(shipped_models().values()))), crop_margin=0.1)
    text = page(replace(model, points_crop=PointsCrop(-0.05, 0.1, is_turned=True)), findings, epochs=1)
    assert "points, narrowed on each side by 5.0 % of its length, moved up by 10.0 % of its length, turned" in text
    assert "the face's box, widened on each side by 10.0 % of its length" in text
    text = page(replace(model, points_crop=PointsCrop(0.0, 0.0, is_turned=False)), findings, epochs=1)
    assert "| crop | the box that belongs to the face's points |" in text


def test_the_page_and_the_model_file_set_one_person_beside_the_network(findings):
    model = read_model_file(next(iter(shipped_models().values())))
    assert "One person" not in page(model, findings, epochs=1)
    voters = {
        "n": 50, "turns": 480, "voter": 0.8, "voter_ci95": [0.75, 0.85], "network": 0.86, "network_ci95": [0.81, 0.91],
        "lead": 0.06, "lead_ci95": [-0.01, 0.13],
    }  # fmt: skip
    ferplus = {**findings.scores["elsewhere"]["news"], "voters": {"eight": voters}}
    told = replace(findings, scores={**findings.scores, "ferplus": ferplus})
    row = "| eight | 80.0 % (75.0 to 85.0 %) | 86.0 % (81.0 to 91.0 %) | +6.0 (−1.0 to +13.0) | 50 |"
    assert row in page(model, told, epochs=1)
    assert headline(told)["ferplus"]["voters"] == {"eight": voters}


def test_the_model_file_keeps_the_figures_of_each_spectrum_under_their_names(findings):
    kept = headline(findings)
    assert list(kept["sensitivity"]) == list(SPECTRA)
    for name in (spectrum.accuracy_name for spectrum in SPECTRA.values()):
        assert kept[name] == findings.scores[name]
        assert kept["elsewhere"]["news"][name] == findings.scores["elsewhere"]["news"][name]
