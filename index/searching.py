"""Searching: by meaning and by words, and one ranking of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import numpy as np

from index import records, vector_rows
from index.article import Article
from index.embedder import Vectors
from index.filters import Filter, allowed_passages, count_undated
from index.fusion import fuse
from index.passages import Passage
from index.vectors import Ids, VectorIndex
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


@dataclass(frozen=True, slots=True)
class FilteredHits:
    """What passed a filter, and what it left out: the best passage of all, if it did, and how many undated articles."""

    hits: tuple[Hit, ...] = ()
    best_left_out: Hit | None = None
    undated: int = 0


class Searcher:
    """Searches one snapshot: `connection` reads it, `index` holds its vectors."""

    def __init__(self, connection: apsw.Connection, index: VectorIndex, words: WordSearch) -> None:
        """Nothing is searched yet; `words` remembers from one snapshot to the next how common words are."""
        self._connection = connection
        self._index = index
        self._words = words

    def search(self, questions: Sequence[str], vectors: Vectors, limit: int) -> list[list[Hit]]:
        """For each question, with its vector, the `limit` passages that fit it best, best first."""
        ranked = self._rank(questions, vectors, limit)
        return [self._hits(found, vector) for found, vector in zip(ranked, vectors, strict=True)]

    def search_filtered(self, question: str, vector: Vectors, limit: int, wanted: Filter) -> FilteredHits:
        """The `limit` best passages of those that pass a filter; the others are not looked at."""
        allowed = allowed_passages(self._connection, wanted)
        (ranked,) = self._rank([question], vector[None], limit, allowed)
        (best,) = self._rank([question], vector[None], 1)
        left_out = [found for found in best if found[0] not in allowed]
        return FilteredHits(
            tuple(self._hits(ranked, vector)),
            next(iter(self._hits(left_out, vector)), None),
            count_undated(self._connection) if wanted.is_dated else 0,
        )

    def _rank(
        self, questions: Sequence[str], vectors: Vectors, limit: int, allowed: Ids | None = None
    ) -> list[list[tuple[int, float]]]:
        """For each question the (id, score) of its best passages."""
        if allowed is not None and not len(allowed):
            return [[] for _ in questions]
        pool = max(_POOL, limit)
        near = nearest(self._connection, self._index, vectors, pool, allowed)
        return [
            fuse(dense, self._words.search(self._connection, question, pool, len(self._index), allowed))[:limit]
            for question, dense in zip(questions, near, strict=True)
        ]

    def _hits(self, ranked: Sequence[tuple[int, float]], vector: Vectors) -> list[Hit]:
        hits = []
        for id_, score in ranked:
            article, passage, stored = records.load_passage(self._connection, id_)
            hits.append(Hit(article, passage, score, float(stored @ vector)))
        return hits


def nearest(
    connection: apsw.Connection, index: VectorIndex, vectors: Vectors, limit: int, allowed: Ids | None = None
) -> list[list[tuple[int, float]]]:
    """The (id, cosine) of the nearest `limit` passages to each vector, best first, by what the library stores."""
    if index.is_exact:
        return index.search(vectors, limit, allowed)
    estimated = index.search(vectors, _COMPARED_AGAIN * limit, allowed)
    return [
        compared_again(connection, [id_ for id_, _ in found], vector)[:limit]
        for found, vector in zip(estimated, vectors, strict=True)
    ]


def compared_again(connection: apsw.Connection, ids: list[int], vector: Vectors) -> list[tuple[int, float]]:
    """The (id, cosine) of those passages with a vector, best first, by what the library stores."""
    stored = vector_rows.load_vectors(connection, np.array(ids, dtype=np.int64), len(vector))
    cosines: list[float] = (stored @ vector).tolist()
    return sorted(zip(ids, cosines, strict=True), key=lambda found: (-found[1], found[0]))
