"""Sitemaps: the newest pages, from bytes that may be packed, and nothing from elsewhere."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Any

import pytest

from index.errors import InputRejected, RejectionReason
from index.web.entries import Entry
from index.web.sitemaps import Sitemap, parse_sitemap

AT = "https://news.example.com/sitemap.xml"


def urlset(*pages: tuple[str, str], before: str = "") -> bytes:
    urls = "".join(
        f"<url><loc>{address}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>" for address, day in pages
    )
    return f'{before}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def addresses(data: bytes) -> list[str]:
    sitemap = parse_sitemap(data, AT)
    assert sitemap is not None
    return [entry.address.removeprefix("https://news.example.com") for entry in sitemap.entries]


def test_the_newest_pages_come_first() -> None:
    data = urlset(("/a", "2026-01-01"), ("/b", ""), ("/c", "2026-05-01T10:00:00Z"), ("/d", ""), ("/a", "2025"))
    assert addresses(data) == ["/c", "/a", "/b", "/d"]
    first = parse_sitemap(data, AT)
    assert first is not None
    assert first.entries[0] == Entry("https://news.example.com/c", "https://news.example.com/c")


def test_500_pages_at_most() -> None:
    pages = [(f"/{number}", f"20{number // 1000:02}-01-01") for number in range(50_000)]
    began = time.perf_counter()
    found = addresses(urlset(*pages))
    assert len(found) == 500
    assert found[0] == "/49000"
    assert time.perf_counter() - began < 10


def test_an_index_names_further_sitemaps() -> None:
    index = (
        urlset(("/1.xml", ""), ("/2.xml.gz", "2026")).replace(b"urlset", b"sitemapindex").replace(b"url>", b"sitemap>")
    )
    names = ("https://news.example.com/2.xml.gz", "https://news.example.com/1.xml")
    assert parse_sitemap(index, AT) == Sitemap(sitemaps=names)
    many = (
        b"<sitemapindex>" + b"".join(b"<sitemap><loc>/%d</loc></sitemap>" % n for n in range(99)) + b"</sitemapindex>"
    )
    sitemap = parse_sitemap(many, AT)
    assert sitemap is not None
    assert len(sitemap.sitemaps) == 50


def test_a_packed_one_is_unpacked() -> None:
    assert addresses(gzip.compress(urlset(("/a", "")))) == ["/a"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(bytes(20_000_001)), RejectionReason.TOO_LARGE),
        (gzip.compress(urlset(("/a", "")))[:-9], RejectionReason.UNREADABLE),
        (b"\x1f\x8b words", RejectionReason.UNREADABLE),
    ],
)
def test_what_does_not_unpack_is_refused(data: bytes, reason: RejectionReason) -> None:
    with pytest.raises(InputRejected) as caught:
        parse_sitemap(data, AT)
    assert caught.value.reason is reason


@pytest.mark.parametrize("data", [b"", b"words", b"<html></html>", b"<rss></rss>", b"%PDF-1.7"])
def test_other_things_are_no_sitemaps(data: bytes) -> None:
    assert parse_sitemap(data, AT) is None


def test_a_sitemap_packed_twice_is_none() -> None:
    assert parse_sitemap(gzip.compress(gzip.compress(urlset(("/a", "")))), AT) is None


def test_a_damaged_one_is_read_as_far_as_it_goes() -> None:
    data = urlset(("/a", ""), ("/b", ""))
    assert addresses(data[: data.index(b"/b")]) == ["/a"]


@pytest.mark.parametrize("loc", ["", "javascript:alert(1)", "file:///etc/passwd", "http://["])
def test_what_is_no_page_is_left_out(loc: str) -> None:
    assert addresses(urlset((loc, ""), ("/a", ""))) == ["/a"]


def test_entities_are_neither_unpacked_nor_opened(tmp_path: Path, connections: list[Any]) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE urlset SYSTEM "http://127.0.0.1/a.dtd" [<!ENTITY a0 "lol">{laughs}<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    began = time.perf_counter()
    found = parse_sitemap(urlset(("/a&x;", ""), ("/b&a9;", ""), before=doctype), AT)
    assert "SECRET" not in str(found)
    assert "lollol" not in str(found)
    assert connections == []
    assert time.perf_counter() - began < 2


def test_what_is_nested_deep_ends_soon() -> None:
    began = time.perf_counter()
    parse_sitemap(b"<urlset>" + b"<url>" * 1_000_000, AT)
    assert time.perf_counter() - began < 5
