"""Bookmarks, as every browser saves them: no articles, but the addresses of some."""

from __future__ import annotations

import html
import re

from index.article import Article
from index.errors import RejectionReason
from index.loaders.metadata import web_address
from index.report import Rejection

# Browsers write these files, always alike. Trees of HTML end where folders lie too deep in each other, and Python's own
# parser takes more than a minute for 200 kB of tags that never end.
_LINK = re.compile(r"<a\s([^<>]*)>", re.IGNORECASE)
_ADDRESS = re.compile(r"""(?<!\S)href\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def bookmarked_addresses(text: str) -> list[str]:
    """The http and https addresses in the text of a file of bookmarks, in order, each once."""
    found = (_ADDRESS.search(link[1]) for link in _LINK.finditer(text))
    addresses = (web_address(html.unescape(address[1] or address[2] or "")) for address in found if address)
    return list(dict.fromkeys(filter(None, addresses)))


def parse_bookmarks(text: str, stem: str, source: str) -> list[Article | Rejection]:  # noqa: ARG001
    """One Rejection that says how many pages are bookmarked."""
    count = len(bookmarked_addresses(text))
    pages = f"{count:,} page" if count == 1 else f"{count:,} pages"
    return [
        Rejection(
            source,
            RejectionReason.NO_ARTICLE,
            f"{source} holds the bookmarks of {pages} and no article; add the pages themselves.",
        )
    ]
