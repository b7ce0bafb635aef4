"""Calibration: features by hand, a logistic model by hand, and a file that can be trusted."""

import math
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ModelDamaged
from index.passages import Passage
from index.searching import Hit
from qa.calibration import CALIBRATION_FILE, Calibration, load_calibration
from qa.features import Features
from qa.ranking import Candidate, features_of

ARTICLE = Article("A", "word " * 20, "a.txt")
PASSAGE = Passage(ARTICLE.id, "A", 0, 100, ARTICLE.text)
FOUND, GIVEN = Hit(ARTICLE, PASSAGE, 0.75, 0.5), Hit(ARTICLE, PASSAGE, 0.0, None)
CALIBRATION = Calibration(
    -1.0, Features(0.5, 0.25, 1.0, 2.0, 4.0, 3.0), "reader", "abc", ((1 - 1e-9, True), (1 / 3, False))
)


def test_the_features_of_each_candidate() -> None:
    first, second, third = features_of(
        [Candidate(FOUND, 0, 4, 3.0, 9.0, 2), Candidate(FOUND, 5, 9, 1.0, 7.0), Candidate(FOUND, 10, 14, 0.0, 4.0)]
    )
    assert first == Features(margin=3.0, lead=2.0, seconded=2.0, retrieval=0.75, similarity=0.5, given=0.0)
    assert (second.lead, third.lead) == (-2.0, -5.0)  # behind the first
    (given,) = features_of([Candidate(GIVEN, 0, 4, 3.0, 3.0)])
    assert given == Features(margin=3.0, lead=10.0, seconded=0.0, retrieval=0.0, similarity=0.0, given=1.0)
    assert features_of([]) == []


def test_the_confidence_is_logistic() -> None:
    features = Features(margin=3.0, lead=2.0, seconded=1.0, retrieval=0.5, similarity=0.25, given=0.0)
    logit = -1.0 + 1.5 + 0.5 + 1.0 + 1.0 + 1.0
    assert CALIBRATION.confidence(features) == pytest.approx(1 / (1 + math.exp(-logit)))
    assert CALIBRATION.confidence(Features(1e9, 0, 0, 0, 0, 0)) == pytest.approx(1.0)
    assert CALIBRATION.confidence(Features(-1e9, 0, 0, 0, 0, 0)) == pytest.approx(0.0)


def test_what_is_saved_is_loaded_for_the_same_embedder_alone(tmp_path: Path) -> None:
    CALIBRATION.save(tmp_path)
    assert load_calibration(tmp_path, "abc") == CALIBRATION
    assert load_calibration(tmp_path, "another") is None


def test_without_a_file_there_is_no_calibration(tmp_path: Path) -> None:
    assert load_calibration(tmp_path, "abc") is None
    assert load_calibration(None, "abc") is None


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"intercept": 1, "weights": {"margin": "a"}}', '{"intercept": 1, "weights": 1}']
)
def test_a_broken_file_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / CALIBRATION_FILE).write_text(text)
    with pytest.raises(ModelDamaged, match=CALIBRATION_FILE):
        load_calibration(tmp_path, "abc")
