"""Plain text files: kept to the letter."""

from __future__ import annotations

from index.article import Article
from index.loaders.metadata import one_line, web_address
from index.report import Rejection

_LONGEST_TITLE = 200
"""Characters; a longer first line is a paragraph."""


def parse_text(text: str, stem: str, source: str) -> list[Article | Rejection]:
    """One article of the whole text; its first line that is not empty is the title if it is short."""
    return [Article(title=first_line(text) or stem, text=text, source=source, url=web_address(source))]


def first_line(text: str) -> str | None:
    """The first line that is not empty; None where it is too long for a title."""
    line = text.lstrip().partition("\n")[0].rstrip()
    return one_line(line) if len(line) <= _LONGEST_TITLE else None
