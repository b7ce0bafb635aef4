"""Feeds and sitemaps alike: a list of articles, told from a page by what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from index.errors import InputRejected
from index.report import Rejection
from index.web.entries import MOST_ENTRIES, Entry
from index.web.feeds import is_feed, parse_feed
from index.web.fetching import Fetched
from index.web.sitemaps import parse_sitemap

Fetch = Callable[[str], Fetched]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed, a sitemap or an index of sitemaps tells of; `rejected` are sitemaps that could not be read."""

    entries: tuple[Entry, ...]
    rejected: tuple[Rejection, ...] = ()


def is_listing(fetched: Fetched) -> bool:
    """Whether what was fetched is a list of articles rather than one."""
    return is_feed(fetched.data) or parse_sitemap(fetched.data, fetched.address) is not None


def read_listing(fetched: Fetched, fetch: Fetch) -> Listing | None:
    """At most 500 entries of the list that was fetched, or None for a page; `fetch` gets the sitemaps of an index.

    Raises InputRejected where it is a list that cannot be read.
    """
    if is_feed(fetched.data):
        return Listing(tuple(parse_feed(fetched.data, fetched.address)))
    sitemap = parse_sitemap(fetched.data, fetched.address)
    if sitemap is None:
        return None
    entries, rejected = list(sitemap.entries), list[Rejection]()
    for address in sitemap.sitemaps:
        if len(entries) >= MOST_ENTRIES:
            break
        try:
            further = fetch(address)
            listed = parse_sitemap(further.data, further.address)
            entries += listed.entries if listed is not None else ()  # an index in an index is not followed
        except InputRejected as error:
            rejected.append(Rejection.of(address, error))
    return Listing(tuple(entries[:MOST_ENTRIES]), tuple(rejected))
