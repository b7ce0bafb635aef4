"""Span decoding: a reader's logits to character spans, in plain numpy.

The score of a span is its start logit plus its end logit, as in BERT for SQuAD (Devlin et al. 2019, section 4.2);
"no answer" is the same sum at position 0, the [CLS] token (section 4.3). Scores are left unnormalised, so that spans
of different passages compare (Clark and Gardner 2018 show what per-passage normalisation costs).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Integers = npt.NDArray[np.integer]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
    """What the model said about one window of tokens; every array has shape (tokens,).

    `starts` and `ends` are half-open character offsets into the passage. `can_start` and `can_end` tell which tokens
    may begin and end an answer: those of the passage that begin or end a word, never the question's or the title's.
    """

    start_logits: Floats
    end_logits: Floats
    starts: Integers
    ends: Integers
    can_start: Booleans
    can_end: Booleans

    @property
    def null_score(self) -> float:
        """The score of "no answer in this window"."""
        return float(self.start_logits[0] + self.end_logits[0])


@dataclass(frozen=True, slots=True, order=True)
class ScoredSpan:
    """A span of characters with its score, in logits."""

    score: float
    start: int
    end: int

    def overlaps(self, other: ScoredSpan) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


def best_spans(window: Window, *, max_tokens: int, count: int) -> list[ScoredSpan]:
    """The `count` best spans of at most `max_tokens` tokens, best first, none overlapping a better one.

    Equal scores are ordered by position, so that the result never depends on the machine. Returns fewer spans, or
    none, where the window has no more.
    """
    scores = _scores(window, max_tokens)
    ends = _following(window.ends, max_tokens, 0)
    spans: list[ScoredSpan] = []
    while len(spans) < count:
        first, further = np.unravel_index(np.argmax(scores), scores.shape)  # of equal ones the first
        if scores[first, further] == -np.inf:
            break
        span = ScoredSpan(float(scores[first, further]), int(window.starts[first]), int(ends[first, further]))
        spans.append(span)
        scores[(window.starts[:, None] < span.end) & (ends > span.start)] = -np.inf
    return spans


def drop_overlapping(spans: Iterable[ScoredSpan], count: int) -> list[ScoredSpan]:
    """The first `count` of `spans`, which come best first, that overlap none taken before."""
    kept: list[ScoredSpan] = []
    for span in spans:
        if not any(span.overlaps(other) for other in kept):
            kept.append(span)
            if len(kept) == count:
                break
    return kept


def _scores(window: Window, max_tokens: int) -> Floats:
    """The score of every span: at [i, k] that of tokens i to i + k; -inf where it is not allowed or not finite."""
    start_logits = np.where(window.can_start & np.isfinite(window.start_logits), window.start_logits, -np.inf)
    end_logits = np.where(window.can_end & np.isfinite(window.end_logits), window.end_logits, -np.inf)
    return np.asarray(start_logits[:, None] + _following(end_logits, max_tokens, -np.inf))


def _following(values: npt.NDArray[np.number], count: int, padding: float) -> npt.NDArray[np.number]:
    """In row i the values of tokens i to i + count - 1, with `padding` after the last token."""
    padded = np.concatenate([values, np.full(count - 1, padding, dtype=values.dtype)])
    return np.lib.stride_tricks.sliding_window_view(padded, count)
