"""Doubt: whether the best candidate is good enough to be given as the answer."""

from __future__ import annotations

from collections.abc import Sequence

from qa.answer import Reason
from qa.ranking import Candidate

# In logits, chosen where no reader trained: on SQuAD's passages read alone 4.1 is best; on news, with retrieval added,
# 4 refuses 64 % of what the articles do not answer and still gets 53 % of what they do right.
THRESHOLD = 4.0


def reason_to_abstain(candidates: Sequence[Candidate]) -> Reason | None:
    """Why the question should not be answered, or None where the best candidate is good enough.

    One decision over all passages: the best candidate's combined score against a threshold. Asking each passage for
    itself would let nineteen that lack the answer outvote the one that has it.
    """
    if not candidates:
        return Reason.NO_SPAN
    return None if candidates[0].score >= THRESHOLD else Reason.UNSURE
