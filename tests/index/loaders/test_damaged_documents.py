"""Documents with bytes changed, cut or put in give articles or reasons, and no parser fails in a way nobody foresaw."""

from __future__ import annotations

import random

import pytest
from documents import PARAGRAPH, PROSE, chapter, docx, epub, odt, paragraph, pdf, written, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.loaders.parsing import parse
from index.report import Rejection

XHTML = chapter(f"<h1>One</h1><ul><li>{PARAGRAPH}</li></ul>")
BODY = paragraph(PARAGRAPH) + paragraph("One", "<w:numPr/>")
WHOLE = {
    "a.pdf": pdf([written(PROSE)] * 2, title="The bridge"),
    "a.docx": docx(BODY),
    "a.odt": odt(f"<text:list><text:list-item><text:p>{PARAGRAPH}</text:p></text:list-item></text:list>"),
    "a.epub": epub({"one.xhtml": XHTML}),
    "a.rtf": rb"{\rtf1\ansi{\fonttbl{\f0\fcharset204 Arial;}}{\info{\title A}}\pard\f0 Words \'e4 \u8364?.\par\cell\row}",
}
RTF_WORDS = [
    rf"\{word}" for word in "par u uc f fonttbl fcharset bin pict v deleted ansicpg field fldinst cell '".split()
]


def outcomes(name: str, data: bytes) -> None:
    results = parse(name, data, "/news/a")
    assert results
    for result in results:
        assert isinstance(result, Article) or "its parser failed" not in result.message, result


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_ones_are_read(name: str) -> None:
    assert not [result for result in parse(name, WHOLE[name], "/news/a") if isinstance(result, Rejection)]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), st.binary(max_size=8)), min_size=1, max_size=4),
)
def test_changed_bytes(name: str, changes: list[tuple[float, int, bytes]]) -> None:
    data = WHOLE[name]
    for where, gone, put in changes:
        place = int(where * len(data))
        data = data[:place] + put + data[place + gone :]
    outcomes(name, data)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([("a.docx", docx, BODY), ("a.odt", odt, f"<text:h>{PARAGRAPH}</text:h><table:table/>")]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), st.sampled_from(list("<>/&;:\"'x \u2028é"))), max_size=3),
)
def test_changed_xml(document: tuple[str, object, str], changes: list[tuple[float, int, str]]) -> None:
    name, make, body = document
    for where, gone, put in changes:
        place = int(where * len(body))
        body = body[:place] + put + body[place + gone :]
    assert callable(make)
    outcomes(name, make(body))


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("<>/&;!-[]?=\"' \nabphdivtrolxmlENTIY0é"), max_size=80))
def test_any_chapter(page: str) -> None:
    outcomes("a.epub", epub({"one.xhtml": page}))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*"\\{}'*;-0129 \nau", *RTF_WORDS]), max_size=40).map("".join))
def test_any_rtf(body: str) -> None:
    outcomes("a.rtf", b"{\\rtf1 " + body.encode() + b"}")


@pytest.mark.parametrize("name", WHOLE)
def test_beginnings_of_random_bytes(name: str) -> None:
    for seed in range(20):
        noise = random.Random(seed).randbytes(3000)
        outcomes(name, WHOLE[name][:8] + noise)
        outcomes(name, WHOLE[name][:8] + noise + WHOLE[name][-200:])


def test_members_of_random_bytes() -> None:
    noise = random.Random(0).randbytes(3000)
    for data in (
        zipped({"[Content_Types].xml": noise, "word/document.xml": noise}),
        zipped({"mimetype": noise[:100], "content.xml": noise}),
        zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": noise}),
        epub({"one.xhtml": noise.decode("latin-1")}),
    ):
        outcomes("a.zip", data)
