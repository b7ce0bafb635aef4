"""Passages by the words of a question: of all its words in a library of some size, of the rare ones in a large one."""

from __future__ import annotations

import apsw

from index import facts, records
from index.lexical import LIMITS, Limits, full_text_query
from index.vectors import Ids

_FEW = 50_000  # passages, all of which are ranked in less time than it takes to see which need not be
_MOST_KEPT = 100_000  # words whose counts are remembered, some megabytes


class WordSearch:
    """Searches by words, and remembers how common each is: near enough to tell rare ones from common ones."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        """Nothing is counted before a word is searched for."""
        self._limits = limits
        self._counts: dict[str, int] = {}
        self._library: str | None = None
        self._passages = 0  # of that library, when counting began

    def search(
        self, connection: apsw.Connection, question: str, limit: int, passages: int, allowed: Ids | None = None
    ) -> list[tuple[int, float]]:
        """The (id, BM25) of the best `limit` of a library's `passages` that share a word with the question.

        With `allowed` only those passages are ranked, by all words: the few that are may have none of the rare ones.
        """
        if passages <= _FEW or allowed is not None:
            query = full_text_query(question)
        else:
            self._forget_if_stale(connection, passages)
            query = full_text_query(question, lambda word: self._count(connection, word), self._limits)
        return records.match_words(connection, query, limit, allowed) if query else []

    def _count(self, connection: apsw.Connection, word: str) -> int:
        if word not in self._counts:
            self._counts[word] = records.count_matches(connection, word, self._limits.counted + 1)
        return self._counts[word]

    def _forget_if_stale(self, connection: apsw.Connection, passages: int) -> None:
        """Count anew in another library, and once a tenth has changed."""
        library = facts.library_id(connection)
        is_stale = library != self._library or abs(passages - self._passages) * 10 > self._passages
        if is_stale or len(self._counts) >= _MOST_KEPT:
            self._counts, self._library, self._passages = {}, library, passages
