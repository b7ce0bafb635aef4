"""What a library remembers of the feeds that it follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Article
from index.backup import backup, restore
from index.embedder import Embedder
from index.errors import InputRejected, LibraryCorrupt, RejectionReason
from index.facts import set_fact
from index.following import MOST_FEEDS, MOST_SEEN, FollowedFeed, mark_of, with_feed, with_news, without_feed
from index.library import Library
from index.reembed import reembed
from index.repair import repair
from index.upkeep import check

FEED = FollowedFeed(
    "https://example.org/a", '"1"', "Fri, 01 May 2026 10:00:00 GMT", ("ab", "cd"), "2026-05-01T10:00:00"
)
OTHER = FollowedFeed("https://example.org/b")


def follow(library: Library, *feeds: FollowedFeed) -> None:
    library.change_followed(lambda _: feeds)


def test_what_is_followed_stays(library: Library, fake_embedder: Embedder) -> None:
    assert library.followed() == []
    follow(library, FEED, OTHER)
    assert library.followed() == [FEED, OTHER]
    with Library.open(library.folder, fake_embedder) as again:
        assert again.followed() == [FEED, OTHER]


def test_following_changes_no_article(opened: Library) -> None:
    before = opened.articles()
    follow(opened, FEED)
    assert opened.articles() == before
    assert opened.check() == []
    assert opened.search("Who chairs the chess club?", 1)[0].article.source == "chess.txt"


def test_a_change_that_fails_changes_nothing(library: Library) -> None:
    follow(library, FEED)
    with pytest.raises(InputRejected):
        library.change_followed(lambda feeds: without_feed(feeds, OTHER.address))
    assert library.followed() == [FEED]


def test_a_feed_is_followed_once() -> None:
    assert with_feed([FEED], OTHER) == [FEED, OTHER]
    assert with_feed([FEED, OTHER], FollowedFeed(FEED.address)) == [FEED, OTHER]
    with pytest.raises(InputRejected, match="at most 1,000 feeds"):
        with_feed([OTHER] * MOST_FEEDS, FEED)


def test_a_feed_is_left() -> None:
    assert without_feed([FEED, OTHER], FEED.address) == [OTHER]
    with pytest.raises(InputRejected) as caught:
        without_feed([FEED], OTHER.address)
    assert caught.value.reason is RejectionReason.MISSING


def test_news_of_a_feed_that_was_left_meanwhile_do_not_bring_it_back() -> None:
    news = FollowedFeed(FEED.address, '"2"')
    assert with_news([OTHER, FEED], news) == [OTHER, news]
    assert with_news([OTHER], news) == [OTHER]


def test_the_last_2000_entries_are_known() -> None:
    first = FEED.having_seen(str(number) for number in range(MOST_SEEN))
    assert first.seen == tuple(mark_of(str(number)) for number in range(MOST_SEEN))
    again = first.having_seen(["0", "new"])
    assert len(again.seen) == MOST_SEEN
    assert again.seen[-2:] == (mark_of("0"), mark_of("new"))
    assert mark_of("1") not in again.seen
    assert mark_of("2") in again.seen


def test_a_guid_of_any_length_is_a_short_mark() -> None:
    assert len(mark_of("a" * 1_000_000)) == len(mark_of("")) == 16
    assert mark_of("a\ud800") != mark_of("a")


def test_a_library_made_anew_follows_the_same(opened: Library, fake_embedder: Embedder, tmp_path: Path) -> None:
    follow(opened, FEED, OTHER)
    opened.close()
    backup(opened.folder, tmp_path / "news.backup")
    restore(tmp_path / "news.backup", tmp_path / "restored")
    reembed(opened.folder, fake_embedder)
    for folder in (opened.folder, tmp_path / "restored"):
        with Library.open(folder, fake_embedder) as made:
            assert made.followed() == [FEED, OTHER]
            made.compact()
            assert made.followed() == [FEED, OTHER]
    repair(opened.folder, fake_embedder)
    with Library.open(opened.folder, fake_embedder) as repaired:
        assert repaired.followed() == [FEED, OTHER]
        assert len(repaired) == 3


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{}",
        '{"feeds": {}}',
        '{"feeds": [7]}',
        '{"feeds": [{}]}',
        '{"feeds": [{"address": 7, "seen": []}]}',
        '{"feeds": [{"address": "a", "seen": [7]}]}',
        '{"feeds": [{"address": "a", "seen": [], "etag": 7}]}',
        '{"feeds": [{"address": "a", "seen": [], "further": 7}]}',
        '{"feeds": [{"address": "a", "seen": 7}]}',
    ],
)
def test_damage_is_an_error_and_is_repaired(library: Library, fake_embedder: Embedder, damage: str) -> None:
    library.add([Article("T", "Some words.", "a.txt")])
    with library._access._database.writing() as connection:
        set_fact(connection, "followed", damage)
    with pytest.raises(LibraryCorrupt, match="followed"):
        library.followed()
    assert library.search("words", 1)
    library.close()
    assert any("followed" in found.message for found in check(library.folder))
    repair(library.folder, fake_embedder)
    with Library.open(library.folder, fake_embedder) as repaired:
        assert repaired.followed() == []
        assert len(repaired) == 1
