"""A library: a folder of articles that can be searched.

    with Library.open(Path("news"), SentenceEmbedder()) as library:
        library.add(load(Path("articles")))
        for hit in library.search("what did Putin say about guarantees?", limit=10):
            print(hit.score, hit.article.title, hit.passage.text)

SQLite is the only truth. The vectors are searched in memory by FAISS, whose file beside it is a cache. Each search
sees one snapshot, the newest that any process has committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from index import records
from index.access import Access
from index.article import Article
from index.by_id import found_by_id, summaries
from index.corrections import Corrections, corrected, corrections_of, forget, remember
from index.embedder import Embedder
from index.filters import Filter
from index.folders import refuse_what_is_no_library
from index.following import FollowedFeed, load_followed, save_followed
from index.identity import check_identity
from index.integrity import Damage
from index.passages import PassageSettings
from index.preparing import PreparedArticle, changed, groups, prepare
from index.report import AddReport, ArticleSummary, Change, Rejection
from index.searching import FilteredHits, Hit, Searcher
from index.upkeep import all_damage
from index.word_search import WordSearch

Progress = Callable[[int], None]
"""Told how many inputs are done so far."""


class Library:
    """Articles in a folder, searchable by meaning and by words. Safe to use from several threads."""

    def __init__(self, folder: Path, embedder: Embedder, *, settings: PassageSettings, read_only: bool) -> None:
        """Use `open`."""
        self.folder = folder
        self.embedder = embedder
        self.settings = settings
        self._words = WordSearch()
        self._access = Access(folder, embedder.fingerprint, settings, read_only=read_only)

    @classmethod
    def open(
        cls,
        folder: Path,
        embedder: Embedder,
        *,
        settings: PassageSettings | None = None,
        read_only: bool = False,
    ) -> Self:
        """Open the library in `folder`; one that does not exist yet is empty, and written at the first add.

        Raises NotALibrary where the folder holds something else, ModelMismatch where it was embedded otherwise, and
        FormatTooNew where a newer version wrote it.
        """
        refuse_what_is_no_library(folder, read_only=read_only)
        library = cls(folder, embedder, settings=settings or PassageSettings(), read_only=read_only)
        with library._access.reading() as connection:
            if connection is not None:
                check_identity(connection, folder, embedder.fingerprint, library.settings)
        return library

    def close(self) -> None:
        """Close the files; a forked child leaves its parent's alone."""
        self._access.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of articles."""
        with self._access.reading() as connection:
            return 0 if connection is None else int(connection.execute("SELECT count(*) FROM articles").get)

    def _is_empty(self) -> bool:
        """Without counting, which takes a while where there is much."""
        with self._access.reading() as connection:
            return connection is None or connection.execute("SELECT 1 FROM articles LIMIT 1").get is None

    def articles(self) -> list[ArticleSummary]:
        """All articles, in the order in which they were added."""
        with self._access.reading() as connection:
            return [] if connection is None else list(records.list_articles(connection))

    def article(self, article_id: str) -> Article:
        """The article by its id; raises InputRejected where there is none."""
        with self._access.reading() as connection:
            found = None if connection is None else records.load_article(connection, article_id)
        return found_by_id(found, article_id)

    def search(self, question: str, limit: int) -> list[Hit]:
        """The `limit` passages that fit the question best, best first."""
        return self.search_many([question], limit)[0]

    def search_many(self, questions: Sequence[str], limit: int) -> list[list[Hit]]:
        """For each question its best passages, all from one snapshot."""
        if self._is_empty():  # nothing to load a model for
            return [[] for _ in questions]
        vectors = self.embedder.embed_questions(questions)
        with self._access.reading() as connection:
            if connection is None:
                return [[] for _ in questions]
            return self._searcher(connection).search(questions, vectors, limit)

    def search_filtered(self, question: str, limit: int, wanted: Filter) -> FilteredHits:
        """The `limit` passages that fit a question best of those that pass a filter, and what it left out."""
        if self._is_empty():
            return FilteredHits()
        (vector,) = self.embedder.embed_questions([question])
        with self._access.reading() as connection:
            if connection is None:
                return FilteredHits()
            return self._searcher(connection).search_filtered(question, vector, limit, wanted)

    def _searcher(self, connection: apsw.Connection) -> Searcher:
        check_identity(connection, self.folder, self.embedder.fingerprint, self.settings)
        return Searcher(connection, self._access.vectors.at(connection), self._words)

    def add(self, items: Iterable[Article | Rejection], progress: Progress | None = None) -> AddReport:
        """Store articles, each in a transaction of its own; a rejection that a loader made is only reported.

        An article whose source is known replaces the older version, and is passed over where nothing changed. Stopped
        in the middle, or by an error, the articles stored so far stay; a note on the exception says how many.
        """
        self._access.refuse_if_read_only()
        outcomes: list[tuple[Change, ArticleSummary] | Rejection] = []
        with self._telling_what_is_stored(outcomes):
            for group in groups(items):
                for outcome in self._add_group(group):
                    outcomes.append(outcome)
                    if progress is not None:
                        progress(len(outcomes))
        report = AddReport.of(outcomes)
        if report.added or report.changed:
            self.save_vectors()
        return report

    def remove(self, article_ids: Iterable[str]) -> list[ArticleSummary]:
        """Remove those articles, all or none; raises InputRejected where one is not in the library."""
        self._access.refuse_if_read_only()
        article_ids = list(dict.fromkeys(article_ids))
        with self._access.reading() as connection:  # a library that does not exist yet is not made for this
            summaries(connection, article_ids)
        with self.transaction(), self._access.writing() as connection:
            removed = summaries(connection, article_ids)  # again: another writer may have been faster
            for summary in removed:
                records.delete_article(connection, summary.id)
                forget(connection, summary.id)
        return removed

    def edit(self, article_ids: Iterable[str], corrections: Corrections) -> list[ArticleSummary]:
        """Correct what is known about those articles, all or none, for now and for their later versions.

        Raises InputRejected where one is not in the library, or cannot be so.
        """
        self._access.refuse_if_read_only()
        edited = [corrections.applied(self.article(article_id)) for article_id in dict.fromkeys(article_ids)]
        prepared = prepare(edited, self.settings, self.embedder)  # a title is embedded with each passage
        with self.transaction(), self._access.writing() as connection:
            for article in prepared:
                id_ = article.article.id
                remember(connection, id_, corrections_of(connection, id_).updated(corrections))
                self.store(article)
        return [ArticleSummary.of(article) for article in edited]

    def followed(self) -> list[FollowedFeed]:
        """The feeds that are followed, in the order in which that began."""
        with self._access.reading() as connection:
            return [] if connection is None else load_followed(connection)

    def change_followed(self, change: Callable[[Sequence[FollowedFeed]], Sequence[FollowedFeed]]) -> None:
        """Follow what `change` makes of the feeds that are followed, which nobody else changes meanwhile."""
        with self.transaction(), self._access.writing() as connection:
            save_followed(connection, change(load_followed(connection)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several adds and removes as one change: others see all of it or nothing.

        with library.transaction():
            library.remove([old.id])
            library.add([new])
        """
        with self._access.writing():
            yield
        self.save_vectors()

    def check(self) -> list[Damage]:
        """All that is damaged, by reading everything; none where the library is whole."""
        with self._access.reading() as connection:
            if connection is None:
                return []
            return all_damage(connection, self.folder)

    def compact(self) -> None:
        """Write all files anew, without a trace of removed articles; raises LibraryLocked while others read."""
        self._access.compact()

    def save_vectors(self) -> None:
        """Write the cache of vectors, unless a transaction is open, which does so when it ends."""
        self._access.save_vectors()

    @contextmanager
    def _telling_what_is_stored(self, outcomes: Sequence[tuple[Change, ArticleSummary] | Rejection]) -> Iterator[None]:
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            if not self._access.in_transaction:  # else nothing stays
                report = AddReport.of(outcomes)
                stored = len(report.added) + len(report.changed)
                error.add_note(f"Articles stored before that: {stored:,}.")
            raise

    def _add_group(self, group: Sequence[Article | Rejection]) -> Iterator[tuple[Change, ArticleSummary] | Rejection]:
        """Embed the new articles of a group together, then store one at a time."""
        with self._access.reading() as connection:
            group = [item if isinstance(item, Rejection) else corrected(connection, item) for item in group]
            new = changed(connection, group)
        prepared = dict(zip(new, prepare(list(new.values()), self.settings, self.embedder), strict=True))
        for place, item in enumerate(group):
            if isinstance(item, Rejection):
                yield item
            elif place in prepared:
                yield self.store(prepared[place]), ArticleSummary.of(item)
            else:
                yield Change.UNCHANGED, ArticleSummary.of(item)

    def store(self, prepared: PreparedArticle) -> Change:
        """Store one article that is cut and embedded already; one with the same source is replaced."""
        article = prepared.article
        with self._access.writing() as connection:
            stored = records.content_hash(connection, article.id)
            if stored == article.content_hash:  # the same article twice in one add, or another process was faster
                return Change.UNCHANGED
            records.delete_article(connection, article.id)
            records.insert_article(connection, article, prepared.passages, prepared.vectors)
        return Change.ADDED if stored is None else Change.CHANGED
