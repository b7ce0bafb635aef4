"""The shipped reader's doubt: its calibration belongs to its weights, and the dial keeps its promise."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

import pytest

from index.errors import InputRejected
from index.sentence_embedder import SentenceEmbedder
from qa.calibration import Calibration, load_calibration
from qa.reader_model import SHIPPED_READER
from qa.risk import threshold_for


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    loaded = load_calibration(SHIPPED_READER, SentenceEmbedder().fingerprint.weights_sha256)
    assert loaded is not None
    return loaded


def test_the_calibration_is_that_of_the_shipped_weights(calibration: Calibration) -> None:
    with (SHIPPED_READER / "model.safetensors").open("rb") as weights:
        assert calibration.reader == hashlib.file_digest(weights, "sha256").hexdigest()


@pytest.mark.parametrize("max_wrong", [0.2, 0.3])
def test_the_promise_holds_in_nine_of_ten_splits(calibration: Calibration, max_wrong: float) -> None:
    """A quarter chooses the threshold, the rest tells what came of it; 95 of 100 are promised, luck in the rest aside."""
    generator = random.Random(0)
    kept = promised = 0
    for _ in range(100):
        scored = generator.sample(calibration.fitted, len(calibration.fitted))
        quarter = len(scored) // 4
        threshold = threshold_or_none(scored[:quarter], max_wrong)
        given = [right for score, right in scored[quarter:] if threshold is not None and score >= threshold]
        promised += threshold is not None
        kept += given.count(False) <= max_wrong * len(given)
    assert kept >= 90
    assert promised >= 50  # a promise that nothing is answered by would be kept too


def threshold_or_none(scored: Sequence[tuple[float, bool]], max_wrong: float) -> float | None:
    """None where a quarter cannot prove so much, so that nothing would be answered."""
    try:
        return threshold_for(tuple(scored), max_wrong)
    except InputRejected:
        return None


def test_the_dial_costs_answers_and_saves_errors(calibration: Calibration) -> None:
    thresholds = [threshold_for(calibration.fitted, max_wrong) for max_wrong in (0.15, 0.2, 0.3)]
    assert thresholds == sorted(thresholds, reverse=True)
    assert len(set(thresholds)) == 3
