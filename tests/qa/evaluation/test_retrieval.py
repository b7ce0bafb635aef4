import pytest

from qa.evaluation.retrieval import Ranking, RetrievalScores, score_retrieval


def test_means_over_questions_worked_out_by_hand() -> None:
    rankings = [
        Ranking(["a", "b", "c"], {"a"}),  # first: reciprocal rank 1
        Ranking(["b", "c", "a"], {"a"}),  # third: 1/3
        Ranking(["z1", "z2", "z3", "z4", "z5", "a"], {"a"}),  # sixth: 1/6
        Ranking(["b"], {"a"}),  # not found: 0
    ]
    scores = score_retrieval(rankings)
    assert (scores.recall_at_1, scores.recall_at_5, scores.recall_at_20) == (0.25, 0.5, 0.75)
    assert scores.mrr == pytest.approx((1 + 1 / 3 + 1 / 6 + 0) / 4)


def test_an_article_counts_at_its_best_place() -> None:
    """`a` is the second article found, though its passages are third and fourth."""
    assert score_retrieval([Ranking(["b", "b", "a", "a"], {"a"})]) == RetrievalScores(0, 1, 1, 0.5)


def test_any_gold_article_counts() -> None:
    """One of two versions first is a full hit, not half of one."""
    assert score_retrieval([Ranking(["new", "x"], {"old", "new"})]) == RetrievalScores(1, 1, 1, 1)


def test_nothing_found_counts_as_missed() -> None:
    assert score_retrieval([Ranking([], {"a"}), Ranking(["a"], {"a"})]) == RetrievalScores(0.5, 0.5, 0.5, 0.5)


def test_order_is_by_place_beyond_nine_questions_and_places() -> None:
    """Places and questions are numbers, not words: 10 comes after 9."""
    found = [f"z{place}" for place in range(19)]
    rankings = [Ranking([*found, "a"], {"a"}) for _ in range(11)]
    assert score_retrieval(rankings) == RetrievalScores(0, 0, 1, pytest.approx(1 / 20))
