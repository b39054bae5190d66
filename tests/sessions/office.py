"""A spreadsheet of a country with decimal commas, for tests: LibreOffice in German, where it is installed."""

import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")

# LibreOffice's filter options: comma, quotation mark, UTF-8, from line 1, no column types, language 1031 (German),
# no quoted field as text, detect special numbers.
GERMAN_CSV = "CSV:44,34,76,1,,1031,false,true"

GERMAN_USER = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>de-DE</value></prop></item>
</oor:items>
"""  # noqa: E501 - LibreOffice reads an item as one line

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def convert(path: Path, to: str, folder: Path, *, infilter: str | None = None) -> Path:
    """Let a German LibreOffice open a file and save it in another format; return what it saved."""
    user = folder / "office" / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(GERMAN_USER, encoding="utf-8")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={user.parent.as_uri()}", "--headless", "--convert-to", to,
         *([f"--infilter={infilter}"] if infilter else []), "--outdir", str(folder), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder / f"{path.stem}.{to.partition(':')[0]}"


def sheets(path: Path) -> dict[str, list[list[float | str | None]]]:
    """Return the rows of each sheet of an .xlsx file by its name: numbers, texts, and None for an empty cell."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    shared = _texts(parts.get("xl/sharedStrings.xml"))
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    }
    found = {}
    for sheet in ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{SHEET}sheet"):
        part = "xl/" + targets[sheet.get(RELATION)].removeprefix("/xl/")
        found[sheet.get("name", "")] = _rows(ElementTree.fromstring(parts[part]), shared)
    return found


def _texts(part: bytes | None) -> list[str]:
    if part is None:
        return []
    return ["".join(text.text or "" for text in one.iter(f"{SHEET}t")) for one in ElementTree.fromstring(part)]


def _rows(sheet: ElementTree.Element, shared: list[str]) -> list[list[float | str | None]]:
    rows: list[list[float | str | None]] = []
    for row in sheet.iter(f"{SHEET}row"):
        rows += [[] for _ in range(int(row.get("r", "0")) - len(rows))]
        for cell in row:
            assert cell.find(f"{SHEET}f") is None, "no cell is a formula"
            place = _column(cell.get("r", ""))
            rows[-1] += [None] * (place + 1 - len(rows[-1]))
            rows[-1][place] = _value(cell, shared)
    return rows


def _column(reference: str) -> int:
    number = 0
    for letter in filter(str.isalpha, reference):
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: ElementTree.Element, shared: list[str]) -> float | str | None:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{SHEET}t"))
    value = cell.findtext(f"{SHEET}v")
    if value is None:
        return None
    return shared[int(value)] if cell.get("t") == "s" else float(value)
