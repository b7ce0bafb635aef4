"""Articles: what is refused, and what identifies one."""

from dataclasses import replace
from typing import Any

import pytest

from index.article import Article, is_iso_date
from index.errors import InputRejected, RejectionReason

ARTICLE = Article("Chess club", "Ada chairs it.", "chess.txt", published="2024-05-01", authors=("Bo", "Cy"))


def test_id_is_the_start_of_the_sources_sha256_and_nothing_else() -> None:
    assert ARTICLE.id == "07b10353397fe1b4"
    assert replace(ARTICLE, title="Other", text="Other.").id == ARTICLE.id
    assert replace(ARTICLE, source="Chess.txt").id != ARTICLE.id


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Chess"},
        {"text": "Ada chairs it!"},
        {"source": "b.txt"},
        {"url": "https://example.org"},
        {"site": "Herald"},
        {"published": "2024-05-02"},
        {"authors": ("Cy", "Bo")},
        {"language": "en"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_content_hash_changes_with_every_field(change: dict[str, Any]) -> None:
    assert replace(ARTICLE).content_hash == ARTICLE.content_hash
    assert replace(ARTICLE, **change).content_hash != ARTICLE.content_hash


def test_fields_do_not_run_into_one_another() -> None:
    assert Article("ab", "c", "s").content_hash != Article("a", "bc", "s").content_hash


@pytest.mark.parametrize("text", ["", " \n\t", "... --- !?", "\0", "\N{GRINNING FACE}"])
def test_a_text_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(InputRejected, match=r"No words were found in a\.txt") as caught:
        Article("Title", text, "a.txt")
    assert caught.value.reason is RejectionReason.NO_TEXT


def test_an_article_needs_a_source() -> None:
    with pytest.raises(InputRejected, match="needs a source") as caught:
        Article("Title", "Text", "")
    assert caught.value.reason is RejectionReason.FORMAT


@pytest.mark.parametrize("field", ["title", "text", "source", "url", "site", "language", "authors"])
def test_lone_surrogates_are_refused_in_every_field(field: str) -> None:
    values: dict[str, Any] = {field: ("a\ud800b",) if field == "authors" else "a\ud800b"}
    with pytest.raises(InputRejected, match="surrogates") as caught:
        replace(ARTICLE, **values)
    assert caught.value.reason is RejectionReason.ENCODING


def test_a_surrogate_between_date_and_time_is_refused() -> None:
    """Python's own parser takes any character there."""
    with pytest.raises(InputRejected, match="not ISO 8601"):
        replace(ARTICLE, published="2024-05-01\ud80010:00")


@pytest.mark.parametrize(
    "date",
    [
        "2019",
        "2019-04",
        "2019-04-25",
        "20190425",
        "2019-04-25T10:30",
        "2019-04-25T10:30:00Z",
        "2019-04-25 10:30:00.5+02:00",
    ],
)
def test_dates_as_precise_as_known(date: str) -> None:
    assert is_iso_date(date)
    assert replace(ARTICLE, published=date).published == date


@pytest.mark.parametrize(
    "date",
    [
        "",
        "19",
        "0000",
        "0000-05",
        "0000-05-01",
        "2019-13",
        "2019-00",
        "2019-4",
        "2019-02-30",
        "25.04.2019",
        "yesterday",
        "2019-04-25x10:30",
        "२०१९",
    ],
)
def test_what_is_no_date(date: str) -> None:
    assert not is_iso_date(date)
    with pytest.raises(InputRejected, match="not ISO 8601"):
        replace(ARTICLE, published=date)


def test_odd_but_whole_characters_are_kept() -> None:
    text = "\0a\r\n\N{COMBINING ACUTE ACCENT}\N{FAMILY}\U0010ffff"
    assert Article("", text, "s").text == text
