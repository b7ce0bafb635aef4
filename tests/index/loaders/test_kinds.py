"""What a file is read as is told by its bytes where they are sure, whatever its name says."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import PARAGRAPH, PROSE, chapter, docx, epub, odt, paragraph, pdf, written

from index.article import Article
from index.errors import RejectionReason
from index.loaders import load
from index.loaders.kinds import ENDINGS, HEAD, MAX_BYTES, MAX_DOCUMENT_BYTES, Kind, kind_of, largest
from index.loaders.parsing import parse
from index.report import Rejection

RTF = rb"{\rtf1 Words.}"
DOCUMENTS = {
    "pdf": pdf([written(PROSE)]),
    "docx": docx(paragraph(PARAGRAPH)),
    "odt": odt(f"<text:p>{PARAGRAPH}</text:p>"),
    "epub": epub({"one.xhtml": chapter(f"<p>{PARAGRAPH}</p>")}),
    "rtf": rb"{\rtf1 " + PARAGRAPH.encode() + b"}",
}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("name", ["a.{}", "A.{}", "a.txt", "a.html", "a.zip", "a.pdf", "a.docm", "a"])
def test_documents_are_known_under_any_name(kind: str, name: str) -> None:
    (article,) = parse(name.format(kind), DOCUMENTS[kind], "/news/a")
    assert isinstance(article, Article)
    assert article.text == PARAGRAPH


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.doc", b"\xef\xbb\xbf{\\rtf1", Kind.RTF),
        ("a.pdf", b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7", Kind.PDF),
        ("a.txt", b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7", Kind.TEXT),
        ("a.txt", b"%PDF-files are documents", Kind.TEXT),
        ("a.txt", b"PK is a name", Kind.TEXT),
        ("a.pdf", b"<!doctype html><p>Not found</p>", Kind.HTML),
        ("a.docx", b"<html >", Kind.HTML),
        ("a.md", b"<html>", Kind.MARKDOWN),
        ("a.zip", b"PK\x05\x06", Kind.ZIP),
        ("a.pdf", b"words", None),
        ("a.pdf", b" " * HEAD, None),
        ("a.doc", OLD_OFFICE, None),
        ("a", b"words", None),
    ],
)
def test_kinds(name: str, head: bytes, kind: Kind | None) -> None:
    assert kind_of(name, head) is kind


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.docx", b"Words.", "is not a Word document, as its name says, but text; save it anew or rename it."),
        ("a.epub", PNG, "is not an e-book, as its name says, but a PNG image; save it anew or rename it."),
        (
            "a.docx",
            OLD_OFFICE,
            "is not a Word document, as its name says, but an old office document or one that is locked by a password; "
            "save it anew or rename it.",
        ),
        ("a.txt", OLD_OFFICE, "holds an old office document or one that is locked by a password, not text."),
        (
            "a.doc",
            OLD_OFFICE,
            f"is not of a type that can be read ({', '.join(ENDINGS)}).",
        ),
    ],
)
def test_files_that_are_not_what_their_names_say(name: str, data: bytes, message: str) -> None:
    assert parse(name, data, "/news/a") == [Rejection("/news/a", RejectionReason.TYPE, f"/news/a {message}")]


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.odt", "a.rtf", "a.epub"])
def test_empty_documents(name: str) -> None:
    assert parse(name, b"", "/news/a") == [Rejection("/news/a", RejectionReason.EMPTY, "/news/a is empty.")]


def test_documents_may_be_larger_than_texts(tmp_path: Path) -> None:
    assert [largest(kind) for kind in (Kind.TEXT, Kind.RTF, Kind.PDF, Kind.ZIP)] == [
        *(MAX_BYTES, MAX_BYTES),
        *(MAX_DOCUMENT_BYTES, MAX_DOCUMENT_BYTES),
    ]
    whole = pdf([written(PROSE)])
    large, too_large = tmp_path / "a.pdf", tmp_path / "b.pdf"
    large.write_bytes(whole + b" " * MAX_BYTES + b"\n%%EOF")
    with too_large.open("wb") as stream:
        stream.write(whole)
        stream.truncate(MAX_DOCUMENT_BYTES + 1)  # a sparse file
    first, second = load(tmp_path)
    assert isinstance(first, Article)
    assert isinstance(second, Rejection)
    assert second.reason is RejectionReason.TOO_LARGE
    assert second.message.endswith("b.pdf is larger than 100,000,000 bytes; split it into smaller files.")
