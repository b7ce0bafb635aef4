"""Calibration: from what speaks for an answer to the probability that it is right.

A logistic model of a few features (Platt 1999), fitted on questions that no reader trained on, by
`python tests/bench/calibrating.py`. It lies as `calibration.json` in the folder of the reader that it is for.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, astuple, dataclass
from itertools import starmap
from operator import mul
from pathlib import Path

from index.errors import ModelDamaged
from qa.features import Features

CALIBRATION_FILE = "calibration.json"


@dataclass(frozen=True)
class Calibration:
    """A fitted model; `weights` are in the order of the features.

    `reader` and `embedder` are the SHA-256 of the weights it was fitted with: the scores of others mean something else.
    `fitted` holds the first answer of each question of the fitting set, how sure a model is of it that was fitted
    without it, and whether it is right: what `qa.risk` chooses from.
    """

    intercept: float
    weights: Features
    reader: str
    embedder: str
    fitted: tuple[tuple[float, bool], ...]

    def confidence(self, features: Features) -> float:
        """The probability that an answer is right, from 0 to 1."""
        logit = self.intercept + sum(starmap(mul, zip(astuple(self.weights), astuple(features), strict=True)))
        return 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, logit))))

    def save(self, folder: Path) -> None:
        """Write the file."""
        text = json.dumps(asdict(self))
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
            Features(**{name: float(weight) for name, weight in stored["weights"].items()}),
            str(stored["reader"]),
            str(stored["embedder"]),
            tuple((float(score), bool(right)) for score, right in stored["fitted"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelDamaged(f"The calibration {file} cannot be read ({error}); remove it, or fit it again.") from error
    return calibration if calibration.embedder == embedder else None
