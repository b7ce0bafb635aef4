"""Following feeds: what is new is added once, what did not change costs one request, what was removed stays away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from local_site import Site, html, response

from index.errors import InputRejected, RejectionReason
from index.following import FollowedFeed, mark_of
from index.library import Library
from index.report import AddReport, SyncReport
from index.web import syncing
from index.web.visiting import Visitor


def feed(*names: str, etag: str = "", link: str = "/{}", guid: str = "guid-{}") -> bytes:
    items = "".join(
        f"<item><title>{name}</title><link>{link.format(name)}</link><guid isPermaLink='false'>{guid.format(name)}</guid></item>"
        for name in names
    )
    headers = {"ETag": etag, "Last_Modified": "Fri, 01 May 2026 10:00:00 GMT"} if etag else {}
    return response(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), **headers)


def names(report: SyncReport) -> tuple[list[str], list[str], list[str]]:
    """What was added, unchanged and rejected, by the last part of its address."""
    return tuple(  # type: ignore[return-value]
        [item.source.rpartition("/")[2] for item in items]
        for items in (report.report.added, report.report.unchanged, report.report.rejected)
    )


@pytest.fixture
def guest(site: Site) -> Visitor:
    return site.visitor()


@pytest.fixture
def following(site: Site, guest: Visitor, library: Library) -> Iterator[Library]:
    """A library that follows a feed of two articles, of which nothing was fetched yet."""
    site.answers = {"/feed": feed("a", "b", etag='"1"'), "/a": html("Ada chairs."), "/b": html("Bruno bakes.")}
    syncing.follow(library, site.address("/feed"), guest)
    site.asked.clear()
    site.headers.clear()
    return library


def sync(library: Library, guest: Visitor) -> SyncReport:
    (report,) = syncing.sync(library, guest)
    return report


def test_only_what_is_new_is_fetched(site: Site, guest: Visitor, following: Library) -> None:
    first = sync(following, guest)
    assert names(first) == (["a", "b"], [], [])
    assert (first.place, first.seen, first.is_unchanged) == (site.address("/feed"), 0, False)
    site.answers |= {"/feed": feed("c", "a", "b"), "/c": html("Clara counts.")}
    site.asked.clear()
    second = sync(following, guest)
    assert names(second) == (["c"], [], [])
    assert second.seen == 2
    assert site.asked == ["/feed", "/c"]
    assert len(following) == 3


def test_what_did_not_change_costs_one_request(site: Site, guest: Visitor, following: Library) -> None:
    sync(following, guest)
    site.answers["/feed"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    site.asked.clear()
    assert sync(following, guest) == SyncReport(site.address("/feed"), AddReport(), is_unchanged=True)
    assert site.asked == ["/feed"]
    assert site.headers[-1]["if-none-match"] == '"1"'
    assert site.headers[-1]["if-modified-since"] == "Fri, 01 May 2026 10:00:00 GMT"
    (known,) = following.followed()
    assert (known.etag, len(known.seen)) == ('"1"', 2)
    assert known.last is not None


def test_what_was_removed_stays_away(site: Site, guest: Visitor, following: Library) -> None:
    removed = sync(following, guest).report.added[0]
    following.remove([removed.id])
    site.answers["/feed"] = feed("a", "b")
    assert names(sync(following, guest)) == ([], [], [])
    assert [article.source for article in following.articles()] == [site.address("/b")]


def test_an_entry_is_known_by_its_guid_also_at_another_address(site: Site, guest: Visitor, following: Library) -> None:
    sync(following, guest)
    site.answers["/feed"] = feed("a", "b", link="/moved/{}")
    assert names(sync(following, guest)) == ([], [], [])
    site.answers["/feed"] = feed("a", "b", guid="other-{}")
    assert names(sync(following, guest)) == ([], ["a", "b"], [])


def test_what_could_not_be_fetched_is_tried_again(site: Site, guest: Visitor, following: Library) -> None:
    page = site.answers.pop("/a")
    assert names(sync(following, guest)) == (["b"], [], ["a"])
    (known,) = following.followed()
    assert known.seen == (mark_of("guid-b"),)
    assert known.etag is None  # else the server would say that nothing changed
    site.answers["/a"] = page
    assert names(sync(following, guest)) == (["a"], [], [])
    assert following.followed()[0].etag == '"1"'


def test_what_may_not_be_fetched_is_not_tried_again(site: Site, guest: Visitor, following: Library) -> None:
    site.answers["/feed"] = feed("127.0.0.2", "b", link="http://{}/")
    assert len(sync(following, guest).report.rejected) == 2
    again = sync(following, guest)
    assert (len(again.report.rejected), again.seen) == (0, 2)


def test_pages_left_after_five_failures_are_tried_the_next_time(site: Site, guest: Visitor, following: Library) -> None:
    many = [str(number) for number in range(20)]
    site.answers["/feed"] = feed(*many)
    assert len(sync(following, guest).report.rejected) == 6
    assert following.followed()[0].seen == ()
    site.answers |= {f"/{name}": html(f"Article {name}.") for name in many}
    assert len(sync(following, guest).report.added) == 20


def test_a_feed_that_fails_does_not_stop_the_others(site: Site, guest: Visitor, following: Library) -> None:
    site.answers["/other"] = feed("c")
    site.answers["/c"] = html("Clara counts.")
    syncing.follow(following, site.address("/other"), guest)
    site.answers["/feed"] = response(status="500 Broken")
    broken, other = syncing.sync(following, guest)
    assert names(broken) == ([], [], ["feed"])
    assert names(other) == (["c"], [], [])
    site.answers["/feed"] = html("Now a page.")
    (rejection,) = next(iter(syncing.sync(following, guest))).report.rejected
    assert rejection.message == f"{site.address('/feed')} is no longer a feed or a sitemap."


def test_a_sitemap_is_followed_too(site: Site, guest: Visitor, library: Library) -> None:
    def sitemap(*names: str) -> bytes:
        return response(f"<urlset>{''.join(f'<url><loc>/{name}</loc></url>' for name in names)}</urlset>".encode())

    site.answers = {"/map": sitemap("a"), "/a": html("Ada chairs."), "/b": html("Bruno bakes.")}
    assert syncing.follow(library, site.address("/map?utm_source=x"), guest) == FollowedFeed(site.address("/map"))
    assert names(sync(library, guest)) == (["a"], [], [])
    site.answers["/map"] = sitemap("a", "b")
    assert names(sync(library, guest)) == (["b"], [], [])


def test_following_again_changes_nothing(site: Site, guest: Visitor, following: Library) -> None:
    sync(following, guest)
    before = following.followed()
    assert syncing.follow(following, site.address("/feed#top"), guest) == before[0]
    assert following.followed() == before


@pytest.mark.parametrize("path", ["/a", "/none"])
def test_only_feeds_and_sitemaps_are_followed(site: Site, guest: Visitor, library: Library, path: str) -> None:
    site.answers = {"/a": html("Ada chairs.")}
    with pytest.raises(InputRejected) as caught:
        syncing.follow(library, site.address(path), guest)
    assert caught.value.reason is (RejectionReason.TYPE if path == "/a" else RejectionReason.NETWORK)
    assert not library.folder.exists()


def test_nothing_followed_is_nothing_to_do(library: Library, guest: Visitor) -> None:
    assert list(syncing.sync(library, guest)) == []


def test_a_sync_that_is_stopped_loses_nothing(
    site: Site, guest: Visitor, following: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = guest.fetch

    def stopped(address: str, **conditions: str | None) -> object:
        if address.endswith("/b"):
            raise KeyboardInterrupt
        return fetch(address, **conditions)

    monkeypatch.setattr(guest, "fetch", stopped)
    with pytest.raises(KeyboardInterrupt):
        sync(following, guest)
    monkeypatch.undo()
    assert len(sync(following, guest).report.rejected) == 0
    assert len(following) == 2
