"""Doubt: one decision over all passages, by the best candidate alone."""

import pytest

from index.article import Article
from index.errors import InputRejected
from index.passages import Passage
from index.searching import Hit
from qa import confidence
from qa.answer import Reason
from qa.calibration import Calibration
from qa.confidence import Doubt
from qa.features import Features
from qa.ranking import Candidate, features_of

ARTICLE = Article("A", "word", "a.txt")
HIT = Hit(ARTICLE, Passage(ARTICLE.id, "A", 0, 4, "word"), 1.0, 1.0)
# The confidence is the margin put through the logistic function; of 1,000 fitted answers the surer half is right.
CALIBRATED = Calibration(
    0.0,
    Features(1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "reader",
    "embedder",
    tuple((place / 1000, place >= 500) for place in range(1000)),
)


def candidates(*scores: float) -> list[Candidate]:
    return [Candidate(HIT, 0, 4, score, score) for score in scores]


def reason(doubt: Doubt, *scores: float) -> Reason | None:
    found = candidates(*scores)
    return doubt.reason_to_abstain(found, features_of(found))


@pytest.mark.parametrize(
    ("scores", "expected"),
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
    monkeypatch: pytest.MonkeyPatch, scores: tuple[float, ...], expected: Reason | None
) -> None:
    monkeypatch.setattr(confidence, "THRESHOLD", 2.0)
    assert reason(Doubt.of(None), *scores) is expected
    assert {Doubt.of(None).confidence(features) for features in features_of(candidates(*scores))} <= {None}


def test_a_passage_that_was_not_searched_for_is_judged_by_the_reader_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "GIVEN_THRESHOLD", 1.0)
    given = Hit(ARTICLE, HIT.passage, 0.0, None)
    for score, expected in ((1.0, None), (0.999, Reason.UNSURE)):
        found = [Candidate(given, 0, 4, score, score)]
        assert Doubt.of(None).reason_to_abstain(found, features_of(found)) is expected


def test_a_calibration_tells_how_sure_and_leaves_the_decision() -> None:
    doubt = Doubt.of(CALIBRATED)
    confidences = [doubt.confidence(features) for features in features_of(candidates(1.0986, 0.0))]
    assert confidences == [pytest.approx(0.75, abs=1e-4), 0.5]
    assert reason(doubt, confidence.THRESHOLD) is None
    assert reason(doubt, confidence.THRESHOLD - 0.001) is Reason.UNSURE


def test_the_dial_sets_the_confidence_that_is_needed() -> None:
    # The surest 100, all right, prove less than 3 % wrong, and so do all 500; the more may be wrong, the more are given.
    assert Doubt.of(CALIBRATED, 0.03).least_confidence == pytest.approx(0.5, abs=0.01)
    assert Doubt.of(CALIBRATED, 0.3).least_confidence == pytest.approx(0.31, abs=0.03)


def test_with_the_dial_the_confidence_decides() -> None:
    doubt = Doubt(CALIBRATED, least_confidence=0.75)
    assert reason(doubt, 1.0987) is None
    assert reason(doubt, 1.0985) is Reason.UNSURE
    assert reason(doubt) is Reason.NO_SPAN


def test_what_cannot_be_promised_is_refused() -> None:
    with pytest.raises(InputRejected, match="least for this reader is"):
        Doubt.of(CALIBRATED, 0.001)
    with pytest.raises(InputRejected, match="calibrated together"):
        Doubt.of(None, 0.1)
