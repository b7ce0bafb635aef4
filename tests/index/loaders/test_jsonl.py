"""Every line of a JSONL file becomes an article or says why not."""

from __future__ import annotations

import json

import pytest

from index.article import Article
from index.errors import RejectionReason
from index.loaders.jsonl import parse_jsonl
from index.report import Rejection

SOURCE = "/news/all.jsonl"


def refusal(line: str) -> tuple[RejectionReason, str]:
    (rejection,) = parse_jsonl(line, "all", SOURCE)
    assert isinstance(rejection, Rejection)
    assert rejection.source == f"{SOURCE}#1"
    return rejection.reason, rejection.message


def test_all_fields() -> None:
    line = json.dumps(
        {
            "title": "Kim to visit",
            "text": "He comes\r\non Wednesday.\u2028",
            "source": "kim-1",
            "url": "https://news.example.org/kim",
            "site": "The Daily",
            "published": "2019-04",
            "authors": ["Jane Doe", "John Roe"],
            "language": "en",
        },
        ensure_ascii=False,
    )
    assert parse_jsonl(line, "all", SOURCE) == [
        Article(
            title="Kim to visit",
            text="He comes\non Wednesday.\u2028",
            source="kim-1",
            url="https://news.example.org/kim",
            site="The Daily",
            published="2019-04",
            authors=("Jane Doe", "John Roe"),
            language="en",
            published_from="file",
        )
    ]


def test_other_names_of_fields_and_what_is_missing() -> None:
    lines = [
        '{"text": "One.", "id": 7, "date": "April 25, 2019", "author": "Jane Doe; John Roe"}',
        "",
        '{"text": "Two.", "source": "https://a.org/2", "title": null}',
        '{"text": "Three.", "url": "javascript:alert(1)", "published": {"no": "date"}, "language": 5}',
    ]
    assert parse_jsonl("\n".join(lines), "all", SOURCE) == [
        Article(
            "all",
            "One.",
            f"{SOURCE}#7",
            published="2019-04-25",
            authors=("Jane Doe", "John Roe"),
            published_from="file",
        ),
        Article("all", "Two.", "https://a.org/2", url="https://a.org/2"),
        Article("all", "Three.", f"{SOURCE}#4"),
    ]


def test_a_bad_line_does_not_lose_the_others() -> None:
    text = '{"title": "A", "text": "One."}\n{"title": "B", "text": \n{"title": "C", "text": "Three."}'
    assert parse_jsonl(text, "all", SOURCE) == [
        Article("A", "One.", f"{SOURCE}#1"),
        Rejection(
            f"{SOURCE}#2",
            RejectionReason.FORMAT,
            f"Line 2 of {SOURCE} was not taken: It is not valid JSON (Expecting value at column 24).",
        ),
        Article("C", "Three.", f"{SOURCE}#3"),
    ]


@pytest.mark.parametrize(
    ("line", "reason", "ending"),
    [
        ('["a", "list"]', "format", 'It is not a JSON object like {"title": "...", "text": "..."}.'),
        ('{"title": "A"}', "format", 'It has no "text" that is a string.'),
        ('{"text": ["A"]}', "format", 'It has no "text" that is a string.'),
        ('{"text": "a\\u0000b"}', "format", "Its text holds a NUL character."),
        ('{"text": " - "}', "no_text", f"No words were found in {SOURCE}#1."),
        ('{"text": "a \\ud800 b"}', "encoding", f"Broken characters (lone surrogates) in {SOURCE}#1."),
        ("[" * 100_000, "format", "It is not valid JSON (out of bounds)."),
        ('{"n": ' + "9" * 5000 + "}", "format", "It is not valid JSON (out of bounds)."),
    ],
)
def test_refusals_name_the_line_and_the_fault(line: str, reason: str, ending: str) -> None:
    assert refusal(line) == (RejectionReason(reason), f"Line 1 of {SOURCE} was not taken: {ending}")


def test_an_id_is_an_articles_own_only_within_its_file() -> None:
    line = '{"id": 1, "text": "One."}'
    found = [parse_jsonl(line, "all", file) for file in ("/news/a.jsonl", "/news/b.jsonl")]
    assert found == [[Article("all", "One.", "/news/a.jsonl#1")], [Article("all", "One.", "/news/b.jsonl#1")]]


@pytest.mark.parametrize(("name", "source"), [("source", "kim"), ("id", f"{SOURCE}#kim")])
def test_a_source_that_stands_twice_in_a_file_is_refused_with_both_lines(name: str, source: str) -> None:
    lines = [json.dumps({name: "kim", "text": text}) for text in ("", "One.", "Two.")]
    refused, taken, repeated = parse_jsonl("\n".join(lines), "all", SOURCE)
    assert isinstance(refused, Rejection)
    assert taken == Article("all", "One.", source)
    assert repeated == Rejection(
        f"{SOURCE}#3",
        RejectionReason.FORMAT,
        f"Line 3 of {SOURCE} was not taken: Its source {source} is also that of line 2; give each its own.",
    )
