"""Web pages give their article and what they say about it; nothing is ever fetched."""

from __future__ import annotations

import socket
import time

import pytest

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.html import html_text, parse_html

HEAD = """<title>Kim to visit Vladivostok | The Daily</title>
<link rel="canonical" href="https://news.example.org/kim-visit">
<meta property="og:site_name" content="The Daily Example">
<meta name="author" content="Jane Doe; John Roe">
<meta property="article:published_time" content="2019-04-25T10:30:00+02:00">"""

BODY = """<nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>Kim to visit</h1>
<p>Kim Jong-un arrived by <b>armoured</b> train
  on <a href="/x">Wednesday</a>,&nbsp;he said <q>hello</q>.<br>He met Mr Putin &amp; others.</p>
<h2>What was said</h2>
<ul><li>One item.</li><li><p>Two items.</p><ul><li>Nested.</li></ul></li></ul>
<blockquote><p>We need guarantees.</p><p>Soon.</p></blockquote>
<table><tr><th>Year</th><th>Visits</th></tr><tr><td>2018</td><td>3<br>or 4</td></tr></table>
<pre>kept
  lines</pre>
<p>The &lt;last&gt; paragraph.</p><script>alert(1)</script></article>
<div id="comments"><p>A reader's comment on the story, which is rather long.</p></div>
<footer>Copyright 2021</footer>"""

TEXT = """Kim to visit

Kim Jong-un arrived by armoured train on Wednesday, he said "hello".
He met Mr Putin & others.

What was said

One item.
Two items.
Nested.

We need guarantees.

Soon.

Year\tVisits
2018\t3 or 4

kept
lines

The <last> paragraph."""


def parse(page: str, source: str = "/news/visit.html") -> Article:
    (article,) = parse_html(page, "visit", source)
    assert isinstance(article, Article)
    return article


def published(head: str = "", body: str = "") -> str | None:
    words = "<p>The bridge was closed on Monday after the flood. It will open again soon, the mayor said.</p>"
    page = f"<html><head>{head}</head><body><article><h1>Bridge</h1>{words}{body}</article></body></html>"
    return parse(page).published


def test_page_with_metadata() -> None:
    page = f'<!DOCTYPE html>\n<html lang="en-GB"><head>{HEAD}</head><body>{BODY}</body></html>'
    assert parse(page) == Article(
        title="Kim to visit",
        text=TEXT,
        source="/news/visit.html",
        url="https://news.example.org/kim-visit",
        site="The Daily Example",
        published="2019-04-25",
        authors=("Jane Doe", "John Roe"),
        language="en",
        published_from="page",
    )


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ('<meta name="date" content="April 25, 2019">', "", "2019-04-25"),
        ("", '<time datetime="2019-04-25T10:00:00Z">Thursday</time>', "2019-04-25"),
        ('<script type="application/ld+json">{"datePublished": "2019-04-25T08:00:00Z"}</script>', "", "2019-04-25"),
        ('<meta name="date" content="soon">', "", None),
        ("", "<p>It was built on 5 May 2003.</p><footer>Copyright 2021</footer>", None),  # dates of other things
    ],
)
def test_date_is_what_the_page_states(head: str, body: str, expected: str | None) -> None:
    assert published(head, body) == expected


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Only a paragraph.</p>", "Only a paragraph."),
        ("Bare words.", "Bare words."),
        ("<!-- " + "x" * 60 + " --><html><body><p>After a comment.</p></body></html>", "After a comment."),
        ('<?xml version="1.0" encoding="utf-8"?><html><body><p>XHTML \x01words.</p></body></html>', "XHTML words."),
        ("<html/>\n<body><p>Never <b>closed", "Never closed"),
    ],
)
def test_pages_that_are_hardly_pages(page: str, text: str) -> None:
    assert parse(page) == Article("visit", text, "/news/visit.html")


def test_a_downloaded_page_keeps_its_address() -> None:
    article = parse("<p>Words.</p>", "https://news.example.org/a")
    assert (article.source, article.url) == ("https://news.example.org/a", "https://news.example.org/a")


@pytest.mark.parametrize(
    "page",
    [
        "<html><body></body></html>",
        "<script>alert(1)</script>",
        "<!-- nothing -->",
        "<html><body>" + "<div>" * 10_000 + "too deep</body></html>",
        "<html><body><p>" + "too long " * 1_200_000 + "</p></body></html>",
    ],
)
def test_pages_without_an_article_are_refused(page: str) -> None:
    with pytest.raises(InputRejected) as caught:
        parse(page)
    assert caught.value.reason is RejectionReason.NO_TEXT
    assert str(caught.value) == "No article was found in the page /news/visit.html; save it as text."


def test_a_page_of_countless_tags_is_refused_at_once() -> None:
    began = time.perf_counter()
    with pytest.raises(InputRejected, match="has more than 100,000 tags") as caught:
        parse("<p>words</p>" + "<b>" * 1_000_000)
    assert caught.value.reason is RejectionReason.TOO_LARGE
    assert time.perf_counter() - began < 2


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def record(*arguments: object, **options: object) -> None:
        calls.append(arguments)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "socket", record)
    monkeypatch.setattr(socket, "getaddrinfo", record)
    monkeypatch.setattr(socket, "create_connection", record)
    base = '<base href="http://news.invalid/"><meta http-equiv="refresh" content="0;url=http://news.invalid/b">'
    links = '<link rel="stylesheet" href="a.css"><img src="a.png"><iframe src="http://news.invalid/c"></iframe>'
    entity = '<!DOCTYPE html [<!ENTITY secret SYSTEM "http://news.invalid/d">]>'
    page = f"{entity}<html><head>{base}</head><body>{links}<p>Words &secret;.</p></body></html>"
    assert parse("http://news.invalid/a").text == "http://news.invalid/a"
    assert parse(page).text == "]> Words &secret;."
    assert html_text("http://news.invalid/a") == "http://news.invalid/a"
    assert calls == []


def test_text_of_a_fragment() -> None:
    assert html_text("<div>A <b>bold</b> word</div><script>x</script><!-- y --></p>") == "A bold word"
    assert html_text("<!-- nothing -->") == ""
