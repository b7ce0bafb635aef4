"""Lexical search: a question in plain words to a full-text query of SQLite's FTS5, ranked by BM25."""

from __future__ import annotations

import re
import unicodedata

# Words that say what kind of answer is wanted, or nothing at all: they match every passage and cost time.
STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be been before being but by can could did do does done for from "
    "had has have having he her him his how i if in into is it its just many may me might more most much must my no "
    "not of on or our out over shall she should so some such than that the their them then there these they this "
    "those to under up us was we were what when where which while who whom whose why will with would you your".split()
)
_WORD = re.compile(r"\w+")
_MOST_WORDS = 64  # of a question; the rest would only cost time


def full_text_query(question: str) -> str | None:
    """An FTS5 query that matches any word of the question, or None where it has no word.

    Every word is quoted, so that nothing that is typed acts as an operator. Stop words are dropped unless there is
    nothing else.
    """
    composed = unicodedata.normalize("NFC", question)  # an accent of its own would cut its word in two
    words = list(dict.fromkeys(_WORD.findall(composed.lower())))
    telling = [word for word in words if word not in STOP_WORDS] or words
    return " OR ".join(f'"{word}"' for word in telling[:_MOST_WORDS]) or None
