"""The Assistant: articles in, questions in, answers out. Start reading here.

    from qa import Assistant

    assistant = Assistant.open("news")
    assistant.add("articles/")
    reply = assistant.ask("what did Putin say about guarantees?")
    print(reply.best.text, reply.best.article.title)

A question goes one way: library.search finds passages, the reader proposes spans in them, ranking puts the spans in
order, confidence decides whether the best one is good enough. Everything else (page, command line, evaluation) asks
through this class.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from itertools import compress, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.article import Article
from index.corrections import Corrections
from index.embedder import Embedder
from index.errors import InputRejected, ModelDamaged, RejectionReason
from index.filters import Filter
from index.folder_sync import sync_folder, sync_folders
from index.following import FollowedFeed, without_feed
from index.incoming import incoming
from index.library import Library, Progress
from index.report import AddReport, ArticleSummary, SyncReport
from index.searching import Hit
from index.sentence_embedder import SentenceEmbedder
from qa.answer import Reason, Reply, Seconds
from qa.asked import Asked, read_limits
from qa.calibration import load_calibration
from qa.confidence import Doubt
from qa.questions import UNSUPPORTED_NOTE, QuestionKind, kind_of
from qa.ranking import rank
from qa.reader import Reader
from qa.replying import Manner, reply_of
from qa.retrieving import retrieve
from qa.transformer_reader import TransformerReader

if TYPE_CHECKING:
    from index.web.visiting import Visitor

MOST_CHARACTERS = 4_000


class Assistant:
    """Answers questions from the articles of one library. Safe to use from several threads."""

    def __init__(self, library: Library, reader: Reader) -> None:
        """Join a library and a reader; most callers want `open`.

        Raises ModelDamaged where the reader's folder holds a broken calibration.
        """
        self.library = library
        self.reader = reader
        self._calibration = load_calibration(reader.folder, library.embedder.fingerprint.weights_sha256)

    @classmethod
    def open(
        cls,
        folder: str | Path,
        *,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        read_only: bool = False,
    ) -> Self:
        """Open the library in `folder`, made at the first add if absent; models default to the shipped ones.

        Loads no model yet. Raises the errors of `Library.open`, and ModelDamaged.
        """
        library = Library.open(Path(folder).expanduser(), embedder or SentenceEmbedder(), read_only=read_only)
        try:
            return cls(library, reader or TransformerReader())
        except ModelDamaged:
            library.close()
            raise

    def close(self) -> None:
        """Close the library's files."""
        self.library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def load(self) -> None:
        """Load both models now, so that the first question does not wait for them."""
        self.library.embedder.load()
        self.reader.load()

    def add(self, *inputs: str | Path | Article, progress: Progress | None = None) -> AddReport:
        """Add articles, files, folders of files, and what is at web addresses: pages, feeds and sitemaps.

        What cannot be taken is reported, never raised. Files are parsed in processes of their own, the next ones while
        the last ones are embedded. Raises SandboxUnavailable where no such process can be started.
        """
        with closing(incoming(inputs, lambda: self._visitor)) as items:  # else they would parse on after Ctrl-C
            return self.library.add(items, progress)

    @cached_property
    def _visitor(self) -> Visitor:
        from index.web.visiting import Visitor

        return Visitor()

    def remove(self, *article_ids: str) -> list[ArticleSummary]:
        """Remove articles by id, all or none; raises InputRejected where one is not in the library."""
        return self.library.remove(article_ids)

    def edit(self, *article_ids: str, corrections: Corrections) -> list[ArticleSummary]:
        """Correct what is known about articles, all or none, for their later versions too; raises InputRejected."""
        return self.library.edit(article_ids, corrections)

    def follow(self, address: str) -> FollowedFeed:
        """Follow a feed or sitemap, whose articles the next `sync` adds; raises InputRejected where it is none."""
        from index.web.syncing import follow

        return follow(self.library, address, self._visitor)

    def unfollow(self, address: str) -> None:
        """No longer follow a feed, whose articles stay; raises InputRejected where it is not followed."""
        self.library.change_followed(lambda feeds: without_feed(feeds, address))

    def followed(self) -> list[FollowedFeed]:
        """The feeds that are followed."""
        return self.library.followed()

    def sync(self, progress: Progress | None = None) -> Iterator[SyncReport]:
        """Add what is new in all feeds and folders that are followed, one by one; what went wrong is in the reports."""
        from index.web.syncing import sync

        yield from sync_folders(self.library, progress)
        yield from sync(self.library, self._visitor, progress)

    def sync_folder(
        self,
        folder: str | Path,
        *,
        remove: bool = False,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> SyncReport:
        """Add what is new in a folder and follow it from now on; see `index.folder_sync`."""
        return sync_folder(self.library, Path(folder), remove=remove, dry_run=dry_run, progress=progress)

    def articles(self) -> list[ArticleSummary]:
        """All articles, in the order in which they were added."""
        return self.library.articles()

    def article(self, article_id: str) -> Article:
        """One article with its text; raises InputRejected where it is not in the library."""
        return self.library.article(article_id)

    def ask(
        self,
        question: str,
        *,
        top_k: int = 5,
        passages: int = 10,
        max_wrong: float | None = None,
        after: str | None = None,
        before: str | None = None,
        source: str | None = None,
        author: str | None = None,
        language: str | None = None,
        tag: str | None = None,
        newest_first: bool = False,
    ) -> Reply:
        """Answer a question with up to `top_k` answers out of the `passages` that fit it best.

        `after` and the others limit which articles are asked, see `index.filters.Filter`; they can also be written into
        the question, as in `after:2024-01 source:bbc`, and a phrase in double quotes must stand in the passage.
        `newest_first` puts the answers that are good enough in the order of their articles' dates.

        With `max_wrong`, say 0.1, only so sure answers are given that at most this share of them is wrong (shares less
        than half of its words with a right one), for questions like those of the fitting set and ten passages
        (`qa.risk`). Raises InputRejected for a question that is empty or longer than 4,000 characters, and for a
        `max_wrong` that cannot be promised.
        """
        wanted = Filter(after, before, source, author, language, tag)
        asked = read_limits(_checked(question), wanted)
        manner = Manner(top_k, passages, Doubt.of(self._calibration, max_wrong), newest_first)
        return self._ask([replace(asked, question=_checked(asked.question))], manner)[0]

    def ask_many(
        self, questions: Sequence[str], *, top_k: int = 5, passages: int = 10, max_wrong: float | None = None
    ) -> list[Reply]:
        """Answer questions together, which is faster than one by one; each reply tells its share of the time.

        Nothing in them is taken for a limit.
        """
        manner = Manner(top_k, passages, Doubt.of(self._calibration, max_wrong))
        return self._ask([Asked(_checked(question)) for question in questions], manner)

    def _ask(self, asked: Sequence[Asked], manner: Manner) -> list[Reply]:
        supported = [kind_of(one.question) is not QuestionKind.UNSUPPORTED for one in asked]
        answered = iter(self._answer(list(compress(asked, supported)), manner))
        return [
            next(answered) if answerable else Reply(one.question, reason=Reason.UNSUPPORTED, note=UNSUPPORTED_NOTE)
            for one, answerable in zip(asked, supported, strict=True)
        ]

    def read(self, found: Sequence[tuple[str, Sequence[Hit]]], *, top_k: int = 5) -> list[Reply]:
        """Answer each question from the passages already found for it: one decision over all of them."""
        return self._read(found, Manner(top_k, 1, Doubt.of(self._calibration)))

    def _read(self, found: Sequence[tuple[str, Sequence[Hit]]], manner: Manner) -> list[Reply]:
        self.reader.load()
        started = time.perf_counter()
        readings = iter(self.reader.read([(question, hit.passage) for question, hits in found for hit in hits]))
        ranked = [rank(hits, list(islice(readings, len(hits)))) for _, hits in found]
        replies = [
            reply_of(question, candidates, manner) if hits else Reply(question, reason=Reason.NO_PASSAGE)
            for (question, hits), candidates in zip(found, ranked, strict=True)
        ]
        seconds = (time.perf_counter() - started) / max(1, len(found))
        return [replace(reply, seconds=Seconds(read=seconds, total=seconds)) for reply in replies]

    def _answer(self, asked: Sequence[Asked], manner: Manner) -> list[Reply]:
        if not asked:
            return []
        if len(self.library) == 0:
            return [Reply(one.question, reason=Reason.EMPTY_LIBRARY) for one in asked]
        self.load()
        started = time.perf_counter()
        found = retrieve(self.library, asked, manner.passages, self.reader.languages)
        seconds = (time.perf_counter() - started) / len(asked)
        replies = self._read([(one.question, got.hits) for one, got in zip(asked, found, strict=True)], manner)
        return [
            got.limited(replace(reply, seconds=Seconds(seconds, reply.seconds.read, seconds + reply.seconds.read)))
            for reply, got in zip(replies, found, strict=True)
        ]


def _checked(question: str) -> str:
    """The question as it will be asked; raises InputRejected where it cannot be.

    Its length is checked in characters, before a tokenizer would spend seconds on it.
    """
    if len(question) > MOST_CHARACTERS:
        raise InputRejected(
            RejectionReason.QUESTION_TOO_LONG,
            f"The question has {len(question):,} characters; ask one of at most {MOST_CHARACTERS:,}.",
        )
    cleaned = question.encode("utf-8", "replace").decode().strip()  # lone surrogates cannot be tokenized
    if not any(character.isalnum() for character in cleaned):
        raise InputRejected(RejectionReason.QUESTION_EMPTY, "The question has no words; type what you want to know.")
    return cleaned
