"""The network's card tells what the model file says of itself, in words, and bears a file that says nonsense."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QFont, QFontMetricsF, QPalette, QTextDocument
from PySide6.QtWidgets import QApplication, QTextBrowser, QWidget

from emocam.gui.model.card import CONFUSION_NAME, card_text, show_network_card
from emocam.gui.model.confusion_picture import LEAST_HEIGHT, cell_shade, confusion_picture
from emocam.gui.model.scores import Confusion
from emocam.gui.theme import apply_theme, contrast
from emocam.labels import CONTEMPT, EMOTIONS
from tests.gui.stand_ins import FakeModel, network_metrics


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def use_theme(qapp):
    yield lambda scheme: apply_theme(qapp, scheme)
    apply_theme(qapp, None)


def model(metrics, **metadata):
    made = FakeModel("some").model
    return replace(made, metadata={"dataset": "FER-2013", "metrics": metrics, **metadata})


def page_of(dialog):
    return dialog.findChild(QTextBrowser)


def picture_of(page):
    return page.document().resource(QTextDocument.ResourceType.ImageResource, QUrl(CONFUSION_NAME))


def test_the_card_tells_scores_with_intervals_in_words(parent):
    text = page_of(show_network_card(parent, model(network_metrics()))).toPlainText()
    for words in ("Agrees with FER-2013’s own label", "69.0 %", "67.0 to 71.0 %", "3,589"):
        assert words in text
    for words in ("Agrees with most of ten people (FER+), seven labels", "with contempt, eight labels", "63.0 %"):
        assert words in text
    for words in ("Right on faces from elsewhere: news", "74.0 %", "without those that stand in Training too"):
        assert words in text
    assert "PublicTest, kept apart for testing" in text


def test_the_card_sets_one_person_beside_the_network(parent):
    text = page_of(show_network_card(parent, model(network_metrics()))).toPlainText()
    network = text.index("Agrees with most of nine people, eight labels: the network")
    assert network < text.index("one of the ten, with the other nine")
    for words in ("86.8 %", "85.6 to 87.9 %", "80.6 %", "79.9 to 81.3 %", "3,391"):
        assert words in text
    assert "three labels: the network" not in text


@pytest.mark.parametrize("voters", [7, {"eight": 1}, {"eight": {"voter": 0.8}}, {"eight": {"voter": 3, "network": 1}}])
def test_a_comparison_that_is_nonsense_is_left_out(voters):
    text = card_text(model(network_metrics(ferplus={"accuracy": 0.84, "voters": voters})))
    assert "84.0&nbsp;%" in text
    assert "nine people" not in text


def test_a_column_that_the_file_does_not_fill_is_not_shown(parent):
    metrics = network_metrics(ferplus={"accuracy": 0.84})
    assert "mean recall" in card_text(model(network_metrics()))
    assert "ecall" not in card_text(model(metrics))
    assert "95&nbsp;% interval" in card_text(model(metrics))


def test_the_card_names_the_worst_pairs_first_and_three_at_most():
    counts = [[80, 15, 5], [40, 60, 0], [10, 0, 1]]
    confusion = {"labels": ["happy", "sad", "fear"], "counts": counts}
    text = card_text(model(network_metrics(confusion=confusion)))
    worst = [
        "Most of all: of the 11 faces labelled fear, 91&nbsp;% are called happy",
        "of the 100 faces labelled sad, 40&nbsp;% are called happy",
        "of the 100 faces labelled happy, 15&nbsp;% are called sad.",
    ]
    assert "; ".join(worst) in text


def test_a_network_that_confuses_nothing_is_believed():
    confusion = {"labels": ["happy", "sad"], "counts": [[3, 0], [0, 4]]}
    assert "every answer was right" in card_text(model(network_metrics(confusion=confusion)))


@pytest.mark.parametrize(
    ("error", "verdict"), [(0.013, "can be taken at its word"), (0.06, "roughly right"), (0.2, "Do not take it")]
)
def test_the_honesty_of_the_confidence_is_told_in_words(error, verdict):
    metrics = network_metrics(judged_by="fer2013", ece=error)
    assert verdict in card_text(model(metrics))
    assert f"{100 * error:.1f}&nbsp;percentage points" in card_text(model(metrics))


def test_the_card_says_what_the_network_must_not_be_used_for():
    for text in (card_text(model(network_metrics())), card_text(model(None))):
        assert "An expression is not a feeling" in text
        assert "European AI Act forbids" in text


def test_the_card_tells_of_the_file():
    told = {"machine": "a desk", "date": "2026-01-02", "licence": "MIT", "training_seconds": 4098, "parameters": 58423}
    text = card_text(model(None, recipe={"name": "mine"}, logit_adjustment=0.5, **told))
    for words in ("some.hdf5", "48 × 48 pixels", "a desk", "2026-01-02", "MIT", "1:08:18", "58,423", "mine", "0.5"):
        assert words in text
    assert "SHA-256 " + 64 * "0" in text


@pytest.mark.parametrize("metrics", [None, {}, [], "good", {"test": None}, {"test": {"accuracy": "high"}}])
def test_a_file_without_scores_says_so(metrics, parent):
    page = page_of(show_network_card(parent, model(metrics)))
    assert "gives no scores" in page.toPlainText()
    assert "\N{OBJECT REPLACEMENT CHARACTER}" not in page.toPlainText()


@pytest.mark.parametrize(
    "changes",
    [
        {"accuracy_ci95": [None, 2]}, {"ferplus": 7}, {"elsewhere": [1]}, {"ece": float("nan")}, {"n": "many"},
        {"n": 10**400}, {"ece": 10**400}, {"elsewhere": {"news": {"accuracy": 3}}}, {"judged_by": {}},
        {"confusion": {"labels": ["happy", 1], "counts": [[1, 2], [3]]}}, {"sensitivity": 3},
        {"sensitivity": {"seven": {"labelled": [10**400] * 101, "right": [None] * 101}}},
    ],
)  # fmt: skip
def test_nonsense_in_a_part_leaves_out_that_part(changes, parent):
    assert "69.0 %" in page_of(show_network_card(parent, model(network_metrics(**changes)))).toPlainText()


def test_nonsense_beside_the_scores_is_left_out():
    odd = {"recipe": ["odd"], "machine": {"name": "odd"}, "date": 10**400, "parameters": -1, "training_seconds": "odd"}
    text = card_text(model(network_metrics(), licence="x" * 10**6, logit_adjustment=float("nan"), **odd))
    assert "odd" not in text
    assert "nan" not in text
    assert len(text) < 10_000


def test_what_a_file_says_is_shown_as_text_and_not_obeyed(parent):
    markup = "<b>bold</b><img src='file:///x'>"
    told = dict.fromkeys(("dataset", "split", "selection_rule", "licence", "date", "machine", "head"), markup)
    metrics = {markup: network_metrics(elsewhere={markup: {"accuracy": 0.5}})["public_test"]}
    metadata = {**told, "metrics": metrics, "recipe": {"name": markup}}
    page = page_of(show_network_card(parent, replace(model(None), metadata=metadata)))
    assert page.toPlainText().count("<b>bold</b>") == 10
    assert page.toPlainText().count("\N{OBJECT REPLACEMENT CHARACTER}") == 1  # our own picture


def test_the_picture_is_sharp_on_a_dense_screen():
    confusion = Confusion(("happy", "sad"), ((90, 10), (40, 60)))
    plain, dense = (confusion_picture(confusion, QPalette(), QFont(), ratio=ratio) for ratio in (1.0, 2.0))
    assert abs(dense.width() - 2 * plain.width()) <= 1
    assert abs(dense.deviceIndependentSize().width() - plain.deviceIndependentSize().width()) <= 1


def test_the_picture_darkens_with_the_share():
    rows = [[0] * 7 for _ in range(7)]
    rows[6][6], rows[6][0], rows[5][6], rows[5][0] = 60, 40, 10, 90
    picture = confusion_picture(Confusion(EMOTIONS, tuple(map(tuple, rows))), QPalette(), QFont(), ratio=1.0)
    last = picture.pixelColor(picture.width() - 6, picture.height() - 4)  # 60 %
    above = picture.pixelColor(picture.width() - 6, picture.height() - 4 - int(LEAST_HEIGHT))  # 10 %
    assert last.lightness() < above.lightness()


@pytest.mark.parametrize("points", [6, 9, 14, 30])
def test_labels_have_room_in_any_font(points):
    labels, font = (*EMOTIONS, CONTEMPT), QFont("sans", points)
    confusion = Confusion(labels, tuple(tuple(int(row == column) for column in range(8)) for row in range(8)))
    picture = confusion_picture(confusion, QPalette(), font, ratio=1.0)
    longest = max(QFontMetricsF(font).horizontalAdvance(label) for label in labels)
    assert picture.width() > 9 * longest
    outermost = [(0, row) for row in range(picture.height())] + [(column, 0) for column in range(picture.width())]
    outermost += [(picture.width() - 1, row) for row in range(round(2 * QFontMetricsF(font).height()))]
    assert not any(picture.pixelColor(*pixel).alpha() for pixel in outermost)  # what is clipped would stand there


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_share_stands_off_its_shade(scheme, use_theme):
    use_theme(scheme)
    palette = QApplication.palette()
    for share in range(101):
        assert contrast(cell_shade(share / 100, palette), palette.color(QPalette.ColorRole.Text)) >= 4.5


@pytest.mark.parametrize("changes", [{}, {"confusion": None}, {"ferplus": {"accuracy": 0.8}, "confusion": None}])
def test_the_card_shows_all_of_itself_without_scrolling_sideways(changes, parent, qtbot):
    confusion = {"labels": [*EMOTIONS, CONTEMPT], "counts": [[1] * 8] * 8}
    metrics = network_metrics(**{"confusion": confusion, **changes})
    dialog = show_network_card(parent, model(metrics, machine="one_long_word" * 20))
    page = page_of(dialog)
    with qtbot.waitExposed(dialog):
        dialog.resize(720, 430)
    assert ("\N{OBJECT REPLACEMENT CHARACTER}" in page.toPlainText()) == (not changes)
    assert page.horizontalScrollBar().maximum() == 0


def test_the_picture_follows_the_theme_and_the_place_read_stays(parent, use_theme, qtbot):
    use_theme("light")
    page = page_of(show_network_card(parent, model(network_metrics())))
    before, place = picture_of(page), page.verticalScrollBar().maximum() // 2
    page.verticalScrollBar().setValue(place)
    use_theme("dark")
    qtbot.waitUntil(lambda: picture_of(page) != before)
    assert page.palette().color(QPalette.ColorRole.Base).lightness() < 128
    assert page.verticalScrollBar().value() == place


def test_a_change_that_changes_no_colour_paints_nothing_anew(parent):
    page = page_of(show_network_card(parent, model(network_metrics())))
    before = picture_of(page).cacheKey()
    QApplication.sendEvent(page, QEvent(QEvent.Type.PaletteChange))
    assert picture_of(page).cacheKey() == before
