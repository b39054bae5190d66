"""Writes the tables of session-files.md from what emocam/sessions/columns.py declares.

python docs/write_columns.py
"""

import re
from pathlib import Path
from typing import Any

from emocam.sessions.column_types import Column, LabelColumns
from emocam.sessions.columns import CSV_FILES, declared

PAGE = Path(__file__).with_name("session-files.md")


def with_tables(page: str) -> str:
    """Return the page with each table as the columns are declared."""
    return re.sub(
        r"(<!-- columns of (\S+) -->\n).*?(<!-- end -->)",
        lambda found: found[1] + table(CSV_FILES[found[2]]) + found[3],
        page,
        flags=re.DOTALL,
    )


def table(file: type) -> str:
    """Return the table of a file's columns in Markdown."""
    shown = [column.of("<label>") if isinstance(column, LabelColumns) else column for column in declared(file)]
    return "\n".join(
        ["", "| column | written as | since format | meaning |", "|---|---|---|---|", *map(_row, shown), "", ""]
    )


def _row(column: Column[Any, Any]) -> str:
    name = f"**`{column.name}`**" if column.is_essential else f"`{column.name}`"
    meaning = column.meaning.replace("<", "\\<").replace("|", "\\|")
    return f"| {name} | {column.cell_type.meaning} | {column.since} | {meaning} |"


def main() -> None:
    """Rewrite the page."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
