"""Fitting a calibration to questions of which it is known what the right answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from index.errors import InputRejected, RejectionReason
from qa.calibration import Calibration, Features
from qa.evaluation.results import EvaluationResult, Outcome

_STEPS = 100  # thresholds tried, from 0 to 1


@dataclass(frozen=True, slots=True)
class Judged:
    """The first candidate of one question: what speaks for it, whether it is right, what is gained by giving it.

    `given_f1` is the question's score where the candidate is given, `held_f1` where it is held back.
    """

    features: Features
    right: bool
    given_f1: float
    held_f1: float


def fit(results: Sequence[EvaluationResult], embedder: str) -> Calibration:
    """The calibration that fits results of evaluations that did not abstain.

    The confidence is fitted to all first candidates. The threshold is the one with the best F1, as a mean over those
    results that have questions without an answer. The set that a share of wrong answers is promised by holds the
    questions that were searched for, each once. `embedder` is the SHA-256 of the embedder's weights.
    Raises InputRejected where there is nothing to tell right answers from wrong ones by.
    """
    from sklearn.linear_model import LogisticRegression  # takes a second to import

    judged = [_judged(result) for result in results]
    every = [item for items in judged for item in items]
    if len({item.right for item in every}) < 2:
        raise InputRejected(
            RejectionReason.OPTION, "A calibration needs answers that are right and answers that are wrong."
        )
    model = LogisticRegression(C=_WEAK_PRIOR, max_iter=10_000)
    model.fit([astuple(item.features) for item in every], [item.right for item in every])
    plain = Calibration(float(model.intercept_[0]), Features(*map(float, model.coef_[0])), 0.0, embedder, ())
    doubted = [items for result, items in zip(results, judged, strict=True) if _has_impossible(result)]
    return Calibration(plain.intercept, plain.weights, _threshold(plain, doubted), embedder, _fitted(plain, results))


_WEAK_PRIOR = 100.0
"""How little the weights are drawn to zero: thousands of answers need no help."""


def _judged(result: EvaluationResult) -> list[Judged]:
    return [
        Judged(features, outcome.right, 0.0 if outcome.question.impossible else outcome.f1, outcome.question.impossible)
        for outcome in result.outcomes
        if (features := _features(outcome)) is not None
    ]


def _features(outcome: Outcome) -> Features | None:
    return outcome.reply.answers[0].features if outcome.reply.answers else None


def _has_impossible(result: EvaluationResult) -> bool:
    return any(outcome.question.impossible for outcome in result.outcomes)


def _threshold(calibration: Calibration, sets: Sequence[Sequence[Judged]]) -> float:
    """The confidence from which giving answers scores best; of equal ones the lowest."""

    def score(threshold: float) -> float:
        means = [
            sum(item.given_f1 if calibration.confidence(item.features) >= threshold else item.held_f1 for item in items)
            / len(items)
            for items in sets
        ]
        return sum(means)

    return max((step / _STEPS for step in range(_STEPS)), key=score)


def _fitted(calibration: Calibration, results: Sequence[EvaluationResult]) -> tuple[tuple[float, bool], ...]:
    found: dict[str, tuple[float, bool]] = {}
    for result in results:
        for outcome in result.outcomes:
            features = _features(outcome)
            if features is not None and not features.given:
                found.setdefault(outcome.question.text, (calibration.confidence(features), outcome.right))
    return tuple(found.values())
