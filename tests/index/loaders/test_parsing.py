"""One door: every name and every byte gives articles or reasons, never an exception."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.errors import RejectionReason
from index.loaders import parsing
from index.loaders.kinds import ENDINGS, Kind
from index.loaders.parsing import MAX_BYTES, parse
from index.report import Rejection

STATES_SOURCES = (".jsonl", ".csv", ".tsv", ".json")


def refusal(name: str, data: bytes) -> tuple[RejectionReason, str]:
    (rejection,) = parse(name, data, f"/news/{name}")
    assert isinstance(rejection, Rejection)
    assert rejection.source == f"/news/{name}"
    return rejection.reason, rejection.message


@pytest.mark.parametrize("name", ["a.txt", "A.TXT", "a.md", "a.markdown", "a.html", "a.HTM", "a.jsonl"])
def test_the_ending_tells_the_format(name: str) -> None:
    data = b'{"title": "Words", "text": "Words."}' if name == "a.jsonl" else b"Words."
    (article,) = parse(name, data, "/news/a")
    assert isinstance(article, Article)
    assert article.text == "Words."


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.md", b"\xef\xbb\xbf", "empty"),
        ("a.jsonl", b"\n \n", "empty"),
        ("a.txt", b"...", "no_text"),
        ("a.html", b"<html></html>", "no_text"),
        ("a.txt", b"\x7fELF\x02\x01\x01\0", "type"),
        ("a.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "type"),
        ("a.docx", b"Words.", "type"),
        ("README", b"Words.", "type"),
        (".txt", b"Words.", "type"),
        ("a.txt", b"\xff\xfea", "encoding"),
        ("a.md", b"---\ntitle: a: b\n---\nWords.", "format"),
    ],
)
def test_refusals(name: str, data: bytes, reason: str) -> None:
    assert refusal(name, data)[0] is RejectionReason(reason)


def test_size_limit() -> None:
    assert parse("a.txt", b"12345", "/news/a.txt", max_bytes=5) == [Article("12345", "12345", "/news/a.txt")]
    assert parse("a.txt", b"123456", "/news/a.txt", max_bytes=5) == [
        Rejection(
            "/news/a.txt",
            RejectionReason.TOO_LARGE,
            "/news/a.txt is larger than 5 bytes; split it into smaller files.",
        )
    ]
    assert refusal("a.txt", b"a" * (MAX_BYTES + 1))[0] is RejectionReason.TOO_LARGE


@pytest.mark.parametrize("failure", [RecursionError, ZeroDivisionError("secret detail")])
def test_a_parser_that_fails_is_a_refusal_in_one_sentence(
    failure: type[Exception] | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(text: str, stem: str, source: str) -> list[Article | Rejection]:
        raise failure

    monkeypatch.setitem(parsing._TEXT_PARSERS, Kind.TEXT, fail)
    name = (failure if isinstance(failure, type) else type(failure)).__name__
    assert refusal("a.txt", b"Words.") == (
        RejectionReason.UNREADABLE,
        f"/news/a.txt could not be read: its parser failed with {name}.",
    )


def test_a_parser_without_memory_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str, stem: str, source: str) -> list[Article | Rejection]:
        raise MemoryError

    monkeypatch.setitem(parsing._TEXT_PARSERS, Kind.TEXT, fail)
    assert refusal("a.txt", b"Words.") == (
        RejectionReason.MEMORY,
        "/news/a.txt needs more memory than is allowed for one file; split it into smaller files.",
    )


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_ten_megabytes_on_one_line(name: str) -> None:
    words = "the cat sat on the mat " * (10_000_000 // 23)
    began = time.perf_counter()
    (article,) = parse(name, words.encode(), "/news/a")
    assert isinstance(article, Article)
    assert (article.title, article.text.strip()) == ("a", words.strip())
    assert time.perf_counter() - began < 60


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(ENDINGS),
    st.binary(max_size=300) | st.text(st.characters(codec="utf-8"), max_size=300).map(str.encode),
)
def test_any_bytes_give_articles_or_reasons(suffix: str, data: bytes) -> None:
    results = parse(f"a{suffix}", data, "/news/a")
    assert results
    assert all(result.source.startswith("/news/a") or suffix in STATES_SOURCES for result in results)
    assert not [r for r in results if isinstance(r, Rejection) and r.reason is RejectionReason.UNREADABLE]
