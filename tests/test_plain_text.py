"""What is printed is read, not obeyed."""

import pytest

from emocam.plain_text import plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("two\nlines\r\t", "two\\nlines\\r\\t"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("a\u2028b", "a\\u2028b"),
        ("odd\udcff.mp4", "odd\\udcff.mp4"),
    ],
)
def test_characters_that_a_terminal_obeys_are_written_out(text, plain):
    assert plain_text(text) == plain


@pytest.mark.parametrize("text", ["Gesichter – 顔 #1", "3.04\u202fPM", "می\u200cخواهم", "👩\u200d🔬", "a\u00a0b", ""])
def test_names_as_people_write_them_stay(text):
    assert plain_text(text) == text


def test_a_long_text_is_cut():
    assert plain_text("a" * 99, longest=3) == "aaa…"
