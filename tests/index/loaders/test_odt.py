"""OpenDocument texts give what a reader of the final version sees."""

from __future__ import annotations

import pytest
from documents import BOMB, odt, zipped

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.odt import parse_odt


def article(data: bytes) -> Article:
    (result,) = parse_odt(data, "bridge", "/news/bridge.odt")
    assert isinstance(result, Article)
    return result


def refusal(data: bytes) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        parse_odt(data, "bridge", "/news/bridge.odt")
    return caught.value.reason, str(caught.value)


def test_blocks_lists_tables_and_properties() -> None:
    body = """<text:table-of-content><text:p>The bridge 3</text:p></text:table-of-content>
    <text:h>The bridge</text:h><text:p>It is <text:span>closed</text:span>.</text:p>
    <text:list><text:list-item><text:p>One</text:p></text:list-item><text:list-item><text:p>Two</text:p>
    <text:list><text:list-item><text:p>Three</text:p></text:list-item></text:list></text:list-item></text:list>
    <table:table><table:table-row><table:table-cell><text:p>Year</text:p></table:table-cell>
    <table:table-cell><text:p>Visits</text:p><text:p>in all</text:p></table:table-cell></table:table-row>
    <table:table-row><table:table-cell><text:p>2018</text:p></table:table-cell>
    <table:table-cell><text:p>3</text:p></table:table-cell></table:table-row></table:table><text:p>The end.</text:p>"""
    meta = (
        "<dc:title>The bridge of Bremen</dc:title><dc:creator>Jane Doe</dc:creator><dc:date>2026-11-27T17:00:00</dc:date>"
        "<meta:creation-date>2026-11-26T17:00:00</meta:creation-date><dc:language>en-GB</dc:language>"
    )
    assert article(odt(body, meta)) == Article(
        title="The bridge of Bremen",
        text="The bridge\n\nIt is closed.\n\nOne\nTwo\nThree\n\nYear\tVisits in all\n2018\t3\n\nThe end.",
        source="/news/bridge.odt",
        authors=("Jane Doe",),
        language="en",
    )


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('two<text:s text:c="3"/>words<text:tab/>and<text:line-break/>a line', "two words\tand\na line"),
        ("said<office:annotation><text:p>Why?</text:p></office:annotation> so", "said so"),
        (
            "It is<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note> so.",
            "It is so.\n\nA note.",
        ),
        (
            "One <draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box><svg:desc>A box</svg:desc></draw:frame>sentence.",
            "One sentence.\n\nIn a box.",
        ),
    ],
)
def test_what_a_reader_sees_of_a_paragraph(markup: str, expected: str) -> None:
    assert article(odt(f"<text:p>{markup}</text:p>")).text == expected


def test_deleted_text_is_left_out() -> None:
    gone = (
        "<text:tracked-changes><text:changed-region><text:p>gone</text:p></text:changed-region></text:tracked-changes>"
    )
    assert article(odt(f"{gone}<text:p>here<text:change/></text:p>")).text == "here"


def test_a_heading_is_the_title_where_none_is_stated() -> None:
    body = '<text:h>Of bread</text:h><text:p text:style-name="Title">The <text:span>bridge</text:span></text:p>'
    assert article(odt(body)).title == "The bridge"
    assert article(odt("<text:h>Of bread</text:h><text:p>Words.</text:p>")).title == "Of bread"
    assert article(odt("<text:p>Words.</text:p>", "<dc:title>Untitled 1</dc:title>")).title == "bridge"


def test_what_cannot_be_read() -> None:
    words = "<text:p>Words.</text:p>"
    assert refusal(odt("<text:p>&a9;</text:p>", before=BOMB)) == (
        RejectionReason.FORMAT,
        "/news/bridge.odt declares XML entities in its content.xml, which no document needs.",
    )
    locked = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    assert refusal(odt(words, manifest=locked)) == (
        RejectionReason.ENCRYPTED,
        "/news/bridge.odt is locked by a password; save it without.",
    )
    assert refusal(odt("<text:p>"))[0] is RejectionReason.UNREADABLE
    assert refusal(odt(""))[0] is RejectionReason.NO_TEXT
    assert refusal(zipped({"content.xml": "<a/>"}))[0] is RejectionReason.FORMAT
