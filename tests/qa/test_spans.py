"""Span decoding: planted logits whose result a person can compute, and a plain decoder of O(n^2) that must agree."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.spans import ScoredSpan, Window, best_spans, drop_overlapping

INFINITY = float("inf")


def window(
    start_logits: Sequence[float],
    end_logits: Sequence[float],
    can_start: Sequence[bool] | None = None,
    can_end: Sequence[bool] | None = None,
) -> Window:
    """Token i is the characters 10 i to 10 i + 8; all but token 0, the [CLS], may begin and end an answer."""
    count = len(start_logits)
    passage = np.arange(count) > 0
    return Window(
        np.array(start_logits, dtype=np.float32),
        np.array(end_logits, dtype=np.float32),
        10 * np.arange(count),
        10 * np.arange(count) + 8,
        passage if can_start is None else np.array(can_start),
        passage if can_end is None else np.array(can_end),
    )


def span(score: float, first: int, last: int) -> ScoredSpan:
    return ScoredSpan(score, 10 * first, 10 * last + 8)


def test_the_best_span_is_the_best_sum() -> None:
    assert best_spans(window([0, 1, 5, 0], [0, 0, 1, 4]), max_tokens=9, count=1) == [span(9, 2, 3)]


def test_no_span_ends_before_it_starts() -> None:
    """The best end stands before the best start: 9 + 9 must not be paired."""
    assert best_spans(window([0, 0, 1, 9], [0, 9, 2, 1]), max_tokens=9, count=1) == [span(10, 3, 3)]
    assert best_spans(window([0, 2, 1, 9], [0, 9, 2, 0]), max_tokens=9, count=1) == [span(11, 1, 1)]


def test_tokens_that_may_not_begin_or_end_an_answer_never_do() -> None:
    """As those of the question and the title, however high their logits."""
    logits = [99.0, 98, 97, 1, 2]
    allowed = [False, False, False, True, True]
    assert best_spans(window(logits, logits, allowed, allowed), max_tokens=9, count=9) == [span(4, 4, 4), span(2, 3, 3)]
    only_start = [False, True, False, False, False]
    only_end = [False, False, False, True, False]
    assert best_spans(window(logits, logits, only_start, only_end), max_tokens=9, count=9) == [span(99, 1, 3)]


def test_no_span_is_longer_than_allowed() -> None:
    planted = window([0, 9, 0, 0, 0], [0, 0, 1, 2, 9])
    assert best_spans(planted, max_tokens=4, count=1) == [span(18, 1, 4)]
    assert best_spans(planted, max_tokens=3, count=1) == [span(11, 1, 3)]
    assert best_spans(planted, max_tokens=1, count=2) == [span(9, 4, 4), span(9, 1, 1)][::-1]


def test_further_spans_overlap_no_better_one() -> None:
    planted = window([0, 5, 4, 0, 3], [0, 0, 5, 0, 3])
    assert best_spans(planted, max_tokens=9, count=3) == [span(10, 1, 2), span(6, 4, 4), span(0, 3, 3)]


def test_hundreds_of_overlapping_spans_do_not_hide_the_next_one() -> None:
    start, end = np.zeros(400), np.zeros(400)
    start[5:10], end[5:60] = 100, 50
    found = best_spans(window(start.tolist(), end.tolist()), max_tokens=60, count=5)
    assert [(item.score, item.start // 10) for item in found[:2]] == [(150, 5), (150, 6)]
    assert len(found) == 5


def test_equal_scores_come_in_the_order_of_the_text() -> None:
    found = best_spans(window([0] * 5, [0] * 5), max_tokens=9, count=9)
    assert found == [span(0, 1, 1), span(0, 2, 2), span(0, 3, 3), span(0, 4, 4)]


def test_nothing_allowed_gives_nothing() -> None:
    nothing = [False] * 3
    assert best_spans(window([1, 2, 3], [1, 2, 3], nothing, nothing), max_tokens=5, count=5) == []
    minus = [-INFINITY] * 3
    assert best_spans(window(minus, minus), max_tokens=5, count=5) == []


def test_logits_that_are_no_numbers_are_passed_over() -> None:
    planted = window([0, float("nan"), 1, INFINITY], [0, 0, 1, 0])
    assert best_spans(planted, max_tokens=5, count=5) == [span(2, 2, 2)]


def test_one_token() -> None:
    assert best_spans(window([3], [4]), max_tokens=5, count=5) == []
    assert best_spans(window([3], [4], [True], [True]), max_tokens=5, count=5) == [span(7, 0, 0)]


def test_no_answer_scores_as_the_cls_token() -> None:
    assert window([3, 9], [4, 9]).null_score == 7


def test_tokens_of_the_same_characters_are_one_span() -> None:
    """Some characters are several tokens, all with the offsets of the one character."""
    logits = np.array([0, 3, 2, 1], dtype=np.float32)
    starts, ends = np.array([0, 4, 4, 4]), np.array([0, 5, 5, 5])
    allowed = np.array([False, True, True, True])
    same = Window(logits, logits, starts, ends, allowed, allowed)
    assert best_spans(same, max_tokens=5, count=5) == [ScoredSpan(6, 4, 5)]


def test_dropping_keeps_the_first_of_those_that_overlap() -> None:
    spans = [ScoredSpan(5, 0, 4), ScoredSpan(4, 3, 6), ScoredSpan(3, 4, 8), ScoredSpan(2, 8, 9), ScoredSpan(1, 0, 9)]
    assert drop_overlapping(spans, 9) == [spans[0], spans[2], spans[3]]
    assert drop_overlapping(spans, 2) == [spans[0], spans[2]]
    assert drop_overlapping([], 3) == []


@pytest.mark.parametrize(
    ("other", "overlaps"), [((0, 3), False), ((0, 4), True), ((5, 6), True), ((7, 9), False), ((3, 7), True)]
)
def test_spans_overlap_where_they_share_a_character(other: tuple[int, int], overlaps: bool) -> None:
    assert ScoredSpan(0, 3, 7).overlaps(ScoredSpan(1, *other)) is overlaps
    assert ScoredSpan(1, *other).overlaps(ScoredSpan(0, 3, 7)) is overlaps


def brute_force(planted: Window, max_tokens: int, count: int) -> list[ScoredSpan]:
    """Every pair of tokens, best first, equal ones in the order of the text; then those that overlap none before."""
    scored = []
    for i in range(len(planted.starts)):
        for j in range(i, min(i + max_tokens, len(planted.starts))):
            score = float(planted.start_logits[i] + planted.end_logits[j])
            if planted.can_start[i] and planted.can_end[j] and np.isfinite(score):
                scored.append((-score, i, j))
    kept: list[ScoredSpan] = []
    for score, i, j in sorted(scored):
        found = ScoredSpan(-score, int(planted.starts[i]), int(planted.ends[j]))
        if all(found.end <= other.start or other.end <= found.start for other in kept):
            kept.append(found)
    return kept[:count]


LOGIT = st.one_of(st.integers(-3, 3).map(float), st.just(-INFINITY))


@given(
    st.lists(st.tuples(LOGIT, LOGIT, st.booleans(), st.booleans(), st.integers(0, 2)), min_size=1, max_size=40),
    st.integers(1, 45),
    st.integers(1, 8),
)
def test_the_decoder_agrees_with_brute_force(
    tokens: list[tuple[float, float, bool, bool, int]], max_tokens: int, count: int
) -> None:
    """Small whole logits, so that many scores are equal; a step of 0 repeats the characters of the token before."""
    start_logits, end_logits, can_start, can_end, steps = zip(*tokens, strict=True)
    starts = 3 * np.cumsum(steps)
    planted = Window(
        np.array(start_logits), np.array(end_logits), starts, starts + 2, np.array(can_start), np.array(can_end)
    )
    assert best_spans(planted, max_tokens=max_tokens, count=count) == brute_force(planted, max_tokens, count)
