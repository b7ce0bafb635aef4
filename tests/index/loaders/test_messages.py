"""Results survive the way between two processes to the letter, and nothing else passes for one."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.errors import RejectionReason
from index.loaders.messages import Order, item_from_bytes, item_to_bytes, order_from_bytes, order_to_bytes
from index.report import Rejection

# With lone surrogates, also two that would be read as one character if they were joined.
ANY_TEXT = st.text(st.characters(), max_size=30) | st.just("\ud83d\ude00 \0 \u2028")
CLEAN = st.text(st.characters(codec="utf-8"), max_size=30)
ARTICLE = Article(
    title="Kim to visit",
    text="He comes.\r\nThen he goes.",
    source="/news/kim.pdf",
    url="https://example.org/kim",
    site="Example",
    published="2019-04-25",
    authors=("Doe, Jane", "John Roe"),
    language="en",
    published_from="the file",
    tags=("summit",),
    pages=(0, 11),
)


def test_every_field_of_an_article_is_set_here() -> None:
    assert all(getattr(ARTICLE, field.name) for field in fields(Article))


def test_an_article_comes_back_equal() -> None:
    assert item_from_bytes(item_to_bytes(ARTICLE)) == ARTICLE


@given(CLEAN, CLEAN.map("a".__add__), CLEAN.map("b".__add__), st.lists(CLEAN).map(tuple))
def test_any_article_comes_back_equal(title: str, text: str, source: str, authors: tuple[str, ...]) -> None:
    article = Article(title, text, source, authors=authors)
    assert item_from_bytes(item_to_bytes(article)) == article


@given(ANY_TEXT, st.sampled_from(RejectionReason), ANY_TEXT)
def test_any_rejection_comes_back_equal(source: str, reason: RejectionReason, message: str) -> None:
    rejection = Rejection(source, reason, message)
    assert item_from_bytes(item_to_bytes(rejection)) == rejection


def test_an_order_comes_back_equal() -> None:
    order = Order("\ud800.txt", "/news/\ud800.txt", 5, 10)
    assert order_from_bytes(order_to_bytes(order)) == order


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", None),
        ("title", 5),
        ("text", ["words"]),
        ("text", "..."),
        ("text", "half \ud800 a pair"),
        ("source", ""),
        ("url", 5),
        ("site", ["a"]),
        ("published", "yesterday"),
        ("published", {}),
        ("authors", "Jane"),
        ("authors", [None]),
        ("language", False),
        ("published_from", 1.5),
        ("tags", {"a": "b"}),
        ("pages", [0.5]),
        ("pages", [True]),
        ("pages", [-1]),
        ("pages", "01"),
    ],
)
def test_a_field_of_another_kind_is_no_article(field: str, value: Any) -> None:
    frame = json.dumps({"article": asdict(ARTICLE) | {field: value}}).encode()
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        item_from_bytes(frame)


@pytest.mark.parametrize("field", [field.name for field in fields(Article)])
def test_an_article_without_a_field_is_none(field: str) -> None:
    known = asdict(ARTICLE)
    del known[field]
    with pytest.raises(ValueError, match="Other fields"):
        item_from_bytes(json.dumps({"article": known}).encode())


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b'{"article": []}',
        b'{"article": {}, "rejection": {}}',
        b'{"rejection": {"source": "a", "reason": "fun", "message": "b"}}',
        b'{"rejection": {"source": "a", "reason": [], "message": "b"}}',
        b'{"rejection": {"source": "a", "reason": "type", "message": 5}}',
        b'{"rejection": {"source": "a", "reason": "type", "message": "b", "__class__": "c"}}',
        b"[" * 100_000,
        b"9" * 10_000,
    ],
)
def test_what_is_no_result(frame: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        item_from_bytes(frame)


@given(st.binary(max_size=100))
def test_bytes_are_no_result(frame: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        item_from_bytes(frame)
