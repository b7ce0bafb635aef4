"""An exported article comes back to the letter, through the same door as any file."""

from __future__ import annotations

import string

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from index.article import Article
from index.errors import RejectionReason
from index.loaders.exported import to_markdown
from index.loaders.parsing import parse
from index.report import Rejection

CHESS = Article(
    "Chess club: a first",
    "# Ada *chairs*\n\n  the club.\n",
    "/news/chess.md",
    url="https://example.org/chess",
    site="The Daily",
    published="2019-04-25",
    authors=("Doe, Jane", "John Roe"),
    language="en",
    published_from="page",
    tags=("chess",),
    pages=(0, 8),
)
WRITTEN = """---
article-qa: verbatim
title: "Chess club: a first"
source: "/news/chess.md"
url: "https://example.org/chess"
site: "The Daily"
date: "2019-04-25"
language: "en"
date-from: "page"
authors: ["Doe, Jane", "John Roe"]
tags: ["chess"]
pages: [0, 8]
---
# Ada *chairs*

  the club.

<!-- article-qa: end -->
"""

# Whatever might end a line, a value or the front matter, and letters of every kind in between.
LINE_ENDS = ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029")
SIGNS = ("\n---\n", "\0", "\t", "\x7f", "\ufeff", "\uffff", "🏴\U000e0067\U000e007f", "e\u0301", ": ", "# ")
ODD = st.sampled_from([*LINE_ENDS, *SIGNS, *r""" --- ... \ \r \0 " ' null ~ [ { &a *a <b> """.split()])
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.lists(st.one_of(ODD, st.text(CHARACTERS, max_size=5))).map("".join)
ARTICLES = st.builds(
    Article,
    title=TEXTS,
    text=st.tuples(TEXTS, st.sampled_from(string.ascii_letters + "é漢9"), TEXTS).map("".join),
    source=TEXTS.filter(bool),
    url=st.none() | TEXTS,
    site=st.none() | TEXTS,
    published=st.none() | st.dates().map(str) | st.datetimes().map(str) | st.sampled_from(["2019", "2019-04"]),
    authors=st.lists(TEXTS, max_size=3).map(tuple),
    language=st.none() | TEXTS,
    published_from=st.none() | TEXTS,
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    pages=st.lists(st.integers(0, 10**9), max_size=3).map(tuple),
)


def read(text: str) -> Article | Rejection:
    (item,) = parse("chess.md", text.encode(), "/elsewhere/chess.md")
    return item


def test_a_file_is_readable_and_marked() -> None:
    assert to_markdown(CHESS) == WRITTEN
    assert read(WRITTEN) == CHESS


@given(ARTICLES)
@example(Article("", "\r\0\\\\0 a", "s", authors=("",)))
@example(Article("t", "<!-- article-qa: end -->\na\n<!-- article-qa: end -->\n", "s"))
@example(Article("t", "\n\n---\na\n---\n\n\n", "s\n---\n", site="\n---\n"))
def test_every_article_comes_back_equal(article: Article) -> None:
    item = read(to_markdown(article))
    assert item == article
    assert isinstance(item, Article)
    assert (item.id, item.content_hash) == (article.id, article.content_hash)


@given(ARTICLES)
def test_other_tools_read_the_front_matter_as_yaml(article: Article) -> None:
    front = to_markdown(article).partition("\n---\n")[0]
    fields = yaml.safe_load(front.removeprefix("---\n"))
    assert fields.pop("article-qa") in ("verbatim", "escaped")
    assert fields.pop("authors", []) == list(article.authors)
    assert (fields.pop("tags", []), fields.pop("pages", [])) == (list(article.tags), list(article.pages))
    assert fields.get("title") == article.title
    assert fields.get("source") == article.source
    assert (fields.get("url"), fields.get("site")) == (article.url, article.site)
    assert (fields.get("date"), fields.get("language")) == (article.published, article.language)


def test_line_ends_that_another_system_put_in_are_taken_back() -> None:
    assert read(WRITTEN.replace("\n", "\r\n")) == CHESS


def test_a_long_title_is_read_in_time() -> None:
    """Longer than all front matter that a stranger's file may have: a heading has no limit."""
    long = Article("word " * 100_000, "Words.", "long.md")
    assert read(to_markdown(long)) == long


def test_a_changed_text_is_a_newer_version_of_the_same_article() -> None:
    item = read(WRITTEN.replace("chairs", "leads").replace("language:", "mood: [good]\nlanguage:"))
    assert isinstance(item, Article)
    assert (item.id, item.text) == (CHESS.id, "# Ada *leads*\n\n  the club.\n")


@pytest.mark.parametrize(
    ("written", "tags"),
    [("[a, b c]", ("a", "b c")), ('["a"]', ("a",)), ("", ()), ("\n  - a", ()), ("[]", ()), ("['7', 7]", ("7", "7"))],
)
def test_tags_may_be_written_by_hand(written: str, tags: tuple[str, ...]) -> None:
    item = read(WRITTEN.replace('["chess"]', written))
    assert isinstance(item, Article)
    assert item.tags == tags


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("verbatim", "folded", "its text is said to be 'folded', and only verbatim and escaped are known"),
        ("\n---\n", "\n", "the lines --- around its front matter are not as they were"),
        ('"Chess club: a first"', "Chess club", 'its title is not in double quotes, as in title: "..."'),
        ('"Chess club: a first"', "[" * 100_000, 'its title is not in double quotes, as in title: "..."'),
        ('"The Daily"', "7", 'its site is not in double quotes, as in site: "..."'),
        ('source: "/news/chess.md"\n', "", "it lacks its title or its source"),
        ('["Doe, Jane", "John Roe"]', '"Doe, Jane"', 'its authors are not a list like ["Doe, Jane"]'),
        ('["Doe, Jane", "John Roe"]', "[7]", 'its authors are not a list like ["Doe, Jane"]'),
        ("verbatim", "escaped\nx: \\", None),
        ("---\narticle-qa: verbatim\n", "---\nx: y\narticle-qa: verbatim\n", "that is not the first line of its"),
        ("---\narticle-qa: verbatim\n", '---\n"article-qa": verbatim\n', "that is not the first line of its"),
    ],
)
def test_what_is_not_as_exported_is_refused(old: str, new: str, detail: str | None) -> None:
    item = read(WRITTEN.replace(old, new))
    if detail is None:  # a backslash in an unknown field harms nobody
        assert item == CHESS
        return
    assert isinstance(item, Rejection)
    assert item.reason is RejectionReason.FORMAT
    assert item.message.startswith(f"/elsewhere/chess.md says that qa export wrote it (article-qa), but {detail}")
    assert item.message.endswith("; export it again, or remove that line.")


def test_a_file_that_was_cut_off_is_refused() -> None:
    """It would take the rest of the article away; one whose first line is cut does not say whose article it is."""
    first_line = WRITTEN.index("\n", 4) + 1
    for length in range(first_line, len(WRITTEN) - 1):
        item = read(WRITTEN[:length])
        assert isinstance(item, Rejection), WRITTEN[:length]
    assert item.message.endswith(
        "but it does not end as such a file does, so that a part of it may be lost; export it again, or remove that line."
    )


def test_line_ends_after_the_last_line_do_not_matter() -> None:
    """Editors take them away and put them there."""
    for text in (WRITTEN.rstrip("\n"), WRITTEN + "\n\n", WRITTEN + " \n"):
        assert read(text) == CHESS


@pytest.mark.parametrize("escape", ["\\n", "\\", "\\\n"])
def test_an_unknown_escape_is_refused(escape: str) -> None:
    item = read(f'---\narticle-qa: escaped\ntitle: ""\nsource: "s"\n---\nWords {escape}\n<!-- article-qa: end -->')
    assert isinstance(item, Rejection)
    assert "nothing is known to be written as" in item.message


@pytest.mark.parametrize(
    ("front", "detail"),
    [
        ('title: ""\nsource: ""', "An article needs a source"),
        ('title: ""\nsource: "s"\ndate: "yesterday"', "is not ISO 8601"),
        ('title: "\\ud800"\nsource: "s"', "lone surrogates"),
    ],
)
def test_what_is_no_article_is_refused_as_everywhere(front: str, detail: str) -> None:
    item = read(f"---\narticle-qa: verbatim\n{front}\n---\nWords.\n<!-- article-qa: end -->\n")
    assert isinstance(item, Rejection)
    assert detail in item.message
