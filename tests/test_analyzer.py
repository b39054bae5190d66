"""The way in for other programs: one picture, a film, a stream of frames."""

import cv2
import numpy as np
import pytest

import emocam
from emocam.labels import CONTEMPT, EMOTIONS
from emocam.sessions.columns import FacesFile, header_of
from tests.clips import FACE_FROM, NO_FACE_FROM, demo_frames, write_clip, write_picture


@pytest.fixture(scope="module")
def analyzer() -> emocam.Analyzer:
    return emocam.Analyzer()


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    return demo_frames(FACE_FROM, 40)


def test_one_picture_gives_its_face_a_label_at_once(analyzer, frames):
    (face,) = analyzer.analyze(frames[20]).faces
    assert face.number == 1
    assert face.box.width > 60
    assert face.label == "happy"
    assert set(face.probabilities) == {*EMOTIONS, CONTEMPT}
    assert sum(face.probabilities.values()) == pytest.approx(1, abs=1e-4)
    assert face.confidence == pytest.approx(face.probabilities["happy"])


def test_a_face_whose_points_are_seen_has_measures(analyzer, frames):
    analyzer.forget_faces()
    *_, analysis = [analyzer.track(image, time_s=i / 30) for i, image in enumerate(frames[:6])]
    (face,), (row,) = analysis.faces, analysis.rows()
    assert isinstance(face.measures, emocam.FaceMeasures)
    assert (face.points.shape, face.points.dtype) == ((468, 3), np.float32)
    assert face.box.x < face.points[1, 0] < face.box.x + face.box.width  # the tip of the nose
    assert row["lip_corners"] == face.measures.lip_corners > 0.02
    assert row["yaw_deg"] == face.measures.yaw_deg
    (nobody,) = analyzer.analyze(np.zeros((48, 64, 3), np.uint8)).rows()
    assert list(nobody) == list(row)
    assert nobody["lip_corners"] is None


def test_a_path_gives_what_its_picture_gives(analyzer, frames, tmp_path):
    path = write_picture(tmp_path / "portrait.png", frames[20])
    assert analyzer.analyze(path) == analyzer.analyze(str(path)) == analyzer.analyze(frames[20])


def test_pictures_have_nothing_to_do_with_each_other(analyzer, frames):
    alone = analyzer.analyze(frames[20])
    assert analyzer.analyze(demo_frames(NO_FACE_FROM + 5, 1)[0]).faces == ()
    assert analyzer.analyze(frames[20]) == alone


def test_a_picture_between_two_frames_leaves_the_stream_alone(analyzer, frames):
    def played(*, with_picture):
        analyzer.forget_faces()
        seen = []
        for i, image in enumerate(frames):
            seen.append(analyzer.track(image, time_s=100 + i / 30))
            if with_picture:
                analyzer.analyze(frames[3])
        return seen

    assert played(with_picture=True) == played(with_picture=False)


def test_a_stream_keeps_a_face_s_number_and_pools_its_label(analyzer, frames):
    analyzer.forget_faces()
    seen = [analyzer.track(image, time_s=1000 + i / 30) for i, image in enumerate(frames)]
    assert {face.number for analysis in seen for face in analysis.faces} == {1}
    assert seen[1].time_s == pytest.approx(1 / 30)
    labels = [face.label for analysis in seen for face in analysis.faces]
    assert labels[0] is None and labels[-1] == "happy"  # none before the first is due
    predicted = [bool(face.prediction) for analysis in seen for face in analysis.faces]
    assert all(predicted)  # by default in every frame


def test_a_stream_s_times_do_not_go_back_until_another_begins(analyzer, frames):
    analyzer.forget_faces()
    analyzer.track(frames[0], time_s=5.0)
    with pytest.raises(ValueError, match="from 5 s on; got 4 s"):
        analyzer.track(frames[1], time_s=4.0)
    analyzer.forget_faces()
    assert analyzer.track(frames[1], time_s=4.0).time_s == 0


def test_a_film_gives_what_the_command_line_would_record(analyzer, frames, tmp_path):
    film = write_clip(tmp_path / "film.mp4", frames)
    analyses = list(analyzer.analyze_film(film))
    assert len(analyses) == len(frames)
    rows = [row for analysis in analyses for row in analysis.rows()]
    header = header_of(FacesFile, labels=(*EMOTIONS, CONTEMPT))
    assert list(rows[0]) == [name for name in header if name not in ("frame", "utc", "spectrum", "input")]
    assert [row["lasts_s"] for row in rows] == pytest.approx([1 / 30] * len(rows))
    assert len({tuple(row) for row in rows}) == 1
    assert rows[-1]["label"] == "happy"


def test_a_row_says_where_nobody_is(analyzer):
    (row,) = analyzer.analyze(np.zeros((48, 64, 3), np.uint8)).rows()
    assert (row["state"], row["face"], row["label"], row["happy"]) == ("no_face", None, None, None)


def test_the_image_of_the_caller_stays_as_it_was(analyzer, frames):
    image = frames[20].copy()
    before = image.copy()
    analyzer.analyze(image)
    assert image.flags.writeable
    assert (image == before).all()


def test_a_view_of_a_larger_image_is_analysed_as_its_copy(analyzer, frames):
    view = cv2.flip(frames[20], 1)[:, ::-1]
    assert not view.flags.c_contiguous
    assert analyzer.analyze(view) == analyzer.analyze(frames[20])


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((48, 64), np.uint8),
        np.zeros((48, 64, 4), np.uint8),
        np.zeros((48, 64, 3), np.float32),
        np.zeros((0, 64, 3), np.uint8),
    ],
)
def test_an_array_of_another_kind_is_refused(analyzer, wrong):
    with pytest.raises(ValueError, match="expected an image"):
        analyzer.analyze(wrong)
    with pytest.raises(ValueError, match="expected an image"):
        analyzer.track(wrong)


def test_files_that_cannot_be_used_are_named(analyzer, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    with pytest.raises(emocam.SourceError, match=r"text\.jpg"):
        analyzer.analyze(tmp_path / "text.jpg")
    with pytest.raises(emocam.SourceError, match="missing"):
        next(analyzer.analyze_film(tmp_path / "missing.mp4"))
    with pytest.raises(emocam.ModelFileError, match="residual"):
        emocam.Analyzer("no_such_model")


def test_settings_decide_the_spectrum(frames):
    with emocam.Analyzer("mini_xception_ferplus", settings=emocam.Settings(spectrum="three")) as analyzer:
        (face,) = analyzer.analyze(frames[20]).faces
    assert face.label == "positive"


def test_every_public_name_is_there():
    for name in emocam.__all__:
        assert getattr(emocam, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = emocam.no_such_name
