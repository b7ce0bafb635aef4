"""What feeds and sitemaps list."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ENTRIES = 500
"""So many of one feed or sitemap are taken."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One article that is told of. `guid` is what tells it from the others for ever, also where its address changes.

    `content` is the whole text, as HTML or plain, where it is in the list itself; `published` is ISO 8601.
    """

    address: str
    guid: str
    title: str | None = None
    published: str | None = None
    content: str | None = None
    is_html: bool = True
