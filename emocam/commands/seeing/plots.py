"""Plots of a trial as SVG inside HTML: shares against values, a line for each finder."""

import math
from html import escape

from emocam.commands.seeing.findings import ENOUGH, Findings
from emocam.commands.seeing.measurement import Point
from emocam.commands.seeing.trials import Trial
from emocam.settings import BLAZEFACE, BOTH, CASCADES

WIDTH, HEIGHT = 420, 250  # of a plot, in units of its own
LEFT, RIGHT, TOP, BOTTOM = 44, 18, 12, 50  # between its edges and its axes
TICK_GAP = 48  # from one tick's label to the next
DRAWN = (BOTH, BLAZEFACE, CASCADES)  # the widest line first, so that all are seen where they are one
SHARES = {"found": "Found", "same_label": "Label of the untouched portrait"}


def plot(findings: Findings, trial: Trial, share: str) -> str:
    """Return one plot of a trial. share: `found` or `same_label`, a field of its points."""
    x = _scale(trial)
    lines = [_line(findings.of(trial, finder), trial, share, x) for finder in DRAWN if finder in findings.finders]
    title = f"{trial.title}: {SHARES[share].lower()}, share against {trial.axis}"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{_share_axis()}{_value_axis(trial, x)}{''.join(lines)}</svg>"
    )


def _scale(trial: Trial) -> dict[float, float]:
    """Return where each value of a trial lies across the plot."""
    places = [math.log(value) if trial.is_logarithmic else value for value in trial.values]
    low, span = places[0], (places[-1] - places[0]) or 1
    across = WIDTH - LEFT - RIGHT
    return {
        value: round(LEFT + across * (at - low) / span, 1) for value, at in zip(trial.values, places, strict=True)
    }


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _share_axis() -> str:
    parts = []
    for percent in (0, 25, 50, 75, 100):
        y = _y(percent / 100)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{percent} %</text>')
    y = _y(ENOUGH)
    parts.append(f'<line class="enough" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
    return "".join(parts)


def _value_axis(trial: Trial, x: dict[float, float]) -> str:
    y = _y(0)
    parts = []
    for value in _ticks(trial, x):
        parts.append(f'<line class="axis" x1="{x[value]}" x2="{x[value]}" y1="{y}" y2="{y + 5}"/>')
        for line, text in enumerate(trial.as_text(value).rstrip(")").split(" (")):
            parts.append(f'<text x="{x[value]}" y="{y + 18 + 14 * line}" text-anchor="middle">{escape(text)}</text>')
    return "".join(parts)


def _ticks(trial: Trial, x: dict[float, float]) -> list[float]:
    """Return the values whose labels find room: the mildest, then those outwards from it."""
    kept = [trial.mildest]
    for value in sorted(trial.values, key=lambda value: abs(x[value] - x[trial.mildest])):
        if all(abs(x[value] - x[other]) >= TICK_GAP for other in kept):
            kept.append(value)
    return kept


def _line(points: list[Point], trial: Trial, share: str, x: dict[float, float]) -> str:
    places = [(x[point.value], _y(getattr(point, share)), point) for point in points]
    path = " ".join(f"{across},{down}" for across, down, _ in places)
    marks = "".join(
        f'<circle cx="{across}" cy="{down}" r="3.2"><title>{_told(point, trial, share)}</title></circle>'
        for across, down, point in places
    )
    return f'<g class="{points[0].finder}"><polyline points="{path}"/>{marks}</g>'


def _told(point: Point, trial: Trial, share: str) -> str:
    return escape(f"{point.finder}, {trial.as_text(point.value)}: {round(getattr(point, share) * 100)} %")
