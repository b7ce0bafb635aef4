"""The session: stages of an answer, adding in batches, and the change from the starter library to one's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fake_assistant import CAVE, SUMMIT, FakeAssistant

from index.article import Article
from index.errors import LibraryLocked, RejectionReason
from index.report import AddReport, ArticleSummary, Rejection
from qa.answer import Reply
from qa.assistant import MOST_CHARACTERS
from ui.session import Adding, ChatSession, Reading, Searching


def collect(stages: AsyncIterator[Any]) -> list[Any]:
    async def gather() -> list[Any]:
        return [stage async for stage in stages]

    return asyncio.run(gather())


@pytest.fixture
def own() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def starter() -> FakeAssistant:
    return FakeAssistant(CAVE, SUMMIT, read_only=True)


@pytest.fixture
def session(starter: FakeAssistant, own: FakeAssistant) -> Iterator[ChatSession]:
    session = ChatSession(starter, lambda: own)
    yield session
    session.close()


def test_an_answer_comes_in_stages(session: ChatSession) -> None:
    searching, reading, reply = collect(session.ask("Where did the rescue happen?"))
    assert searching == Searching(articles=2)
    assert reading == Reading((CAVE.title, SUMMIT.title))
    assert isinstance(reply, Reply)
    assert [answer.text for answer in reply.answers] == ["rescue", "rescue"]


def test_a_question_that_is_too_long_reaches_no_search(session: ChatSession, starter: FakeAssistant) -> None:
    stages = collect(session.ask("x" * (MOST_CHARACTERS + 1)))
    assert [type(stage) for stage in stages] == [Searching, Reply]
    assert starter.searched == []


def test_errors_of_the_assistant_reach_the_page(session: ChatSession) -> None:
    with pytest.raises(LibraryLocked):
        collect(session.ask("locked"))


def test_a_cancelled_question_that_has_not_begun_never_runs(session: ChatSession, starter: FakeAssistant) -> None:
    async def ask_two_and_stop_the_second() -> None:
        first = asyncio.create_task(anext_reply(session, "wait"))
        await asyncio.to_thread(starter.began.wait, 5)
        second = asyncio.create_task(anext_reply(session, "second"))
        await asyncio.to_thread(starter.counted.wait, 5)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        starter.go_on.set()
        await first

    async def anext_reply(session: ChatSession, question: str) -> None:
        async for _ in session.ask(question):
            pass

    asyncio.run(ask_two_and_stop_the_second())
    assert starter.asked == ["wait"]


def test_the_first_add_makes_the_users_library(
    session: ChatSession, starter: FakeAssistant, own: FakeAssistant
) -> None:
    article = Article("Bakery", "Bruno bakes bread.", "bakery.txt")
    assert session.starter
    stages = collect(session.add([article]))
    assert stages == [Adding(0, 1), AddReport(added=(ArticleSummary.of(article),))]
    assert not session.starter
    assert asyncio.run(session.count()) == 1
    assert collect(session.ask("Who bakes?"))[-1].best.text == "bakes"
    assert list(starter.stored.values()) == [CAVE, SUMMIT]


def test_an_add_that_stores_nothing_leaves_the_starter_library(
    session: ChatSession, starter: FakeAssistant, own: FakeAssistant
) -> None:
    rejection = Rejection("a.png", RejectionReason.TYPE, "a.png is not of a type that can be read.")
    assert collect(session.add([rejection])) == [AddReport(rejected=(rejection,))]
    assert session.starter
    assert asyncio.run(session.count()) == 2


def test_an_add_that_fails_leaves_the_starter_library_and_closes_the_other(
    session: ChatSession, own: FakeAssistant
) -> None:
    own.read_only = True
    with pytest.raises(Exception, match="may only be read"):
        collect(session.add([CAVE]))
    assert session.starter
    assert own.closed


def test_many_articles_are_added_in_batches_and_reported_together() -> None:
    old = Article("Old", "Old words.", "1.txt")
    session = ChatSession(FakeAssistant(old, CAVE))
    articles = [Article(f"Title {number}", f"Words {number}.", f"{number}.txt") for number in range(70)]
    rejection = Rejection("a.png", RejectionReason.TYPE, "a.png is not of a type that can be read.")
    *stages, report = collect(session.add([rejection, *articles, CAVE]))
    session.close()
    assert stages == [Adding(0, 71), Adding(64, 71)]
    assert [summary.title for summary in report.added] == [f"Title {number}" for number in range(70) if number != 1]
    assert [summary.title for summary in report.changed] == ["Title 1"]
    assert [summary.title for summary in report.unchanged] == [CAVE.title]
    assert report.rejected == (rejection,)


def test_load_begins_to_load_the_models(session: ChatSession, starter: FakeAssistant) -> None:
    session.load()
    assert starter.loaded.wait(5)


def test_close_closes_every_library(session: ChatSession, starter: FakeAssistant, own: FakeAssistant) -> None:
    collect(session.add([CAVE]))
    session.close()
    assert starter.closed
    assert own.closed
