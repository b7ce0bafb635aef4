"""Zip archives: Word documents, OpenDocument texts, e-books and plain archives, told apart by what they hold."""

from __future__ import annotations

import zipfile
from collections.abc import Callable

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.archives import open_archive, read_member
from index.loaders.docx import parse_docx
from index.loaders.epub import parse_epub
from index.loaders.kinds import Kind
from index.loaders.odt import parse_odt
from index.loaders.zip_of_articles import Read, parse_zip
from index.report import Rejection

_MIME_TYPES = {
    "application/epub+zip": Kind.EPUB,
    "application/vnd.oasis.opendocument.text": Kind.ODT,
    "application/vnd.oasis.opendocument.text-template": Kind.ODT,
}
# Members by which documents without text to speak of are known.
_OTHERS = {
    "xl/workbook.xml": "a spreadsheet",
    "xl/workbook.bin": "a spreadsheet",
    "ppt/presentation.xml": "a presentation",
}
_LONGEST_MIME_TYPE = 200


def parse_zipped(data: bytes, stem: str, source: str, read: Read | None) -> list[Article | Rejection]:
    """What the reader for the kind of archive makes of it; `read` reads the files in a plain archive.

    Raises InputRejected for kinds that are not taken, and for a plain archive where `read` is None.
    """
    with open_archive(data, source) as archive:
        kind = _kind(archive, source)
    return _PARSERS[kind](data, stem, source) if kind in _PARSERS else parse_zip(data, stem, source, read)


def _kind(archive: zipfile.ZipFile, source: str) -> Kind:
    members = {member.filename: member for member in archive.infolist()}
    if "[Content_Types].xml" in members and "word/document.xml" in members:
        return Kind.DOCX
    other = next((what for name, what in _OTHERS.items() if name in members), None)
    if "mimetype" in members and members["mimetype"].file_size <= _LONGEST_MIME_TYPE:
        mime_type = read_member(archive, "mimetype", source).decode("ascii", "replace").strip()
        if mime_type in _MIME_TYPES:
            return _MIME_TYPES[mime_type]
        if mime_type.startswith("application/vnd.oasis.opendocument."):
            other = "an OpenDocument file that is no text"
    if other is not None:
        raise InputRejected(RejectionReason.TYPE, f"{source} is {other}; save it as text or as a PDF document.")
    return Kind.ZIP


_PARSERS: dict[Kind, Callable[[bytes, str, str], list[Article | Rejection]]] = {
    Kind.DOCX: parse_docx,
    Kind.ODT: parse_odt,
    Kind.EPUB: parse_epub,
}
