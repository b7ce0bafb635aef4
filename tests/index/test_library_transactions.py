"""Several changes as one: others see all of it or nothing, and what is undone leaves no trace."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from index.article import Article
from index.database import DATABASE_FILE
from index.embedder import Embedder, Vectors
from index.errors import DiskFull, InputRejected, LibraryError
from index.library import Library

NEW = Article("New", "Nora knits nets.", "new.txt")


@pytest.fixture
def other(opened: Library, fake_embedder: Embedder) -> Iterator[Library]:
    """The same folder, opened a second time as another process would."""
    with Library.open(opened.folder, fake_embedder) as other:
        yield other


def sources(library: Library) -> list[str]:
    return [summary.source for summary in library.articles()]


def test_another_library_sees_a_change_at_its_next_search(
    opened: Library, other: Library, articles: list[Article]
) -> None:
    assert other.search("Nora knits", 1)[0].article != NEW
    opened.add([NEW])
    assert other.search("Nora knits", 1)[0].article == NEW
    later = replace(NEW, text="Nora now sews sails.")
    opened.add([later])
    assert other.search("Nora knits", 1)[0].article == later
    opened.remove([NEW.id])
    assert {hit.article for hit in other.search("Nora knits", 9)} == set(articles)


def test_others_see_all_of_a_transaction_at_once(opened: Library, other: Library, articles: list[Article]) -> None:
    with opened.transaction():
        opened.remove([articles[0].id])
        opened.add([NEW])
        assert sources(other) == ["chess.txt", "bakery.txt", "harbour.txt"]
        assert {hit.article for hit in other.search("Nora chess", 9)} == set(articles)
        assert sources(opened) == ["bakery.txt", "harbour.txt", "new.txt"]
    assert sources(other) == ["bakery.txt", "harbour.txt", "new.txt"]
    assert {hit.article for hit in other.search("Nora chess", 9)} == {NEW, *articles[1:]}


def test_a_transaction_that_fails_leaves_nothing(opened: Library, other: Library, articles: list[Article]) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), opened.transaction():
        opened.remove([articles[0].id])
        opened.add([NEW])
        raise RuntimeError("on purpose")
    for library in (opened, other):
        assert sources(library) == ["chess.txt", "bakery.txt", "harbour.txt"]
        assert {hit.article for hit in library.search("Nora chess", 9)} == set(articles)


def test_a_search_inside_a_transaction_sees_its_changes(opened: Library, articles: list[Article]) -> None:
    assert opened.search("Nora knits", 1)[0].article != NEW
    with opened.transaction():
        opened.add([NEW])
        assert opened.search("Nora knits", 1)[0].article == NEW
        opened.remove([NEW.id, articles[0].id])
        assert {hit.article for hit in opened.search("Nora chess", 9)} == set(articles[1:])
    assert {hit.article for hit in opened.search("Nora chess", 9)} == set(articles[1:])


def test_vectors_of_what_was_undone_do_not_stay(opened: Library, articles: list[Article]) -> None:
    """The ids of undone passages are given out again, to passages with other vectors."""
    with pytest.raises(RuntimeError), opened.transaction():
        opened.add([NEW])
        assert opened.search("Nora knits", 1)[0].article == NEW
        raise RuntimeError
    newer = Article("Other", "Otto oils oboes.", "other.txt")
    opened.add([newer])
    best = opened.search("Otto oils oboes.", 1)[0]
    assert best.article == newer
    assert best.similarity > 0.8
    assert {hit.article for hit in opened.search("Nora knits", 9)} == {newer, *articles}


def test_what_fails_without_a_search_leaves_the_vectors_in_memory(opened: Library) -> None:
    """At a million passages reading them anew takes longer than a user waits for an error."""
    with opened._access.reading() as connection:
        index = opened._access.vectors.at(connection)
    with pytest.raises(InputRejected), opened.transaction():
        opened.remove(["nothing"])
    with opened._access.reading() as connection:
        assert opened._access.vectors.at(connection) is index


def test_transactions_inside_one_another_are_one(opened: Library, other: Library) -> None:
    with opened.transaction():
        with opened.transaction():
            opened.add([NEW])
        assert NEW.source not in sources(other)
    assert NEW.source in sources(other)


def test_a_change_that_fails_inside_a_transaction_leaves_no_half_of_it(
    opened: Library, fake_embedder: Embedder, articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the caller goes on after the error, the old version of the article must still be whole."""

    def too_few(titles: Sequence[str], texts: Sequence[str]) -> Vectors:
        return np.zeros((0, 64), dtype=np.float32)

    with opened.transaction():
        opened.add([NEW])
        with monkeypatch.context() as patch:
            patch.setattr(fake_embedder, "embed_passages", too_few)
            with pytest.raises(ValueError, match="zip"):
                opened.add([replace(articles[0], text="Ada left.")])
    assert opened.article(articles[0].id) == articles[0]
    assert opened.search("Who chairs the chess club?", 1)[0].article == articles[0]
    assert opened.search("Nora knits", 1)[0].article == NEW


def test_a_full_disk_inside_a_transaction_undoes_all_of_it(opened: Library, articles: list[Article]) -> None:
    big = Article("Big", "word " * 20_000, "big.txt")
    with pytest.raises(DiskFull), opened.transaction():
        opened.add([NEW])
        with opened._access.writing() as connection:
            connection.pragma("max_page_count", connection.pragma("page_count"))
        opened.add([big])
    assert sources(opened) == ["chess.txt", "bakery.txt", "harbour.txt"]
    assert {hit.article for hit in opened.search("Nora chess", 9)} == set(articles)
    with opened._access.writing() as connection:
        connection.pragma("max_page_count", 1_000_000)
    opened.add([NEW])
    assert opened.search("Nora knits", 1)[0].article == NEW


def test_compacting_inside_a_transaction_is_refused(opened: Library) -> None:
    with pytest.raises(LibraryError, match="is inside a transaction; compact it afterwards"), opened.transaction():
        opened.compact()
    assert opened.check() == []
    opened.compact()


def test_compacting_makes_no_library(library: Library) -> None:
    library.compact()
    assert not (library.folder / DATABASE_FILE).exists()
