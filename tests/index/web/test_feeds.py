"""Feeds: what every format tells of an entry, and that none of them costs more than it should."""

from __future__ import annotations

import json
import time
from html import escape
from pathlib import Path
from typing import Any

import pytest

from index.errors import InputRejected, RejectionReason
from index.web.entries import Entry
from index.web.feeds import is_feed, parse_feed

AT = "https://news.example.com/feeds/all.xml"
LONG = "<p>" + "The bridge is open again. " * 50 + "</p>"


def rss(items: str, head: str = "", before: str = "") -> bytes:
    return f'{before}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title>{head}{items}</channel></rss>'.encode()


def atom(entries: str) -> bytes:
    return (
        f'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>{entries}</feed>'.encode()
    )


def json_feed(*items: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": items}).encode()


def test_rss() -> None:
    data = rss(
        "<item><title>Bridge &amp; road</title><link>https://news.example.com/a?b=1&amp;c=2</link><guid isPermaLink='false'>id-1</guid>"
        f"<pubDate>Fri, 01 May 2026 10:00:00 +0200</pubDate><content:encoded>{escape(LONG)}</content:encoded></item>"
        "<item><link>/b</link><description>A teaser.</description></item>"
    )
    first, second = parse_feed(data, AT)
    assert first == Entry(
        "https://news.example.com/a?b=1&c=2", "id-1", "Bridge & road", "2026-05-01T10:00:00+02:00", first.content
    )
    assert first.content is not None
    assert first.content.startswith("<p>The bridge is open")
    assert second == Entry("https://news.example.com/b", "https://news.example.com/b")


def test_atom() -> None:
    data = atom(
        "<entry><title>Bridge</title><link rel='alternate' href='../a'/><id>urn:1</id><published>2026-05-01T10:00:00Z</published>"
        f"<content type='html'>{escape(LONG)}</content></entry>"
        "<entry><title>Storm</title><link href='b'/><id>urn:2</id><updated>2026-05-02T00:00:00Z</updated></entry>"
    )
    first, second = parse_feed(data, AT)
    assert (first.address, first.guid, first.published) == (
        "https://news.example.com/a",
        "urn:1",
        "2026-05-01T10:00:00+00:00",
    )
    assert first.content is not None
    assert second == Entry("https://news.example.com/feeds/b", "urn:2", "Storm", "2026-05-02T00:00:00+00:00")


def test_rdf() -> None:
    data = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
    <channel rdf:about="x"><title>News</title></channel>
    <item rdf:about="https://news.example.com/a"><title>Bridge</title><link>https://news.example.com/a</link></item></rdf:RDF>"""
    assert [(entry.address, entry.title) for entry in parse_feed(data, AT)] == [
        ("https://news.example.com/a", "Bridge")
    ]


def test_json() -> None:
    data = json_feed(
        {"id": 7, "url": "/a", "title": "Bridge", "date_published": "2026-05-01T10:00:00Z", "content_html": LONG},
        {"id": "8", "external_url": "https://other.example.com/b", "content_text": "Words. " * 200},
        {"id": "9", "title": "No address"},
        {"id": "10", "url": "javascript:alert(1)"},
        "no object",
    )
    assert parse_feed(data, AT) == [
        Entry("https://news.example.com/a", "7", "Bridge", "2026-05-01T10:00:00+00:00", LONG),
        Entry("https://other.example.com/b", "8", content="Words. " * 200, is_html=False),
    ]


@pytest.mark.parametrize(
    "data",
    [
        json_feed().replace(b'"items": []', b'"items": {}'),
        b'{"version": "https://jsonfeed.org/version/1", "items": [',
        b'{"text": "https://jsonfeed.org/version/1 is a version"}',
        b'{"jsonfeed.org/version/": ' + b"[" * 100_000,
    ],
)
def test_json_that_is_no_feed(data: bytes) -> None:
    with pytest.raises(InputRejected) as caught:
        parse_feed(data, AT)
    assert caught.value.reason is RejectionReason.FORMAT


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (rss(""), True),
        (b"\xef\xbb\xbf" + rss(""), True),
        (rss("").decode().encode("utf-16"), True),
        (rss("", before='<?xml version="1.0"?><!-- News --><?xml-stylesheet href="a.xsl"?>\n'), True),
        (b"\n \n" + atom(""), True),
        (json_feed(), True),
        (json_feed().replace(b"/", b"\\/"), True),
        (b"<!doctype html><html><body><rss></rss></body></html>", False),
        (b"<p>A page about <rss> and <feed>.</p>", False),
        (b"A text about <rss> and <feed>.", False),
        (b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', False),
        (b'{"items": []}', False),
        (b"%PDF-1.7 <rss>", False),
        (b"", False),
    ],
)
def test_a_feed_is_told_by_its_root(data: bytes, answer: bool) -> None:
    assert is_feed(data) is answer


def item(number: int, more: str = "") -> str:
    return f"<item><title>T{number}</title><link>https://news.example.com/{number}</link>{more}</item>"


def test_of_100_000_items_the_first_500_are_read() -> None:
    data = rss("".join(map(item, range(100_000))))
    began = time.perf_counter()
    entries = parse_feed(data, AT)
    assert [entry.title for entry in entries] == [f"T{number}" for number in range(500)]
    assert time.perf_counter() - began < 10
    assert len(parse_feed(json_feed(*({"url": f"/{number}"} for number in range(100_000))), AT)) == 500


def test_a_damaged_feed_is_read_as_far_as_it_goes() -> None:
    """Half of the feeds on the web are not well formed."""
    data = rss(item(1) + "<item><title>Q & A&nbsp;</title><link>https://news.example.com/a?b=1&c=2</link></item>")
    assert [entry.address for entry in parse_feed(data, AT)] == [
        "https://news.example.com/1",
        "https://news.example.com/a?b=1&c=2",
    ]
    assert parse_feed(data[:-30], AT)[0].title == "T1"


def test_a_damaged_feed_that_is_large_is_refused() -> None:
    with pytest.raises(InputRejected) as caught:
        parse_feed(rss("".join(map(item, range(20_000))) + "<item>"), AT)
    assert caught.value.reason is RejectionReason.TOO_LARGE


@pytest.mark.parametrize("end", ["", "<item>"], ids=["whole", "damaged"])
def test_a_feed_that_stays_too_large_is_refused(end: str) -> None:
    with pytest.raises(InputRejected) as caught:
        parse_feed(rss(item(1, f"<description>{'a' * 3_000_000}</description>") + end), AT)
    assert caught.value.reason is RejectionReason.TOO_LARGE


def test_whole_texts_over_three_megabytes_are_left_to_their_pages() -> None:
    more = f"<content:encoded>{escape(LONG * 8)}</content:encoded>"
    small, large = (parse_feed(rss("".join(item(n, more) for n in range(count))), AT) for count in (10, 400))
    assert all(entry.content for entry in small)
    assert len(large) == 400
    assert not any(entry.content for entry in large)


def test_entities_of_a_feed_unpack_to_nothing() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE rss [<!ENTITY a0 "lol">{laughs}]>'
    began = time.perf_counter()
    (entry,) = parse_feed(
        rss("<item><title>T &a9;</title><link>https://news.example.com/1</link></item>", before=doctype), AT
    )
    assert "lol" not in (entry.title or "")
    assert time.perf_counter() - began < 5


def test_entities_outside_a_feed_are_not_opened(tmp_path: Path, connections: list[Any]) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    doctype = (
        f'<!DOCTYPE rss SYSTEM "http://127.0.0.1/a.dtd" [<!ENTITY a SYSTEM "{secret.as_uri()}">'
        '<!ENTITY b SYSTEM "http://127.0.0.1/b"><!ENTITY % c SYSTEM "http://127.0.0.1/c"> %c;]>'
    )
    data = rss("<item><title>T &a;&b;</title><link>https://news.example.com/1</link></item>", before=doctype)
    (entry,) = parse_feed(data, AT)
    assert "SECRET" not in str(entry)
    assert connections == []


@pytest.mark.parametrize("data", [b"https://127.0.0.1/rss", b"file:///etc/passwd", b"feed:https://127.0.0.1/"])
def test_bytes_that_are_an_address_are_not_fetched(data: bytes, connections: list[Any]) -> None:
    assert not is_feed(data)
    assert parse_feed(data, AT) == []
    assert connections == []


def test_bytes_that_are_the_name_of_a_file_are_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(rss(item(1)))
    assert parse_feed(str(file).encode(), AT) == []


@pytest.mark.parametrize("piece", ["<a>", "<item>", "<div xmlns='http://www.w3.org/1999/xhtml'>"])
def test_what_is_nested_deep_ends_soon(piece: str) -> None:
    began = time.perf_counter()
    with pytest.raises(InputRejected):
        parse_feed(rss(piece * 200_000), AT)
    parse_feed(rss(piece * 10_000), AT)
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "mailto:a@example.com", "http://[", "file:///etc/passwd"])
def test_entries_that_lead_nowhere_are_left_out(link: str) -> None:
    assert [
        entry.title for entry in parse_feed(rss(f"<item><title>X</title><link>{link}</link></item>{item(1)}"), AT)
    ] == ["T1"]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("A &lt;b&gt;bold&lt;/b&gt; bridge", "A bold bridge"),
        ("<![CDATA[Q & <i>A</i>]]>", "Q & A"),
        ("2 &lt; 3", "2 < 3"),
        (" \n ", None),
    ],
)
def test_titles_are_plain(title: str, shown: str | None) -> None:
    (entry,) = parse_feed(rss(f"<item><title>{title}</title><link>https://news.example.com/1</link></item>"), AT)
    assert entry.title == shown


def test_scripts_in_a_whole_text_are_gone() -> None:
    more = (
        f"<content:encoded>{escape('<script>alert(1)</script><img src=x onerror=alert(1)>' + LONG)}</content:encoded>"
    )
    (entry,) = parse_feed(rss(item(1, more)), AT)
    assert entry.content is not None
    assert "alert" not in entry.content


@pytest.mark.parametrize(
    "date", ["soon", "99999-01-01", "Fri, 32 May 2026 10:00:00 GMT", "0000-00-00T00:00:00Z", "04/05/2026", ""]
)
def test_a_date_that_cannot_be_read_without_a_guess_is_left_out(date: str) -> None:
    (entry,) = parse_feed(rss(item(1, f"<pubDate>{date}</pubDate>")), AT)
    assert entry.published is None
