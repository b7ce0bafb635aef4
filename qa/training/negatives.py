"""Hard negatives: questions put to a near-by passage that lacks the answer."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from qa.evaluation.datasets import Example
from qa.evaluation.metrics import normalize_answer

_CANDIDATES = 500  # passages compared for one question; more of one title only cost time

Passages = dict[str, tuple[str, frozenset[str]]]
"""The contexts of a title, each with its normalised text between spaces, and the words of that."""


def with_negatives(examples: Sequence[Example], share: float, seed: int) -> list[Example]:
    """The examples, and for `share` of the answerable ones the same question over a passage without its answer.

    The passage is the one of the same title that shares most words with the question and holds none of the golds; a
    question whose title has no such passage gets none. After Clark and Gardner (2018), who showed that a reader which
    never met such passages is sure of its answers in all of them.
    """
    generator = random.Random(seed)  # noqa: S311 - no secret
    answerable = [example for example in examples if not example.impossible]
    passages = _passages_by_title(examples)
    negatives = [
        _negative(example, _some(passages[example.title], generator))
        for example in generator.sample(answerable, round(share * len(answerable)))
    ]
    return [*examples, *(negative for negative in negatives if negative is not None)]


def _passages_by_title(examples: Sequence[Example]) -> dict[str, Passages]:
    passages: dict[str, Passages] = defaultdict(dict)
    for example in examples:
        context = example.context or ""
        if context not in passages[example.title]:
            text = normalize_answer(context)
            passages[example.title][context] = (f" {text} ", frozenset(text.split()))
    return passages


def _some(passages: Passages, generator: random.Random) -> Passages:
    if len(passages) <= _CANDIDATES:
        return passages
    return dict(generator.sample(list(passages.items()), _CANDIDATES))


def _negative(example: Example, passages: Passages) -> Example | None:
    question = frozenset(normalize_answer(example.question).split())
    golds = [f" {normalize_answer(gold)} " for gold in example.golds]
    lacking = {
        context: len(question & words)
        for context, (text, words) in passages.items()
        if context != example.context and not any(gold in text for gold in golds)
    }
    if not lacking:
        return None
    return replace(example, context=max(lacking, key=lacking.__getitem__), golds=(), spans=())


def says_any(context: str, golds: Sequence[str]) -> bool:
    """Whether a context holds the words of any gold."""
    text = f" {normalize_answer(context)} "
    return any(f" {normalize_answer(gold)} " in text for gold in golds)
