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
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from enum import Enum, auto
from itertools import compress, groupby, islice
from pathlib import Path
from types import TracebackType
from typing import Self

from index.article import Article
from index.embedder import Embedder
from index.errors import InputRejected, ModelDamaged, RejectionReason
from index.library import Library, Progress
from index.loaders import load
from index.loaders.sandbox import Sandbox
from index.report import AddReport, ArticleSummary, Rejection
from index.searching import Hit
from index.sentence_embedder import SentenceEmbedder
from index.sentences import sentence_around
from qa.answer import Answer, Reason, Reply, Seconds
from qa.calibration import load_calibration
from qa.confidence import Doubt
from qa.features import Features
from qa.questions import UNSUPPORTED_NOTE, QuestionKind, kind_of
from qa.ranking import Candidate, features_of, rank
from qa.reader import Reader
from qa.transformer_reader import TransformerReader

MOST_CHARACTERS = 4_000
MOST_PASSAGES = 1_000
YES_NO_NOTE = "This asks for a yes or no, which only you can give: these sentences of the articles bear on it."


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
        """Add articles, files, and folders of files; what cannot be taken is reported, never raised.

        Files are parsed in processes of their own, the next ones while the last ones are embedded. Raises
        SandboxUnavailable where no such process can be started.
        """
        with closing(_items(inputs)) as items:  # else they would parse on after an error or Ctrl-C
            return self.library.add(items, progress)

    def remove(self, *article_ids: str) -> list[ArticleSummary]:
        """Remove articles by id, all or none; raises InputRejected where one is not in the library."""
        return self.library.remove(article_ids)

    def articles(self) -> list[ArticleSummary]:
        """All articles, in the order in which they were added."""
        return self.library.articles()

    def article(self, article_id: str) -> Article:
        """One article with its text; raises InputRejected where it is not in the library."""
        return self.library.article(article_id)

    def ask(self, question: str, *, top_k: int = 5, passages: int = 10, max_wrong: float | None = None) -> Reply:
        """Answer a question with up to `top_k` answers out of the `passages` that fit it best.

        With `max_wrong`, say 0.1, only so sure answers are given that at most this share of them is wrong (shares less
        than half of its words with a right one), for questions like those of the fitting set and ten passages
        (`qa.risk`). Raises InputRejected for a question that is empty or longer than 4,000 characters, and for a
        `max_wrong` that cannot be promised.
        """
        return self.ask_many([question], top_k=top_k, passages=passages, max_wrong=max_wrong)[0]

    def ask_many(
        self, questions: Sequence[str], *, top_k: int = 5, passages: int = 10, max_wrong: float | None = None
    ) -> list[Reply]:
        """Answer questions together, which is faster than one by one; each reply tells its share of the time."""
        asked = [_checked(question) for question in questions]
        _check_counts(top_k, passages)
        supported = [kind_of(question) is not QuestionKind.UNSUPPORTED for question in asked]
        doubt = Doubt.of(self._calibration, max_wrong)
        answered = iter(self._answer(list(compress(asked, supported)), top_k, passages, doubt))
        return [
            next(answered) if answerable else Reply(question, reason=Reason.UNSUPPORTED, note=UNSUPPORTED_NOTE)
            for question, answerable in zip(asked, supported, strict=True)
        ]

    def read(self, found: Sequence[tuple[str, Sequence[Hit]]], *, top_k: int = 5) -> list[Reply]:
        """Answer each question from the passages already found for it: one decision over all of them."""
        return self._read(found, top_k, Doubt.of(self._calibration))

    def _read(self, found: Sequence[tuple[str, Sequence[Hit]]], top_k: int, doubt: Doubt) -> list[Reply]:
        self.reader.load()
        started = time.perf_counter()
        readings = iter(self.reader.read([(question, hit.passage) for question, hits in found for hit in hits]))
        ranked = [rank(hits, list(islice(readings, len(hits)))) for _, hits in found]
        replies = [
            _reply(question, candidates, bool(hits), top_k, doubt)
            for (question, hits), candidates in zip(found, ranked, strict=True)
        ]
        seconds = (time.perf_counter() - started) / max(1, len(found))
        return [replace(reply, seconds=Seconds(read=seconds, total=seconds)) for reply in replies]

    def _answer(self, questions: Sequence[str], top_k: int, passages: int, doubt: Doubt) -> list[Reply]:
        if not questions:
            return []
        if len(self.library) == 0:
            return [Reply(question, reason=Reason.EMPTY_LIBRARY) for question in questions]
        self.load()
        started = time.perf_counter()
        hits = self.library.search_many(questions, passages)
        retrieve = (time.perf_counter() - started) / len(questions)
        return [
            replace(reply, seconds=Seconds(retrieve, reply.seconds.read, retrieve + reply.seconds.read))
            for reply in self._read(list(zip(questions, hits, strict=True)), top_k, doubt)
        ]


def _reply(question: str, candidates: Sequence[Candidate], found: bool, top_k: int, doubt: Doubt) -> Reply:
    """Candidates as answers, and the reason why the best of them is not good enough, if so."""
    features = features_of(candidates)
    reason = doubt.reason_to_abstain(candidates, features) if found else Reason.NO_PASSAGE
    yes_no = kind_of(question) is QuestionKind.YES_NO
    answers: dict[tuple[str, int, int], Answer] = {}
    for place, (candidate, speaking) in enumerate(zip(candidates, features, strict=True)):
        confidence = doubt.confidence(speaking) if place == 0 else None  # only first answers were calibrated
        answer = _answer(candidate, speaking, confidence, whole_sentence=yes_no)
        answers.setdefault((answer.article.id, answer.start, answer.end), answer)  # spans may share a sentence
        if len(answers) == top_k:
            break
    return Reply(question, tuple(answers.values()), reason, YES_NO_NOTE if yes_no else None)


def _answer(candidate: Candidate, features: Features, confidence: float | None, *, whole_sentence: bool) -> Answer:
    article = candidate.hit.article
    sentence = sentence_around(article.text, candidate.start, candidate.end)
    start, end = sentence if whole_sentence else (candidate.start, candidate.end)
    return Answer(
        article,
        start,
        end,
        *sentence,
        retrieval_score=candidate.hit.score,
        reader_score=candidate.reader_score,
        confidence=confidence,
        features=features,
    )


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


def _check_counts(top_k: int, passages: int) -> None:
    for name, value in (("top_k", top_k), ("passages", passages)):
        if not 1 <= value <= MOST_PASSAGES:
            raise InputRejected(RejectionReason.OPTION, f"{name} is {value}; give a number from 1 to {MOST_PASSAGES}.")


def _items(inputs: Iterable[str | Path | Article]) -> Generator[Article | Rejection]:
    with Sandbox() as sandbox:
        for kind, items in groupby(inputs, _origin):  # paths that follow each other are read ahead together
            if kind is _Origin.PATH:
                yield from load(*(Path(item) for item in items if not isinstance(item, Article)), sandbox=sandbox)
                continue
            for item in items:
                if isinstance(item, Article):
                    yield item
                else:
                    message = f"{item} is not fetched by this version; save the page and add its file."
                    yield Rejection(str(item), RejectionReason.TYPE, message)


def _origin(item: str | Path | Article) -> _Origin:
    if isinstance(item, Article):
        return _Origin.MADE
    return _Origin.ADDRESS if str(item).lower().startswith(("http://", "https://")) else _Origin.PATH


class _Origin(Enum):
    """Where an input of an add comes from."""

    MADE = auto()
    ADDRESS = auto()
    PATH = auto()
