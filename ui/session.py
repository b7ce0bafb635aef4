"""One chat's view of the articles: the assistant it asks, and the change from the starter library to your own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from index.article import Article
from index.report import AddReport, Rejection
from qa.answer import Reply
from qa.assistant import MOST_CHARACTERS, Assistant

Result = TypeVar("Result")

# The page shows how far adding has come after so many articles; each batch also writes all vectors once.
_BATCH = 64
_SOURCES = 5


@dataclass(frozen=True, slots=True)
class Searching:
    """The first stage of an answer: so many articles are being searched."""

    articles: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The second stage: the articles, by title and best first, whose passages are being read."""

    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adding:
    """A stage of adding: `done` of `total` articles are stored."""

    done: int
    total: int


class ChatSession:
    """Asks and adds on behalf of one page, or of several pages that share a library.

    Nothing here blocks the web server. Questions are answered one at a time on a thread of their own, since each
    uses the whole processor; one that is cancelled before its turn never runs.
    """

    def __init__(self, assistant: Assistant, open_own: Callable[[], Assistant] | None = None) -> None:
        """Ask `assistant`; where that is the starter library, `open_own` opens the user's own at the first add."""
        self._assistant = assistant
        self._open_own = open_own
        self._opened = [assistant]
        self._asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asking")
        self._adding = threading.Lock()

    @property
    def starter(self) -> bool:
        """Whether questions still go to the starter library."""
        return self._open_own is not None

    def load(self) -> None:
        """Begin to load the models, so that the first question need not wait for them."""
        self._asking.submit(self._assistant.load)

    async def count(self) -> int:
        """The number of articles that questions go to."""
        return await asyncio.to_thread(lambda: len(self._assistant.library))

    async def ask(self, question: str) -> AsyncIterator[Searching | Reading | Reply]:
        """The stages of an answer as they are reached, the reply last."""
        yield Searching(await self.count())
        titles = await self._in_turn(self._titles, question)
        if titles:
            yield Reading(titles)
        yield await self._in_turn(self._reply, question)

    async def add(self, items: Sequence[Article | Rejection]) -> AsyncIterator[Adding | AddReport]:
        """Store articles batch by batch; the stages reached, and last the report over all items.

        The first article stored while the starter library is asked makes the user's own, and questions go there.
        """
        articles = [item for item in items if isinstance(item, Article)]
        reports = [AddReport(rejected=tuple(item for item in items if isinstance(item, Rejection)))]
        for start in range(0, len(articles), _BATCH):
            yield Adding(start, len(articles))
            reports.append(await asyncio.to_thread(self._add, articles[start : start + _BATCH]))
        yield _merged(reports)

    def close(self) -> None:
        """Wait for the question under way, then close the libraries."""
        self._asking.shutdown(cancel_futures=True)
        for assistant in self._opened:
            assistant.close()

    async def _in_turn(self, work: Callable[[str], Result], question: str) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._asking, work, question)

    def _titles(self, question: str) -> tuple[str, ...]:
        if len(question) > MOST_CHARACTERS:
            return ()  # `ask` refuses it; no model should spend seconds on it before
        hits = self._assistant.library.search(question, _SOURCES)
        return tuple(dict.fromkeys(hit.article.title for hit in hits))

    def _reply(self, question: str) -> Reply:
        return self._assistant.ask(question)

    def _add(self, articles: Sequence[Article]) -> AddReport:
        with self._adding, ExitStack() as unless_kept:
            if self._open_own is None:
                return self._assistant.add(*articles)
            own = self._open_own()
            unless_kept.callback(own.close)
            report = own.add(*articles)
            if len(own.library) > 0:
                unless_kept.pop_all()
                self._opened.append(own)
                self._assistant, self._open_own = own, None
            return report


def _merged(reports: Sequence[AddReport]) -> AddReport:
    return AddReport(
        added=tuple(summary for report in reports for summary in report.added),
        changed=tuple(summary for report in reports for summary in report.changed),
        unchanged=tuple(summary for report in reports for summary in report.unchanged),
        rejected=tuple(rejection for report in reports for rejection in report.rejected),
    )
