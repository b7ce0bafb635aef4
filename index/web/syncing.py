"""Following feeds and sitemaps: what is new in them becomes articles, what was seen once is never fetched again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.following import FollowedFeed, mark_of, with_feed, with_news
from index.library import Library, Progress
from index.loaders.sandbox import Sandbox
from index.report import AddReport, Rejection, SyncReport
from index.web.addresses import is_web_address, without_feed_scheme
from index.web.entries import Entry
from index.web.listings import Listing, is_listing, read_listing
from index.web.pages import Parse, entries_articles, is_failure
from index.web.visiting import Visitor


def follow(library: Library, address: str, visitor: Visitor) -> FollowedFeed:
    """Remember a feed or sitemap, whose articles the next sync fetches; one that is followed already stays as it is.

    It is fetched once, to see that it is one. Raises InputRejected where it cannot be fetched or is something else.
    """
    address = visitor.canonical(without_feed_scheme(address))
    if not is_listing(visitor.fetch(address)):
        raise InputRejected(
            RejectionReason.TYPE, f"{address} is neither a feed nor a sitemap; a single page is added with: qa add"
        )
    library.change_followed(lambda feeds: with_feed(feeds, FollowedFeed(address)))
    return next(feed for feed in library.followed() if feed.address == address)


def sync(library: Library, visitor: Visitor, progress: Progress | None = None) -> Iterator[SyncReport]:
    """Add what is new in every feed that a library follows, feed by feed; `progress` counts articles of one feed.

    Entries that could not be fetched are tried again the next time; all others were seen, and stay away once they are
    removed.
    """
    with Sandbox() as sandbox:
        for feed in library.followed():
            if is_web_address(feed.address):
                yield _sync(library, feed, visitor, sandbox.parse, progress)


def _sync(
    library: Library, feed: FollowedFeed, visitor: Visitor, parse: Parse, progress: Progress | None
) -> SyncReport:
    try:
        fetched = visitor.fetch(feed.address, etag=feed.etag, modified=feed.modified)
        is_unchanged = fetched.status != 200
        listing = Listing(()) if is_unchanged else read_listing(fetched, visitor.fetch)
        if listing is None:
            raise InputRejected(RejectionReason.TYPE, f"{feed.address} is no longer a feed or a sitemap.")
    except InputRejected as error:
        return SyncReport(feed.address, AddReport(rejected=(Rejection.of(feed.address, error),)))
    seen = set(feed.seen)
    new = [entry for entry in listing.entries if mark_of(entry.guid) not in seen]
    known = [entry.guid for entry in listing.entries if mark_of(entry.guid) in seen]
    taken: list[str] = []
    report = library.add(_items(new, listing.rejected, fetched.address, visitor, parse, taken), progress)
    now = replace(
        feed.having_seen(known + taken),
        last=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    if not is_unchanged and len(taken) == len(new) and not listing.rejected:  # else it must be read again
        now = replace(now, etag=fetched.etag, modified=fetched.modified)
    library.change_followed(lambda feeds: with_news(feeds, now))
    return SyncReport(feed.address, report, len(known), is_unchanged)


def _items(
    new: Sequence[Entry],
    rejected: Sequence[Rejection],
    listed_at: str,
    visitor: Visitor,
    parse: Parse,
    taken: list[str],
) -> Iterator[Article | Rejection]:
    """What is new; `taken` are the GUIDs of entries that need not be tried again."""
    yield from rejected
    for entry, items in entries_articles(new, listed_at, visitor, parse):
        yield from items
        if not is_failure(items):
            taken.append(entry.guid)
