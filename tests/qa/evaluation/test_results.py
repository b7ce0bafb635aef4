import pytest

from index.article import Article
from qa.answer import Answer, Reason, Reply
from qa.evaluation.datasets import Example
from qa.evaluation.questions import Question
from qa.evaluation.results import EvaluationResult, Outcome
from qa.evaluation.retrieval import RetrievalScores


def outcome(exact: float, f1: float, *, impossible: bool = False, hit: bool | None = None, said: str = "") -> Outcome:
    example = Example("q", "Who?", () if impossible else ("Kim",))
    right = f1 >= 0.5 and not impossible
    return Outcome(Question((example,)), Reply("Who?", reason=Reason.NO_SPAN), said, exact, f1, right, hit)


def sure(confidence: float | None, right: bool) -> Outcome:
    """A question whose first answer is that sure."""
    answer = Answer(Article("A", "Kim", "a.txt"), 0, 3, 0, 3, 1.0, 1.0, confidence)
    question = Question((Example("q", "Who?", ("Kim",)),))
    return Outcome(question, Reply("Who?", (answer,)), "Kim", float(right), float(right), right)


def test_summary_of_reader_mode() -> None:
    outcomes = (
        outcome(1, 1, said="Kim"),
        outcome(0, 0.5, said="Kim Il"),
        outcome(1, 1, impossible=True),
        outcome(0, 0, impossible=True),
    )
    assert EvaluationResult("reader", True, outcomes, None, 2.5).to_dict() == {
        "mode": "reader",
        "abstain": True,
        "questions": 4,
        "exact_match": 50.0,
        "f1": 62.5,
        "has_answer_exact_match": 50.0,
        "has_answer_f1": 75.0,
        "has_answer_right": 100.0,
        "no_answer_accuracy": 50.0,
        "coverage": 50.0,
        "error_rate": 0.0,
        "calibration_error": None,
        "seconds": 2.5,
    }


def test_summary_of_open_mode() -> None:
    outcomes = (outcome(1, 1, hit=True), outcome(0, 0, hit=False), outcome(0, 0, hit=True), outcome(0, 0, hit=True))
    scores = RetrievalScores(0.25, 0.5, 0.75, 0.4)
    assert EvaluationResult("open", False, outcomes, scores, 1.0).to_dict() == {
        "mode": "open",
        "abstain": False,
        "questions": 4,
        "exact_match": 25.0,
        "f1": 25.0,
        "has_answer_exact_match": 25.0,
        "has_answer_f1": 25.0,
        "has_answer_right": 0.0,
        "no_answer_accuracy": None,
        "coverage": 0.0,
        "error_rate": None,
        "calibration_error": None,
        "recall@1": 0.25,
        "recall@5": 0.5,
        "recall@20": 0.75,
        "mrr": 0.4,
        "evidence_hit": 75.0,
        "seconds": 1.0,
    }


def test_what_no_question_measures_is_none() -> None:
    summary = EvaluationResult("open", True, (outcome(1, 1, impossible=True),), None, 1.0).to_dict()
    assert summary["no_answer_accuracy"] == 100.0
    assert [summary[key] for key in ("has_answer_exact_match", "has_answer_f1", "recall@1", "mrr")] == [None] * 4
    assert "evidence_hit" not in summary


def test_coverage_and_error_count_given_answers() -> None:
    outcomes = (
        outcome(1, 1, said="Kim"),
        outcome(0, 0, said="Lee"),
        outcome(0, 0, impossible=True, said="Kim"),
        outcome(1, 1, impossible=True),
        outcome(0, 0),
    )
    result = EvaluationResult("open", True, outcomes, None, 1.0)
    assert (result.coverage, result.error_rate) == (60.0, 100 * 2 / 3)


def test_calibration_error_compares_confidence_with_what_is_right() -> None:
    # In one bin 0.9 twice, of which one is right; in another 0.3, wrong: (2 * 0.4 + 0.3) / 3.
    outcomes = (sure(0.9, True), sure(0.9, False), sure(0.3, False), sure(None, True))
    result = EvaluationResult("open", True, outcomes, None, 1.0)
    assert result.calibration_error == pytest.approx(100 * 1.1 / 3)
