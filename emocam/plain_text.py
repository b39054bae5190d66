"""Texts from files, devices and networks, made fit to print: a terminal obeys some characters and shows them not."""

import unicodedata

# Control characters, halves of a pair, separators of lines, and marks such as those that turn the direction round.
OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
NEEDED = frozenset("\u00ad\u200c\u200d")  # soft hyphen, and what joins letters and emoji in names as they are written


def plain_text(text: str, *, longest: int | None = None) -> str:
    """Return a text with every character that a terminal would obey written out, as `\\x1b`; on one line.

    longest: characters after which it is cut, with an ellipsis.
    """
    if longest is not None and len(text) > longest:
        text = f"{text[:longest]}…"
    if text.isprintable():
        return text
    return "".join(_written_out(character) for character in text)


def _written_out(character: str) -> str:
    if character in NEEDED or unicodedata.category(character) not in OBEYED:
        return character
    return character.encode("unicode_escape", "backslashreplace").decode()
