"""Fitting a calibration to questions of which it is known what the right answer is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

from index.errors import InputRejected, RejectionReason
from qa.calibration import Calibration
from qa.evaluation.results import EvaluationResult, Outcome
from qa.features import Features

_FOLDS = 5
_WEAK_PRIOR = 100.0  # how little the weights are drawn to zero: thousands of answers need no help


@dataclass(frozen=True, slots=True)
class Judged:
    """An outcome, and what speaks for its first answer."""

    outcome: Outcome
    features: Features

    @property
    def text(self) -> str:
        """What the question is about, or itself: answers about one text succeed and fail together."""
        return next(iter(self.outcome.question.contexts), self.outcome.question.id)


def fit(results: Sequence[EvaluationResult], *, reader: str, embedder: str) -> Calibration:
    """The calibration that fits results of evaluations that did not abstain.

    The confidence is fitted to the first answer of every reply. The set that a share of wrong answers is promised by
    holds the first answers to the questions that were searched for, each question once; their confidence is that of a
    model fitted to other texts, as one that has seen them would be too sure. `reader` and `embedder` are the SHA-256
    of the weights. Raises InputRejected where results abstained, or where nothing is right or nothing wrong.
    """
    if any(result.abstain for result in results):
        raise _rejected("A calibration needs every answer; evaluate without abstaining.")
    judged = [item for result in results for item in _judged(result)]
    if len({item.outcome.right for item in judged}) < 2:
        raise _rejected("A calibration needs answers that are right and answers that are wrong.")
    return Calibration(*_logistic(judged), reader, embedder, _held_out(judged))


def _judged(result: EvaluationResult) -> Iterator[Judged]:
    for outcome in result.outcomes:
        features = outcome.reply.answers[0].features if outcome.reply.answers else None
        if features is not None:
            yield Judged(outcome, features)


def _logistic(judged: Sequence[Judged]) -> tuple[float, Features]:
    from sklearn.linear_model import LogisticRegression  # takes a second to import

    model = LogisticRegression(C=_WEAK_PRIOR, max_iter=10_000)
    model.fit([astuple(item.features) for item in judged], [item.outcome.right for item in judged])
    return float(model.intercept_[0]), Features(*map(float, model.coef_[0]))


def _held_out(judged: Sequence[Judged]) -> tuple[tuple[float, bool], ...]:
    """How sure a model is of each first answer that was fitted to the other texts, and whether it is right."""
    texts = sorted({item.text for item in judged})
    fold_of = {text: number % _FOLDS for number, text in enumerate(texts)}
    found: dict[str, tuple[float, bool]] = {}
    for fold in range(_FOLDS):
        model = Calibration(*_logistic([item for item in judged if fold_of[item.text] != fold]), "", "", ())
        for item in judged:
            if fold_of[item.text] == fold and not item.features.given:
                found.setdefault(item.outcome.question.text, (model.confidence(item.features), item.outcome.right))
    return tuple(found.values())


def _rejected(message: str) -> InputRejected:
    return InputRejected(RejectionReason.OPTION, message)
