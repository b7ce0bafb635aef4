"""Ranking: which span, out of all passages that were read for a question, answers it best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.searching import Hit
from qa.features import Features
from qa.reader import AnswerSpan, Reading

# Chosen where no reader trained, together with the threshold of `qa.confidence`: F1 of the best span 71.3 on SQuAD 2.0,
# 69.1 on an article of SQuAD 1.1 and 59.7 on news; with 8 they are 70.3, 68.3 and 59.0.
RETRIEVAL_WEIGHT = 12.0

_ALONE = 10.0  # logits: the lead of a candidate without any other


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of an article with both of its scores and the one that they make together.

    `start` and `end` are offsets into the article. `reader_score` is the span's score less that of "no answer" in
    its passage, in logits: across passages that margin compares better than the span's score alone. `seconded` counts
    the other passages whose best span has the same words.
    """

    hit: Hit
    start: int
    end: int
    reader_score: float
    score: float
    seconded: int = 0


def combined_score(retrieval_score: float, reader_score: float) -> float:
    """One score of both, in logits: how well the passage fits (0 to 1) and how sure the reader is of the span."""
    return reader_score + RETRIEVAL_WEIGHT * retrieval_score


def rank(hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Candidate]:
    """All spans that were read, best first; of those that overlap in an article only the best.

    Overlapping passages propose the same span twice; what both say is one answer.
    """
    best = [
        _words(hit, reading.spans[0]) if reading.spans else None for hit, reading in zip(hits, readings, strict=True)
    ]
    said = Counter(best)
    candidates = [
        Candidate(
            hit,
            span.start,
            span.end,
            span.score - reading.null_score,
            combined_score(hit.score, span.score - reading.null_score),
            said[_words(hit, span)] - (_words(hit, span) == own),
        )
        for hit, reading, own in zip(hits, readings, best, strict=True)
        for span in reading.spans
    ]
    candidates.sort(key=lambda candidate: (-candidate.score, candidate.hit.article.id, candidate.start, candidate.end))
    kept: dict[str, list[Candidate]] = {}
    ranked = []
    for candidate in candidates:
        taken = kept.setdefault(candidate.hit.article.id, [])
        if not any(candidate.start < other.end and other.start < candidate.end for other in taken):
            taken.append(candidate)
            ranked.append(candidate)
    return ranked


def _words(hit: Hit, span: AnswerSpan) -> str:
    return hit.article.text[span.start : span.end].casefold()


def features_of(candidates: Sequence[Candidate]) -> list[Features]:
    """The features of each candidate of one question; the candidates come best first."""
    return [
        Features(
            margin=candidate.reader_score,
            lead=_lead(candidates, place),
            seconded=float(candidate.seconded),
            retrieval=candidate.hit.score,
            similarity=candidate.hit.similarity or 0.0,
            given=float(candidate.hit.similarity is None),
        )
        for place, candidate in enumerate(candidates)
    ]


def _lead(candidates: Sequence[Candidate], place: int) -> float:
    """By how much a candidate's score is above that of the best other one; below 0 for all but the first."""
    if len(candidates) == 1:
        return _ALONE
    rival = candidates[1] if place == 0 else candidates[0]
    return min(_ALONE, candidates[place].score - rival.score)
