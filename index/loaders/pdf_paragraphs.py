"""The lines of a PDF document to paragraphs: words put together again, and where each page begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.loaders.pdf_lines import FAR, Line, usual_drop

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_PART = re.compile(r"[^\W_]+(?=-$)")
_FIRST_PART = re.compile(r"[^\W_]+")
_LONGEST_WORD = 80
_AND = ("and", "or", "to", "und", "oder", "bis", "sowie", "et", "ou", "y", "o", "e", "en", "of")
"""Words before which a hyphen stands for a part that follows: pre- and post-war."""
_SENTENCE_END = re.compile("[.!?…。！？][\"'”’»)\\]]*$")  # noqa: RUF001 - in Chinese
_ITEM = re.compile(r"[•◦▪‣●○■–—] |\(?[0-9]{1,2}[.)] [^\W\d_]")  # noqa: RUF001 - dashes of lists

# Times the height of letters.
_OTHER_SIZE = 1.25
_INDENT = 0.7
_ROOM = 1.5
"""More than the next word needs: where a line leaves so much, it was meant to end there."""


def paragraphs(pages: Sequence[Sequence[Line]]) -> tuple[str, tuple[int, ...]]:
    """The text, blank lines between paragraphs, and the offset in it at which each page begins.

    A paragraph, even a word, may go on over the end of a page. A page without text begins where the next one does, the
    last ones at the end of the text: so the number of a page is its place in the tuple and one, and the page of an
    offset is the number of beginnings that are not behind it.
    """
    words = {word.casefold() for lines in pages for line in lines for word in _WORD.findall(line.text)}
    pieces: list[str] = []
    beginnings: list[int] = []
    length = 0
    for number, (previous, gap, line) in _numbered_gaps(pages):
        if previous is not None and gap == " " and (word_gap := _within_word(previous, line, words)) is not None:
            hyphen, gap = word_gap
            pieces[-1] = pieces[-1][:-1] + hyphen
            length += len(hyphen) - 1
        length += len(gap)
        beginnings += [length] * (number + 1 - len(beginnings))
        length += len(line.text)
        pieces += [gap, line.text]
    return "".join(pieces), tuple(beginnings + [length] * (len(pages) - len(beginnings)))


def _numbered_gaps(pages: Sequence[Sequence[Line]]) -> Iterator[tuple[int, tuple[Line | None, str, Line]]]:
    """For each line the place of its page, the line before it, the white space between both, and the line."""
    previous, edge = None, 0.0
    for number, lines in enumerate(pages):
        for column in _columns(lines):
            for block in _blocks(column):
                for place, line in enumerate(block):
                    if previous is None:
                        gap = ""
                    elif place:
                        gap = _gap(previous, edge, line)
                    else:
                        gap = " " if line is column[0] and _goes_on(previous, edge, line) else "\n\n"
                    yield number, (previous, gap, line)
                    previous = line
                    edge = max(other.right for other in block)


def _columns(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of lines of which none stands above the one before."""
    column: list[Line] = []
    for line in lines:
        if column and line.bottom > column[-1].bottom + max(line.height, column[-1].height) / 2:
            yield column
            column = []
        column.append(line)
    if column:
        yield column


def _blocks(column: list[Line]) -> Iterator[list[Line]]:
    """The lines of a column between which there is no more room than usual, and of one size."""
    usual = usual_drop(column)
    block = [column[0]]
    for upper, lower in pairwise(column):
        if upper.bottom - lower.bottom > FAR * usual or _differ(upper, lower):
            yield block
            block = []
        block.append(lower)
    yield block


def _differ(one: Line, other: Line) -> bool:
    return max(one.height, other.height) > _OTHER_SIZE * min(one.height, other.height)


def _gap(upper: Line, edge: float, lower: Line) -> str:
    """The white space between two lines of a block that reaches to `edge` on the right."""
    if upper.bottom - lower.bottom < 0.4 * upper.height:
        return "\t" if lower.left > upper.right + upper.height else " "
    if upper.breaks_word:
        return " "
    if _ITEM.match(lower.text):
        return "\n"
    indent = lower.left - upper.left
    indented = _INDENT * lower.height < indent < (edge - upper.left) / 2
    if _SENTENCE_END.search(upper.text):
        return "\n\n" if indented or _leaves_room(upper, edge, lower) else " "
    return "\n" if _leaves_room(upper, edge, lower) else " "


def _leaves_room(upper: Line, edge: float, lower: Line) -> bool:
    """Whether the first word of the lower line would have found room in the upper one."""
    share = (lower.text.find(" ") % len(lower.text) + 1) / len(lower.text)
    return edge - upper.right > share * (lower.right - lower.left) + _ROOM * lower.height


def _goes_on(last: Line, edge: float, first: Line) -> bool:
    """Whether a paragraph goes on from the last line of a column to the first line of the next."""
    if _differ(last, first) or _ITEM.match(first.text):
        return False
    if first.text[0].islower():
        return True
    return not _SENTENCE_END.search(last.text) and not _leaves_room(last, edge, first)


def _within_word(upper: Line, lower: Line, words: set[str]) -> tuple[str, str] | None:
    """What stands for the hyphen at the end of a line and for the line's end; None where no word was divided.

    In lower case the hyphen goes, as one of the page: save where the document has the word with it elsewhere, and
    nowhere without.
    """
    before, after = _LAST_PART.search(upper.text[-_LONGEST_WORD:]), _FIRST_PART.match(lower.text)
    if before is None or after is None:
        return ("-", "") if upper.breaks_word else None
    if after[0].casefold() in _AND:
        return "-", " "
    if not (before[0][-1].islower() and after[0][0].islower()):
        return "-", ""
    whole, divided = (f"{before[0]}{hyphen}{after[0]}".casefold() for hyphen in ("", "-"))
    return ("-", "") if divided in words and whole not in words else ("", "")
