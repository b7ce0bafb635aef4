"""An assistant that a person can predict: the answer is where the longest word of the question stands."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from index.article import Article
from index.errors import LibraryLocked, LibraryReadOnly
from index.report import AddReport, ArticleSummary
from index.sentences import sentence_around
from qa.answer import Answer, Reason, Reply

CAVE = Article(
    title="All 12 boys and their coach rescued from Tham Luang cave",
    text=(
        "Divers brought the last four of 12 boys and their football coach out of the flooded Tham Luang cave in "
        "northern Thailand on 10 July 2018. The rescue ended an ordeal of 18 days that had been followed around the "
        "world. All 13 survived, but a former Thai navy diver died during the operation.\n\n"
        "The boys, aged 11 to 16, belonged to a junior team called the Wild Boars in Mae Sai, a district of Chiang "
        "Rai province near the border with Myanmar."
    ),
    source="cave.md",
    url="https://example.org/cave",
    site="Example News",
    published="2018-07-10",
)
SUMMIT = Article(
    title="Putin and Kim meet for the first time in Vladivostok",
    text=(
        "Vladimir Putin and Kim Jong Un held their first summit on 25 April 2019 in Vladivostok. Putin said that "
        "North Korea needs international guarantees of its security. The rescue of the talks was not discussed."
    ),
    source="summit.md",
    published="2019-04",
)


@dataclass(frozen=True)
class FakeHit:
    """The one field of a hit that the page looks at."""

    article: Article


class FakeAssistant:
    """Keeps articles in memory; `read_only` refuses to add, as the starter library does."""

    def __init__(self, *articles: Article, read_only: bool = False) -> None:
        self.stored = {article.id: article for article in articles}
        self.read_only = read_only
        self.closed = False
        self.asked: list[str] = []
        self.searched: list[str] = []
        self.counted = threading.Event()
        self.loaded = threading.Event()
        self.began = threading.Event()
        self.go_on = threading.Event()

    @property
    def library(self) -> FakeAssistant:
        return self

    def __len__(self) -> int:
        if self.began.is_set():
            self.counted.set()
        return len(self.stored)

    def load(self) -> None:
        self.loaded.set()

    def search(self, question: str, limit: int) -> list[Any]:
        self.searched.append(question)
        return [FakeHit(article) for article in self.stored.values()][:limit]

    def ask(self, question: str) -> Reply:
        """`wait` takes until `go_on` is set; `locked` and `crash` raise what they say."""
        self.asked.append(question)
        if question == "wait":
            self.began.set()
            self.go_on.wait(timeout=30)
        if question == "locked":
            raise LibraryLocked("Another process is writing to the library <news>; try again when it is done.")
        if question == "crash":
            raise ZeroDivisionError("/secret/path")
        word = max(question.rstrip("?").split(), key=len)
        answers = tuple(_answer(article, word) for article in self.stored.values() if word in article.text)
        if answers:
            return Reply(question, answers)
        if not self.stored:
            return Reply(question, reason=Reason.EMPTY_LIBRARY)
        nearest = next(iter(self.stored.values()))
        return Reply(question, (_answer(nearest, nearest.text[:6]),), reason=Reason.NO_SPAN)

    def add(self, *inputs: Article) -> AddReport:
        if self.read_only:
            raise LibraryReadOnly("The starter library may only be read.")
        added, changed, unchanged = [], [], []
        for article in inputs:
            old = self.stored.get(article.id)
            (added if old is None else unchanged if old == article else changed).append(ArticleSummary.of(article))
            self.stored[article.id] = article
        return AddReport(tuple(added), tuple(changed), tuple(unchanged))

    def close(self) -> None:
        self.closed = True


def _answer(article: Article, word: str) -> Answer:
    start = article.text.index(word)
    end = start + len(word)
    return Answer(article, start, end, *sentence_around(article.text, start, end), 0.9, 5.0)
