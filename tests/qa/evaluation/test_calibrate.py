"""Fitting: what tells right from wrong gets the weight, and no model judges what it was fitted to."""

import pytest

from index.article import Article
from index.errors import InputRejected
from qa.answer import Answer, Reply
from qa.evaluation.calibrate import fit
from qa.evaluation.datasets import Example
from qa.evaluation.questions import Question
from qa.evaluation.results import EvaluationResult, Outcome
from qa.features import Features

ARTICLE = Article("A", "Kim", "a.txt")


def outcome(number: int, margin: float, right: bool, *, given: bool = False, impossible: bool = False) -> Outcome:
    features = Features(margin, lead=1.0, seconded=0.0, retrieval=0.0, similarity=0.0, given=float(given))
    answer = Answer(ARTICLE, 0, 3, 0, 3, 0.0, margin, features=features)
    question = Question((Example(str(number), f"Who {number}?", () if impossible else ("Kim",)),))
    return Outcome(question, Reply(question.text, (answer,)), "Kim", float(right), float(right), right)


def result(*outcomes: Outcome) -> EvaluationResult:
    return EvaluationResult("open", False, outcomes, None, 1.0)


def graded(given: bool = False) -> list[Outcome]:
    """Questions of every margin from -9 to 9; of ten each, as many are right as a logistic curve has it."""
    share = {-9: 0, -6: 1, -3: 2, 0: 5, 3: 8, 6: 9, 9: 10}
    return [
        outcome(100 * margin + place, margin, place < right, given=given, impossible=place >= right)
        for margin, right in share.items()
        for place in range(10)
    ]


def test_the_confidence_is_the_share_that_is_right() -> None:
    calibration = fit([result(*graded())], reader="r", embedder="e")
    sure = [calibration.confidence(Features(margin, 1.0, 0.0, 0.0, 0.0, 0.0)) for margin in (-9, 0, 9)]
    assert sure == [pytest.approx(0.02, abs=0.03), pytest.approx(0.5, abs=0.05), pytest.approx(0.98, abs=0.03)]
    assert (calibration.reader, calibration.embedder) == ("r", "e")


def test_the_set_of_the_dial_holds_each_searched_question_once() -> None:
    calibration = fit([result(*graded()), result(*graded()), result(*graded(given=True))], reader="r", embedder="e")
    assert len(calibration.fitted) == 70
    assert sum(right for _, right in calibration.fitted) == 35


def test_the_set_of_the_dial_is_judged_by_models_that_have_not_seen_it() -> None:
    calibration = fit([result(*graded())], reader="r", embedder="e")
    own = {calibration.confidence(Features(margin, 1.0, 0.0, 0.0, 0.0, 0.0)) for margin in (-9, -6, -3, 3, 6, 9)}
    assert not own & {score for score, _ in calibration.fitted}


def test_results_that_abstained_lack_answers() -> None:
    with pytest.raises(InputRejected, match="without abstaining"):
        fit([EvaluationResult("open", True, tuple(graded()), None, 1.0)], reader="r", embedder="e")


def test_nothing_can_be_fitted_where_all_is_right() -> None:
    with pytest.raises(InputRejected, match="right and answers that are wrong"):
        fit([result(outcome(1, 1.0, right=True))], reader="r", embedder="e")
