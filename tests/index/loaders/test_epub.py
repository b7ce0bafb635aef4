"""E-books become one article of all their chapters, in reading order."""

from __future__ import annotations

import pytest
from documents import BOMB, chapter, epub, zipped

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders import archives
from index.loaders.epub import parse_epub

METADATA = """<dc:title>The Bridge</dc:title><dc:title>A Novel</dc:title><dc:creator>Jane Doe</dc:creator>
<dc:creator>Roe, John</dc:creator><dc:date opf:event="modification">2024-01-01</dc:date><dc:date>1953-05</dc:date>
<dc:language>en-GB</dc:language><dc:publisher>Bremen Books</dc:publisher>"""


def article(data: bytes) -> Article:
    (result,) = parse_epub(data, "bridge", "/books/bridge.epub")
    assert isinstance(result, Article)
    return result


def text(body: str, before: str = "<!DOCTYPE html>") -> str:
    return article(epub({"one.xhtml": chapter(body, before)})).text


def refusal(data: bytes) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        parse_epub(data, "bridge", "/books/bridge.epub")
    return caught.value.reason, str(caught.value)


def test_a_book_with_all_it_may_have() -> None:
    chapters = {
        "nav.xhtml": chapter("<nav><ol><li>One</li></ol></nav><p>Contents</p>"),
        "z one.xhtml": chapter("<h1>One</h1><p>It is <i>closed</i>.</p>"),
        "a.xhtml": chapter("<h1>Two</h1><p>The end.</p>"),
    }
    assert article(epub(chapters, METADATA, nav="nav.xhtml")) == Article(
        title="The Bridge",
        text="One\n\nIt is closed.\n\nTwo\n\nThe end.",
        source="/books/bridge.epub",
        site="Bremen Books",
        published="1953-05",
        authors=("Jane Doe", "Roe, John"),
        language="en",
        published_from="document",
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<div><p>One</p>\n<p>two<br/>three</p></div>", "One\n\ntwo\nthree"),
        ("<ul><li><p>One</p></li><li>Two<ol><li>Three</li></ol></li></ul>", "One\nTwo\nThree"),
        (
            "<table><tbody><tr><th>A</th><td><p>B</p><p>C</p></td></tr><tr><td>1</td><td>2</td></tr></tbody></table>",
            "A\tB C\n1\t2",
        ),
        ("<p>caf&eacute;&nbsp;&amp;&#32;bar &lt;b&gt; &unknown;</p><script/><title/><p>on</p>", "café & bar <b>\n\non"),
        ("<p><ruby>漢<rp>(</rp><rt>kan</rt></ruby></p><aside><p>A note.</p></aside>", "漢\n\nA note."),
        ("<p>never <b>closed<p>properly", "never closed\n\nproperly"),
    ],
)
def test_what_a_reader_sees_of_a_chapter(body: str, expected: str) -> None:
    assert text(body) == expected


def test_the_document_type_of_older_books() -> None:
    older = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
    assert text("<p>caf&eacute;</p>", older) == "café"


def test_a_book_without_title_and_date() -> None:
    result = article(epub({"one.html": chapter("<p>Words.</p>")}))
    assert (result.title, result.published, result.published_from) == ("bridge", None, None)


def test_what_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"one.xhtml": chapter("<p>Words.</p>")}
    entities = "/books/bridge.epub declares XML entities in its OEBPS/one.xhtml, which no document needs."
    bomb = epub({"one.xhtml": chapter("<p>&a9;</p>", BOMB)})
    assert refusal(bomb) == (RejectionReason.FORMAT, entities)
    locked = '<encryption><CipherReference URI="OEBPS/one.xhtml"/></encryption>'
    assert refusal(epub(page, encryption=locked))[0] is RejectionReason.ENCRYPTED
    fonts = '<encryption><CipherReference URI="OEBPS/font.otf"/></encryption>'
    assert article(epub(page, encryption=fonts)).text == "Words."
    assert refusal(zipped({"mimetype": "application/epub+zip"}))[0] is RejectionReason.FORMAT
    assert refusal(epub(page, container="<container/>"))[0] is RejectionReason.FORMAT
    assert refusal(epub({"one.xhtml": chapter("")}))[0] is RejectionReason.NO_TEXT
    monkeypatch.setattr(archives, "_MOST_BYTES_READ", 1000)
    assert refusal(epub({f"{n}.xhtml": chapter("<p>Words.</p>") for n in range(9)}))[0] is RejectionReason.TOO_LARGE
