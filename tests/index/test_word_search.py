"""In a large library common words are counted, once, and the passages that have nothing else are passed over."""

from collections.abc import Iterator

import apsw
import pytest

from index import facts, records, word_search
from index.lexical import Limits
from index.schema import FORMAT, TABLES
from index.word_search import WordSearch


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    """Passage 1 has a rare word and a common one, the 20 others the common one."""
    connection = apsw.Connection(":memory:")
    connection.execute(TABLES)
    connection.pragma("user_version", FORMAT)
    facts.name_library(connection)
    for id_ in range(1, 22):
        text = "the chess city" if id_ == 1 else "the city"
        connection.execute("INSERT INTO words (rowid, title, text) VALUES (?, '', ?)", (id_, text))
    yield connection
    connection.close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that were counted so far."""
    words: list[str] = []
    count = records.count_matches

    def noted(connection: apsw.Connection, query: str, most: int) -> int:
        words.append(query)
        return count(connection, query, most)

    monkeypatch.setattr(records, "count_matches", noted)
    monkeypatch.setattr(word_search, "_FEW", 10)
    return words


def found(words: WordSearch, connection: apsw.Connection, question: str, passages: int = 21) -> list[int]:
    return [id_ for id_, _ in words.search(connection, question, 100, passages=passages)]


def test_few_passages_are_all_ranked(connection: apsw.Connection, counted: list[str]) -> None:
    assert len(found(WordSearch(Limits(5, 5, least=1)), connection, "chess city", passages=10)) == 21
    assert counted == []


def test_of_many_those_with_a_rare_word_are(connection: apsw.Connection, counted: list[str]) -> None:
    assert found(WordSearch(Limits(5, 100, least=1)), connection, "chess city") == [1]
    assert found(WordSearch(Limits(30, 100, least=1)), connection, "chess city")[0] == 1
    assert len(found(WordSearch(Limits(30, 100, least=1)), connection, "chess city")) == 21


def test_a_common_word_alone_is_still_searched_for(connection: apsw.Connection, counted: list[str]) -> None:
    assert len(found(WordSearch(Limits(5, 5, least=1)), connection, "city")) == 21
    assert found(WordSearch(Limits(5, 5, least=1)), connection, "?!") == []


def test_a_word_is_counted_once(connection: apsw.Connection, counted: list[str]) -> None:
    words = WordSearch(Limits(5, 5, least=1))
    for _ in range(3):
        found(words, connection, "chess city")
    found(words, connection, "city", passages=22)
    assert sorted(counted) == ['"chess"', '"city"']


def test_words_are_counted_anew_in_another_library_and_after_many_changes(
    connection: apsw.Connection, counted: list[str]
) -> None:
    words = WordSearch(Limits(5, 5, least=1))
    found(words, connection, "city")
    found(words, connection, "city", passages=30)
    facts.set_fact(connection, "library", "another")
    found(words, connection, "city", passages=30)
    assert counted == ['"city"'] * 3


def test_the_counts_of_words_do_not_fill_the_memory(
    connection: apsw.Connection, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_search, "_MOST_KEPT", 2)
    words = WordSearch(Limits(5, 5, least=1))
    for question in ("chess", "city", "the chess", "city"):
        found(words, connection, question)
    assert len(words._counts) <= 3
