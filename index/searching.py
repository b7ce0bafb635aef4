"""Searching: by meaning and by words, and one ranking of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw

from index import records
from index.article import Article
from index.embedder import Vectors
from index.fusion import fuse
from index.lexical import full_text_query
from index.passages import Passage
from index.vectors import VectorIndex

_POOL = 100  # passages that each of the two searches puts forward


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that fits a question; `score` is 0 to 1 within one question, `similarity` the cosine with it.

    `similarity` is None for a passage that came with the question and was not searched for.
    """

    article: Article
    passage: Passage
    score: float
    similarity: float | None


def search(
    connection: apsw.Connection, index: VectorIndex, questions: Sequence[str], vectors: Vectors, limit: int
) -> list[list[Hit]]:
    """For each question, with its vector, the `limit` passages of one snapshot that fit it best, best first."""
    dense = index.search(vectors, max(_POOL, limit))
    return [
        _hits(connection, question, vector, found, limit)
        for question, vector, found in zip(questions, vectors, dense, strict=True)
    ]


def _hits(
    connection: apsw.Connection, question: str, vector: Vectors, dense: list[tuple[int, float]], limit: int
) -> list[Hit]:
    query = full_text_query(question)
    lexical = records.match_words(connection, query, max(_POOL, limit)) if query else []
    return [_hit(connection, id_, score, vector) for id_, score in fuse(dense, lexical)[:limit]]


def _hit(connection: apsw.Connection, passage_id: int, score: float, vector: Vectors) -> Hit:
    article, passage, stored = records.load_passage(connection, passage_id)
    return Hit(article, passage, score, float(stored @ vector))
