"""Plain text is kept to the letter and titled by its first line or its file."""

from __future__ import annotations

import pytest

from index.article import Article
from index.loaders.text import parse_text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Kim to visit\n\nHe comes on Wednesday.", "Kim to visit"),
        ("\n\n  Kim \t to visit  \nHe comes.\n", "Kim to visit"),
        ("x" * 200 + "\nmore", "x" * 200),
        ("x" * 201 + "\nmore", "visit"),
    ],
)
def test_text_is_verbatim_and_titled(text: str, title: str) -> None:
    assert parse_text(text, "visit", "/news/visit.txt") == [Article(title=title, text=text, source="/news/visit.txt")]
