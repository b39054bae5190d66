"""The findings as one HTML page that loads nothing and runs nothing."""

from collections.abc import Mapping, Sequence
from html import escape

from emocam import __version__
from emocam.commands.seeing.findings import ENOUGH, Findings, range_text
from emocam.commands.seeing.measurement import IS_THE_SAME, LOOKED_AT
from emocam.commands.seeing.pictures import FACE_WIDTH_PX, FRAMES, HEIGHT_PX, NOISE_LEVELS, WIDTH_PX, distance_m
from emocam.commands.seeing.plots import SHARES, plot
from emocam.commands.seeing.trials import Trial

Pictures = Mapping[str, Sequence[tuple[float, str]]]  # by a trial's name, values with a `data:` address each

NOTES = {
    "size": """The face's width is that between the outermost points beside the ears. A camera with a field of view of
70° across 1280 pixels has a focal length of 1280 / 2 / tan(35°) = 914 pixels; a face 0.15 m wide and d metres away is
0.15 × 914 / d pixels wide, so d = 137 / width.""",
    "yaw": """The heads are rendered: the portrait is laid over the points of its face, turned in three dimensions, and
drawn again, with hair and background drawn along. A rendered head is not a real one: the side of the head that a
portrait does not show is missing, the light stays as it was, and from 45° on it looks drawn. Read the ends with
care.""",
    "brightness": """Pixel values are multiplied, and noise is added after. At 12 % the brightest pixel is about 30 of
255. A camera's values fall more slowly than the light does (12 % of a pixel value is about 1 % of the light), and in
the dark its noise rises, which here it does not.""",
    "covered_side": """From the picture's left. The portraits are mirrored too, so that both sides of a face are
covered.""",
    "out_left": "The trials at the edges begin with a face that just touches the edge.",
}


def page(findings: Findings, pictures: Pictures) -> str:
    """Return the page; pictures: of each trial, shown above its plots."""
    sections = "".join(_section(findings, trial, pictures.get(trial.name, ())) for trial in findings.trials)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>How far Emocam sees</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>How far, how dark, how turned</h1>\n{_introduction(findings)}\n{_limits(findings)}\n{sections}\n"
        f"</main>\n</body>\n</html>\n"
    )


def _introduction(findings: Findings) -> str:
    streams = findings.points[0].streams
    return f"""\
<p>Which faces Emocam finds, and whether a face that is changed still gets the label of the untouched portrait. Written
by <code>emocam benchmark --seeing</code>, Emocam {__version__}, network <code>{escape(findings.model)}</code>.</p>
<details><summary>How this was measured</summary>
<p>Two portraits, each also mirrored, stand before a plain wall in pictures of {WIDTH_PX} × {HEIGHT_PX}. Where a trial
does not change it, the face is {FACE_WIDTH_PX} pixels wide, as at {distance_m(FACE_WIDTH_PX):.2f} m. Each value of a
trial is shown in {streams} streams of {FRAMES} frames. In them the face moves a little, and each frame has a sensor's
noise of {NOISE_LEVELS:g} levels. All of it is seeded, so that a second run shows the same pictures.
<em>Found</em> is the share of the last {LOOKED_AT} frames in which the box of a face overlaps the true one (by
{IS_THE_SAME:g} of their union, or more). <em>The same label</em> is the share of the streams that end with the label
that the untouched portrait got with the same finder; a face that was not found has none.</p>
<p>Two people before a plain wall are no sample of mankind, and a test picture is easier than a room. The figures
compare finders and versions with one another. Each stream begins with the changed face; a face that was found before
it turned or went into the dark may be followed further, which is not measured here.</p>
<p>The portraits are of Eileen Collins (NASA) and Grace Hopper (United States Navy), both in the public domain. Neither
endorses Emocam, and what the network says of their pictures is no statement about them.</p>
</details>"""


def _limits(findings: Findings) -> str:
    groups = []
    for trial in findings.trials:
        rows = [f'<tr><th scope="rowgroup" colspan="3">{escape(trial.title)}</th></tr>']
        for finder in findings.finders:
            limits = findings.limits(trial, finder)
            cells = (f"<td>{_unbroken(range_text(trial, ends))}</td>" for ends in (limits.found, limits.same_label))
            rows.append(f"<tr><td>{_key(finder)}</td>{''.join(cells)}</tr>")
        groups.append(f"<tbody>{''.join(rows)}</tbody>")
    return (
        f"<h2>Seen in at least {round(ENOUGH * 100)} %</h2>\n"
        '<table class="limits"><thead><tr><th>faces found by</th><th>found</th><th>same label</th></tr></thead>'
        f"{''.join(groups)}</table>"
    )


def _unbroken(text: str) -> str:
    """Return the ends of a range, of which neither is broken at the end of a line."""
    return " to ".join(f"<span>{escape(end)}</span>" for end in text.split(" to "))


def _section(findings: Findings, trial: Trial, pictures: Sequence[tuple[float, str]]) -> str:
    shown = "".join(
        f'<figure><img src="{address}" alt="{escape(trial.title)}, {escape(trial.as_text(value))}">'
        f"<figcaption>{escape(trial.as_text(value))}</figcaption></figure>"
        for value, address in pictures
    )
    note = f"<p>{NOTES[trial.name]}</p>" if trial.name in NOTES else ""
    plots = "".join(f"<div><h3>{title}</h3>{plot(findings, trial, share)}</div>" for share, title in SHARES.items())
    keys = "".join(f"<li>{_key(finder)}</li>" for finder in findings.finders)
    return (
        f'<section id="{trial.name}"><h2>{escape(trial.title)}</h2>{note}<div class="shown">{shown}</div>'
        f'<ul class="keys">{keys}</ul><div class="plots">{plots}</div>'
        f'<p class="axis-title">{escape(trial.axis)}; the dotted rule is at {round(ENOUGH * 100)} %</p>'
        f"{_values(findings, trial)}</section>\n"
    )


def _values(findings: Findings, trial: Trial) -> str:
    heads = "".join(f"<th>{finder}: found</th><th>{finder}: same label</th>" for finder in findings.finders)
    of_finders = [findings.of(trial, finder) for finder in findings.finders]
    rows = "".join(
        f'<tr><th scope="row">{escape(trial.as_text(value))}</th>'
        + "".join(
            f"<td>{round(share * 100)} %</td>"
            for points in of_finders
            for share in (points[n].found, points[n].same_label)
        )
        + "</tr>"
        for n, value in enumerate(trial.values)
    )
    return (
        '<details><summary>Values</summary><div class="wide" tabindex="0"><table><thead><tr>'
        f"<th></th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _key(finder: str) -> str:
    line = '<polyline points="1,5 27,5"/>'
    return f'<svg class="key {finder}" viewBox="0 0 28 10" aria-hidden="true">{line}</svg>{finder}'


# Okabe and Ito's colours, distinct to everyone; the widths differ too, so that lines that are one are all seen.
STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #222222; --faint: #666666; --rule: #dddddd;
  --cascades: #d55e00; --blazeface: #0072b2; --both: #8fd3c1; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #e8e8e8; --faint: #a0a4a8; --rule: #383c40;
  --cascades: #ff9d4d; --blazeface: #62b8f0; --both: #1f6b57; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: .95rem; font-weight: 600; margin: .5rem 0 .25rem; }
p { max-width: 46rem; margin: .5rem 0; }
summary { cursor: pointer; color: var(--faint); margin: .5rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; white-space: nowrap; vertical-align: top; }
thead th, .axis-title { color: var(--faint); font-weight: 400; }
.limits { width: 100%; max-width: 46rem; table-layout: fixed; }
.limits :is(th, td) { white-space: normal; padding-right: .25rem; }
.limits :is(th, td):first-child { width: 6.75rem; }
.limits span { white-space: nowrap; }
.limits th[scope] { font-weight: 600; border-top: 1px solid var(--rule); padding-top: .4rem; }
.shown { display: flex; gap: .5rem; flex-wrap: wrap; margin: .75rem 0; }
figure { margin: 0; width: 112px; }
figure img { display: block; width: 100%; aspect-ratio: 1; border-radius: 4px; }
figcaption, .axis-title { font-size: .8rem; color: var(--faint); }
.keys { list-style: none; display: flex; gap: 1.25rem; flex-wrap: wrap; padding: 0; margin: .75rem 0 0; }
.keys { font-size: .9rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .5rem 1.5rem; }
.plots svg { display: block; width: 100%; height: auto; }
.key { width: 28px; height: 10px; margin-right: .4rem; }
text { fill: var(--faint); font-size: 12px; }
.grid { stroke: var(--rule); }
.axis { stroke: var(--faint); }
.enough { stroke: var(--faint); stroke-dasharray: 2 4; }
polyline { fill: none; stroke-linejoin: round; }
.both polyline { stroke: var(--both); stroke-width: 8; } .both circle { fill: var(--both); r: 5px; }
.blazeface polyline { stroke: var(--blazeface); stroke-width: 3; } .blazeface circle { fill: var(--blazeface); }
.cascades polyline { stroke: var(--cascades); stroke-width: 2; stroke-dasharray: 6 3; }
.cascades circle { fill: var(--cascades); }
"""
