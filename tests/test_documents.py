"""Documents: their links lead somewhere, and they tell of everything that a user can choose by name."""

import re
from pathlib import Path

import pytest

from emocam.__main__ import build_parser
from emocam.labels import SPECTRA
from emocam.resources import shipped_models

ROOT = Path(__file__).parents[1]
FOLDERS = ("docs", "emocam", "training", "assets", "models", "examples", ".github")
PAGES = sorted(
    [*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))],
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def anchors_of(page: Path) -> set[str]:
    """Return what the headings of a page are called in addresses, as GitHub makes it of them."""
    headings = re.findall(r"^#+ +(.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page):
    for link in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"\w+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_there_are_pages_with_links():
    links = [link for page in PAGES for link in LINK.findall(page.read_text(encoding="utf-8"))]
    assert len(PAGES) > 15
    assert len([link for link in links if "#" in link and ":" not in link]) > 3


@pytest.mark.parametrize("name", SPECTRA)
def test_the_guide_and_the_command_line_s_page_tell_of_every_spectrum(name):
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    assert f"| {name} | {', '.join(SPECTRA[name].labels)} |" in guide
    assert re.search(rf"--spectrum [\w|]*\b{name}\b", (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8"))


def test_the_command_line_s_page_has_every_command_with_every_option():
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    (commands,) = (action.choices for action in build_parser()._actions if action.dest == "command")
    assert isinstance(commands, dict)
    for name, parser in commands.items():
        section = page.partition(f"\n## emocam {name}\n")[2].partition("\n## ")[0]
        options = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
        assert not [option for option in options if option != "--help" and option not in section], name


def test_each_shipped_model_has_its_report_and_a_row_in_the_comparison():
    page = (ROOT / "docs" / "accuracy-and-speed.md").read_text(encoding="utf-8")
    for name, path in shipped_models().items():
        assert path.with_suffix(".md").is_file()
        assert f"| [`{name}`](../models/{name}.md)" in page
