"""Web pages: the article without menus, advertisements and comments, by trafilatura."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.blocks import squeeze
from index.loaders.metadata import iso_date, language_code, names, one_line, web_address
from index.report import Rejection

_MOST_TAGS = 100_000
"""Time grows with the tags of a page, to some 20 seconds for these; pages have thousands."""
# Without it a page that opens with a comment, or one that is a single paragraph, is not taken for HTML at all.
_DOCTYPE = "<!doctype html>"
# The extensive search takes any date in the text or footer for the day of publication.
_DATE_SEARCH = {"original_date": True, "extensive_search": False}
_WHITE_SPACE = re.compile(r"\s+")
_EDGES_WITHIN = {"p": "", "head": "", "code": "", "list": "\n", "item": "\n", "table": "\n", "row": "\t", "cell": " "}


def parse_html(text: str, stem: str, source: str, address: str | None = None) -> list[Article | Rejection]:
    """One article of the page's main text, with what the page says of its title, date, authors and address.

    Where it is known from which address the page was saved, that one is the article's.
    """
    import trafilatura  # half a second, which questions need not pay

    refuse_too_many_tags([text], source)
    tree = trafilatura.load_html(_DOCTYPE + text)
    page: Any = tree is not None and trafilatura.bare_extraction(
        tree,
        url=address or web_address(source),
        with_metadata=True,
        include_comments=False,
        date_extraction_params=_DATE_SEARCH,
    )
    # It gives nothing, and no reason, also where tags are nested too deep or one paragraph is longer than 10 MB.
    if tree is None or not page:
        raise InputRejected(RejectionReason.NO_TEXT, f"No article was found in the page {source}; save it as text.")
    published = iso_date(page.date)
    return [
        Article(
            title=one_line(page.title) or stem,
            text=_plain_text(page.body),
            source=source,
            url=address or web_address(page.url) or web_address(source),
            site=one_line(page.sitename),
            published=published,
            authors=names(page.author),
            language=language_code(tree.get("lang")),
            published_from="page" if published else None,
        )
    ]


def refuse_too_many_tags(pieces: Iterable[str], source: str) -> None:
    """Raise InputRejected where the pieces of one file's HTML have more tags together than can be read in time."""
    if sum(piece.count("<") for piece in pieces) > _MOST_TAGS:
        raise InputRejected(RejectionReason.TOO_LARGE, f"{source} has more than {_MOST_TAGS:,} tags; save it as text.")


def html_text(fragment: str) -> str:
    """The words of a piece of HTML on one line, without tags, scripts and comments."""
    import trafilatura

    return trafilatura.html2txt(_DOCTYPE + fragment)


def _plain_text(body: Any) -> str:
    """The text of an extracted tree: blank lines between blocks, line ends between list items and table rows."""
    return squeeze(_render(body))


def _render(element: Any) -> str:
    keeps_lines = element.tag in ("code", "quote")  # preformatted text comes as either
    text = element.text or ""
    pieces = [text if keeps_lines else _WHITE_SPACE.sub(" ", text)]
    for child in element:
        edge = _edge(child.tag, element.tag)
        tail = child.tail or ""
        pieces += [edge, _render(child), edge, tail if keeps_lines else _WHITE_SPACE.sub(" ", tail)]
    return "".join(pieces)


def _edge(tag: str, parent: str) -> str:
    """What stands on both sides of an element: a form feed makes a block, a line end a line, a tab a table's cell."""
    if tag in ("hi", "ref", "del"):
        return ""
    if tag == "quote" and parent == "p":
        return '"'  # <q>, which browsers show with its marks
    if tag == "lb":
        return "\n"
    return _EDGES_WITHIN.get(parent, "\f")
