"""What an evaluation found: one outcome a question, and the summary derived from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from math import fsum
from typing import Any, Literal

from qa.answer import Reply
from qa.evaluation.metrics import expected_calibration_error
from qa.evaluation.questions import Question
from qa.evaluation.retrieval import Ranking, RetrievalScores

Mode = Literal["reader", "open"]
"""`reader`: each question with its own context. `open`: all contexts indexed, then retrieve and read."""

RIGHT = 0.5
"""The overlap in words from which a person would mostly call an answer right."""


@dataclass(frozen=True)
class Outcome:
    """What one question got and how that was scored, from 0 to 1.

    `prediction` is the text that was scored: the first answer, or "" where none was given. `right` tells whether the
    first answer, given or held back, is right: by half of its words or, where the golds are evidence sentences, by its
    middle in one; of a set it must be one of the items. `evidence_hit` is None where the golds are no evidence
    sentences; `ranking` is None where nothing was searched or no context is known.
    """

    question: Question
    reply: Reply
    prediction: str
    exact_match: float
    f1: float
    right: bool
    evidence_hit: bool | None = None
    ranking: Ranking | None = None


@dataclass(frozen=True)
class EvaluationResult:
    """The outcomes of one test set, in its order; summaries are percentages, None where no question counts.

    `abstain` says whether a reply that was unsure counted as no answer; `seconds` is the time that indexing, asking and
    scoring took, without loading the models.
    """

    mode: Mode
    abstain: bool
    outcomes: tuple[Outcome, ...]
    retrieval: RetrievalScores | None
    seconds: float

    @property
    def exact_match(self) -> float | None:
        """Share of questions whose prediction is a gold."""
        return _percentage(outcome.exact_match for outcome in self.outcomes)

    @property
    def f1(self) -> float | None:
        """Mean overlap in words with the nearest gold."""
        return _percentage(outcome.f1 for outcome in self.outcomes)

    @property
    def has_answer_exact_match(self) -> float | None:
        """`exact_match` over the questions that have an answer."""
        return _percentage(outcome.exact_match for outcome in self.outcomes if not outcome.question.impossible)

    @property
    def has_answer_f1(self) -> float | None:
        """`f1` over the questions that have an answer."""
        return _percentage(outcome.f1 for outcome in self.outcomes if not outcome.question.impossible)

    @property
    def has_answer_right(self) -> float | None:
        """Share of the questions that have an answer that were given a right one."""
        return _percentage(
            outcome.right and outcome.prediction != "" for outcome in self.outcomes if not outcome.question.impossible
        )

    @property
    def no_answer_accuracy(self) -> float | None:
        """Share of the questions without an answer that got none."""
        return _percentage(outcome.exact_match for outcome in self.outcomes if outcome.question.impossible)

    @property
    def coverage(self) -> float | None:
        """Share of the questions that were given an answer."""
        return _percentage(outcome.prediction != "" for outcome in self.outcomes)

    @property
    def error_rate(self) -> float | None:
        """Share of the given answers that are wrong."""
        return _percentage(not outcome.right for outcome in self.outcomes if outcome.prediction != "")

    @property
    def calibration_error(self) -> float | None:
        """Mean distance of confidence and share of right answers; None where the reader is not calibrated."""
        scored = [
            (answer.confidence, outcome.right)
            for outcome in self.outcomes
            for answer in outcome.reply.answers[:1]
            if answer.confidence is not None
        ]
        return 100 * expected_calibration_error(scored) if scored else None

    @property
    def evidence_hit(self) -> float | None:
        """Share of the questions with evidence sentences whose first answer has its middle in one."""
        return _percentage(outcome.evidence_hit for outcome in self.outcomes if outcome.evidence_hit is not None)

    def to_dict(self) -> dict[str, Any]:
        """The result in the form of `qa eval --json`: percentages from 0 to 100, rates of retrieval from 0 to 1."""
        summary: dict[str, Any] = {
            "mode": self.mode,
            "abstain": self.abstain,
            "questions": len(self.outcomes),
            "exact_match": self.exact_match,
            "f1": self.f1,
            "has_answer_exact_match": self.has_answer_exact_match,
            "has_answer_f1": self.has_answer_f1,
            "has_answer_right": self.has_answer_right,
            "no_answer_accuracy": self.no_answer_accuracy,
            "coverage": self.coverage,
            "error_rate": self.error_rate,
            "calibration_error": self.calibration_error,
        }
        if self.mode == "open":
            summary |= _retrieval_summary(self.retrieval)
        if self.evidence_hit is not None:
            summary["evidence_hit"] = self.evidence_hit
        return summary | {"seconds": self.seconds}


def _percentage(scores: Iterable[float]) -> float | None:
    values = list(scores)
    return 100 * fsum(values) / len(values) if values else None


def _retrieval_summary(scores: RetrievalScores | None) -> dict[str, float | None]:
    names = ("recall@1", "recall@5", "recall@20", "mrr")
    return dict(zip(names, astuple(scores) if scores else (None,) * len(names), strict=True))
