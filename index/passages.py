"""Passages: sentence-aligned, overlapping pieces of an article, each the exact slice that it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.article import Article
from index.sentences import Span, sentence_spans

TokenCounter = Callable[[Sequence[str]], list[int]]
"""Counts the tokens of each text as the embedder will see them."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one article: `text == article.text[start:end]`, offsets in code points."""

    article_id: str
    title: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PassageSettings:
    """How articles are cut: at most `max_tokens` a passage, of which `overlap_tokens` repeat the one before."""

    max_tokens: int = 200
    overlap_tokens: int = 50


def split(article: Article, settings: PassageSettings, count_tokens: TokenCounter) -> list[Passage]:
    """Cut an article into passages in reading order.

    Whole sentences are packed until the next would exceed `max_tokens`; the last ones, up to `overlap_tokens`, begin
    the next passage too. A sentence longer than a passage is cut between words. Every character that is not white
    space lies in at least one passage.
    """
    pieces = sentence_spans(article.text)
    counts = count_tokens([article.text[start:end] for start, end in pieces])
    pieces, counts = _cut_long(article.text, pieces, counts, settings.max_tokens, count_tokens)
    return [
        Passage(article.id, article.title, start, end, article.text[start:end])
        for start, end in _pack(pieces, counts, settings)
    ]


def _cut_long(
    text: str, pieces: list[Span], counts: list[int], max_tokens: int, count_tokens: TokenCounter
) -> tuple[list[Span], list[int]]:
    """Halve every piece that is longer than a passage, at white space near its middle, until all fit."""
    while any(count > max_tokens and end - start > 1 for (start, end), count in zip(pieces, counts, strict=True)):
        cut: list[Span] = []
        for (start, end), count in zip(pieces, counts, strict=True):
            if count <= max_tokens or end - start <= 1:
                cut.append((start, end))
                continue
            border = _border(text, start, end)
            cut += [(start, border), (border, end)]
        pieces = cut
        counts = count_tokens([text[start:end] for start, end in pieces])
    return pieces, counts


def _border(text: str, start: int, end: int) -> int:
    """Where to cut a piece: at the last white space of its second quarter, or in its middle where there is none."""
    middle = (start + end) // 2
    earliest = start + (end - start) // 4
    return next((place for place in range(middle, earliest, -1) if text[place].isspace()), middle)


def _pack(pieces: list[Span], counts: list[int], settings: PassageSettings) -> list[Span]:
    """Join neighbouring pieces into spans of at most `max_tokens`, each beginning with the end of the last."""
    spans: list[Span] = []
    first = 0
    while first < len(pieces):
        last, total = first, counts[first]
        while last + 1 < len(pieces) and total + counts[last + 1] <= settings.max_tokens:
            last += 1
            total += counts[last]
        spans.append((pieces[first][0], pieces[last][1]))
        if last + 1 == len(pieces):
            break
        first = _overlap_start(counts, first, last, settings)
    return spans


def _overlap_start(counts: list[int], first: int, last: int, settings: PassageSettings) -> int:
    """The first piece of the next passage: as far back as the overlap allows, always past `first`."""
    start, overlap = last + 1, 0
    room = settings.max_tokens - counts[last + 1]
    while start - 1 > first and overlap + counts[start - 1] <= min(settings.overlap_tokens, room):
        start -= 1
        overlap += counts[start]
    return start
