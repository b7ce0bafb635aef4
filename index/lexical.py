"""Lexical search: a question in plain words to a full-text query of SQLite's FTS5, ranked by BM25."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

# Words that say what kind of answer is wanted, or nothing at all: they match every passage and cost time.
STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be been before being but by can could did do does done for from "
    "had has have having he her him his how i if in into is it its just many may me might more most much must my no "
    "not of on or our out over shall she should so some such than that the their them then there these they this "
    "those to under up us was we were what when where which while who whom whose why will with would you your".split()
)
_WORD = re.compile(r"\w+")
_MOST_WORDS = 64  # of a question; the rest would only cost time


@dataclass(frozen=True, slots=True)
class Limits:
    """How many passages of a large library a search by words looks at.

    FTS5 ranks a passage in a microsecond, and for each word counts the passages that have it, in a tenth of one. With
    these, nineteen questions in twenty take a tenth of a second at most in a million passages, once their words were
    counted, and 98 % of the first twenty passages are found: `tests/bench/growth.py --choose`.
    """

    ranked: int = 40_000
    counted: int = 300_000  # of common words, which only order what is ranked
    least: int = 100  # that are ranked, how common the words may be: a mistyped word must not hide the others


LIMITS = Limits()


def full_text_query(question: str, count: Callable[[str], int] | None = None, limits: Limits = LIMITS) -> str | None:
    """An FTS5 query that matches any word of the question, or None where it has no word.

    Every word is quoted, so that nothing that is typed acts as an operator. Stop words are dropped unless there is
    nothing else. With `count`, which tells how many passages have a word, only those with a rare one are matched.
    """
    composed = unicodedata.normalize("NFC", question)  # an accent of its own would cut its word in two
    words = list(dict.fromkeys(_WORD.findall(composed.lower())))
    telling = [word for word in words if word not in STOP_WORDS] or words
    quoted = [f'"{word}"' for word in telling[:_MOST_WORDS]]
    if count is None or not quoted:
        return " OR ".join(quoted) or None
    return _of_rarest(quoted, count, limits)


def _of_rarest(words: Sequence[str], count: Callable[[str], int], limits: Limits) -> str:
    """A query for the passages with one of the rarest words, which orders them by the common ones too.

    The rarest are as many as have few passages together. Each word stands in the query twice, so that all count alike:
    BM25 adds up what stands in a query.
    """
    counted = sorted(((word, count(word)) for word in words), key=lambda word: word[1])
    rare = _together(counted, limits.ranked, least=limits.least)
    common = _together(counted[len(rare) :], limits.counted)
    if not common:
        return " OR ".join(rare)
    return f"({' OR '.join(rare)}) AND ({' OR '.join(rare + common + common)})"


def _together(counted: Sequence[tuple[str, int]], most: int, *, least: int = 0) -> list[str]:
    """The first words that have no more than `most` passages together; more words while they have less than `least`."""
    totals = [0, *accumulate(count for _, count in counted)]
    return [
        word
        for (word, _), before, total in zip(counted, totals[:-1], totals[1:], strict=True)
        if total <= most or before < least
    ]
