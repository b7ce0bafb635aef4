"""Text of strangers in a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.printable import printable


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;title\x9ctext", "text"),
        ("\x1bPq#0\x1b\\text", "text"),
        ("\x1b(0text\x1bc", "text"),
        ("half\x1b", "half"),
        ("half\x1b[3", "half"),
        ("un\x1b]0;ended", "un"),
        ("over\bwrite\x7f\x00", "overwrite"),
        ("\u202egpj.exe\u2066x\u2069\u200f", "gpj.exex"),
        ("two\r\nlines\tand \u2028more", "two lines and more"),
        ("Ö, 谁, क्\u200dष, 👩\u200d🚀 stay", "Ö, 谁, क्\u200dष, 👩\u200d🚀 stay"),
    ],
)
def test_what_is_left(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


@given(st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "L"]) | st.sampled_from("\x1b[];0mP\\\x07")))
def test_no_control_character_is_left(text: str) -> None:
    left = printable(text)
    assert [c for c in left if unicodedata.category(c) == "Cc" or unicodedata.bidirectional(c) in _OVERRIDES] == []


_OVERRIDES = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
