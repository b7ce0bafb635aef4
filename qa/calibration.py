"""Calibration: from what speaks for an answer to the probability that it is right.

A logistic model of a few features (Platt 1999), fitted on questions that no reader trained on, by
`python tests/bench/calibrating.py`. It lies as `calibration.json` in the folder of the reader that it is for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from functools import cached_property
from itertools import starmap
from operator import mul
from pathlib import Path

from index.errors import ModelDamaged
from qa.ranking import Candidate

CALIBRATION_FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for one of a question's candidates.

    `margin` is the reader's score over "no answer" and `lead` the combined score over that of the best other candidate,
    both in logits; `seconded` counts the other passages whose best span says the same. `retrieval` (0 to 1) and
    `similarity` (cosine) tell how well the passage fits; where it was given with the question, and not searched for,
    both are 0 and `given` is 1.
    """

    margin: float
    lead: float
    seconded: float
    retrieval: float
    similarity: float
    given: float


@dataclass(frozen=True)
class Calibration:
    """A fitted model; `weights` are in the order of the features.

    `threshold` is the confidence from which an answer is given. `embedder` is the SHA-256 of the weights of the
    embedder it was fitted with, as similarities of another one mean something else. `fitted` holds the confidence of
    the first answer of each question of the fitting set and whether it is right: what `qa.risk` chooses from.
    """

    intercept: float
    weights: Features
    threshold: float
    embedder: str
    fitted: tuple[tuple[float, bool], ...]

    def confidence(self, features: Features) -> float:
        """The probability that an answer is right, from 0 to 1."""
        logit = self.intercept + sum(starmap(mul, zip(astuple(self.weights), astuple(features), strict=True)))
        return 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, logit))))

    @cached_property
    def scores(self) -> tuple[float, ...]:
        """The confidences of the fitting set."""
        return tuple(score for score, _ in self.fitted)

    def save(self, folder: Path) -> None:
        """Write the file."""
        text = json.dumps({**asdict(self), "fitted": [[round(score, 4), int(right)] for score, right in self.fitted]})
        (folder / CALIBRATION_FILE).write_text(text + "\n", encoding="utf-8")


_STEEPEST = 30.0  # logits: beyond, a probability is 0 or 1 to the last digit and exp could overflow


def load_calibration(folder: Path | None, embedder: str) -> Calibration | None:
    """The calibration in a reader's folder, or None where there is none or it was fitted with another embedder.

    Raises ModelDamaged where the file is not whole.
    """
    file = None if folder is None else folder / CALIBRATION_FILE
    if file is None or not file.is_file():
        return None
    try:
        stored = json.loads(file.read_bytes())
        calibration = Calibration(
            float(stored["intercept"]),
            Features(**stored["weights"]),
            float(stored["threshold"]),
            str(stored["embedder"]),
            tuple((float(score), bool(right)) for score, right in stored["fitted"]),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelDamaged(f"The calibration {file} cannot be read ({error}); fit it again or remove it.") from error
    return calibration if calibration.embedder == embedder else None


def features_of(candidates: Sequence[Candidate]) -> list[Features]:
    """The features of each candidate of one question; the candidates come best first."""
    return [
        Features(
            margin=candidate.reader_score,
            lead=_lead(candidates, place),
            seconded=float(candidate.seconded),
            retrieval=candidate.hit.score,
            similarity=candidate.hit.similarity or 0.0,
            given=float(candidate.hit.similarity is None),
        )
        for place, candidate in enumerate(candidates)
    ]


_ALONE = 10.0  # logits: the lead of a candidate without any other


def _lead(candidates: Sequence[Candidate], place: int) -> float:
    """By how much a candidate's score is above that of the best other one; below 0 for all but the first."""
    if len(candidates) == 1:
        return _ALONE
    rival = candidates[1] if place == 0 else candidates[0]
    return min(_ALONE, candidates[place].score - rival.score)
