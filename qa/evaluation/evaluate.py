"""Scoring a test set through the same Assistant that answers everyone else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from index.errors import InputRejected, RejectionReason
from qa.answer import Answer
from qa.assistant import Assistant
from qa.evaluation.asking import Response, asking
from qa.evaluation.datasets import load_test_set
from qa.evaluation.metrics import exact_match, f1, set_exact_match, set_f1
from qa.evaluation.questions import Question, draw, merge_versions, separate
from qa.evaluation.results import RIGHT, EvaluationResult, Mode, Outcome
from qa.evaluation.retrieval import score_retrieval

_AT_ONCE = 50  # questions between two reports of progress; in mode open each may take a second

Progress = Callable[[int, int], None]
"""Told, as it goes, how many questions are done and how many there are."""


def evaluate(
    assistant: Assistant,
    file: str | Path,
    *,
    mode: Mode = "reader",
    abstain: bool | None = None,
    max_wrong: float | None = None,
    sample: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> EvaluationResult:
    """Score a test set.

    In mode `reader` each question is asked of its own context, in mode `open` of all contexts of the file, or of the
    assistant's own library where the file has none. With `abstain` a reply that was unsure counts as no answer, without
    it the first candidate is always scored; by default the assistant may abstain where the file has questions without
    an answer, or where `max_wrong` is given, which sets how sure an answer must be (`Assistant.ask`). `sample` draws
    so many questions by `seed`; the contexts stay all those of the file.

    Raises BadTestSet for a file that cannot be read, or that lacks contexts in mode `reader`, and InputRejected for an
    unknown mode, a sample of less than 1, or a `max_wrong` that cannot be promised.
    """
    if max_wrong is not None and (mode == "reader" or abstain is False):
        raise InputRejected(
            RejectionReason.OPTION, "A share of wrong answers is promised in mode open, where it may abstain."
        )
    file = Path(file)
    examples = load_test_set(file)
    questions = draw(merge_versions(examples) if mode == "open" else separate(examples), sample, seed)
    if abstain is None:
        abstain = max_wrong is not None or any(example.impossible for example in examples)
    assistant.load()
    started = time.perf_counter()
    outcomes: list[Outcome] = []
    with asking(assistant, file, examples, mode, max_wrong) as ask:
        for first in range(0, len(questions), _AT_ONCE):
            chunk = questions[first : first + _AT_ONCE]
            outcomes += [_score(*pair, abstain) for pair in zip(chunk, ask(chunk), strict=True)]
            if progress is not None:
                progress(len(outcomes), len(questions))
    rankings = [outcome.ranking for outcome in outcomes if outcome.ranking is not None]
    retrieval = score_retrieval(rankings) if rankings else None
    return EvaluationResult(mode, abstain, tuple(outcomes), retrieval, time.perf_counter() - started)


def _score(question: Question, response: Response, abstain: bool) -> Outcome:
    reply = response.reply
    given = reply.answers[:1] if reply.answered or not abstain else ()
    prediction = given[0].text if given else ""
    return Outcome(
        question,
        reply,
        prediction,
        *_overlap(question, prediction),
        right=any(_is_right(question, answer) for answer in reply.answers[:1]),
        evidence_hit=any(map(question.is_proved_by, given)) if question.has_evidence else None,
        ranking=response.ranking,
    )


def _overlap(question: Question, prediction: str) -> tuple[float, float]:
    """Exact match and F1. One answer is given today; an item of a set that it does not name counts as missed."""
    if question.answer_set:
        return set_exact_match([prediction], question.answer_set), set_f1([prediction], question.answer_set)
    return exact_match(prediction, question.golds), f1(prediction, question.golds)


def _is_right(question: Question, answer: Answer) -> bool:
    if question.has_evidence:
        return question.is_proved_by(answer)
    overlap = _overlap(question, answer.text)[1]
    return overlap > 0 if question.answer_set else not question.impossible and overlap >= RIGHT
