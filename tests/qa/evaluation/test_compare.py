from collections.abc import Sequence
from dataclasses import replace

import pytest

from index.errors import InputRejected, RejectionReason
from qa.answer import Reason, Reply
from qa.evaluation.compare import Difference, compare
from qa.evaluation.datasets import Example
from qa.evaluation.questions import Question
from qa.evaluation.results import EvaluationResult, Outcome


def result(scores: Sequence[float], contexts: Sequence[str | None]) -> EvaluationResult:
    outcomes = tuple(
        Outcome(
            Question((Example(str(number), "Who?", ("Kim",), context),)),
            Reply("Who?", reason=Reason.NO_SPAN),
            "",
            float(f1 == 1),
            f1,
            f1 >= 0.5,
        )
        for number, (f1, context) in enumerate(zip(scores, contexts, strict=True))
    )
    return EvaluationResult("reader", False, outcomes, None, 1.0)


def test_gain_that_is_the_same_everywhere_has_no_width() -> None:
    contexts = ["a", "a", "b", "c"]
    difference = compare(result([0.5, 0.25, 0, 0.5], contexts), result([0.75, 0.5, 0.25, 0.75], contexts))
    assert difference == Difference(pytest.approx(25), pytest.approx(25), pytest.approx(25))


def test_only_texts_are_drawn() -> None:
    """Two texts, one all gained and one all lost: a draw of two has mean +100 (1/4), 0 (1/2) or -100 (1/4)."""
    contexts = ["a"] * 50 + ["b"] * 50
    difference = compare(result([0] * 50 + [1] * 50, contexts), result([1] * 50 + [0] * 50, contexts))
    assert difference == Difference(0, -100, 100)


def test_questions_without_context_are_drawn_one_by_one() -> None:
    """The standard error of 100 gains of +100 or -100 is 10 points, so the interval is near 0 +- 19.6."""
    before, after = result([0, 1] * 50, [None] * 100), result([1, 0] * 50, [None] * 100)
    difference = compare(before, after, resamples=5000)
    assert difference == Difference(0, pytest.approx(-19.6, abs=2), pytest.approx(19.6, abs=2))


def test_either_metric() -> None:
    contexts = [str(number) for number in range(8)]
    before = result([0.5, 0, 1, 0.5, 0, 0.5, 1, 0], contexts)
    after = result([1, 0.5, 1, 0, 0.5, 0.5, 0, 0.5], contexts)
    assert compare(before, after, "exact_match").points == pytest.approx(0)
    assert compare(before, after, "f1").points == pytest.approx(6.25)


def test_draws_are_seeded() -> None:
    contexts = [str(number) for number in range(8)]
    before, after = result([0] * 8, contexts), result([number / 7 for number in range(8)], contexts)
    assert compare(before, after, resamples=20, seed=1) == compare(before, after, resamples=20, seed=1)
    assert compare(before, after, resamples=20, seed=1) != compare(before, after, resamples=20, seed=2)


def test_questions_are_paired_by_id_not_by_place() -> None:
    before = result([0, 1], ["a", "b"])
    turned = EvaluationResult("reader", False, before.outcomes[::-1], None, 1.0)
    assert compare(before, turned) == Difference(0, 0, 0)


def test_other_questions_are_refused() -> None:
    with pytest.raises(InputRejected, match="different questions") as raised:
        compare(result([1], ["a"]), result([1, 1], ["a", "a"]))
    assert raised.value.reason == RejectionReason.OPTION


def test_hits_of_evidence_compare_too() -> None:
    def hits(*found: bool) -> EvaluationResult:
        plain = result([0.0] * len(found), [None] * len(found))
        outcomes = tuple(replace(o, evidence_hit=hit) for o, hit in zip(plain.outcomes, found, strict=True))
        return replace(plain, outcomes=outcomes)

    assert compare(hits(False, False), hits(True, True), "evidence_hit") == Difference(100, 100, 100)
    with pytest.raises(InputRejected, match="no evidence to hit"):
        compare(result([1.0], [None]), result([1.0], [None]), "evidence_hit")
