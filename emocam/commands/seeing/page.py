"""The page of `emocam benchmark --seeing`: one HTML file that loads nothing from elsewhere."""

from collections.abc import Sequence
from html import escape

import numpy as np

from emocam import __version__
from emocam.commands.seeing.examples import SIDE_PX, examples
from emocam.commands.seeing.findings import ENOUGH, Findings, range_text
from emocam.commands.seeing.measurement import IS_THE_SAME, LOOKED_AT
from emocam.commands.seeing.pictures import (
    FACE_WIDTH_M,
    FACE_WIDTH_PX,
    FIELD_OF_VIEW_DEG,
    FRAMES,
    HEIGHT_PX,
    NOISE_LEVELS,
    WIDTH_PX,
)
from emocam.commands.seeing.plots import DRAWN, SHARES, plot
from emocam.commands.seeing.portraits import Portrait
from emocam.commands.seeing.trials import Trial

# Okabe and Ito's palette, in tones that stand off a light and a dark page; dashes tell the lines apart, too.
STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1d1f23; --soft: #5d636d; --grid: #e3e5e9; --card: #f6f7f9;
  --both: #0072b2; --blazeface: #d55e00; --cascades: #767676; }
@media (prefers-color-scheme: dark) { :root { --page: #16181c; --text: #e9eaec; --soft: #a5abb5; --grid: #33373e;
  --card: #1f2228; --both: #56b4e9; --blazeface: #f0954e; --cascades: #a8a8a8; } }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
p { max-width: 46rem; } .soft, figcaption { color: var(--soft); font-size: .875rem; }
table { border-collapse: collapse; width: 100%; } .scroll { overflow-x: auto; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; }
figure { margin: 0; } .plots figure { background: var(--card); border-radius: 8px; padding: .75rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.grid { stroke: var(--grid); } .axis { stroke: var(--soft); } .enough { stroke: var(--soft); stroke-dasharray: 2 4; }
polyline { fill: none; stroke-linejoin: round; } svg g.both polyline { stroke: var(--both); stroke-width: 4.5; }
svg g.blazeface polyline { stroke: var(--blazeface); stroke-width: 2; }
svg g.cascades polyline { stroke: var(--cascades); stroke-width: 2; stroke-dasharray: 6 4; }
g.both circle { fill: var(--both); } g.blazeface circle { fill: var(--blazeface); }
g.cascades circle { fill: var(--cascades); }
.legend { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; padding: 0; list-style: none; }
.legend span { display: inline-block; width: 2rem; border-top: 4px solid; margin: 0 .5rem .25rem 0; }
.legend .blazeface { border-top-width: 2px; } .legend .cascades { border-top: 2px dashed; }
span.both { border-color: var(--both); } span.blazeface { border-color: var(--blazeface); }
span.cascades { border-color: var(--cascades); }
.pictures { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0; }
.pictures img { width: 7rem; height: 7rem; border-radius: 6px; display: block; }
@media print { body { max-width: none; } section { break-inside: avoid; } }
"""


def page(findings: Findings, portraits: Sequence[Portrait], triangles: np.ndarray) -> str:
    """Return the whole page."""
    sections = "".join(_section(findings, trial, portraits, triangles) for trial in findings.trials)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>What Emocam sees</title><style>{STYLE}</style></head><body>"
        f"<h1>How far, how dark, how turned: what Emocam {escape(__version__)} sees</h1>"
        f"{_how(findings)}{_legend(findings)}{_limits(findings)}{sections}</body></html>\n"
    )


def _how(findings: Findings) -> str:
    return (
        f"<p>Two portraits and their mirror images, before a plain wall of {WIDTH_PX}×{HEIGHT_PX} pixels, as streams "
        f"of {FRAMES} frames that shake a little, with noise of {NOISE_LEVELS:g} levels. One thing is changed at a "
        f"time. <b>Found</b>: in how many of the last {LOOKED_AT} frames a box overlaps the face by {IS_THE_SAME:.0%} "
        "and more. <b>Same label</b>: in how many streams the label at the end is the one that the untouched portrait "
        f"gets from <code>{escape(findings.model)}</code>. The dotted line is at {ENOUGH:.0%}.</p>"
        f'<p class="soft">A face {FACE_WIDTH_PX:g} pixels wide unless said. Distances are those of an adult\'s face, '
        f"{FACE_WIDTH_M * 100:g} cm wide, before a camera of {FIELD_OF_VIEW_DEG:g}° and {WIDTH_PX} pixels. Heads "
        "turned to the side are rendered from the points of the face: a rendered head is not a real one, and its ears "
        "and hair least of all. Two people are few: these figures compare finders, and say little of other faces.</p>"
    )


def _legend(findings: Findings) -> str:
    lines = (f'<li><span class="{finder}"></span>{finder}</li>' for finder in DRAWN if finder in findings.finders)
    return f'<ul class="legend">{"".join(lines)}</ul>'


def _limits(findings: Findings) -> str:
    rows = []
    for trial in findings.trials:
        for finder in findings.finders:
            found = findings.limits(trial, finder)
            cells = (
                trial.title if finder == findings.finders[0] else "",
                finder,
                range_text(trial, found.found),
                range_text(trial, found.same_label),
            )
            rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{text}</th>" for text in (f"in {ENOUGH:.0%} and more", "finder", "found", "same label"))
    return f'<h2>Limits</h2><div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _section(findings: Findings, trial: Trial, portraits: Sequence[Portrait], triangles: np.ndarray) -> str:
    pictures = "".join(
        f'<figure><img src="{address}" width="{SIDE_PX}" height="{SIDE_PX}" alt="{escape(trial.as_text(value))}">'
        f"<figcaption>{escape(trial.as_text(value))}</figcaption></figure>"
        for value, address in examples(trial, portraits, triangles)
    )
    plots = "".join(
        f"<figure><figcaption>{caption}</figcaption>{plot(findings, trial, share)}</figure>"
        for share, caption in SHARES.items()
    )
    return (
        f'<section><h2>{escape(trial.title)}</h2><div class="pictures">{pictures}</div>'
        f'<div class="plots">{plots}</div><p class="soft">{escape(trial.axis)}</p></section>'
    )
