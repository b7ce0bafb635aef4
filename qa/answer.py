"""What a question gets back: answers that are slices of articles, or a reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from index.article import Article
from qa.features import Features


class Reason(StrEnum):
    """Why a question was not answered."""

    EMPTY_LIBRARY = "empty_library"
    NO_PASSAGE = "no_passage"
    NO_SPAN = "no_span"
    UNSURE = "unsure"
    FILTERED = "filtered"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class Answer:
    """The slice `article.text[start:end]`, the sentence it stands in, and how it was found.

    Offsets are half-open and count code points of the article's text. `retrieval_score` (0 to 1) says how well the
    passage fits the question; `reader_score` is the span's score less that of "no answer in this passage", in
    logits. The two are kept apart; `qa.ranking` combines them. `confidence` is the probability that the answer
    is right, None for further answers and where none was calibrated; `features` are what it is computed from.
    """

    article: Article
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    retrieval_score: float
    reader_score: float
    confidence: float | None = None
    speaker: str | None = None
    features: Features | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """The exact words of the article."""
        return self.article.text[self.start : self.end]

    @property
    def sentence(self) -> str:
        """The whole sentence, or sentences, that the words stand in."""
        return self.article.text[self.sentence_start : self.sentence_end]

    def to_dict(self) -> dict[str, Any]:
        """The answer in the form of `qa ask --json`."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "sentence": self.sentence,
            "sentence_start": self.sentence_start,
            "confidence": self.confidence,
            "retrieval_score": self.retrieval_score,
            "reader_score": self.reader_score,
            "speaker": self.speaker,
            "page": self.article.page_at(self.start),
            "article": {
                "id": self.article.id,
                "title": self.article.title,
                "source": self.article.source,
                "url": self.article.url,
                "site": self.article.site,
                "published": self.article.published,
            },
        }


@dataclass(frozen=True)
class Seconds:
    """Where the time went; loading of models is not counted."""

    retrieve: float = 0.0
    read: float = 0.0
    total: float = 0.0


@dataclass(frozen=True)
class Reply:
    """Everything that one question gets back.

    `answers` is best first. Where `reason` is set the question was not answered, and `answers` holds the nearest
    candidates, if there are any. `note` is one sentence for the person who asked, where there is more to say.
    """

    question: str
    answers: tuple[Answer, ...] = ()
    reason: Reason | None = None
    note: str | None = None
    seconds: Seconds = Seconds()

    def __post_init__(self) -> None:
        """Refuse a reply that would be neither: answered, but without an answer."""
        if self.reason is None and not self.answers:
            raise ValueError("A reply without answers needs a reason.")

    @property
    def answered(self) -> bool:
        """Whether the articles answer the question."""
        return self.reason is None

    @cached_property
    def best(self) -> Answer | None:
        """The best answer, or None where the question was not answered."""
        return self.answers[0] if self.answered else None

    def to_dict(self) -> dict[str, Any]:
        """The reply in the form of `qa ask --json`."""
        return {
            "schema": 1,
            "question": self.question,
            "answered": self.answered,
            "reason": self.reason,
            "note": self.note,
            "answers": [answer.to_dict() for answer in self.answers],
            "seconds": {"retrieve": self.seconds.retrieve, "read": self.seconds.read, "total": self.seconds.total},
        }
