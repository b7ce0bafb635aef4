"""Saved pages are read like pages, and keep the address that they were saved from."""

from __future__ import annotations

import pytest

from index.article import Article
from index.errors import RejectionReason
from index.loaders.kinds import Kind, kind_of
from index.loaders.parsing import parse
from index.report import Rejection

SOURCE = "/news/visit"
ADDRESS = "https://news.example.org/2019/visit?page=1"
BODY = "<article><h1>Kim to visit</h1><p>Er kommt sp&auml;t, am Mittwoch, mit dem Zug nach Wladiwostok.</p></article>"
TEXT = "Kim to visit\n\nEr kommt spät, am Mittwoch, mit dem Zug nach Wladiwostok."


def mhtml(
    location: str = f"Content-Location: {ADDRESS}", page_type: str = "text/html", first: str = "<Saved by Blink>"
) -> bytes:
    return f"""From: {first}
Subject: =?utf-8?Q?Kim?=
Date: Fri, 3 May 2024 08:00:00 -0000
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----B----"

------B----
Content-Type: text/css

p {{ color: red }}
------B----
Content-Type: {page_type}
Content-Transfer-Encoding: quoted-printable
{location}

<html lang=3D"de"><head><title>Kim to visit</title></head><body>{BODY}=
</body></html>
------B------
""".replace("\n", "\r\n").encode()


def only(name: str, data: bytes) -> Article:
    (article,) = parse(name, data, SOURCE)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize("name", ["visit.mhtml", "visit.mht", "visit"])
def test_the_page_in_an_mhtml_file_has_its_address_and_no_day_of_saving(name: str) -> None:
    article = only(name, mhtml())
    assert (article.title, article.text, article.url) == ("Kim to visit", TEXT, ADDRESS)
    assert (article.source, article.language, article.published) == (SOURCE, "de", None)


def test_the_address_may_stand_before_the_parts() -> None:
    data = b"Snapshot-Content-Location: " + ADDRESS.encode() + b"\r\n" + mhtml(location="Content-ID: <a@b>")
    assert only("visit.mhtml", data).url == ADDRESS


def test_an_address_that_is_none_is_not_taken() -> None:
    assert only("visit.mhtml", mhtml(location="Content-Location: javascript:alert(1)")).url is None


def test_the_ending_tells_a_saved_page_from_a_message() -> None:
    data = mhtml(first='"Saved by another browser"')
    assert kind_of("visit.mht", data) is Kind.MHTML
    assert kind_of("visit.eml", data) is Kind.MAIL
    assert kind_of("visit.eml", mhtml()) is Kind.MHTML


@pytest.mark.parametrize("data", [mhtml(page_type="text/plain"), b"Words."])
def test_a_file_without_a_page_is_refused(data: bytes) -> None:
    (rejection,) = parse("visit.mhtml", data, SOURCE)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason.FORMAT


def single_file(address: str) -> bytes:
    return f"""<!DOCTYPE html> <html lang="en"><!--
 Page saved with SingleFile
 url: {address}
 saved date: Fri May 03 2024 10:00:00 GMT+0200 (Central European Summer Time)
--><head><meta charset="utf-8"><title>Kim to visit</title>
<link rel="canonical" href="https://other.example.org/"></head><body>{BODY}</body></html>""".encode()


def test_a_page_of_single_file_has_its_address_and_no_day_of_saving() -> None:
    article = only("visit.html", single_file(ADDRESS))
    assert (article.text, article.url, article.published) == (TEXT, ADDRESS, None)


def test_a_page_of_single_file_without_a_web_address_is_read_all_the_same() -> None:
    assert only("visit.html", single_file("file:///home/me/visit.html")).url == "https://other.example.org/"


def test_a_comment_further_down_is_not_that_of_single_file() -> None:
    page = f"<html><body>{BODY}<!-- Page saved with SingleFile\n url: {ADDRESS} --></body></html>"
    assert only("visit.html", page.encode()).url is None
