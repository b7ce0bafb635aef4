"""Word documents give what a reader of the final version sees."""

from __future__ import annotations

import socket

import pytest
from documents import BOMB, WORD, docx, paragraph, zipped

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.docx import parse_docx

LIST = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
CORE = (
    "<dc:title>The bridge of Bremen</dc:title><dc:creator>Jane Doe; John Roe</dc:creator><dc:language>en-GB</dc:language>"
    "<dcterms:created>2026-11-27T17:00:00Z</dcterms:created>"
)


def article(data: bytes, stem: str = "bridge") -> Article:
    (result,) = parse_docx(data, stem, "/news/bridge.docx")
    assert isinstance(result, Article)
    return result


def text(body: str, **members: str) -> str:
    return article(docx(body, **members)).text


def refusal(data: bytes) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        parse_docx(data, "bridge", "/news/bridge.docx")
    return caught.value.reason, str(caught.value)


def cell(words: str) -> str:
    return f"<w:tc>{paragraph(words)}</w:tc>"


def test_blocks_lists_and_tables() -> None:
    table = f"<w:tbl><w:tr>{cell('Year')}{cell('Visits')}</w:tr><w:tr>{cell('2018')}{cell('3')}</w:tr></w:tbl>"
    body = (
        paragraph("The bridge", '<w:pStyle w:val="Heading1"/>')
        + paragraph("It is closed.", '<w:tabs><w:tab w:pos="9"/></w:tabs>')
        + paragraph("One", LIST)
        + paragraph("Two", '<w:pStyle w:val="ListBullet"/>')
        + table
        + paragraph("The end.")
    )
    assert article(docx(body, CORE)) == Article(
        title="The bridge of Bremen",
        text="The bridge\n\nIt is closed.\n\nOne\nTwo\n\nYear\tVisits\n2018\t3\n\nThe end.",
        source="/news/bridge.docx",
        authors=("Jane Doe", "John Roe"),
        language="en",
    )


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ("<w:ins><w:r><w:t>put in</w:t></w:r></w:ins><w:del><w:r><w:delText>out</w:delText></w:r></w:del>", "put in"),
        ("<w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>new</w:t></w:r></w:moveTo>", "new"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>", "a\tb\nc"),
        ("<w:sdt><w:sdtContent><w:r><w:t>in a control</w:t></w:r></w:sdtContent></w:sdt>", "in a control"),
        ('<w:fldSimple w:instr=" DATE "><w:r><w:t>5 May</w:t></w:r></w:fldSimple>', "5 May"),
        ("<w:r><w:instrText> HYPERLINK x </w:instrText></w:r><w:r><w:t>linked</w:t></w:r>", "linked"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>no</w:t></w:r><w:r><w:t>yes</w:t></w:r>", "yes"),
        ('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t></w:r>', "shown"),
        ("<w:r><w:t>twenty</w:t><w:noBreakHyphen/><w:t>one</w:t><w:softHyphen/></w:r>", "twenty-one"),
        ("<w:r><w:t>word</w:t><w:commentReference/></w:r><!-- no --><?no no?>\n<w:r><w:t>s</w:t></w:r>", "words"),
    ],
)
def test_what_a_reader_sees_of_a_paragraph(runs: str, expected: str) -> None:
    assert text(f"<w:p>{runs}</w:p>") == expected


def test_text_boxes_stand_after_their_paragraph_once() -> None:
    box = f"<w:txbxContent>{paragraph('In a box.')}</w:txbxContent>"
    choice = f"<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    assert text(f"<w:p><w:r><w:t>One </w:t>{choice}<w:t>sentence.</w:t></w:r></w:p>") == "One sentence.\n\nIn a box."


def test_notes_stand_at_the_end_and_contents_and_comments_nowhere() -> None:
    notes = f'<w:footnotes {WORD}><w:footnote w:type="separator">{paragraph("---")}</w:footnote><w:footnote>{paragraph("A note.")}</w:footnote></w:footnotes>'
    comments = f"<w:comments {WORD}><w:comment>{paragraph('Why?')}</w:comment></w:comments>"
    body = paragraph("The bridge 3", '<w:pStyle w:val="TOC1"/>') + paragraph("It is closed.")
    assert text(body, footnotes=notes, comments=comments) == "It is closed.\n\nA note."


@pytest.mark.parametrize("title", ["", "<dc:title>Document1</dc:title>", "<dc:title>bridge</dc:title>"])
def test_a_title_that_a_program_gave_is_none(title: str) -> None:
    styled = paragraph("Of the bridge", '<w:pStyle w:val="Heading1"/>') + paragraph(
        "Bread", '<w:pStyle w:val="Title"/>'
    )
    assert article(docx(styled, title)).title == "Bread"
    assert article(docx(paragraph("Words."), title)).title == "bridge"


def test_strict_documents_are_read_too() -> None:
    body = f"<w:document {WORD}><w:body>{paragraph('Words.')}</w:body></w:document>"
    strict = body.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006", "http://purl.oclc.org/ooxml/wordprocessingml"
    )
    assert article(zipped({"word/document.xml": strict})).text == "Words."


def test_nothing_is_fetched_and_no_macro_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("no network in this test")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    away = '<Relationships><Relationship Id="r1" Target="http://news.invalid/t.dotm" TargetMode="External"/></Relationships>'
    members = {"_rels/document": away, "vbaProject": "Sub AutoOpen()", "settings": away}
    system = '<!DOCTYPE w:document SYSTEM "http://news.invalid/d.dtd">'
    assert article(docx(paragraph("Words."), before=system, **members)).text == "Words."


def test_entities_are_refused() -> None:
    entities = "/news/bridge.docx declares XML entities in its word/document.xml, which no document needs."
    assert refusal(docx(paragraph("&a9;"), before=BOMB.replace("DOCTYPE x", "DOCTYPE w:document"))) == (
        RejectionReason.FORMAT,
        entities,
    )
    file = '<!DOCTYPE w:document [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    assert refusal(docx(paragraph("&secret;"), before=file)) == (RejectionReason.FORMAT, entities)


def test_what_cannot_be_read() -> None:
    assert refusal(zipped({"a.txt": "words"}))[0] is RejectionReason.FORMAT
    assert refusal(docx("<w:p>"))[0] is RejectionReason.UNREADABLE
    assert refusal(docx(paragraph("")))[0] is RejectionReason.NO_TEXT
    assert refusal(docx("<w:sdt>" * 300 + "</w:sdt>" * 300))[0] is RejectionReason.UNREADABLE  # too deep
