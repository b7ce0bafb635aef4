"""From candidates to a reply: which are shown as answers, in which order, and why not if none is good enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import InputRejected, RejectionReason
from index.sentences import sentence_around
from qa.answer import Answer, Reply
from qa.confidence import Doubt
from qa.features import Features
from qa.questions import QuestionKind, kind_of
from qa.ranking import Candidate, features_of

MOST_PASSAGES = 1_000
YES_NO_NOTE = "This asks for a yes or no, which only you can give: these sentences of the articles bear on it."


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question is to be answered: with up to `top_k` answers, out of so many `passages`, and with which doubt.

    Raises InputRejected for a number below 1 or above 1,000.
    """

    top_k: int
    passages: int
    doubt: Doubt
    newest_first: bool = False

    def __post_init__(self) -> None:
        """Refuse what would take for ever, or give nothing."""
        for name in ("top_k", "passages"):
            value = getattr(self, name)
            if not 1 <= value <= MOST_PASSAGES:
                raise InputRejected(
                    RejectionReason.OPTION, f"{name} is {value}; give a number from 1 to {MOST_PASSAGES}."
                )


def reply_of(question: str, candidates: Sequence[Candidate], manner: Manner) -> Reply:
    """Candidates, best first, as answers, and the reason why the best of them is not good enough, if so."""
    features = features_of(candidates)
    reason = manner.doubt.reason_to_abstain(candidates, features)
    yes_no = kind_of(question) is QuestionKind.YES_NO
    answers: dict[tuple[str, int, int], Answer] = {}
    for place in _order(candidates, features, manner):
        confidence = manner.doubt.confidence(features[place]) if place == 0 else None  # only best ones were calibrated
        answer = _answer(candidates[place], features[place], confidence, whole_sentence=yes_no)
        answers.setdefault((answer.article.id, answer.start, answer.end), answer)  # spans may share a sentence
        if len(answers) == manner.top_k:
            break
    return Reply(question, tuple(answers.values()), reason, YES_NO_NOTE if yes_no else None)


def _order(candidates: Sequence[Candidate], features: Sequence[Features], manner: Manner) -> list[int]:
    """The places of the candidates in the order in which they are shown; articles without a date are the oldest."""
    places = list(range(len(candidates)))
    if not manner.newest_first:
        return places
    good = [place for place in places if manner.doubt.is_good(candidates[place], features[place])]
    good.sort(key=lambda place: candidates[place].hit.article.published or "", reverse=True)
    return good + [place for place in places if place not in good]


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
