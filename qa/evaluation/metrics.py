"""Exact match and F1 as the official SQuAD 2.0 evaluation script counts them (Rajpurkar et al. 2018); calibration.

Every score lies between 0 and 1.
"""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
# ASCII alone, as in the official script: curly quotes and dashes count as part of a word.
_DROP_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize_answer(text: str) -> str:
    """Lower case without ASCII punctuation and English articles, words parted by single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_DROP_PUNCTUATION)).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """1 where the prediction is one of the golds, else 0; without golds the empty prediction is right."""
    return float(normalize_answer(prediction) in _countable(golds))


def f1(prediction: str, golds: Sequence[str]) -> float:
    """The best overlap in words with any gold; without golds the empty prediction is right."""
    predicted = normalize_answer(prediction).split()
    return max(_overlap(predicted, gold.split()) for gold in _countable(golds))


def set_exact_match(predictions: Sequence[str], items: Sequence[Sequence[str]]) -> float:
    """1 where the predictions name every item and nothing else, else 0."""
    return float(set_f1(predictions, items) == 1)


def set_f1(predictions: Sequence[str], items: Sequence[Sequence[str]]) -> float:
    """F1 of the set of predictions against the set of items, each of which any of its wordings names.

    Two wordings of one item count once. Wordings are compared normalised and must not be shared between items.
    """
    item_of = {normalize_answer(wording): number for number, wordings in enumerate(items) for wording in wordings}
    predicted = {item_of.get(text, text) for text in map(normalize_answer, predictions) if text}
    found = len(predicted.intersection(item_of.values()))
    return 2 * found / (len(predicted) + len(items))


def expected_calibration_error(scored: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """The mean distance, 0 to 1, of confidence and accuracy over bins of equal width (Guo et al. 2017, section 2).

    `scored` holds the confidence of each answer and whether it is right, at least one.
    """
    groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in scored:
        groups[min(int(confidence * bins), bins - 1)].append((confidence, right))
    return sum(abs(sum(confidence - right for confidence, right in group)) for group in groups.values()) / len(scored)


def _countable(golds: Sequence[str]) -> list[str]:
    """The golds, normalised, that hold more than articles and punctuation; the empty answer where there are none."""
    return [gold for gold in map(normalize_answer, golds) if gold] or [""]


def _overlap(predicted: Sequence[str], gold: Sequence[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    shared = (Counter(predicted) & Counter(gold)).total()
    # The harmonic mean of shared / predicted and shared / gold.
    return 2 * shared / (len(predicted) + len(gold))
