"""The lines of a PDF document's pages: where they stand, and which of them only run along at every page's edge."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_BULLETS = dict.fromkeys((0xF0A7, 0xF0B7), "•")  # as fonts of symbols have them
_NO_TEXT = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xAD, 0xFFFE, 0xFFFF])
_CHARACTERS = {**_NO_TEXT, **_LIGATURES, **_BULLETS, 0x09: " "}

_MOST_EDGE_LINES = 4
_LARGE = 1.3
"""Times the height of the text: titles of chapters, which may be numbered as the pages are."""
_APART = 1.4
_OFTEN = 0.4
"""Of the pages from the first to the last on which such a line comes: left pages often have another than right ones."""
_SELDOM = 0.02
_BARE = re.compile(r"\W*#-?[0-9]+#\W*")
"""The key of a page number alone, which the first pages of chapters may have elsewhere."""
_ROMAN = re.compile(r"[ivxlc]+", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; places are in points from the page's lower left corner, the height is that of its letters."""

    text: str
    left: float
    right: float
    bottom: float
    height: float
    breaks_word: bool = False
    """Whether it ends in the hyphen of a word that goes on in the next line; `text` has that hyphen."""


def page_lines(text_page: Any) -> list[Line]:
    """The lines of one page in the order of the document, as PDFium finds them."""
    import pypdfium2.raw as pdfium

    units = [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(text_page.count_chars())]
    lines: list[Line] = []
    start = 0
    for index, unit in enumerate([*units, 0x0A]):
        breaks_word = unit == 0x02 and pdfium.FPDFText_IsHyphen(text_page, index) == 1
        if breaks_word or unit in (0x0A, 0x0D):
            lines += _line(text_page, units, start, index, breaks_word)
            start = index + 1
    return lines


def _line(text_page: Any, units: list[int], start: int, end: int, breaks_word: bool) -> Iterator[Line]:
    text = _readable(units[start:end])
    visible = [index for index in range(start, end) if not chr(units[index]).isspace()]
    if not text or not visible:
        return
    first, last = (text_page.get_charbox(index, loose=True) for index in (visible[0], visible[-1]))
    height = max(first[3] - first[1], last[3] - last[1])
    yield Line(text + "-" * breaks_word, first[0], last[2], first[1], height, breaks_word)


def _readable(units: list[int]) -> str:
    text = "".join(map(chr, units)).encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return " ".join(text.translate(_CHARACTERS).split())


def text_height(pages: Sequence[Sequence[Line]]) -> float:
    """The height of the letters that most of the text has; 0 where there is none."""
    heights = [line.height for lines in pages for line in lines for _ in range(0, len(line.text), 20)]
    return statistics.median(heights) if heights else 0.0


def without_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages without the headers, footers and page numbers that come again and again at their edges."""
    largest = _LARGE * text_height(pages)
    gone: set[tuple[int, int]] = set()  # page and place of the line
    for top in (True, False):
        edges = [_edge_lines(lines, top, largest) for lines in pages]
        repeated = _repeated(edges)
        for number, edge in enumerate(edges):
            count = next((i for i, (_, line) in enumerate(edge) if not repeated & {*_keys(line, number)}), len(edge))
            while 0 < count < len(edge) and not _apart(edge[count - 1][1], edge[count][1]):
                count -= 1  # a line of the text that is on other pages too
            gone |= {(number, place) for place, _ in edge[:count]}
    return [
        [line for place, line in enumerate(lines) if (number, place) not in gone] for number, lines in enumerate(pages)
    ]


def _edge_lines(lines: list[Line], top: bool, largest: float) -> list[tuple[int, Line]]:
    """The lines nearest to an edge of the page, from the edge inwards, with their places in `lines`."""
    inwards = sorted(enumerate(lines), key=lambda item: -item[1].bottom if top else item[1].bottom)
    return [(place, line) for place, line in inwards[:_MOST_EDGE_LINES] if line.height <= largest]


def _apart(outer: Line, inner: Line) -> bool:
    """Whether there is more room between a line and the next one inwards than between lines of the text."""
    return abs(outer.bottom - inner.bottom) > _APART * max(outer.height, inner.height)


def _repeated(edges: list[list[tuple[int, Line]]]) -> set[str]:
    """The keys of lines that come on both of two pages, or on three or more and often enough."""
    pages_by_key: defaultdict[str, set[int]] = defaultdict(set)
    for number, edge in enumerate(edges):
        for _, line in edge:
            for key in _keys(line, number):
                pages_by_key[key].add(number)
    return {
        key
        for key, numbers in pages_by_key.items()
        if len(numbers) == len(edges) == 2
        or len(numbers) >= max(3, _OFTEN * (max(numbers) - min(numbers) + 1))
        or (len(numbers) >= max(3, _SELDOM * len(edges)) and _BARE.fullmatch(key))
    }


def _keys(line: Line, number: int) -> Iterator[str]:
    """What a running line has in common on all pages: all of it, all but one number that grows with the pages, or only
    that number at its start or end, beside the title of a chapter.
    """
    text = line.text.casefold()
    if _ROMAN.fullmatch(text):
        yield "roman"
        return
    found = [*_NUMBER.finditer(text)]
    if any(map(str.isalpha, text)) or not found:
        yield text
    for match in {found[0], found[-1]} if found else ():
        counted = f"#{int(match[0][:9]) - number}#"
        yield f"{text[: match.start()]}{counted}{text[match.end() :]}"
        if match.start() == 0 or match.end() == len(text):
            yield f"at the end {counted}"
