"""Searching: by meaning and by words, and one ranking of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import numpy as np

from index import records, vector_rows
from index.article import Article
from index.embedder import Vectors
from index.fusion import fuse
from index.passages import Passage
from index.vectors import VectorIndex
from index.word_search import WordSearch

_POOL = 100  # passages that each of the two searches puts forward
_COMPARED_AGAIN = 2  # times as many, where their cosines are only estimated


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
    connection: apsw.Connection,
    index: VectorIndex,
    words: WordSearch,
    questions: Sequence[str],
    vectors: Vectors,
    limit: int,
) -> list[list[Hit]]:
    """For each question, with its vector, the `limit` passages of one snapshot that fit it best, best first."""
    pool = max(_POOL, limit)
    hits = []
    for question, vector, dense in zip(questions, vectors, nearest(connection, index, vectors, pool), strict=True):
        lexical = words.search(connection, question, pool, passages=len(index))
        hits.append([_hit(connection, id_, score, vector) for id_, score in fuse(dense, lexical)[:limit]])
    return hits


def nearest(
    connection: apsw.Connection, index: VectorIndex, vectors: Vectors, limit: int
) -> list[list[tuple[int, float]]]:
    """The (id, cosine) of the nearest `limit` passages to each vector, best first, by what the library stores."""
    if index.is_exact:
        return index.search(vectors, limit)
    estimated = index.search(vectors, _COMPARED_AGAIN * limit)
    return [
        compared_again(connection, [id_ for id_, _ in found], vector)[:limit]
        for found, vector in zip(estimated, vectors, strict=True)
    ]


def compared_again(connection: apsw.Connection, ids: list[int], vector: Vectors) -> list[tuple[int, float]]:
    """The (id, cosine) of those passages with a vector, best first, by what the library stores."""
    stored = vector_rows.load_vectors(connection, np.array(ids, dtype=np.int64), len(vector))
    cosines: list[float] = (stored @ vector).tolist()
    return sorted(zip(ids, cosines, strict=True), key=lambda found: (-found[1], found[0]))


def _hit(connection: apsw.Connection, passage_id: int, score: float, vector: Vectors) -> Hit:
    article, passage, stored = records.load_passage(connection, passage_id)
    return Hit(article, passage, score, float(stored @ vector))
