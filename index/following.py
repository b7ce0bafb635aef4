"""The feeds, sitemaps and folders that a library follows, and what of each is known already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import apsw

from index.errors import InputRejected, RejectionReason
from index.facts import FOLLOWED, damaged_fact, get_object, set_fact

MOST_SEEN = 2_000
"""So many entries of a feed are remembered, the last ones: four times what is read of it at once."""
MOST_FEEDS = 1_000

_FEEDS = "feeds"


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A feed or sitemap by its web address, or a folder by its path.

    `seen` are the marks (see `mark_of`) of entries that were taken or refused, newest last. `etag` and `modified` are
    what its server wants to hear; `last` is when it was last asked, in ISO 8601.
    """

    address: str
    etag: str | None = None
    modified: str | None = None
    seen: tuple[str, ...] = ()
    last: str | None = None

    def having_seen(self, guids: Iterable[str]) -> FollowedFeed:
        """The same, with those entries as the newest that are known; the oldest are forgotten."""
        marks = dict.fromkeys(map(mark_of, guids))
        older = [mark for mark in self.seen if mark not in marks]
        return replace(self, seen=(*older, *marks)[-MOST_SEEN:])


def mark_of(guid: str) -> str:
    """Sixteen hexadecimal digits for a GUID, which may be of any length."""
    return hashlib.sha256(guid.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def load_followed(connection: apsw.Connection) -> list[FollowedFeed]:
    """All that is followed, in the order in which that began; raises LibraryCorrupt where it was damaged."""
    stored = get_object(connection, FOLLOWED)
    if stored is None:
        return []
    feeds = stored.get(_FEEDS)
    if not isinstance(feeds, list):
        raise damaged_fact(FOLLOWED)
    return [_feed(feed) for feed in feeds]


def save_followed(connection: apsw.Connection, feeds: Sequence[FollowedFeed]) -> None:
    """Remember exactly those feeds."""
    set_fact(connection, FOLLOWED, json.dumps({_FEEDS: [asdict(feed) for feed in feeds]}))


def with_feed(feeds: Sequence[FollowedFeed], feed: FollowedFeed) -> list[FollowedFeed]:
    """Those feeds and that one, unless it is among them; raises InputRejected where they are too many."""
    if any(known.address == feed.address for known in feeds):
        return list(feeds)
    if len(feeds) >= MOST_FEEDS:
        raise InputRejected(RejectionReason.OPTION, f"A library follows at most {MOST_FEEDS:,} feeds; unfollow some.")
    return [*feeds, feed]


def without_feed(feeds: Sequence[FollowedFeed], address: str) -> list[FollowedFeed]:
    """Those feeds but the one of that address; raises InputRejected where it is not among them."""
    left = [feed for feed in feeds if feed.address != address]
    if len(left) == len(feeds):
        raise InputRejected(RejectionReason.MISSING, f"{address} is not followed; qa follow lists what is.")
    return left


def with_news(feeds: Sequence[FollowedFeed], feed: FollowedFeed) -> list[FollowedFeed]:
    """Those feeds, with what is known now of one of them; one that is no longer followed stays away."""
    return [feed if known.address == feed.address else known for known in feeds]


def _feed(stored: Any) -> FollowedFeed:
    try:
        feed = FollowedFeed(**stored | {"seen": tuple(stored["seen"])})
    except (TypeError, KeyError) as error:
        raise damaged_fact(FOLLOWED) from error
    optional = (feed.etag, feed.modified, feed.last)
    if not all(isinstance(text, str) for text in (feed.address, *feed.seen)) or not all(
        text is None or isinstance(text, str) for text in optional
    ):
        raise damaged_fact(FOLLOWED)
    return feed
