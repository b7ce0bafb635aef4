"""Rows: what is stored comes back equal, or is said to be damaged."""

from collections.abc import Iterator

import apsw
import numpy as np
import pytest

from index import facts, records, vector_rows
from index.article import Article
from index.embedder import Vectors
from index.errors import LibraryCorrupt
from index.passages import Passage
from index.report import ArticleSummary
from index.schema import FORMAT, TABLES

ARTICLE = Article(
    "Caf\xe9",
    "Bread\0and \N{CROISSANT}. Coffee\r\ntoo.",
    "cafe.txt",
    url="https://example.org/cafe",
    site="Herald",
    published="2024-05",
    authors=("Ada", "Bo"),
    language="en",
    published_from="page",
    tags=("food", "caf\xe9"),
    pages=(0, 13),
)
PASSAGES = [
    Passage(ARTICLE.id, "Caf\xe9", start, end, ARTICLE.text[start:end])
    for start, end in ((0, 12), (13, len(ARTICLE.text)))
]
VECTORS: Vectors = np.array([[1, 0], [0.6, 0.8]], dtype=np.float32)


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    """Tables that hold one article of two passages."""
    connection = apsw.Connection(":memory:")
    connection.execute(TABLES)
    connection.pragma("user_version", FORMAT)
    records.insert_article(connection, ARTICLE, PASSAGES, VECTORS)
    yield connection
    connection.close()


def count(connection: apsw.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").get)


def test_facts_are_remembered_and_replaced(connection: apsw.Connection) -> None:
    assert facts.get_fact(connection, "model") is None
    facts.set_fact(connection, "model", "a")
    facts.set_fact(connection, "model", "b")
    assert facts.get_fact(connection, "model") == "b"


def test_generations_count_up(connection: apsw.Connection) -> None:
    assert facts.generation(connection) == 0
    facts.next_generation(connection)
    facts.next_generation(connection)
    assert facts.generation(connection) == 2


def test_an_article_comes_back_equal(connection: apsw.Connection) -> None:
    assert records.load_article(connection, ARTICLE.id) == ARTICLE
    assert records.content_hash(connection, ARTICLE.id) == ARTICLE.content_hash
    assert records.load_article(connection, "none") is None
    assert records.content_hash(connection, "none") is None


def test_an_article_of_which_nothing_is_known_comes_back_equal(connection: apsw.Connection) -> None:
    bare = Article("", "Text", "bare.txt")
    records.insert_article(connection, bare, [], np.zeros((0, 2), dtype=np.float32))
    assert records.load_article(connection, bare.id) == bare


def test_passages_and_vectors_come_back_equal(connection: apsw.Connection) -> None:
    ids = vector_rows.passage_ids(connection)
    assert ids.tolist() == [1, 2]
    found = [records.load_passage(connection, id_) for id_ in (1, 2)]
    assert [(article, passage) for article, passage, _ in found] == [(ARTICLE, passage) for passage in PASSAGES]
    assert np.array_equal([vector for _, _, vector in found], VECTORS)
    assert np.array_equal(vector_rows.load_vectors(connection, ids[::-1], 2), VECTORS[::-1])


def test_a_summary_counts_every_character_also_behind_a_nul(connection: apsw.Connection) -> None:
    summary = ArticleSummary.of(ARTICLE)
    assert summary.characters == len(ARTICLE.text)
    assert list(records.list_articles(connection)) == [summary]
    assert records.load_summary(connection, ARTICLE.id) == summary
    assert records.load_summary(connection, "none") is None


def test_words_behind_a_nul_and_in_the_title_are_found(connection: apsw.Connection) -> None:
    found = {word: {id_ for id_, _ in records.match_words(connection, word, 9)} for word in ("bread", "and", "cafe")}
    assert found == {"bread": {1}, "and": {1}, "cafe": {1, 2}}


def test_a_deleted_article_leaves_nothing_and_its_ids_are_not_used_again(connection: apsw.Connection) -> None:
    records.delete_article(connection, "none")
    records.delete_article(connection, ARTICLE.id)
    assert [count(connection, table) for table in ("articles", "passages", "words")] == [0, 0, 0]
    assert records.match_words(connection, '"bread"', 9) == []
    records.insert_article(connection, ARTICLE, PASSAGES, VECTORS)
    assert vector_rows.passage_ids(connection).tolist() == [3, 4]


@pytest.mark.parametrize(
    "damage",
    [
        "text = replace(text, 'Coffee', 'Toffee')",
        "text = ''",
        "text = '...'",
        "text = CAST(x'ff41' AS TEXT)",
        "title = 'Cafe'",
        "source = ''",
        "url = NULL",
        "published = 'soon'",
        "published = '2024-06'",
        "authors = 'Ada'",
        "authors = '7'",
        "content_hash = 'abc'",
    ],
)
def test_a_damaged_article_is_never_given(connection: apsw.Connection, damage: str) -> None:
    connection.execute(f"UPDATE articles SET {damage}")
    with pytest.raises(
        LibraryCorrupt, match=r"was damaged.*; qa check names what is damaged, qa repair keeps what is whole"
    ):
        records.load_article(connection, ARTICLE.id)
    with pytest.raises(LibraryCorrupt, match="was damaged"):
        records.load_passage(connection, 1)
    assert records.content_hash(connection, ARTICLE.id) is None


@pytest.mark.parametrize(
    "damage",
    ["start = -1", '"end" = 999', '"end" = start', "article = 99", "start = 1", "vector = zeroblob(8)", "hash = x''"],
)
def test_a_damaged_passage_is_never_given(connection: apsw.Connection, damage: str) -> None:
    connection.execute(f"UPDATE passages SET {damage} WHERE id = 1")
    with pytest.raises(LibraryCorrupt, match="was damaged"):
        records.load_passage(connection, 1)


def test_a_passage_or_vector_that_is_missing_or_short_is_damage(connection: apsw.Connection) -> None:
    with pytest.raises(LibraryCorrupt, match="Passage 9"):
        records.load_passage(connection, 9)
    with pytest.raises(LibraryCorrupt, match="Passage 9"):
        vector_rows.load_vectors(connection, np.array([9]), 2)
    connection.execute("UPDATE passages SET vector = x'00' WHERE id = 1")
    with pytest.raises(LibraryCorrupt, match="Passage 1"):
        vector_rows.load_vectors(connection, np.array([1]), 2)
