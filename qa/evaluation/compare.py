"""Whether one result is better than another: a paired bootstrap over contexts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from index.errors import InputRejected, RejectionReason
from qa.evaluation.questions import Question
from qa.evaluation.results import EvaluationResult, Outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """By how many percentage points the second result is better, with its 95 % interval."""

    points: float
    low: float
    high: float


def compare(
    first: EvaluationResult,
    second: EvaluationResult,
    metric: Literal["exact_match", "f1", "evidence_hit"] = "f1",
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> Difference:
    """The difference of two results on the same questions, and the interval of a paired percentile bootstrap.

    Contexts are drawn, with all of their questions: questions about one text succeed and fail together, and drawing
    them one by one would make the interval too narrow (the cluster bootstrap of Davison and Hinkley 1997, section
    3.8). Raises InputRejected where the questions differ, or where `evidence_hit` is asked of such without evidence.
    """
    before = {outcome.question.id: _score(outcome, metric) for outcome in first.outcomes}
    after = {outcome.question.id: _score(outcome, metric) for outcome in second.outcomes}
    if before.keys() != after.keys():
        raise InputRejected(
            RejectionReason.OPTION,
            "The two results are of different questions; evaluate both on the same file and sample.",
        )
    gains = np.array([after[id_] - before[id_] for id_ in before])
    texts = [_text(outcome.question) for outcome in first.outcomes]
    cluster_of = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    clusters = [cluster_of[text] for text in texts]
    sums, counts = np.bincount(clusters, weights=gains), np.bincount(clusters)
    even = np.full(len(counts), 1 / len(counts))
    draws = np.random.default_rng(seed).multinomial(len(counts), even, size=resamples)
    low, high = np.percentile((draws @ sums) / (draws @ counts), [2.5, 97.5])
    return Difference(100 * float(gains.mean()), 100 * float(low), 100 * float(high))


def _score(outcome: Outcome, metric: str) -> float:
    score: float | None = getattr(outcome, metric)
    if score is None:
        raise InputRejected(
            RejectionReason.OPTION, f"The question {outcome.question.text!r} has no evidence to hit; compare the f1."
        )
    return score


def _text(question: Question) -> str:
    """What is drawn as a whole: the text that a question is about, or a question without one by itself."""
    return question.contexts[0] if question.contexts else question.id
