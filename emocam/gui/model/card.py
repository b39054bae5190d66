"""The network's card: what it was trained on, how often it is right, what it confuses, what it is not for."""

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QTextDocument, QTextOption
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from emocam.engine.model_file import ModelFile
from emocam.gui.advice import duration, listed
from emocam.gui.dialogs import show_page
from emocam.gui.model.confusion_picture import confusion_picture
from emocam.gui.model.scores import JUDGES, SPLITS, Confusion, NetworkScores, Score, Voters, count_of, network_scores
from emocam.labels import SUMMED_SPECTRA

CONFUSION_NAME = "confusion"
NO_SCORES = "<p>Its file gives no scores: how often it is right is not known.</p>"
WORST_PAIRS = 3
KEPT_APART = "kept apart for testing, though some of them stand in Training too"
USED = {  # by training, and how
    SPLITS["public_test"]: f", {KEPT_APART}",
    SPLITS["private_test"]: f", {KEPT_APART}",
    SPLITS["training"]: ", which it was fitted to: on other faces it is right less often",
    SPLITS["choosing_tenth"]: ", which training chose by: on other faces it may be right less often",
}
LONGEST_VALUE = 400  # of what a file says in one row: the longest of the networks that are shipped has 150

# Points of expected calibration error up to which confidence is called so. Judgement, no norm: below 3 a confidence
# and what comes of it read as the same number, and from 10 a "70 %" may stand for three in five.
HONESTY = ((3.0, "It can be taken at its word"), (10.0, "It is roughly right"), (100.0, "Do not take it at its word"))

NOT_FOR = """
<h4>What it is not for</h4>
<p>An expression is not a feeling: the network names what a face looks like to the people who labelled its pictures, and
knows nothing of what a person feels, thinks or intends. Do not decide about a person by it, or rank people by it. The
European AI Act forbids inferring emotions at work and in schools, medicine and safety excepted.</p>
"""


class CardPage(QTextBrowser):
    """A card whose picture is repainted when the window's colours, its font or its screen's resolution change."""

    def __init__(self, model: ModelFile) -> None:
        super().__init__()
        self._model = model
        self._scores = network_scores(model.metadata)
        self._shown_in: object = None
        self.document().setDocumentMargin(12)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # a path is one long word
        self.show_card()

    def show_card(self) -> None:
        """Show the card with a picture that fits the current screen, and keep the reader's place."""
        confusion = self._scores.confusion if self._scores else None
        look = (self.palette().cacheKey(), self.font().key(), self.devicePixelRatioF())
        if look == self._shown_in:
            return
        self._shown_in = look
        place = self.verticalScrollBar().value()
        if confusion is not None:
            picture = confusion_picture(confusion, self.palette(), self.font(), ratio=self.devicePixelRatioF())
            self.document().addResource(QTextDocument.ResourceType.ImageResource, QUrl(CONFUSION_NAME), picture)
            self.setMinimumWidth(round(picture.deviceIndependentSize().width() + self._beside_text_px()))
        self.setHtml(card_text(self._model))
        self.verticalScrollBar().setValue(place)

    def event(self, event: QEvent) -> bool:
        is_done = super().event(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self.show_card()
        return is_done

    def _beside_text_px(self) -> float:
        frame, margin = 2 * self.frameWidth(), 2 * self.document().documentMargin()
        return frame + margin + self.verticalScrollBar().sizeHint().width() + 2


def show_network_card(parent: QWidget, model: ModelFile) -> QDialog:
    """Show a network's card beside the window."""
    return show_page(parent, "About this network", CardPage(model), width=740, height=640)


def card_text(model: ModelFile) -> str:
    """Return the card as HTML; its picture is a resource of the document."""
    scores = network_scores(model.metadata)
    parts = [f"<h3>{html.escape(model.path.stem)}</h3>", _origin(model)]
    parts.append(_scores(scores) if scores is not None else NO_SCORES)
    if scores is not None and scores.confusion is not None:
        parts.append(_confused(scores.confusion, scores.judge))
    parts += [NOT_FOR, "<h4>Its file</h4>", _table(_technical(model))]
    return "".join(parts)


def _origin(model: ModelFile) -> str:
    said = (
        f"<p>A network that sorts pictures of faces by their expression. It looks at one face at a time, as "
        f"{model.image_size_px}&nbsp;×&nbsp;{model.image_size_px} gray pixels, and says how well each of "
        f"its labels fits: {html.escape(', '.join(model.labels))}.</p>"
    )
    named = (("trained on", "dataset"), ("of these, fitted to", "split"), ("selection rule", "selection_rule"))
    return said + _table((title, model.metadata.get(name)) for title, name in named)


def _scores(scores: NetworkScores) -> str:
    rows = [
        _score_row("Agrees with FER-2013’s own label", scores.fer2013),
        *_spectrum_rows(scores.fer2013),
        _score_row("– without those that stand in Training too", scores.distinct),
        _score_row("Agrees with most of ten people (FER+), seven labels", scores.ferplus),
        _score_row("– with contempt, eight labels", scores.eight),
        *_spectrum_rows(scores.ferplus),
        *_voter_rows(scores.voters),
    ]
    for name, score in scores.elsewhere:
        rows += [_score_row(f"Right on faces from elsewhere: {name}", score), *_spectrum_rows(score)]
    told = [row for row in rows if row]
    if not told:
        return ""
    titles = ("", "right", "95&nbsp;% interval", "mean recall", "faces")
    columns = [column for column in range(len(titles)) if any(row[column] for row in told)]
    head = "".join(f"<th align='right' style='padding-left:12px'>{titles[column]}</th>" for column in columns)
    body = "".join(_line([row[column] for column in columns]) for row in told)
    recall = " Mean recall counts every label alike, however rare." if titles.index("mean recall") in columns else ""
    return (
        f"<h4>How often it is right</h4><p>On the pictures of {html.escape(scores.split)}{USED.get(scores.split, '')}. "
        f"People disagree about the same pictures too, so that 100&nbsp;% is out of reach.{recall}</p>"
        f"<table cellpadding='3'><tr>{head}</tr>{body}</table>{_honesty(scores)}"
    )


def _score_row(title: str, score: Score | None) -> tuple[str, ...]:
    """Return the cells of a row as HTML; none where the file does not tell the score."""
    if score is None:
        return ()
    interval = "{:.1f} to {:.1f}&nbsp;%".format(*(100 * end for end in score.interval)) if score.interval else ""
    recall = "" if score.mean_recall is None else _percent(score.mean_recall)
    return html.escape(title), f"<b>{_percent(score.accuracy)}</b>", interval, recall, _count(score.faces)


def _voter_rows(voters: Iterable[Voters]) -> Iterator[tuple[str, ...]]:
    """Yield two rows for each comparison of one of FER+'s people with the network."""
    for one in voters:
        yield _score_row(f"Agrees with most of nine people, {one.labels} labels: the network", one.network)
        yield _score_row("– one of the ten, with the other nine", one.voter)


def _spectrum_rows(score: Score | None) -> list[tuple[str, ...]]:
    """Return a row for each spectrum that sums up the seven emotions and whose accuracy the file tells."""
    if score is None:
        return []
    return [
        (f"– as {listed(spectrum.labels)}", f"<b>{_percent(share)}</b>", "", "", _count(score.faces))
        for spectrum in SUMMED_SPECTRA
        if (share := score.by_spectrum.get(spectrum.name)) is not None
    ]


def _line(cells: list[str]) -> str:
    title, *figures = cells
    style = "padding-left:12px; white-space:nowrap"
    told = "".join(f"<td align='right' style='{style}'>{figure}</td>" for figure in figures)
    return f"<tr><td>{title}</td>{told}</tr>"


def _honesty(scores: NetworkScores) -> str:
    score = scores.judged
    if score is None or score.ece is None or scores.judge is None:
        return ""
    points = 100 * score.ece
    verdict = next(words for most, words in HONESTY if points <= most)
    return (
        f"<h4>How honest its confidence is</h4><p>{verdict}: over many faces, the confidence that it shows and the "
        f"share of its answers that are right lie {points:.1f}&nbsp;percentage points apart on average, judged by "
        f"{html.escape(JUDGES[scores.judge])} (expected calibration error).</p>"
    )


def _confused(confusion: Confusion, judge: str | None) -> str:
    pairs = [
        (count / sum(row), sum(row), true, answer)
        for true, row in zip(confusion.labels, confusion.counts, strict=True)
        for answer, count in zip(confusion.labels, row, strict=True)
        if true != answer and count
    ]
    worst = sorted(pairs, reverse=True)[:WORST_PAIRS]
    told = "; ".join(
        f"of the {total:,} faces labelled {html.escape(true)}, {100 * share:.0f}&nbsp;% are called "
        f"{html.escape(answer)}"
        for share, total, true, answer in worst
    )
    said = f"Most of all: {told}." if told else "Nothing: every answer was right."
    people = f", judged by {html.escape(JUDGES[judge])}" if judge else ""
    return (
        f"<h4>What it confuses most</h4><p>{said}</p><p>A row for each label that the pictures bear, with the "
        f"network’s answers in percent{people}; what is right stands on the diagonal.</p><p>"
        f"<img src='{CONFUSION_NAME}' alt='Confusion matrix: a row for each label that the pictures bear, "
        "the answers in percent'></p>"
    )


def _technical(model: ModelFile) -> Iterable[tuple[str, Any]]:
    told = model.metadata
    yield "file", str(model.path)
    yield "input", f"{model.image_size_px} × {model.image_size_px} pixels, gray"
    yield "crop margin", f"{100 * model.crop_margin:g} % of the box on each side"
    parameters = count_of(told.get("parameters"))
    yield "parameters", f"{parameters:,}" if parameters else None
    recipe = told.get("recipe")
    yield "recipe", recipe.get("name") if isinstance(recipe, Mapping) else None
    yield "temperature", model.temperature
    yield "mirror image", "averaged in" if model.is_mirrored else None
    for name in ("head", "logit_adjustment", "date", "machine"):
        yield name.replace("_", " "), told.get(name)
    seconds = count_of(told.get("training_seconds"))
    yield "training took", duration(seconds) if seconds else None
    yield "licence", told.get("licence")
    yield "weights", f"SHA-256 {model.weights_digest}"


def _table(rows: Iterable[tuple[str, Any]]) -> str:
    cells = "".join(
        f"<tr><td style='padding-right:14px; white-space:nowrap'>{html.escape(name)}</td>"
        f"<td>{html.escape(words)}</td></tr>"
        for name, value in rows
        if (words := _words(value))
    )
    return f"<table cellpadding='3'>{cells}</table>" if cells else ""


def _words(value: Any) -> str:
    """Return a text or a number as it is shown; nothing for what belongs in no row."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = value if isinstance(value, str) else f"{value:.4g}" if abs(value) < 1e15 else ""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _count(faces: int | None) -> str:
    return "" if faces is None else f"{faces:,}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}&nbsp;%"
