"""What the kind of vector index and the limits of word search were chosen by: tables of what each costs and finds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import faiss
from finding import FIRST, POOL, Questions, first_by_words, ids_of, nearest_of_all, recall, times

from index import vector_rows
from index.embedder import Vectors
from index.lexical import Limits
from index.searching import compared_again
from index.vectors import SAMPLE, Ids
from index.word_search import WordSearch

QUESTIONS = 150  # each setting takes half a minute
KINDS = {  # each with the ways in which it is searched: cells that are looked into, times as many compared again
    "Flat": [(0, 1)],
    "IVF1024,SQ8": [(64, 1), (128, 1), (128, 2)],
    "IVF1024,SQ4": [(64, 2), (128, 1), (128, 2), (192, 2)],
    "IVF1024,RaBitQ": [(128, 5), (128, 10)],
    "RaBitQfs": [(0, 5), (0, 10)],
}
LIMITS = [Limits(ranked, counted) for ranked in (20_000, 40_000, 80_000) for counted in (100_000, 300_000, 1_000_000)]


@dataclass(frozen=True)
class Choice:
    """One setting: megabytes, seconds to build, milliseconds a question, recall of the first 20 passages."""

    name: str
    megabytes: float
    build: float
    p50: float
    p95: float
    recall: float


def choices(folder: Path, questions: Questions) -> list[Choice]:
    """Every kind of index and every limit of word search, tried on one library."""
    fewer = Questions(questions.texts[:QUESTIONS], questions.vectors[:QUESTIONS], questions.fingerprint)
    with fewer.library(folder) as library, library._access.reading() as connection:
        assert connection is not None
        return [*vector_choices(connection, fewer), *word_choices(connection, fewer)]


def vector_choices(connection: apsw.Connection, questions: Questions) -> Iterator[Choice]:
    """Each kind on all vectors; what is compared again is read from the library, as a search does."""
    ids = vector_rows.passage_ids(connection)
    vectors = vector_rows.load_vectors(connection, ids, questions.vectors.shape[1])
    right = nearest_of_all(connection, questions)
    for kind, ways in KINDS.items():
        started = time.perf_counter()
        index = built(kind, vectors)
        seconds = time.perf_counter() - started
        megabytes = len(faiss.serialize_index(index)) / 1e6
        for cells, again in ways:
            if cells:
                index.nprobe = cells

            def ask(place: int, index: Any = index, again: int = again) -> list[int]:
                return found(connection, index, ids, questions.vectors[place], again)

            p50, p95 = times(ask, len(right))
            share = recall([ask(place) for place in range(len(right))], right)
            yield Choice(f"{kind}, {cells} cells, {again} x {POOL}", megabytes, seconds, p50, p95, share)


def built(kind: str, vectors: Vectors) -> Any:
    """An index of all vectors, with cells made after as many of them as a library takes."""
    index = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[:: -(-len(vectors) // SAMPLE)])
    index.add(vectors)
    return index


def found(connection: apsw.Connection, index: Any, ids: Ids, vector: Vectors, again: int) -> list[int]:
    """The nearest passages by an index, compared again unless it is asked for no more than needed."""
    places = index.search(vector[None], again * POOL)[1][0]
    candidates: list[int] = ids[places[places >= 0]].tolist()
    if again == 1:
        return candidates[:FIRST]
    return ids_of(compared_again(connection, candidates, vector))


def word_choices(connection: apsw.Connection, questions: Questions) -> Iterator[Choice]:
    """The full query, and each pair of limits."""
    passages = vector_rows.count(connection)
    asked = range(len(questions.texts))
    right: list[list[int]] = []
    for limits in (None, *LIMITS):
        words = None if limits is None else WordSearch(limits)

        def ask(place: int, words: WordSearch | None = words) -> list[int]:
            return first_by_words(connection, words, questions.texts[place], passages)

        all_found = [ask(place) for place in asked]  # counts the words too
        right = right or all_found
        yield Choice(str(limits or "every word"), 0, 0, *times(ask, len(asked)), recall(all_found, right))
