"""What is at an address: a page, a feed or a sitemap, told by what it holds, and articles that name no other source."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pytest
from local_site import Site, html, parsed_here, response

from index.article import Article
from index.errors import RejectionReason
from index.report import Rejection
from index.web.pages import web_articles

LONG = "".join(f"<p>Sentence {number} of a long text about the bridge.</p>" for number in range(40))


def outcome(site: Site, path: str = "/a") -> list[Article | Rejection]:
    return list(web_articles(site.address(path), site.visitor(), parsed_here))


def sources(items: list[Article | Rejection]) -> list[str]:
    return [item.source if isinstance(item, Article) else item.reason for item in items]


def rss(*items: str) -> bytes:
    feed = f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{"".join(items)}</channel></rss>'
    return response(feed.encode(), Content_Type="application/rss+xml")


def item(link: str, more: str = "") -> str:
    return f"<item><title>Told</title><link>{link}</link>{more}</item>"


def test_a_page(site: Site) -> None:
    site.answers = {"/a?id=1&utm_source=mail": html("The bridge is open.")}
    (article,) = outcome(site, "/a?id=1&utm_source=mail#top")
    assert isinstance(article, Article)
    assert article.text.startswith("The bridge is open.")
    assert article.title == "T: The bridge is open."
    assert article.source == article.url == site.address("/a?id=1")


def test_the_source_is_where_redirects_led_to(site: Site) -> None:
    site.answers = {"/a": response(status="301 Moved", Location="/b?fbclid=x"), "/b?fbclid=x": html("The bridge.")}
    assert sources(outcome(site)) == [site.address("/b")]


@pytest.mark.parametrize(
    ("path", "kind", "body", "title"),
    [
        ("/notes", "text/plain; charset=utf-8", "Some notes\n\nOf a <b>bridge</b>.", "Some notes"),
        ("/notes.html", "text/plain", "Some notes\n\nOf a <b>bridge</b>.", "Some notes"),
        ("/notes.md", "text/plain", "# Some *notes*\n\nOf a bridge.", "Some notes"),
        ("/notes", "text/markdown", "# Some *notes*\n\nOf a bridge.", "Some notes"),
        ("/notes.txt", "", "Some notes\n\nOf a bridge.", "Some notes"),
        ("/notes.txt", "application/octet-stream", "Some notes\n\nOf a bridge.", "Some notes"),
        ("/my%20notes.txt", "TEXT/PLAIN", "Words. " * 100, "my notes"),
        ("/", "text/plain", "Words. " * 100, "a.test:{port}"),
        ("/%2e%2e%2fnotes", "text/plain", "Words. " * 100, "notes"),
    ],
)
def test_other_kinds_by_type_and_then_by_name(site: Site, path: str, kind: str, body: str, title: str) -> None:
    site.answers = {path: response(body.encode(), Content_Type=kind)}
    (article,) = outcome(site, path)
    assert isinstance(article, Article)
    assert article.title == title.format(port=site.port)
    assert article.url == site.address(path)


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "windows-1251"), ("utf-8", "nonsense"), ("cp1251", "windows-1251"), ("cp1251", "")],
)
def test_the_encoding_is_told_by_the_text(site: Site, encoding: str, named: str) -> None:
    text = (
        "\u041c\u043e\u0441\u0442 \u0447\u0435\u0440\u0435\u0437 \u0440\u0435\u043a\u0443 \u043e\u0442\u043a\u0440\u044b\u0442. "
        * 20
    )
    site.answers = {"/a": response(text.encode(encoding), Content_Type=f"text/plain; charset={named}")}
    (article,) = outcome(site)
    assert isinstance(article, Article)
    assert article.text == text


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(b"\x89PNG\r\n\x1a\n\0", Content_Type="image/png"), RejectionReason.TYPE),
        (response(b"\x89PNG\r\n\x1a\n\0", Content_Type="text/html"), RejectionReason.TYPE),
        (response(b"", Content_Type="text/html"), RejectionReason.EMPTY),
        (response(b"<html></html>", Content_Type="text/html"), RejectionReason.NO_TEXT),
        (response(status="404 None"), RejectionReason.NETWORK),
        (rss(), RejectionReason.EMPTY),
    ],
)
def test_what_cannot_be_taken(site: Site, answer: bytes, reason: RejectionReason) -> None:
    site.answers = {"/a": answer}
    (rejection,) = outcome(site)
    assert isinstance(rejection, Rejection)
    assert (rejection.source, rejection.reason) == (site.address("/a"), reason)


def test_a_site_cannot_replace_articles_of_others(site: Site) -> None:
    """An exported file and a line of JSON may name their source; from the web that is not believed."""
    lines = b'{"text": "One.", "source": "/home/ada/notes.txt"}\n{"text": "Two."}\n{"text": "Three.", "id": "x"}\n'
    front = b"---\ntitle: Notes\nsource: https://other.test/a\nqa_export: 1\n---\nWords of the notes.\n"
    site.answers = {
        "/a.jsonl": response(lines, Content_Type="application/x-ndjson"),
        "/a.md": response(front, Content_Type="text/markdown"),
    }
    at = site.address("/a.jsonl")
    assert sources(outcome(site, "/a.jsonl")) == [f"{at}#1", f"{at}#2", f"{at}#x"]
    assert sources(outcome(site, "/a.md")) == [site.address("/a.md")]


def test_a_feed_gives_its_pages(site: Site) -> None:
    site.answers = {
        "/a": rss(item("/1"), item("/2?utm_medium=rss"), item("/3")),
        "/1": html("One."),
        "/2?utm_medium=rss": html("Two."),
    }
    items = outcome(site)
    assert sources(items) == [site.address("/1"), site.address("/2"), "network"]
    assert site.pages_asked() == ["/a", "/1", "/2?utm_medium=rss", "/3"]


def test_a_whole_text_in_a_feed_needs_no_page(site: Site) -> None:
    content = f"<content:encoded>{escape(LONG)}</content:encoded><pubDate>Fri, 01 May 2026 10:00:00 GMT</pubDate>"
    site.answers = {"/a": rss(item("/1?utm_source=rss", content))}
    (article,) = outcome(site)
    assert isinstance(article, Article)
    assert article.text.startswith("Sentence 0 of a long text about the bridge.\n\nSentence 1")
    assert (article.title, article.source, article.url) == ("Told", site.address("/1"), site.address("/1"))
    assert article.published is not None
    assert article.published.startswith("2026-05-01T10:00:00")
    assert site.pages_asked() == ["/a"]


def test_a_feed_cannot_speak_for_another_site(site: Site) -> None:
    content = f"<content:encoded>{escape(LONG)}</content:encoded>"
    site.answers = {"/a": rss(item(site.address("/1", "b.test"), content)), "/1": html("What it says itself.")}
    (article,) = outcome(site)
    assert isinstance(article, Article)
    assert article.text.startswith("What it says itself.")


def test_the_feed_dates_a_page_that_does_not(site: Site) -> None:
    site.answers = {"/a": rss(item("/1", "<pubDate>2026-05-01T10:00:00Z</pubDate>")), "/1": html("One.")}
    (article,) = outcome(site)
    assert isinstance(article, Article)
    assert article.published == "2026-05-01T10:00:00+00:00"


@pytest.mark.parametrize(
    "link", ["http://127.0.0.2:{port}/", "http://localhost:{port}/", "http://b.test:22/", "http://u@b.test:{port}/"]
)
@pytest.mark.parametrize("more", ["", f"<content:encoded>{escape(LONG)}</content:encoded>"])
def test_links_of_a_feed_are_checked_like_any_address(site: Site, link: str, more: str) -> None:
    site.answers = {"/a": rss(item(link.format(port=site.port), more))}
    assert sources(outcome(site)) == ["address"]
    assert site.pages_asked() == ["/a"]


def test_a_feed_in_a_feed_is_not_followed(site: Site) -> None:
    site.answers = {"/a": rss(item("/b"), item("/c")), "/b": rss(item("/d")), "/c": sitemap("/d")}
    assert sources(outcome(site)) == ["type", "type"]
    assert site.pages_asked() == ["/a", "/b", "/c"]


def sitemap(*paths: str, name: str = "url", root: str = "urlset") -> bytes:
    urls = "".join(f"<{name}><loc>{path}</loc></{name}>" for path in paths)
    return response(f"<{root}>{urls}</{root}>".encode(), Content_Type="application/xml")


def test_a_sitemap_and_an_index_of_them(site: Site) -> None:
    index = sitemap("/1.xml", "/2.xml", "/3.xml", name="sitemap", root="sitemapindex")
    site.answers = {
        "/a": index,
        "/1.xml": sitemap("/p", "/q"),
        "/2.xml": sitemap("/r.xml", name="sitemap", root="sitemapindex"),
        "/p": html("One."),
        "/q": html("Two."),
    }
    assert sources(outcome(site)) == ["network", site.address("/p"), site.address("/q")]
    assert site.pages_asked() == ["/a", "/1.xml", "/2.xml", "/3.xml", "/p", "/q"]


def test_after_five_failures_in_a_row_the_rest_is_left(site: Site) -> None:
    site.answers = {"/a": rss(*(item(f"/{number}") for number in range(100))), "/3": html("Three.")}
    items = outcome(site)
    assert sources(items) == ["network"] * 3 + [site.address("/3")] + ["network"] * 6
    (last,) = items[-1:]
    assert isinstance(last, Rejection)
    assert last.message == (
        f"91 more articles of {site.address('/a')} were not tried, as 5 in a row could not be fetched; try again later."
    )
    assert len(site.pages_asked()) == 10


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "https://localhost/", "feed://10.0.0.1/", "http://[::1]/"])
def test_an_address_that_may_not_be_fetched(address: str, connections: list[Any]) -> None:
    from index.web.visiting import Visitor

    (rejection,) = web_articles(address, Visitor(), parsed_here)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason.ADDRESS
    assert connections == []


def test_a_page_is_not_what_it_links_to(site: Site, tmp_path: Path) -> None:
    """Neither images nor frames nor a refresh are fetched."""
    page = (
        "<!doctype html><html><head><base href='http://b.test/'><meta http-equiv='refresh' content='0; url=/b'>"
        "<link rel='stylesheet' href='/c.css'><link rel='canonical' href='/d'></head><body><article>"
        f"{LONG}<img src='/e.png'><iframe src='/f'></iframe></article><script src='/g.js'></script></body></html>"
    )
    site.answers = {"/a": response(page.encode(), Content_Type="text/html")}
    assert sources(outcome(site)) == [site.address("/a")]
    assert site.asked == ["/robots.txt", "/a"]
