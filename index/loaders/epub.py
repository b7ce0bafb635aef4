"""E-books: the chapters of an EPUB file in reading order, as one article."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from typing import Any
from urllib.parse import unquote, urldefrag

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.archives import open_archive, read_member, refuse_too_much
from index.loaders.blocks import Format, Role, block_text
from index.loaders.decoding import decode
from index.loaders.metadata import document_title
from index.loaders.xml import dublin_core, parse_xml
from index.report import Rejection

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGE_TYPES = ("application/xhtml+xml", "text/html")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&[A-Za-z][A-Za-z0-9]*;")
_XML_ENTITIES = ("&amp;", "&lt;", "&gt;", "&quot;", "&apos;")
_XHTML = "{http://www.w3.org/1999/xhtml}"

_ROLES = {
    Role.BLOCK: "p h1 h2 h3 h4 h5 h6 div section article aside header footer main hgroup address blockquote pre hr "
    "figure figcaption caption details summary",
    Role.LIST: "ul ol dl",
    Role.ITEM: "li dt dd",
    Role.TABLE: "table",
    Role.ROW: "tr",
    Role.CELL: "td th",
    Role.LEFT_OUT: "head nav script style template rt rp audio video object iframe",
}
_FORMAT = Format(
    roles={prefix + tag: role for role, tags in _ROLES.items() for tag in tags.split() for prefix in (_XHTML, "")},
    characters={f"{_XHTML}br": "\n", "br": "\n"},
)


def parse_epub(data: bytes, stem: str, source: str) -> list[Article | Rejection]:
    """One article of the whole book, without its tables of contents; `published` is the book's own date.

    Raises InputRejected for what is no e-book, a damaged one, or one that its seller has locked.
    """
    with open_archive(data, source) as archive:
        package_path = _package_path(archive, source)
        package = parse_xml(read_member(archive, package_path, source), package_path, source)
        chapters = [posixpath.normpath(posixpath.join(posixpath.dirname(package_path), c)) for c in _spine(package)]
        chapters = list(dict.fromkeys(chapters))  # a book may send readers to its notes time and again
        _refuse_locked(archive, chapters, source)
        refuse_too_much(archive, chapters, source)
        texts = [_chapter_text(read_member(archive, chapter, source), chapter, source) for chapter in chapters]
    said = dublin_core(package)
    return [
        Article(
            title=document_title(said.title, stem) or stem,
            text="\n\n".join(filter(None, texts)),
            source=source,
            site=said.publisher,
            published=said.date,
            authors=said.authors,
            language=said.language,
            published_from="document" if said.date else None,
        )
    ]


def _package_path(archive: zipfile.ZipFile, source: str) -> str:
    """Where the file lies that names the chapters."""
    container = parse_xml(read_member(archive, _CONTAINER, source), _CONTAINER, source)
    path = next((element.get("full-path") for element in container.iter("{*}rootfile")), None)
    if not path:
        raise InputRejected(RejectionReason.FORMAT, f"{source} does not name its chapters, so it is no such document.")
    return str(path)


def _spine(package: Any) -> list[str]:
    """The addresses of the chapters in reading order, relative to the file that names them."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    contents = {_path(element) for element in package.iter("{*}reference") if element.get("type") == "toc"}
    chapters = [items[element.get("idref")] for element in package.iter("{*}itemref") if element.get("idref") in items]
    return [
        _path(item)
        for item in chapters
        if item.get("media-type") in _PAGE_TYPES
        and "nav" not in item.get("properties", "").split()
        and _path(item) not in contents
    ]


def _path(item: Any) -> str:
    return unquote(urldefrag(item.get("href", "")).url)


def _refuse_locked(archive: zipfile.ZipFile, chapters: list[str], source: str) -> None:
    """Raise InputRejected where chapters are encrypted; the fonts of many books are."""
    if _ENCRYPTION not in archive.namelist():
        return
    encryption = parse_xml(read_member(archive, _ENCRYPTION, source), _ENCRYPTION, source)
    locked = {unquote(element.get("URI", "")) for element in encryption.iter("{*}CipherReference")}
    if locked & set(chapters):
        raise InputRejected(RejectionReason.ENCRYPTED, f"{source} is locked by its seller, so its text cannot be read.")


def _chapter_text(data: bytes, chapter: str, source: str) -> str:
    if not data.strip():
        return ""
    page = _DECLARATION.sub("", decode(data, f"{chapter} in {source}"), count=1)
    # XML knows five entities; those of HTML, which only a document type declares, are written out.
    page = _ENTITY.sub(lambda found: found[0] if found[0] in _XML_ENTITIES else html.unescape(found[0]), page)
    return block_text(parse_xml(page.encode(), chapter, source, recover=True), _FORMAT)
