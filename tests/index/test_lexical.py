"""Plain words to full-text queries: nothing that is typed acts as an operator."""

from collections.abc import Callable, Iterator
from random import Random

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import STOP_WORDS, Limits, full_text_query
from index.records import count_matches, match_words
from index.schema import TABLES


@pytest.fixture(scope="module")
def connection() -> Iterator[apsw.Connection]:
    """Passages 1 to 5 in a full-text index as in a library."""
    connection = apsw.Connection(":memory:")
    connection.execute(TABLES)
    for id_, (title, text) in enumerate(
        [
            ("Chess club", "Ada chairs the chess club"),
            ("Bakery", "Bruno bakes bread, and more bread"),
            ("Harbour", "The harbour closed"),
            ("Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "R\xe9sum\xe9s are read here"),
            ("Operators", "near and or not column"),
        ],
        start=1,
    ):
        connection.execute("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", (id_, title, text))
    yield connection
    connection.close()


def found(connection: apsw.Connection, question: str) -> list[int]:
    query = full_text_query(question)
    return [] if query is None else [id_ for id_, _ in match_words(connection, query, 10)]


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("Who chairs the chess club?", '"chairs" OR "chess" OR "club"'),
        ("chess CHESS Chess", '"chess"'),
        ("who is it?", '"who" OR "is" OR "it"'),
        ("3.5% in May", '"3" OR "5"'),
        ('say "cheese" NOT NEAR(a b)', '"say" OR "cheese" OR "near" OR "b"'),
        ("", None),
        ("?! \0 \N{GRINNING FACE}", None),
    ],
)
def test_queries_of_plain_questions(question: str, query: str | None) -> None:
    assert full_text_query(question) == query


def test_a_long_question_is_asked_by_its_first_64_words() -> None:
    query = full_text_query(" ".join(f"word{number}" for number in range(100)))
    assert query == " OR ".join(f'"word{number}"' for number in range(64))


def test_stop_words_are_words_as_the_query_sees_them() -> None:
    assert all(word.isalpha() and word == word.lower() for word in STOP_WORDS)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who chairs it?", [1]),
        ("chaired", [1]),  # stems
        ("bread", [2]),
        ("breads in the harbour", [2, 3]),
        ("cafe resume", [4]),
        ("re\u0301sume\u0301", [4]),  # accents of their own, as macOS writes them
        ("club OR", [1]),
        ("chess* AND (club", [1]),
        ('"chess', [1]),
        ("title:chess", [1]),
        ("-chess ^club {a b}: x", [1]),
        ("chess\0club", [1]),
        ("foo_bar", []),
        ("_", []),
        ("the", [1, 3]),
    ],
)
def test_what_questions_find(connection: apsw.Connection, question: str, expected: list[int]) -> None:
    assert sorted(found(connection, question)) == expected


def test_best_first_and_higher_is_better(connection: apsw.Connection) -> None:
    rows = match_words(connection, '"bread" OR "harbour"', 10)
    assert {id_ for id_, _ in rows} == {2, 3}
    assert rows[0][1] >= rows[1][1] > 0
    assert match_words(connection, '"bread" OR "harbour"', 1) == rows[:1]


@given(question=st.text())
def test_no_question_is_a_malformed_query(connection: apsw.Connection, question: str) -> None:
    found(connection, question)


@given(question=st.text(st.sampled_from("\"'*^:(){}-+ abNEARORNOTAND\0\\_")))
def test_no_mix_of_operators_is_a_malformed_query(connection: apsw.Connection, question: str) -> None:
    found(connection, question)


def counting(**counts: int) -> Callable[[str], int]:
    return lambda word: counts[word.strip('"')]


@pytest.mark.parametrize(
    ("counts", "query"),
    [
        ({"chess": 1, "club": 2, "city": 50}, '("chess" OR "club") AND ("chess" OR "club" OR "city" OR "city")'),
        ({"chess": 1, "club": 3, "city": 50}, '("chess") AND ("chess" OR "club" OR "city" OR "club" OR "city")'),
        ({"chess": 1, "club": 2, "city": 54}, '"chess" OR "club"'),
        ({"chess": 1, "club": 1, "city": 1}, '"city" OR "chess" OR "club"'),
        ({"chess": 90, "club": 80, "city": 99}, '"club"'),
        ({"chess": 0, "club": 80, "city": 99}, '"chess" OR "club"'),
    ],
)
def test_passages_with_a_rare_word_are_ordered_by_common_ones_too(counts: dict[str, int], query: str) -> None:
    assert full_text_query("city chess club", counting(**counts), Limits(ranked=3, counted=53, least=1)) == query


def test_a_question_without_a_word_counts_nothing() -> None:
    assert full_text_query("?!", counting()) is None


def test_the_order_is_that_of_all_words_among_the_passages_with_a_rare_one() -> None:
    chance = Random(0)
    connection = apsw.Connection(":memory:")
    connection.execute(TABLES)
    shares = {"amber": 0.03, "birch": 0.05, "cedar": 0.3, "dune": 0.5}
    rare = set()
    for id_ in range(1, 1001):
        text = [word for word, share in shares.items() for _ in range(2) if chance.random() < share]
        rare |= {id_} if {"amber", "birch"} & set(text) else set()
        filling = ["filler"] * chance.randrange(1, 20)
        connection.execute("INSERT INTO words (rowid, title, text) VALUES (?, '', ?)", (id_, " ".join(text + filling)))
    question = " ".join(shares)
    counts = {word: count_matches(connection, word, 1000) for word in shares}
    short = full_text_query(question, counting(**counts), Limits(counts["amber"] + counts["birch"], 1000, least=1))
    full = full_text_query(question)
    assert short is not None
    assert full is not None
    expected = {id_: pytest.approx(2 * score) for id_, score in match_words(connection, full, 1000) if id_ in rare}
    assert len(expected) > 50
    assert dict(match_words(connection, short, 1000)) == expected
    connection.close()
