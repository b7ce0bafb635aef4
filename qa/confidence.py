"""Doubt: how sure each candidate is, and whether the best one is good enough to be given as the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from index.errors import InputRejected, RejectionReason
from qa.answer import Reason
from qa.calibration import Calibration
from qa.features import Features
from qa.ranking import Candidate
from qa.risk import threshold_for

# In logits, chosen where no reader trained. The confidence would decide worse: margins are lower on news than on the
# paragraphs that most of it is fitted to, and where it refuses as much of SQuAD (79 %, F1 66) it gets 34 % of the
# questions about news right, not 55 %.
THRESHOLD = 8.0
GIVEN_THRESHOLD = 4.0
"""For a passage that came with the question: it was not searched for, so nothing is added for how well it fits."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the best candidate must reach: a combined score or, to keep a promise about wrong answers, a confidence."""

    calibration: Calibration | None
    least_confidence: float | None = None

    @classmethod
    def of(cls, calibration: Calibration | None, max_wrong: float | None = None) -> Self:
        """The usual doubt or, with `max_wrong`, such that at most this share of the answers given is wrong.

        Raises InputRejected where that cannot be promised.
        """
        if max_wrong is None:
            return cls(calibration)
        if calibration is None:
            raise InputRejected(
                RejectionReason.OPTION,
                "A share of wrong answers can only be promised with the shipped reader and embedder, which were "
                "calibrated together; leave max_wrong out.",
            )
        return cls(calibration, threshold_for(calibration.fitted, max_wrong))

    def confidence(self, features: Features) -> float | None:
        """How probable it is that a candidate is right; None without a calibration."""
        return None if self.calibration is None else self.calibration.confidence(features)

    def reason_to_abstain(self, candidates: Sequence[Candidate], features: Sequence[Features]) -> Reason | None:
        """Why the question should not be answered, or None where the best candidate is good enough.

        `features` are those of the candidates, in their order. One decision over all passages, by the best candidate:
        asking each passage for itself would let nineteen that lack the answer outvote the one that has it.
        """
        if not candidates:
            return Reason.NO_SPAN
        return None if self.is_good(candidates[0], features[0]) else Reason.UNSURE

    def is_good(self, candidate: Candidate, features: Features) -> bool:
        """Whether a candidate is good enough to be given as an answer."""
        if self.least_confidence is None:
            return candidate.score >= (GIVEN_THRESHOLD if features.given else THRESHOLD)
        return (self.confidence(features) or 0.0) >= self.least_confidence
