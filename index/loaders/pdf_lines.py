"""The lines of a PDF document's pages: where they stand, and which of them only run along at every page's edge."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_BULLETS = dict.fromkeys((0xF0A7, 0xF0B7), "•")  # as fonts of symbols have them
_NO_TEXT = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xAD, 0xFFFE, 0xFFFF])
_CHARACTERS = {**_NO_TEXT, **_LIGATURES, **_BULLETS, 0x09: " "}

FAR = 1.3
"""Times the usual distance between lines: what stands further apart is no one paragraph."""
_EDGE_LINES = 7
_MOST_TOGETHER = 3
_EDGE_NUMBERS = 5
_LARGE = 1.3
"""Times the height of the text: titles of chapters, which may be numbered as the pages are."""
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

    handle = text_page.raw  # quicker than the object, for what is asked of every character
    units = [pdfium.FPDFText_GetUnicode(handle, index) for index in range(text_page.count_chars())]
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
    if not text:
        return
    while chr(units[start]).isspace():
        start += 1
    while chr(units[end - 1]).isspace():
        end -= 1
    first, last = (text_page.get_charbox(index, loose=True) for index in (start, end - 1))
    height = max(first[3] - first[1], last[3] - last[1])
    yield Line(text + "-" * breaks_word, first[0], last[2], first[1], height, breaks_word)


def _readable(units: list[int]) -> str:
    text = "".join(map(chr, units)).encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return " ".join(text.translate(_CHARACTERS).split())


def text_height(pages: Sequence[Sequence[Line]]) -> float:
    """The height of the letters that most of the text has; 0 where there is none."""
    heights = [line.height for lines in pages for line in lines for _ in range(0, len(line.text), 20)]
    return statistics.median(heights) if heights else 0.0


def usual_drop(lines: Sequence[Line]) -> float:
    """How much lower the next line of a paragraph stands, in points."""
    bottoms = sorted((line.bottom for line in lines), reverse=True)
    height = statistics.median(line.height for line in lines) if lines else 0.0
    drops = [upper - lower for upper, lower in pairwise(bottoms) if 0.5 * height < upper - lower < 2.5 * height]
    # Among many headings and short paragraphs, the lines within paragraphs are those that are nearest.
    return statistics.quantiles(drops, n=4)[0] if len(drops) > 1 else 1.2 * height


def without_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages without the headers, footers and page numbers that come again and again at their edges."""
    largest = _LARGE * text_height(pages)
    gone: set[tuple[int, int]] = set()  # page and place of the line
    for top in (True, False):
        edges = [_edge_lines(lines, top, largest) for lines in pages]
        repeated = _repeated(edges)
        for number, edge in enumerate(edges):
            for block in _edge_blocks(edge, FAR * usual_drop(pages[number])):
                if len(block) > _MOST_TOGETHER or not all(repeated & {*_keys(line, number)} for _, line in block):
                    break  # the page's own, as all that is further from the edge
                gone |= {(number, place) for place, _ in block}
    rest = [[line for place, line in enumerate(lines) if (n, place) not in gone] for n, lines in enumerate(pages)]
    return rest if any(rest) else list(pages)


def _edge_lines(lines: list[Line], top: bool, largest: float) -> list[tuple[int, Line]]:
    """The lines nearest to an edge of the page, from the edge inwards, with their places in `lines`."""
    inwards = sorted(enumerate(lines), key=lambda item: -item[1].bottom if top else item[1].bottom)
    return [(place, line) for place, line in inwards[:_EDGE_LINES] if line.height <= largest]


def _edge_blocks(edge: list[tuple[int, Line]], far: float) -> Iterator[list[tuple[int, Line]]]:
    """The lines at an edge, those together between which there is no more room than in a paragraph."""
    block: list[tuple[int, Line]] = []
    for place, line in edge:
        if block and abs(line.bottom - block[-1][1].bottom) > far:
            yield block
            block = []
        block.append((place, line))
    if block:
        yield block


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
    found = [*_NUMBER.finditer(text)][:_EDGE_NUMBERS]
    if any(map(str.isalpha, text)) or not found:
        yield text
    for match in found:
        counted = f"#{int(match[0][:9]) - number}#"
        yield f"{text[: match.start()]}{counted}{text[match.end() :]}"
        if match.start() == 0 or match.end() == len(text):
            yield f"at the end {counted}"
