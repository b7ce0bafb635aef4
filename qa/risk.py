"""The dial: how sure an answer must be, so that at most so many of those given are wrong.

A threshold is chosen on a set of answers of which it is known whether they are right, so that the promise holds with
95 % confidence: for questions like those of the set, of the answers given at most a share `max_wrong` is wrong. This
is Learn then Test (Angelopoulos et al. 2021) with fixed-sequence testing: thresholds are tried from the strictest
down, each by the upper limit of Clopper and Pearson (1934) for the share of wrong answers, until the first that fails.
The thresholds are places in the order of confidence, which is looked at without knowing what is right. The questions of
one text, which succeed and fail together more than chance has it, count as if they did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from index.errors import InputRejected, RejectionReason

CONFIDENCE = 0.95
"""How sure the promise is."""

_STEPS = 100
"""Thresholds tried, each letting through a hundredth more of the set."""

_FIRST = 10
"""The strictest one lets through ten hundredths: a few answers prove nothing."""

_SHARES = [percent / 100 for percent in range(1, 100)]
"""The shares tried to tell the least that can be promised."""


@lru_cache(maxsize=16)  # every question asks again
def threshold_for(scored: tuple[tuple[float, bool], ...], max_wrong: float) -> float:
    """The lowest confidence at which the promise can be kept, from confidences and whether each answer is right.

    Raises InputRejected where `max_wrong` is not between 0 and 1, or smaller than what the set can prove.
    """
    if not 0 < max_wrong < 1:
        raise InputRejected(
            RejectionReason.OPTION, f"The share of wrong answers must lie between 0 and 1, not be {max_wrong:g}."
        )
    ordered = sorted(scored, reverse=True)
    threshold = _lowest_proven(ordered, max_wrong)
    if threshold is None:
        least = next((share for share in _SHARES if _lowest_proven(ordered, share) is not None), None)
        advice = "no share can" if least is None else f"the least for this reader is {least:g}"
        raise InputRejected(
            RejectionReason.OPTION, f"So few wrong answers ({max_wrong:g}) cannot be promised; {advice}."
        )
    return threshold


def _lowest_proven(ordered: Sequence[tuple[float, bool]], max_wrong: float) -> float | None:
    """The last threshold before the first that is not proven; None where the strictest is not. Best first."""
    found: float | None = None
    if not ordered:
        return None
    for step in range(_FIRST, _STEPS + 1):
        count = max(1, len(ordered) * step // _STEPS)
        least = ordered[count - 1][0]
        given = [right for score, right in ordered if score >= least]  # all of those that are equally sure
        if upper_limit(given.count(False), len(given)) > max_wrong:
            break
        found = least
    return found


def upper_limit(wrong: int, given: int) -> float:
    """The share of wrong answers that is exceeded with a probability of at most 5 %, if so many of the given were."""
    from scipy.special import betaincinv  # takes a moment to import

    return 1.0 if wrong == given else float(betaincinv(wrong + 1, given - wrong, CONFIDENCE))
