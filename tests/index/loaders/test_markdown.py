"""Markdown becomes plain text; its front matter becomes metadata, whatever stands in it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.markdown import parse_markdown

FULL = """---
title: "Kim to visit: a first"
date: 2019-04-25
authors: [Jane Doe, John Roe]
source: The Daily Example
url: https://news.example.org/kim
language: en-GB
---

# Kim to visit

He comes on Wednesday.
"""


def parse(text: str, stem: str = "visit") -> Article:
    (article,) = parse_markdown(text, stem, "/news/visit.md")
    assert isinstance(article, Article)
    return article


def refusal(text: str) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        parse(text)
    return caught.value.reason, str(caught.value)


def test_front_matter_becomes_metadata() -> None:
    assert parse(FULL) == Article(
        title="Kim to visit: a first",
        text="Kim to visit\n\nHe comes on Wednesday.",
        source="/news/visit.md",
        url="https://news.example.org/kim",
        site="The Daily Example",
        published="2019-04-25",
        authors=("Jane Doe", "John Roe"),
        language="en",
        published_from="front matter",
    )


@pytest.mark.parametrize(
    ("front", "url", "site"),
    [
        ("source: https://a.org/x", "https://a.org/x", None),
        ("source: The Daily", None, "The Daily"),
        ("source: The Daily\nsite: The Weekly", None, "The Weekly"),
        ("source: https://a.org/x\nurl: https://b.org/y\nsite: B", "https://b.org/y", "B"),
        ("url: javascript:alert(1)", None, None),
    ],
)
def test_source_is_an_address_or_a_site(front: str, url: str | None, site: str | None) -> None:
    article = parse(f"---\n{front}\n---\nText.")
    assert (article.url, article.site) == (url, site)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: 1984\n---\n# Heading\n\nText.", "1984"),
        ("---\ntitle: 007\n---\nText.", "007"),
        ("---\ntitle: ~\n---\n# A *plain* heading\n\nText.", "A plain heading"),
        ("---\ntitle: [a, list]\n---\nText.", "visit"),
        ("---\ntitle: {a: dict}\n---\nText.", "visit"),
        ("Intro.\n\n# The heading\n\n# Another", "The heading"),
        ("## Only a smaller heading\n\nText.", "visit"),
    ],
)
def test_title_falls_back_to_the_heading_then_to_the_file(text: str, title: str) -> None:
    assert parse(text).title == title


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# Head\n\nOne *two* **three** ~~four~~ `five`.", "Head\n\nOne two three four five."),
        ("Head\n====\nwrapped\nline  \nnew line", "Head\n\nwrapped line\nnew line"),
        ("A [link](http://x.y 'title'), <http://a.b>, [ref][1].\n\n[1]: http://c.d", "A link, http://a.b, ref."),
        ("- one\n- two\n  1. nested\n  2. more\n\nAfter.", "one\ntwo\nnested\nmore\n\nAfter."),
        ("1. one\n\n   still one\n\n2. two", "one\nstill one\ntwo"),
        ("- a\n\n1. b", "a\n\nb"),
        ("> Quoted.\n>\n> Twice.\n\n---\n\nAfter.", "Quoted.\n\nTwice.\n\nAfter."),
        ("| Year | Visits |\n|---|---|\n| 2018 | *3* |\n\nAfter.", "Year\tVisits\n2018\t3\n\nAfter."),
        ("```py\nx = 1\n```\n\n    indented", "x = 1\n\nindented"),
        ("![A cat](cat.png) sat.", "A cat sat."),
        ("AT&amp;T \\*stars\\* 2 * 3 &lt;b&gt;", "AT&T *stars* 2 * 3 <b>"),
        ("One <b>bold</b><br/>two <span class='x'>three</span>", "One bold\ntwo three"),
        ("<div>\n<p>Block <b>words</b></p>\n<script>alert(1)</script>\n</div>\n\nAfter.", "Block words\n\nAfter."),
        ("<!-- a comment -->\n\nAfter.", "After."),
    ],
)
def test_body_becomes_plain_text(body: str, expected: str) -> None:
    assert parse(body).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nBetween two rules.\n\n---\n\nAfter.", "Between two rules.\n\nAfter."),
        ("---\n\nNever closed: it is text.", "Never closed: it is text."),
        ("Text first.\n\n---\ntitle: no\n---\n", "Text first.\n\ntitle: no"),
    ],
)
def test_rules_are_not_front_matter(text: str, expected: str) -> None:
    assert parse(text).text == expected


@pytest.mark.parametrize(
    "front",
    [
        "title: {}\ndate: {}\nauthors: {}\nsource: {}\nurl: {}\nsite: {}\nlanguage: {}",
        "title: []\ndate: [1, [2]]\nauthors: [[a], {b: c}]\nsource: [x]\nurl: [y]\nsite: [z]\nlanguage: [en]",
        "title: true\n1: 2\n2.5: x\nnull: y",
        "date: 2019-99-99\nauthor: 0x1F\nlanguage: no-such-language-tag-at-all",
        "title: !!binary aGVsbG8=\ndate: !!timestamp 2019-01-01\nauthors: !!set {a, b}",
        "title: " + "9" * 10_000,
    ],
)
def test_values_of_any_type_are_survived(front: str) -> None:
    assert parse(f"---\n{front}\n---\nText.").text == "Text."


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ('title: "never closed', " (line 3)"),
        ("title: a: b", " (line 2)"),
        ("title: ok\n\tdate: tab", " (line 3)"),
        ("? [a]\n: b", " (line 2)"),
        ("a: *nobody", " (line 2)"),
        ("a: &a [*a]", " (line 2)"),
        ("[" * 20_000, ""),
    ],
)
def test_broken_front_matter_is_refused_with_its_line(front: str, line: str) -> None:
    reason, message = refusal(f"---\n{front}\n---\nText.")
    assert reason is RejectionReason.FORMAT
    assert message == f"The front matter of /news/visit.md is not valid YAML{line}; correct or remove it."


def test_endless_front_matter_is_refused() -> None:
    assert refusal("---\n" + "a: b\n" * 10_001 + "---\nText.") == (
        RejectionReason.FORMAT,
        "The front matter of /news/visit.md is longer than 50,000 characters.",
    )


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/object/new:os.system"])
def test_a_python_object_in_front_matter_is_not_made(tag: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    article = parse(f"---\ntitle: {tag} ['touch {made}']\n---\nText.")
    assert (article.title, article.text) == ("visit", "Text.")
    assert not made.exists()


@pytest.mark.parametrize("link", ["[{0}]", "{{<<: [{0}]}}"])
def test_a_bomb_of_aliases_is_bounded(link: str) -> None:
    """Ten levels of ten: ten thousand million values, were they ever written out."""
    levels = ["a0: &a0 {k: boom}"]
    levels += [f"a{n}: &a{n} " + link.format(", ".join([f"*a{n - 1}"] * 10)) for n in range(1, 11)]
    began = time.perf_counter()
    article = parse("---\n" + "\n".join([*levels, "title: *a10", "authors: *a10"]) + "\n---\nText.")
    assert (article.title, article.authors) == ("visit", ())
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("piece", ["[", "![", "*a **b ", "> ", "- ", "<a ", "[a](", "|a", "`"])
def test_hostile_markup_takes_bounded_time(piece: str) -> None:
    began = time.perf_counter()
    parse("words\n\n" + piece * 20_000)
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("body", ["<div>\n" + "<b>" * 100_000, "<div>" + "<b>" * 50_000 + "\n\n<p>" + "<b>" * 50_000])
def test_more_tags_than_can_be_read_in_time_are_refused(body: str) -> None:
    assert refusal(f"words\n\n{body}") == (
        RejectionReason.TOO_LARGE,
        "/news/visit.md has more than 100,000 tags; save it as text.",
    )


def test_signs_outside_of_html_are_no_tags() -> None:
    signs = "<" * 100_001
    assert parse(f"```\n{signs}\n```\n\nwords").text == f"{signs}\n\nwords"
