"""The two ways to ask the questions of a test set: each of its own context, or of all contexts at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from index.article import Article
from index.errors import BadTestSet, InputRejected, RejectionReason
from index.library import Library
from index.passages import Passage
from index.searching import Hit
from qa.answer import Reply
from qa.assistant import Assistant
from qa.evaluation.datasets import Example
from qa.evaluation.questions import Question
from qa.evaluation.results import Mode
from qa.evaluation.retrieval import DEPTH, Ranking


@dataclass(frozen=True, slots=True)
class Response:
    """What a question got, and what was found for it where something was searched and a right context is known."""

    reply: Reply
    ranking: Ranking | None = None


Ask = Callable[[Sequence[Question]], list[Response]]
"""Asks questions, many at once; the responses come in their order."""


@contextmanager
def asking(
    assistant: Assistant, file: Path, examples: Sequence[Example], mode: Mode, max_wrong: float | None = None
) -> Iterator[Ask]:
    """A way to ask in `mode`, with all contexts of `file` at hand; what it needs on disk is gone afterwards.

    Raises BadTestSet where mode `reader` lacks a context, InputRejected for any other mode than the two.
    """
    articles = _articles(file, examples)
    if mode == "reader":
        _require_contexts(file, examples)
        yield partial(_ask_own_contexts, assistant, articles)
    elif mode == "open" and articles:
        with _library_of(articles.values(), like=assistant.library) as library:
            yield partial(_ask_library, Assistant(library, assistant.reader), articles, max_wrong)
    elif mode == "open":
        yield partial(_ask_library, assistant, articles, max_wrong)
    else:
        raise InputRejected(RejectionReason.OPTION, f"There is no mode {mode!r}: choose reader or open.")


@contextmanager
def _library_of(articles: Iterable[Article], *, like: Library) -> Iterator[Library]:
    """A library of its own for these articles, with the models and settings of another."""
    with (
        TemporaryDirectory(prefix="qa-eval-") as folder,
        Library.open(Path(folder), like.embedder, settings=like.settings) as library,
    ):
        library.add(articles)
        yield library


def _articles(file: Path, examples: Sequence[Example]) -> dict[str, Article]:
    """An article for every context, by its text; a context that stands several times is one article."""
    titles: dict[str, str] = {}
    for example in examples:
        if example.context is not None:
            titles.setdefault(example.context, example.title)
    return {
        text: Article(title=title, text=text, source=f"{file}#context-{number}")
        for number, (text, title) in enumerate(titles.items(), start=1)
    }


def _require_contexts(file: Path, examples: Sequence[Example]) -> None:
    for example in examples:
        if example.context is None:
            raise BadTestSet(
                f"{file}, question {example.id!r} has no context to read: give it one, or evaluate in mode open."
            )


def _ask_own_contexts(
    assistant: Assistant, articles: dict[str, Article], questions: Sequence[Question]
) -> list[Response]:
    """Read each question's own context whole; nothing was retrieved, so no retrieval speaks for an answer."""
    given = [(question.text, [_whole(articles[question.contexts[0]])]) for question in questions]
    return [Response(reply) for reply in assistant.read(given)]


def _whole(article: Article) -> Hit:
    """A context as one passage and without its title, as readers are measured everywhere."""
    passage = Passage(article.id, "", 0, len(article.text), article.text)
    return Hit(article, passage, score=0.0, similarity=None)


def _ask_library(
    assistant: Assistant, articles: dict[str, Article], max_wrong: float | None, questions: Sequence[Question]
) -> list[Response]:
    """Retrieve and read; what was found is kept where it can be judged by the context that holds the answer."""
    texts = [question.text for question in questions]
    replies = assistant.ask_many(texts, max_wrong=max_wrong)
    searches = assistant.library.search_many(texts, limit=DEPTH)
    return [
        Response(reply, _ranking(question, hits, articles))
        for question, reply, hits in zip(questions, replies, searches, strict=True)
    ]


def _ranking(question: Question, hits: Sequence[Hit], articles: dict[str, Article]) -> Ranking | None:
    """None where no context is right: none was given, or the question has no answer."""
    if question.impossible or not question.contexts:
        return None
    return Ranking(
        found=tuple(hit.article.id for hit in hits),
        gold=frozenset(articles[text].id for text in question.contexts),
    )
