"""Doubt: one decision over all passages, by the best candidate alone."""

import pytest

from index.article import Article
from index.library import Hit
from index.passages import Passage
from qa import confidence
from qa.answer import Reason
from qa.confidence import reason_to_abstain
from qa.ranking import Candidate

ARTICLE = Article("A", "word", "a.txt")
HIT = Hit(ARTICLE, Passage(ARTICLE.id, "A", 0, 4, "word"), 1.0, 1.0)


def candidates(*scores: float) -> list[Candidate]:
    return [Candidate(HIT, 0, 4, 0.0, score) for score in scores]


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ((), Reason.NO_SPAN),
        ((2.0,), None),
        ((1.999,), Reason.UNSURE),
        ((9.0, -9.0, -9.0, -9.0), None),  # those that lack the answer do not outvote the one that has it
        ((-9.0, -10.0), Reason.UNSURE),
        ((float("nan"),), Reason.UNSURE),
    ],
)
def test_the_best_candidate_decides(
    monkeypatch: pytest.MonkeyPatch, scores: tuple[float, ...], reason: Reason | None
) -> None:
    monkeypatch.setattr(confidence, "THRESHOLD", 2.0)
    assert reason_to_abstain(candidates(*scores)) is reason
