"""Corrections hold for an article and all its later versions, until it is removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.article import Article
from index.corrections import Corrections
from index.database import Database
from index.embedder import Embedder
from index.errors import InputRejected, LibraryCorrupt
from index.library import Library
from index.reembed import reembed
from index.repair import repair
from tests.conftest import FakeEmbedder

RIGHT = Corrections("The chess club", "2024-05-01", "Herald", ("Ann Lee",), ("sport",))


def known(article: Article) -> tuple[object, ...]:
    return article.title, article.published, article.site, article.authors, article.tags


def test_what_is_corrected_is_stored_and_found(opened: Library, articles: list[Article]) -> None:
    id_ = articles[0].id
    (summary,) = opened.edit([id_], RIGHT)
    article = opened.article(id_)
    assert known(article) == ("The chess club", "2024-05-01", "Herald", ("Ann Lee",), ("sport",))
    assert (article.published_from, article.text, summary.title) == ("you", articles[0].text, "The chess club")
    assert opened.search("the chess club", 1)[0].article == article
    assert len(opened) == 3
    assert opened.check() == []


def test_a_newer_version_keeps_them(opened: Library, articles: list[Article]) -> None:
    opened.edit([articles[0].id], RIGHT)
    assert opened.add([articles[0]]).unchanged
    newer = replace(articles[0], text=articles[0].text + " Bea leads it now.", published="2025", tags=("news",))
    assert opened.add([newer]).changed
    assert opened.article(newer.id) == RIGHT.applied(newer)


def test_a_second_correction_leaves_the_first(opened: Library, articles: list[Article]) -> None:
    opened.edit([articles[0].id], Corrections(site="Herald", published="2024"))
    opened.edit([articles[0].id], Corrections(title="Club", published=""))
    article = opened.article(articles[0].id)
    assert (article.title, article.site, article.published, article.published_from) == ("Club", "Herald", None, None)
    assert opened.add([replace(articles[0], published="2019")]).unchanged  # it is known to have no date


def test_several_are_corrected_or_none(opened: Library, articles: list[Article]) -> None:
    with pytest.raises(InputRejected, match="No article has the id"):
        opened.edit([articles[0].id, "0000"], RIGHT)
    with pytest.raises(InputRejected, match="is not ISO 8601"):
        opened.edit([articles[0].id], Corrections(published="04/05/2019"))
    assert opened.article(articles[0].id) == articles[0]
    assert len(opened.edit([article.id for article in articles], Corrections(tags=("all",)))) == 3


def test_removing_an_article_forgets_them(opened: Library, articles: list[Article]) -> None:
    opened.edit([articles[0].id], Corrections(title="Quetzal"))
    opened.remove([articles[0].id])
    opened.compact()
    opened.close()
    assert all(b"uetzal" not in file.read_bytes() for file in opened.folder.iterdir())
    opened.add([articles[0]])
    assert opened.article(articles[0].id) == articles[0]


def test_they_outlive_a_reembed_and_a_repair(opened: Library, articles: list[Article], fake_embedder: Embedder) -> None:
    opened.edit([articles[0].id], RIGHT)
    opened.close()
    other = FakeEmbedder(32, weights="other")
    reembed(opened.folder, other)
    repair(opened.folder, other)
    with Library.open(opened.folder, other) as library:
        assert library.add(articles).changed == ()
        assert library.article(articles[0].id) == RIGHT.applied(articles[0])


@pytest.mark.parametrize(
    "stored", ["{", "[1]", '{"title": 7}', '{"tags": [7]}', '{"other": "a"}', "7", '{"authors": "Ann"}']
)
def test_damaged_ones_are_damage(opened: Library, articles: list[Article], stored: str) -> None:
    with Database(opened.folder).writing() as connection:
        connection.execute("INSERT INTO corrections VALUES (?, ?)", (articles[0].id, stored))
    with pytest.raises(LibraryCorrupt, match="corrections"):
        opened.add([replace(articles[0], title="Newer")])
