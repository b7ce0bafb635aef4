"""Questions to a large library: what they should find, and how long they take."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
import numpy as np
from growing import ReadyEmbedder

from index import records, vector_rows
from index.embedder import Fingerprint, Vectors
from index.fusion import Scored
from index.lexical import full_text_query
from index.library import Library
from index.vectors import VectorIndex
from index.word_search import WordSearch

FIRST = 20  # passages whose recall is measured
POOL = 100  # passages that each search puts forward
WARM = 20  # questions asked before the clock runs
_ROWS = 20_000  # vectors read at a time


@dataclass(frozen=True)
class Questions:
    """Questions as they are asked, and their vectors of shape (len(texts), dimension)."""

    texts: tuple[str, ...]
    vectors: Vectors
    fingerprint: Fingerprint

    def library(self, folder: Path) -> Library:
        """A library that can be asked these questions, without the model."""
        return Library.open(folder, ReadyEmbedder(self.fingerprint, self.texts, self.vectors))


def nearest_of_all(connection: apsw.Connection, questions: Questions) -> list[list[int]]:
    """The ids of the passages whose stored vectors are nearest to each question's, by comparing with all."""
    dimension = questions.vectors.shape[1]
    ids = vector_rows.passage_ids(connection)
    index = VectorIndex(dimension)
    for first in range(0, len(ids), _ROWS):
        some = ids[first : first + _ROWS]
        index.add(some, vector_rows.load_vectors(connection, some, dimension))
    return [ids_of(found) for found in index.search(questions.vectors, FIRST)]


def first_by_words(connection: apsw.Connection, words: WordSearch | None, question: str, passages: int) -> list[int]:
    """The first passages by the words of a question; by every word where nothing limits it."""
    if words is not None:
        return ids_of(words.search(connection, question, POOL, passages=passages))
    query = full_text_query(question)
    return ids_of(records.match_words(connection, query, POOL)) if query else []


def ids_of(found: Scored) -> list[int]:
    """The first passages of what was found."""
    return [id_ for id_, _ in found[:FIRST]]


def recall(found: Sequence[Sequence[int]], right: Sequence[Sequence[int]]) -> float:
    """The mean share of the right passages that were found."""
    shares = [len(set(mine) & set(theirs)) / len(theirs) for mine, theirs in zip(found, right, strict=True) if theirs]
    return float(np.mean(shares))


def times(ask: Callable[[int], object], count: int) -> tuple[float, float]:
    """Milliseconds to ask for each place, at the median and the 95th percentile."""
    for place in range(min(WARM, count)):
        ask(place)
    times = []
    for place in range(count):
        started = time.perf_counter()
        ask(place)
        times.append(1000 * (time.perf_counter() - started))
    return float(np.median(times)), float(np.quantile(times, 0.95))
