"""Sentences: where each one starts and ends, by syntok, with offsets true to the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syntok import segmenter
from syntok.tokenizer import Tokenizer

_REACH = 2000  # characters; segmenting takes seconds where a large text has no blank lines

Span = tuple[int, int]
"""Half-open offsets, in code points."""

_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")
# The tokenizer must not rewrite contractions ("don't" to "do not"): offsets would no longer fit the text.
_TOKENIZER = Tokenizer(replace_not_contraction=False, emit_hyphen_or_underscore_sep=True)


def sentence_spans(text: str) -> list[Span]:
    """The sentences of `text` in order, without surrounding white space; a blank line always ends one."""
    return [
        (start, end)
        for paragraph_start, paragraph_end in _paragraph_spans(text)
        for start, end in _sentences(text, paragraph_start, paragraph_end)
    ]


def sentence_around(text: str, start: int, end: int) -> Span:
    """The sentence that holds `[start, end)`, or the run of sentences that it touches.

    Nothing further than 2,000 characters from the span is looked at, so a longer sentence comes cut at white space.
    """
    paragraphs = [span for span in _paragraph_spans(text) if span[0] < end and start < span[1]]
    touched = [
        span
        for paragraph in paragraphs
        for span in _sentences(text, *_near(text, paragraph, start, end))
        if span[0] < end and start < span[1]
    ]
    if not touched:
        return start, end
    return min(start, touched[0][0]), max(end, touched[-1][1])


def _near(text: str, paragraph: Span, start: int, end: int) -> Span:
    """The part of a paragraph within reach of `[start, end)`, from white space to white space where there is any."""
    first, last = max(paragraph[0], start - _REACH), min(paragraph[1], end + _REACH)
    if first > paragraph[0]:
        first = next((place for place in range(first, start) if text[place].isspace()), first)
    if last < paragraph[1]:
        last = next((place for place in range(last, end, -1) if text[place].isspace()), last)
    return first, last


def _paragraph_spans(text: str) -> Iterator[Span]:
    start = 0
    for gap in _PARAGRAPH_BREAK.finditer(text):
        yield start, gap.start()
        start = gap.end()
    yield start, len(text)


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Sentences of one paragraph; each reaches to the next one's start, so that nothing falls between."""
    tokens = _TOKENIZER.tokenize(text[start:end])
    starts = [start + sentence[0].offset for sentence in segmenter.segment(iter(list(tokens))) if sentence]
    if not starts:
        starts = [start]
    starts[0] = start
    for first, following in zip(starts, [*starts[1:], end], strict=True):
        stripped = text[first:following].strip()
        if stripped:
            offset = text.index(stripped, first)
            yield offset, offset + len(stripped)
