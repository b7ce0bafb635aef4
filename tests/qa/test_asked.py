"""Limits in a question: what is read as one, and what stays a question."""

from __future__ import annotations

import pytest

from index.errors import InputRejected
from index.filters import EVERYTHING, Filter
from qa.asked import Asked, read_limits


@pytest.mark.parametrize(
    ("typed", "question", "wanted"),
    [
        ("what did Putin say?", "what did Putin say?", EVERYTHING),
        ("who said so at 10:30, source: unknown?", "who said so at 10:30, source: unknown?", EVERYTHING),
        ("is https://example.org/after:2019 up?", "is https://example.org/after:2019 up?", EVERYTHING),
        ("after:2024-01 source:bbc who won?", "who won?", Filter(after="2024-01", source="bbc")),
        ("who won before:2020", "who won", Filter(before="2020")),
        ('who  won? Author:"Ann Lee" tag:x language:en', "who won?", Filter(author="Ann Lee", tag="x", language="en")),
        ("source:bbc source:cnn who?", "who?", Filter(source="cnn")),
        ('who said "we will win"?', 'who said "we will win"?', Filter(phrases=("we will win",))),
        ("who said “we will win” and “no”?", "who said “we will win” and “no”?", Filter(phrases=("we will win", "no"))),
        ('the 5" pipe', 'the 5" pipe', EVERYTHING),
    ],
)
def test_what_is_a_limit(typed: str, question: str, wanted: Filter) -> None:
    assert read_limits(typed, EVERYTHING) == Asked(question, wanted)


def test_what_is_typed_goes_before_what_was_set() -> None:
    asked = read_limits('after:2020 "a b" who?', Filter(after="2019", source="bbc", phrases=("c",)))
    assert asked.wanted == Filter(after="2020", source="bbc", phrases=("c", "a b"))


@pytest.mark.parametrize("typed", ["after:yesterday who?", 'source:"" who?', '" " who?'])
def test_a_limit_that_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(InputRejected):
        read_limits(typed, EVERYTHING)
