"""Neutral baselines in sessions: noted beside the rows, read back for another film, and taken off rows again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emocam.baseline import (
    CONTINUOUS,
    SET,
    AnsweringNetwork,
    Baseline,
    log_probabilities,
    usual_log_prior,
    with_baseline,
)
from emocam.labels import CONTEMPT, EMOTIONS
from emocam.messages import Face
from emocam.sessions.baselines import (
    BaselineError,
    PoolReader,
    RecordedPool,
    read_baseline,
    recorded_baselines,
    write_baseline,
)
from emocam.sessions.files import whole_rows
from emocam.sessions.recovery import complete_session
from tests.sessions.recordings import make_face, make_result, record_into

NETWORK = AnsweringNetwork("a" * 64, EMOTIONS, 0.9, True)
SAD = np.array([0.02, 0.01, 0.05, 0.04, 0.6, 0.08, 0.2], np.float32)
RESTING = np.array([0.1, 0.02, 0.03, 0.01, 0.34, 0.1, 0.4], np.float32)


def baseline(number=1, face=1, kind=SET, *, network=NETWORK, resting=RESTING) -> Baseline:
    return Baseline(
        number=number,
        face=face,
        kind=kind,
        network=network,
        log_probabilities=log_probabilities(resting),
        log_prior=usual_log_prior(network.labels),
        predictions=20,
        spread_points=None if kind == CONTINUOUS else 1.5,
        start_s=0.5,
        end_s=2.5,
    )


def corrected_face(one: Baseline | None, *, said=SAD, track_id=1) -> Face:
    pooled = said if one is None else with_baseline(said, one)
    face = make_face(track_id, "sad", 0.5, probabilities=pooled, predicted=True)
    return replace(face, baseline=one, prediction=said, uncorrected=None if one is None else said)


def recorded(folder: Path, *baselines: Baseline | None) -> Path:
    with record_into(folder) as recorder:
        for index, one in enumerate(baselines):
            recorder.record(make_result(index, corrected_face(one, track_id=one.face if one else 1)))
    return folder


def description(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def pools(folder: Path) -> list[RecordedPool | None]:
    header, *rows = whole_rows(folder / "faces.csv")
    reader = PoolReader(header, description(folder))
    return [reader.read(cells) for cells in rows]


def pool(folder: Path) -> RecordedPool:
    (only,) = pools(folder)
    assert only is not None
    return only


def cells_of(folder: Path, name: str) -> list[str]:
    header, *rows = whole_rows(folder / "faces.csv")
    return [cells[header.index(name)] for cells in rows]


def refused(text: object, *, network=NETWORK) -> str:
    with pytest.raises(BaselineError) as raised:
        read_baseline(str(text), network=network)
    return str(raised.value)


def test_each_row_says_which_baseline_was_in_force_and_raw_columns_are_the_network_s(tmp_path):
    folder = recorded(tmp_path / "session", None, baseline(1), baseline(1), baseline(2))
    assert cells_of(folder, "baseline") == ["", "1", "1", "2"]
    assert cells_of(folder, "raw_sad") == ["0.600000"] * 4
    assert len(set(cells_of(folder, "sad"))) == 2  # both baselines are alike
    assert [(one["number"], one["time_s"]) for one in description(folder)["baselines"]] == [(1, 0.1), (2, 0.3)]


def test_a_baseline_is_described_before_a_row_names_it(tmp_path):
    recorder = record_into(tmp_path / "session")
    recorder.record(make_result(0, corrected_face(baseline(3))))
    assert [one["number"] for one in description(tmp_path / "session")["baselines"]] == [3]  # whatever kills it now
    recorder.close()


def test_rows_give_what_the_network_alone_would_have_had(tmp_path):
    one = pool(recorded(tmp_path / "session", baseline()))
    assert one.recorded == pytest.approx(with_baseline(SAD, baseline()), abs=1e-5)
    assert one.without_baseline() == pytest.approx(SAD, abs=1e-4)


def test_rows_give_what_another_baseline_would_make_of_them(tmp_path):
    other = baseline(resting=np.full(7, 1 / 7, np.float32))
    for name, in_force in (("with", baseline()), ("without", None)):
        one = pool(recorded(tmp_path / name, in_force))
        assert one.with_baseline(other) == pytest.approx(with_baseline(SAD, other), abs=1e-4)


def test_a_row_without_a_label_has_no_pool(tmp_path):
    with record_into(tmp_path / "session") as recorder:
        recorder.record(make_result(0))
        recorder.record(make_result(1, make_face()))
    assert pools(tmp_path / "session") == [None, None]


def test_a_session_from_before_there_were_baselines_is_read_without(tmp_path):
    for format_3 in ("whole", "killed"):
        folder = Path(__file__).parent / "fixtures" / "format-3" / format_3
        found = [one for one in pools(folder) if one is not None]
        assert found
        assert all(one.baseline is None and np.array_equal(one.without_baseline(), one.recorded) for one in found)


def test_a_label_that_the_session_has_no_column_for_is_what_the_others_leave(tmp_path):
    # A network with contempt was switched in after the header was written.
    eight = (*EMOTIONS, CONTEMPT)
    said = np.append(SAD * 0.9, 0.1).astype(np.float32)
    other = baseline(network=replace(NETWORK, labels=eight), resting=np.append(RESTING * 0.9, 0.1).astype(np.float32))
    with record_into(tmp_path / "session") as recorder:
        recorder.record(make_result(0, corrected_face(other, said=said), model_labels=eight))
    assert pool(tmp_path / "session").without_baseline() == pytest.approx(said, abs=1e-4)


def test_a_number_that_is_not_described_is_a_damaged_row(tmp_path):
    folder = recorded(tmp_path / "session", baseline())
    text = (folder / "session.json").read_text(encoding="utf-8")
    (folder / "session.json").write_text(json.dumps({**json.loads(text), "baselines": []}), encoding="utf-8")
    with pytest.raises(ValueError, match="expected a number of the baselines"):
        pools(folder)


def test_completing_a_session_keeps_its_baselines(tmp_path):
    folder = recorded(tmp_path / "session", baseline())
    before = description(folder)
    (folder / "session.json").write_text(json.dumps({**before, "end": None}), encoding="utf-8")
    complete_session(folder)
    assert description(folder)["baselines"] == before["baselines"]
    assert pool(folder).without_baseline() == pytest.approx(SAD, abs=1e-4)


def test_a_baseline_comes_back_from_its_file(tmp_path):
    write_baseline(tmp_path / "ada.json", baseline())
    again = read_baseline(str(tmp_path / "ada.json"), network=NETWORK)
    assert (again.kind, again.predictions, again.spread_points) == (SET, 20, 1.5)
    assert again.log_probabilities == pytest.approx(baseline().log_probabilities, abs=1e-6)
    assert with_baseline(SAD, again) == pytest.approx(with_baseline(SAD, baseline()), abs=1e-5)


def test_a_baseline_comes_back_from_a_session_or_its_description(tmp_path):
    folder = recorded(tmp_path / "session", baseline(1), baseline(2))
    assert read_baseline(str(folder), network=NETWORK).number == 2  # the last that was set
    assert read_baseline(str(folder / "session.json"), network=NETWORK).number == 2
    assert read_baseline(f"{folder}#1", network=NETWORK).number == 1


def test_what_was_set_is_taken_before_what_was_followed(tmp_path):
    folder = recorded(tmp_path / "session", baseline(1), baseline(2, kind=CONTINUOUS))
    assert read_baseline(str(folder), network=NETWORK).number == 1


def test_of_several_people_one_must_be_named(tmp_path):
    folder = recorded(tmp_path / "session", baseline(1), baseline(2, face=2))
    assert f"{folder / 'session.json'}#2 of face 2" in refused(folder)
    assert read_baseline(f"{folder}#2", network=NETWORK).face == 2
    assert "it keeps 1, 2" in refused(f"{folder}#7")


def test_a_baseline_of_another_network_is_refused(tmp_path):
    write_baseline(tmp_path / "ada.json", baseline())
    said = refused(tmp_path / "ada.json", network=replace(NETWORK, weights_digest="b" * 64))
    assert "was taken with another network" in said
    assert "another network" in refused(tmp_path / "ada.json", network=replace(NETWORK, labels=(*EMOTIONS, CONTEMPT)))


@pytest.mark.parametrize("use", [{"temperature": 0.5}, {"is_mirrored": False}])
def test_a_baseline_of_the_same_network_in_another_use_is_refused(tmp_path, use):
    write_baseline(tmp_path / "ada.json", baseline())
    assert "in another use" in refused(tmp_path / "ada.json", network=replace(NETWORK, **use))


def test_labels_in_another_order_are_another_network(tmp_path):
    write_baseline(tmp_path / "ada.json", baseline())
    assert "another network" in refused(tmp_path / "ada.json", network=replace(NETWORK, labels=EMOTIONS[::-1]))


def test_what_is_no_baseline_is_a_sentence(tmp_path):
    (tmp_path / "no.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "cut.json").write_text("{", encoding="utf-8")
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    (tmp_path / "later.json").write_text('{"emocam_baseline": 2}', encoding="utf-8")
    for name in ("no.json", "cut.json", "deep.json", "picture.png", "missing.json", "\0", "later.json"):
        assert refused(tmp_path / name if "\0" not in name else name).endswith(".")
    assert "another version" in refused(tmp_path / "later.json")
    assert "none was set in that session" in refused(recorded(tmp_path / "session", None))


@pytest.mark.parametrize(
    "damage",
    [
        {"log_probabilities": {"sad": 1}},
        {"log_probabilities": 3},
        {"log_prior": {}},
        {"network": None},
        {"beta": 7},
        {"beta": True},
        {"kind": "odd"},
        {"number": "one"},
        {"spread_points": "much"},
        {"log_probabilities": dict.fromkeys(EMOTIONS, float("nan"))},
    ],
)
def test_a_damaged_baseline_is_refused_and_never_used(tmp_path, damage):
    write_baseline(tmp_path / "ada.json", baseline())
    stored = json.loads((tmp_path / "ada.json").read_text(encoding="utf-8"))
    (tmp_path / "ada.json").write_text(json.dumps({**stored, **damage}), encoding="utf-8")
    assert "is damaged" in refused(tmp_path / "ada.json")
    with pytest.raises(BaselineError):
        recorded_baselines({"baselines": [{**stored, **damage}]})


def test_a_baseline_of_another_answer_of_the_same_network_is_refused(tmp_path):
    write_baseline(tmp_path / "ada.json", baseline())
    said = refused(tmp_path / "ada.json", network=replace(NETWORK, judges_like="people"))
    assert "judged in its only way; now it judges like people" in said and "--judges-like" in said
