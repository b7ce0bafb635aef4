"""OpenDocument texts, as LibreOffice writes them: without comments, deleted text and tables of contents."""

from __future__ import annotations

from typing import Any

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.archives import open_archive, read_member
from index.loaders.blocks import Format, Role, block_text
from index.loaders.metadata import document_title, one_line
from index.loaders.xml import NOTHING_SAID, dublin_core, parse_xml
from index.report import Rejection

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT, _TABLE, _DRAW, _SVG, _MANIFEST = (
    f"{{{_NAMESPACE}{name}:1.0}}" for name in ("office", "text", "table", "drawing", "svg-compatible", "manifest")
)
_BODY, _PROPERTIES, _MANIFEST_FILE = "content.xml", "meta.xml", "META-INF/manifest.xml"

_LEFT_OUT = (
    *(
        f"{_TEXT}{name}"
        for name in ("tracked-changes", "note-citation", "ruby-text", "hidden-text", "hidden-paragraph")
    ),
    *(f"{_TEXT}{name}" for name in ("table-of-content", "alphabetical-index", "illustration-index", "table-index")),
    *(f"{_OFFICE}{name}" for name in ("annotation", "annotation-end", "forms", "scripts")),
    *(f"{_SVG}{name}" for name in ("title", "desc")),
)
_FORMAT = Format(
    roles={
        f"{_TEXT}p": Role.BLOCK,
        f"{_TEXT}h": Role.BLOCK,
        f"{_TEXT}list": Role.LIST,
        f"{_TEXT}list-item": Role.ITEM,
        f"{_TEXT}list-header": Role.ITEM,
        f"{_TABLE}table": Role.TABLE,
        f"{_TABLE}table-row": Role.ROW,
        f"{_TABLE}table-cell": Role.CELL,
        f"{_TEXT}note-body": Role.ASIDE,
        f"{_DRAW}text-box": Role.ASIDE,
        **dict.fromkeys(_LEFT_OUT, Role.LEFT_OUT),
    },
    characters={f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"},
)


def parse_odt(data: bytes, stem: str, source: str) -> list[Article | Rejection]:
    """One article of the document's text, each note after its paragraph; macros and pictures are never opened.

    The dates in the file are those of its making and saving, so `published` stays unknown. Raises InputRejected for
    what is no OpenDocument text, a damaged one or one that is locked by a password.
    """
    with open_archive(data, source) as archive:
        members = archive.namelist()
        if _MANIFEST_FILE in members:
            manifest = parse_xml(read_member(archive, _MANIFEST_FILE, source), _MANIFEST_FILE, source)
            _refuse_locked(manifest, source)
        body = parse_xml(read_member(archive, _BODY, source), _BODY, source)
        said = NOTHING_SAID
        if _PROPERTIES in members:
            said = dublin_core(parse_xml(read_member(archive, _PROPERTIES, source), _PROPERTIES, source))
    text = next(body.iter(f"{_OFFICE}text"), None)
    if text is None:
        raise InputRejected(RejectionReason.FORMAT, f"{source} is an OpenDocument file that is no text.")
    title = document_title(said.title, stem) or _heading(text) or stem
    return [Article(title, block_text(text, _FORMAT), source, authors=said.authors, language=said.language)]


def _refuse_locked(manifest: Any, source: str) -> None:
    if next(manifest.iter(f"{_MANIFEST}encryption-data"), None) is not None:
        raise InputRejected(RejectionReason.ENCRYPTED, f"{source} is locked by a password; save it without.")


def _heading(text: Any) -> str | None:
    """What the writer made the title, else the first heading."""
    styled = (paragraph for paragraph in text.iter(f"{_TEXT}p") if paragraph.get(f"{_TEXT}style-name") == "Title")
    for element in (*styled, *text.iter(f"{_TEXT}h")):
        if title := one_line(block_text(element, _FORMAT)):
            return title
    return None
