"""How well the contexts of questions are found, measured by ir_measures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, Qrel, ScoredDoc, Success

DEPTH = 20
"""How many passages a search must return for the measures here."""


@dataclass(frozen=True, slots=True)
class RetrievalScores:
    """Rates from 0 to 1, means over questions.

    `recall_at_k` is the share of questions with a gold context among the first k found, also called top-k accuracy
    (Karpukhin et al. 2020); `mrr` is the mean reciprocal rank of the first gold context, 0 where none was found.
    """

    recall_at_1: float
    recall_at_5: float
    recall_at_20: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a search found for one question: ids of articles, best first, and which of them would be right.

    An article found by several of its passages may stand several times; its best place counts.
    """

    found: Sequence[str]
    gold: Collection[str]


def score_retrieval(rankings: Sequence[Ranking]) -> RetrievalScores:
    """Measure rankings, at least one, each with at least one gold article."""
    relevant = [Qrel(str(number), gold, 1) for number, ranking in enumerate(rankings) for gold in ranking.gold]
    run = [document for number, ranking in enumerate(rankings) for document in _scored(str(number), ranking.found)]
    measures = [Success @ 1, Success @ 5, Success @ DEPTH, RR]
    scores = ir_measures.calc_aggregate(measures, relevant, run)
    return RetrievalScores(*(float(scores[measure]) for measure in measures))


def _scored(question: str, found: Iterable[str]) -> list[ScoredDoc]:
    """Each article once, scored by its place: equal scores would be ordered by id."""
    return [ScoredDoc(question, article, -place) for place, article in enumerate(dict.fromkeys(found))]
