"""What speaks for an answer: the few numbers that its confidence is computed from."""

from __future__ import annotations

from dataclasses import dataclass


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
