"""The network's card: what it was trained on, how often it is right, what it confuses, what it is not for."""

import html
from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QRectF, Qt, QUrl
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPalette, QTextDocument
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from emocam.gui.dialogs import show_page
from emocam.gui.network_scores import Confusion, NetworkScores, is_share, network_scores
from emocam.gui.theme import Tones, blend, tones
from emocam.model_file import ModelFile

CONFUSION_NAME = "confusion"
CELL_WIDTH, CELL_HEIGHT = 50.0, 30.0  # of the confusion matrix, in logical pixels

NOT_FOR = """
<h4>What it is not for</h4>
<p>An expression is not a feeling: the network names what a face looks like to the people who labelled its pictures, and
knows nothing of what a person feels, thinks or intends. Do not decide about a person by it. The European AI Act forbids
inferring emotions at work and in schools, medicine and safety excepted.</p>
"""


def show_network_card(parent: QWidget, model: ModelFile) -> QDialog:
    """Show a network's card beside the window."""
    dialog = show_page(parent, "About this network", card_text(model), width=640, height=620)
    scores = network_scores(model.metadata)
    page = dialog.findChild(QTextBrowser)
    if scores is not None and scores.confusion is not None and page is not None:
        picture = confusion_picture(scores.confusion, page.palette(), page.font(), ratio=page.devicePixelRatioF())
        page.document().addResource(QTextDocument.ResourceType.ImageResource, QUrl(CONFUSION_NAME), picture)
        page.setHtml(card_text(model))
    return dialog


def card_text(model: ModelFile) -> str:
    """Return the card as HTML; its picture is a resource of the document."""
    scores = network_scores(model.metadata)
    parts = [f"<h3>{html.escape(model.path.stem)}</h3>", _origin(model)]
    if scores is None:
        parts.append("<p>Its file gives no scores: how often it is right is not known.</p>")
    else:
        parts.append(_scores(scores))
        if scores.confusion is not None:
            parts.append(_confused(scores.confusion))
    parts += [NOT_FOR, "<h4>Its file</h4>", _table(_technical(model))]
    return "".join(parts)


def confusion_picture(confusion: Confusion, palette: QPalette, font: QFont, *, ratio: float) -> QImage:
    """Paint a confusion matrix: a row for each true label, its answers in percent, shaded by them."""
    tone, labels, count = tones(palette), confusion.labels, len(confusion.labels)
    metrics = QFontMetricsF(font)
    left = max(metrics.horizontalAdvance(label) for label in labels) + 14
    top = metrics.height() * 2 + 10
    wide = max(CELL_WIDTH, max(metrics.horizontalAdvance(label) for label in labels) + 8)
    width, height = left + wide * count + 1, top + CELL_HEIGHT * count + 1
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font)
    painter.setPen(QColor(tone.quiet))
    painter.drawText(QRectF(left, 0, width - left, metrics.height()), Qt.AlignmentFlag.AlignCenter, "the answer")
    for column, label in enumerate(labels):
        below = QRectF(left + column * wide, metrics.height() + 2, wide, metrics.height() + 4)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, label)
    for row, label in enumerate(labels):
        line = QRectF(0, top + row * CELL_HEIGHT, left - 8, CELL_HEIGHT)
        painter.setPen(QColor(tone.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        total = sum(confusion.counts[row])
        for column in range(count):
            cell = QRectF(left + column * wide, top + row * CELL_HEIGHT, wide, CELL_HEIGHT)
            _paint_cell(painter, cell, confusion.counts[row][column] / total if total else 0.0, tone, row == column)
    painter.end()
    return image


def _paint_cell(painter: QPainter, cell: QRectF, share: float, tone: Tones, is_right: bool) -> None:
    shade = blend(QColor(tone.base), QColor(tone.accent), share)
    painter.fillRect(cell.adjusted(0, 0, -1, -1), shade)
    font = painter.font()
    font.setBold(is_right)
    painter.setFont(font)
    painter.setPen(QColor(tone.on_accent if share > 0.55 else tone.text))
    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, f"{100 * share:.0f}")
    font.setBold(False)
    painter.setFont(font)


def _origin(model: ModelFile) -> str:
    rows = [
        ("reads", ", ".join(model.labels)),
        ("trained on", model.metadata.get("dataset")),
        ("fitted to", model.metadata.get("split")),
        ("selection", model.metadata.get("selection_rule")),
    ]
    return _table((name, value) for name, value in rows if value)


def _scores(scores: NetworkScores) -> str:
    figures = scores.figures
    rows = [_score_row("agrees with FER-2013's label, seven labels", figures, figures)]
    rows.append(_score_row("the same, positive, neutral, negative", figures, figures, "three_class_accuracy"))
    ferplus = _part(figures, "ferplus")
    eight = _part(ferplus, "eight_labels")
    rows.append(_score_row("agrees with most of ten people (FER+), eight labels", eight, eight))
    rows.append(_score_row("the same, mean of the labels", eight, eight, "balanced_accuracy"))
    rows.append(_score_row("agrees with most of ten people, seven labels", ferplus, ferplus))
    rows.append(_score_row("the same, positive, neutral, negative", ferplus, ferplus, "three_class_accuracy"))
    for source, other in _part(figures, "elsewhere").items():
        if isinstance(other, dict):
            rows.append(_score_row(f"right on faces from elsewhere, {source}", other, other))
    judged = (eight or ferplus) if scores.judge == "ferplus" else figures
    told = "".join(rows)
    return (
        f"<h4>How often it is right</h4><p>On pictures of {html.escape(scores.split.replace('_', ' '))}, which it was "
        f"not fitted to, with the 95&nbsp;% interval.</p><table cellpadding='3'>{told}</table>{_honesty(judged)}"
    )


def _score_row(title: str, part: Mapping[str, Any], counted: Mapping[str, Any], figure: str = "accuracy") -> str:
    """Return a row of the table; nothing where the file does not tell the figure."""
    share, interval, count = part.get(figure), part.get("accuracy_ci95"), counted.get("n")
    if not is_share(share):
        return ""
    between = ""
    if figure == "accuracy" and isinstance(interval, list) and len(interval) == 2 and all(map(is_share, interval)):
        between = f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}&nbsp;%"
    faces = f"{count:,} faces" if isinstance(count, int) else ""
    cells = (html.escape(title), f"<b>{100 * float(share or 0):.1f}&nbsp;%</b>", between, faces)
    return "<tr>" + "".join(f"<td style='padding-right:14px'>{cell}</td>" for cell in cells) + "</tr>"


def _honesty(judged: Mapping[str, Any]) -> str:
    error = judged.get("ece")
    if not is_share(error):
        return ""
    points = 100 * float(error or 0)
    return (
        f"<p>Its confidence is off by {points:.1f} points on average: where it says 70&nbsp;%, about 70 answers in a "
        "hundred are right, give or take as many.</p>"
    )


def _confused(confusion: Confusion) -> str:
    pairs = [
        (count / sum(row), true, answer)
        for true, row in zip(confusion.labels, confusion.counts, strict=True)
        for answer, count in zip(confusion.labels, row, strict=True)
        if true != answer and count
    ]
    worst = sorted(pairs, reverse=True)[:3]
    told = "; ".join(
        f"of the faces labelled {html.escape(true)}, {100 * share:.0f}&nbsp;% are called {html.escape(answer)}"
        for share, true, answer in worst
    )
    said = f"Most of all: {told}." if told else "Nothing, here."
    return (
        f"<h4>What it confuses</h4><p>{said}</p><p><img src='{CONFUSION_NAME}' alt='Confusion matrix: a row for each "
        "true label, its answers in percent'></p>"
    )


def _technical(model: ModelFile) -> Iterable[tuple[str, Any]]:
    told = {"temperature", "date", "machine", "licence"}
    yield "file", str(model.path)
    yield "input", f"{model.image_size_px} × {model.image_size_px} pixels, gray"
    yield "crop margin", f"{100 * model.crop_margin:g} % of the box on each side"
    recipe = model.metadata.get("recipe")
    if isinstance(recipe, dict) and isinstance(recipe.get("name"), str):
        yield "recipe", recipe["name"]
    for name in sorted(told & set(model.metadata)):
        yield name, model.metadata[name]
    yield "weights", f"SHA-256 {model.weights_digest[:16]}…"


def _table(rows: Iterable[tuple[str, Any]]) -> str:
    cells = "".join(
        f"<tr><td style='padding-right:14px'>{html.escape(name)}</td><td>{html.escape(_words(value))}</td></tr>"
        for name, value in rows
    )
    return f"<table cellpadding='3'>{cells}</table>"


def _words(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _part(figures: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = figures.get(name)
    return part if isinstance(part, dict) else {}
