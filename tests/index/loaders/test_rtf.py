"""RTF documents give what a reader sees."""

from __future__ import annotations

import contextlib
import time

import pytest

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.rtf import parse_rtf

FONTS = r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\froman\fcharset204 Times;}{\f2\fcharset128 Mincho;}}"


def article(body: str, before: str = "") -> Article:
    document = rf"{{\rtf1\ansi\ansicpg1252\deff0{FONTS}{before}" + body + "}"
    (result,) = parse_rtf(document.encode("cp1252"), "bridge", "/news/bridge.rtf")
    assert isinstance(result, Article)
    return result


def refusal(data: bytes) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        parse_rtf(data, "bridge", "/news/bridge.rtf")
    return caught.value.reason, str(caught.value)


def test_blocks_tables_and_properties() -> None:
    before = (
        r"{\info{\title The bridge of K\'f6ln}{\author Jane Doe; John Roe}{\creatim\yr2026\mo11\dy27}}{\header Head}"
    )
    body = (
        r"\pard The bridge is {\b closed}.\par It is\line so.\par"
        r"\pard{\listtext\'b7\tab}One\par{\pntext 2.\tab}Two\par"
        r"\trowd\cellx1000\cellx2000\pard\intbl Year\cell Visits\par in all\cell\row"
        r"\trowd\pard\intbl 2018\cell 3\cell\row\pard The end.\par"
    )
    assert article(body, before) == Article(
        title="The bridge of Köln",
        text="The bridge is closed.\n\nIt is\nso.\n\nOne\nTwo\n\nYear\tVisits in all\n2018\t3\n\nThe end.",
        source="/news/bridge.rtf",
        authors=("Jane Doe", "John Roe"),
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"\'93today\'94 \u8364? \u-10179?\u-8704? café", "“today” € \N{GRINNING FACE} café"),
        (r"\f1\'cc\'ee\'f1\'ea\'e2\'e0\f0", "Москва"),
        (r"here{\deleted gone}{\v hidden}{\rtlch\deleted\b gone}.", "here."),
        (r"\v0 shown \deleted0 too", "shown too"),
        (r"it is{\footnote A note.} so{\annotation Why?}.", "it is so."),
        (r"{\field{\*\fldinst{HYPERLINK " + '"http://a.invalid"' + r"}}{\fldrslt{linked}}} words", "linked words"),
        (r"a\\par b \{c\} a|b", r"a\par b {c} a|b"),
        (r"{\pict\pngblip 89504e47}{\pict\bin5 }{\'x}word", "word"),
        (r"{\*\unknown no}{\shp{\*\shpinst{\sp no}{\shptxt In a box.}}{\shprslt no}} words", "In a box. words"),
        (r"{\f2\'93\'fa\'96\'7b} \uc2\u26085\'93\'fa\uc0\u26085 x", "日本 日日x"),
        (r"pre\_war, 20\~000\emdash so", "pre-war, 20 000—so"),
    ],
)
def test_what_a_reader_sees(body: str, expected: str) -> None:
    assert article(body).text == expected


def test_the_first_line_is_the_title_where_none_is_stated() -> None:
    assert article(r"The bridge\par is closed.", r"{\info{\title Untitled}}").title == "The bridge"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (rb"{\rtf1 words", "unreadable"),
        (rb"{\rtf1 words\par and {\b mo", "unreadable"),
        (b"{" * 2000 + b"}", "format"),
        (rb"{\rtf1}", "no_text"),
    ],
)
def test_what_cannot_be_read(data: bytes, reason: str) -> None:
    assert refusal(data)[0] == reason


def test_groups_that_never_end_take_no_time() -> None:
    began = time.perf_counter()
    for piece in (r"{\v", r"{\v a\deleted", "{", r"\v", r"{\field{\*\fldinst{HYPERLINK "):
        with contextlib.suppress(InputRejected):
            parse_rtf(rb"{\rtf1 words " + piece.encode() * 50_000 + b"}", "bridge", "/news/bridge.rtf")
    assert time.perf_counter() - began < 5
