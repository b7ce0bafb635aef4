"""Questions as people type them: without a question mark, articles or filler words, with a slip of a finger."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from qa.evaluation.datasets import Example

_SMALL_WORDS = frozenset(
    "a an the is are was were do does did has have had of to in on at by for from with and what which who when where "
    "how why whose whom that this these those there it its be been".split()
)
_ARTICLES = re.compile(r"\b(?:the|an?) ", re.IGNORECASE)
_FEWEST_KEYWORDS = 3


def as_typed(examples: Sequence[Example], share: float, seed: int) -> list[Example]:
    """The examples, `share` of them with the question worded as one types it into a search box."""
    generator = random.Random(f"wordings {seed}")  # noqa: S311 - no secret
    return [
        replace(example, question=_typed(example.question, generator)) if generator.random() < share else example
        for example in examples
    ]


def _typed(question: str, generator: random.Random) -> str:
    plain = " ".join(question.lower().rstrip("?!. ").split())
    slip: Callable[[str], str] = generator.choice(
        [_as_it_is, _as_it_is, _without_articles, _keywords, lambda text: _misspelt(text, generator)]
    )
    return slip(plain) or question


def _as_it_is(text: str) -> str:
    return text


def _without_articles(text: str) -> str:
    return _ARTICLES.sub("", text)


def _keywords(text: str) -> str:
    """The words that carry meaning, or the text where too few would be left to ask anything."""
    words = [word for word in text.split() if word not in _SMALL_WORDS]
    return " ".join(words) if len(words) >= _FEWEST_KEYWORDS else text


def _misspelt(text: str, generator: random.Random) -> str:
    """One letter of one longer word left out, doubled, or put in its neighbour's place."""
    words = text.split()
    long_words = [number for number, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long_words:
        return text
    number = generator.choice(long_words)
    word = words[number]
    place = generator.randrange(1, len(word) - 1)
    here, following = word[place], word[place + 1]
    left_out, doubled, swapped = following, here + here + following, following + here
    words[number] = word[:place] + generator.choice([left_out, doubled, swapped]) + word[place + 2 :]
    return " ".join(words)
